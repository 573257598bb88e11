"""How much licensed volume a sale draws from each season its grams come from."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.shares import divide


def debits_wanted(shares_by_season: Mapping[str, int], grams: int, invoiced_grams: int) -> dict[str, int]:
    """Grams to debit per season of origin: the larger of book and invoiced grams, divided as the lot's origins are.

    `shares_by_season` are the lot's certified grams by harvest season; only their proportion counts. Largest
    remainder, ties to the earlier season; a season that gives nothing has no line. Empty where no origin is known.
    """
    drawn = divide(max(grams, invoiced_grams), shares_by_season)
    return {season: part for season, part in drawn.items() if part}
