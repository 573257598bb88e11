"""Whether a delivery fits what its plot or herd was estimated to give: the numbers, and a colour for whoever weighs.

Estimates can be kept apart by plot status (organic, in conversion, conventional): then each is measured against the
deliveries taken in under that status.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from ledger.facts import Fact
from ledger.facts.deliveries import LotHarvested
from ledger.postings.land import season_key
from ledger.queries import Plausibility
from ledger.state import State

AMBER_PERMILLE: Final = 1100
"""Up to here an excess is amber: a good year, a late pass over the trees. Above it is red."""

STATUSES: Final = ("conventional", "in-conversion", "organic")


class Grown(NamedTuple):
    """What is estimated and weighed together: a plot or herd, a form and season, perhaps of one plot status."""

    grown: str
    commodity: str
    form: str
    season: str
    status: str | None = None


def plausibility(fact: Fact, state: State) -> Plausibility | None:
    """Green up to the estimate, amber up to 110 percent of it, red above; None where nothing was estimated.

    `state` holds the books before the delivery: the marks of its plot or herd, and its `estimate` account.
    """
    if not isinstance(fact, LotHarvested):
        return None
    grown = fact.plot or fact.herd
    if grown is None:
        return None
    asked = Grown(grown, fact.commodity, fact.form, fact.season, fact.status)
    estimates = estimates_of(asked, state)
    measured = _measured(asked, estimates)
    if measured is None:
        return None
    status, counted = measured
    estimated = estimates[status] if status is not None else sum(estimates.values())
    taken = state.balances("estimate", grown)
    delivered = -sum(taken.get(("", _season(asked, each)), 0) for each in counted) if taken else 0
    permille = _permille(delivered + fact.net, estimated)
    level: Literal["green", "amber", "red"] = "red"
    if permille <= AMBER_PERMILLE:
        level = "green" if delivered + fact.net <= estimated else "amber"
    return Plausibility(
        level=level,
        grown=grown,
        commodity=fact.commodity,
        form=fact.form,
        season=fact.season,
        status=status or "",
        delivered_grams=delivered,
        this_grams=fact.net,
        estimated_grams=estimated,
        permille=permille,
    )


def estimates_of(asked: Grown, state: State) -> dict[str, int]:
    """The last estimate under each plot status, "" for one that names none; `asked.status` is not looked at."""
    found: dict[str, int] = {}
    for mark in state.marks(asked.grown, "estimate"):
        said = mark.value
        if (said["commodity"], said["form"], said["season"]) == (asked.commodity, asked.form, asked.season):
            grams = said["grams"]
            if isinstance(grams, int):
                found[str(said.get("status", ""))] = grams
    return found


def delivered_of(asked: Grown, state: State) -> int:
    """Grams delivered so far under exactly this status (None: under none)."""
    return -state.balances("estimate", asked.grown).get(("", _season(asked, asked.status)), 0)


def _season(asked: Grown, status: str | None) -> str:
    return season_key(asked.commodity, asked.form, asked.season, status)


def _measured(asked: Grown, estimates: dict[str, int]) -> tuple[str | None, tuple[str | None, ...]] | None:
    """Which estimate decides (None: all together), and the deliveries of which statuses it is measured against."""
    everything = (None, *STATUSES)
    if asked.status is not None and asked.status in estimates:
        return asked.status, (asked.status,)
    if "" in estimates:
        # Whatever has an estimate of its own is not measured against the general one.
        return "", tuple(status for status in everything if status is None or status not in estimates)
    if asked.status is None and estimates:
        return None, everything
    return None


def _permille(delivered: int, estimated: int) -> int:
    """Thousandths of the estimate, rounded up, so that a gram above it never reads as all of it."""
    if estimated == 0:
        return 0 if delivered == 0 else AMBER_PERMILLE + 1
    return -(-delivered * 1000 // estimated)
