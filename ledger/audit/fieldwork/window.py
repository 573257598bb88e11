"""What one look may show: whose, of which days, of which lots. The rest is counted in grams and never named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.audit.fieldwork.period import ALWAYS, Period
from ledger.lineage.walk import closure
from ledger.store.books import Books


@dataclass(frozen=True, slots=True)
class Window:
    """What may be shown; None stands for all parties, or all lots."""

    parties: frozenset[str] | None = None
    period: Period = ALWAYS
    lots: frozenset[str] | None = None

    def shows(self, party: str, day: str) -> bool:
        """Whether an act of a party on a day may be shown."""
        return (self.parties is None or party in self.parties) and self.period.holds(day)

    def shows_lot(self, lot: str, party: str, day: str) -> bool:
        """Whether a lot may be shown that a party made on a day."""
        return (self.lots is None or lot in self.lots) and self.shows(party, day)

    def balances(self, party: str, period: Period) -> bool:
        """Whether all of a party's stock over a period may be shown: through a window on some lots it may not."""
        in_it = self.parties is None or party in self.parties
        return in_it and self.lots is None and self.period.holds_all(period)


EVERYTHING = Window()


@dataclass(frozen=True, slots=True)
class Birth:
    """Who brought a thing into the books, on which day, and what kind of thing it is."""

    kind: str
    party: str
    day: str


def births(books: Books, things: Iterable[str]) -> dict[str, Birth]:
    """Who said that each of these things came to be; those nobody bore are left out."""
    born = books.births(things)
    actors = books.actors_at({mark.index for mark in born.values()})
    return {
        thing: Birth(str(mark.value.get("thing", "")), actors[mark.index], mark.effective_from)
        for thing, mark in born.items()
    }


def around(books: Books, lots: Iterable[str]) -> frozenset[str]:
    """These lots, all they were made of, and all that was made of them."""
    start = list(lots)

    def back(level: list[str]) -> dict[str, list[str]]:
        return books.inputs_of(level)

    def forward(level: list[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in books.edges_out_of(level):
            found.setdefault(row.input, []).append(row.output)
        return found

    return frozenset((*closure(start, back), *closure(start, forward)))
