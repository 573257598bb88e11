"""What a sample is drawn from: everybody of a kind in the books at a log size, with the signs of risk read there.

The same books give the same members and weights, whoever asks. A sign is something written in the log, never an
opinion about a person, and none is shown to anybody but the audit's two sides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from ledger.audit.fieldwork.period import Period
from ledger.audit.fieldwork.sampling import Member
from ledger.facts.audits import Drawn
from ledger.packs.sampling import sampling
from ledger.postings.audits import found_about
from ledger.state import Standing
from ledger.store import roll
from ledger.store.books import Books

Weighting = Literal["equal", "risk"]
_GONE: Final = frozenset({"left", "expelled"})
_SHAKY: Final = frozenset({"conditional", "suspended"})
_DELIVERED: Final = "harvested"
_MADE: Final = frozenset({"transformed", "packed", "unpacked"})
_LARGE_TENTH: Final = 10


def population(books: Books, party: str, of: Drawn, period: Period, weighting: Weighting) -> tuple[Member, ...]:
    """Everybody to draw from, by id.

    `producers` on the party's register on the period's last day, `deliveries` it took in, or `lots` it made within it.
    """
    asked = _Asked(books, party, period)
    members = asked.producers() if of == "producers" else asked.lots(delivered=of == "deliveries")
    return tuple(sorted(Member(m.thing) if weighting == "equal" else m for m in members))


class _Asked:
    """One question; what several signs need is read once."""

    def __init__(self, books: Books, party: str, period: Period) -> None:
        self._books = books
        self._party = party
        self._period = period

    def producers(self) -> list[Member]:
        """Who was enrolled by the party and has not left it."""
        born = {
            producer: mark
            for producer, mark in roll.born(self._books, "producer", party=self._party).items()
            if mark.effective_from <= self._period.ends
        }
        marks = self._books.marks(born, ("status", "inspected"))
        statuses = {producer: self._status(marks.get(producer, ())) for producer in born}
        there = [producer for producer in born if statuses[producer] not in _GONE]
        flagged, grams = set[str](), dict.fromkeys(there, 0)
        deliveries = self._deliveries()
        raised = self._flagged(deliveries)
        for lot, mark in deliveries.items():
            for producer, part in _origins(mark):
                grams[producer] = grams.get(producer, 0) + part
                if lot in raised:
                    flagged.add(producer)
        signs = _Signs()
        signs.add("flagged", flagged)
        signs.add("status", (each for each in there if statuses[each] in _SHAKY))
        signs.add("finding", self._found(there))
        signs.add("new", (each for each in there if self._period.holds(born[each].effective_from)))
        signs.add("unvisited", (each for each in there if not self._visited(marks.get(each, ()))))
        signs.add("large", _largest({each: grams[each] for each in there}))
        return [signs.member(producer) for producer in there]

    def lots(self, *, delivered: bool) -> list[Member]:
        """Lots the party took in from producers, or made."""
        found = self._deliveries() if delivered else self._lots(_MADE)
        signs = _Signs()
        signs.add("flagged", self._flagged(found))
        signs.add("finding", self._found(found))
        signs.add("large", _largest({lot: _whole(mark.value.get("grams")) for lot, mark in found.items()}))
        return [signs.member(lot) for lot in found]

    def _deliveries(self) -> dict[str, Standing]:
        return self._lots({_DELIVERED})

    def _lots(self, how: Iterable[str]) -> dict[str, Standing]:
        wanted = set(how)
        born = {
            lot: mark
            for lot, mark in roll.born(self._books, "lot").items()
            if mark.value.get("how") in wanted and self._period.holds(mark.effective_from)
        }
        actors = self._books.actors_at({mark.index for mark in born.values()})
        return {lot: mark for lot, mark in born.items() if actors[mark.index] == self._party}

    def _flagged(self, lots: Mapping[str, Standing]) -> set[str]:
        """Lots whose birth was flagged, where nobody has explained the flag."""
        of_index = {mark.index: lot for lot, mark in lots.items()}
        raised = [each for each in roll.raised(self._books) if each.at_index in of_index]
        facts = self._books.facts({each.at_index for each in raised})
        digests = {index: fact.digest for index, fact in facts.items()}
        explained = {
            (digest, str(mark.value["flag"]))
            for digest, marks in self._books.marks(digests.values(), ("justified",)).items()
            for mark in marks
        }
        return {
            of_index[each.at_index] for each in raised if (digests[each.at_index], each.problem.code) not in explained
        }

    def _found(self, things: Iterable[str]) -> set[str]:
        """Things with a finding nobody has closed."""
        subjects = {found_about(thing): thing for thing in things}
        about = {
            subject: {str(mark.value["finding"]) for mark in marks}
            for subject, marks in self._books.marks(subjects, ("finding",)).items()
        }
        closed = self._books.marks(set().union(*about.values()), ("closed",)) if about else {}
        return {subjects[subject] for subject, findings in about.items() if findings - closed.keys()}

    def _status(self, marks: Sequence[Standing]) -> str:
        """The party's own word about a producer on the period's last day, the latest effective."""
        said = [
            mark
            for mark in marks
            if mark.kind == "status"
            and mark.value.get("programme") == self._party
            and mark.effective_from <= self._period.ends
        ]
        last = max(said, key=lambda mark: (mark.effective_from, mark.index), default=None)
        return "" if last is None else str(last.value["status"])

    def _visited(self, marks: Sequence[Standing]) -> bool:
        return any(mark.kind == "inspected" and self._period.holds(mark.effective_from) for mark in marks)


class _Signs:
    """Which signs each one shows, in the order of the figures."""

    def __init__(self) -> None:
        self._adds = {code: weight.adds for code, weight in sampling().weights.items()}
        self._shown: dict[str, set[str]] = defaultdict(set)

    def add(self, sign: str, things: Iterable[str]) -> None:
        """These show the sign."""
        for thing in things:
            self._shown[thing].add(sign)

    def member(self, thing: str) -> Member:
        """One with its weight: one lot for itself, and what its signs add."""
        shown = tuple(code for code in self._adds if code in self._shown.get(thing, ()))
        return Member(thing, 1 + sum(self._adds[code] for code in shown), shown)


def _largest(grams: Mapping[str, int]) -> set[str]:
    """The tenth, rounded down, with most grams; of equal ones those first by id."""
    ranked = sorted((-amount, thing) for thing, amount in grams.items() if amount > 0)
    return {thing for _, thing in ranked[: len(grams) // _LARGE_TENTH]}


def _origins(mark: Standing) -> list[tuple[str, int]]:
    rows = mark.value.get("origins")
    return [(str(row[0]), _whole(row[2])) for row in rows if row[0]] if isinstance(rows, list) else []


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
