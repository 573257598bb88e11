"""Who stands in which agreement: the joining and leaving of a producer, its household and its community."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from ledger.claims.agreement import text
from ledger.claims.evidence import Marks, Place

Through = Literal["producer", "household", "community"]


class Keeper(NamedTuple):
    """Who keeps an agreement on which land: a producer with its household and community, and a plot or herd.

    Whoever is not known is "".
    """

    producer: str
    household: str
    community: str
    grown: str


def keeper_of(place: Place) -> Keeper:
    """Who answers for a delivery's land."""
    return Keeper(place.producer, place.household, place.community, place.grown)


class Change(NamedTuple):
    """A signatory joined or left on a day."""

    day: str
    at_index: int
    joined: bool


class Membership(NamedTuple):
    """A signatory's place in one agreement; changes in order of effect. `not_before` is the day of a succession."""

    agreement: str
    signatory: str
    through: Through
    changes: tuple[Change, ...]
    not_before: str = ""

    def last_change(self, day: str) -> Change | None:
        """The change that holds on a day; None before the first."""
        if day < self.not_before:
            return None
        found = None
        for change in self.changes:
            if change.day > day:
                break
            found = change
        return found

    def days(self) -> Iterator[str]:
        """The days on which it changes."""
        yield from (max(change.day, self.not_before) for change in self.changes)


def memberships(keeper: Keeper, marks: Marks) -> tuple[Membership, ...]:
    """Every place in an agreement: the producer's own first, then its household's, then its community's.

    Who follows a producer who died or gave up the farm keeps what that producer had signed, from the day of it.
    """
    found = [
        *_of(keeper.producer, "producer", marks),
        *(
            membership._replace(not_before=since)
            for predecessor, since in _predecessors(keeper.producer, marks)
            for membership in _of(predecessor, "producer", marks)
        ),
        *_of(keeper.household, "household", marks),
        *_of(keeper.community, "community", marks),
    ]
    return tuple(found)


def _of(signatory: str, through: Through, marks: Marks) -> Iterator[Membership]:
    changes: dict[str, list[Change]] = {}
    for mark in marks.get(signatory, ()) if signatory else ():
        if mark.kind == "agreement":
            change = Change(mark.effective_from, mark.index, bool(mark.value.get("joined")))
            changes.setdefault(text(mark.value, "agreement"), []).append(change)
    for agreement, each in changes.items():
        yield Membership(agreement, signatory, through, tuple(sorted(each)))


def _predecessors(producer: str, marks: Marks) -> Iterator[tuple[str, str]]:
    """Whoever a producer followed, and since when; a chain of successions takes effect with its last."""
    seen = {producer}
    level = [(producer, "")]
    while level:
        one, since = level.pop()
        for mark in marks.get(one, ()):
            before = text(mark.value, "producer") if mark.kind == "succeeds" else ""
            if before and before not in seen:
                seen.add(before)
                day = max(since, mark.effective_from)
                level.append((before, day))
                yield before, day
