"""Which frameworks concern a place: those with an agreement on its land, and those its keepers ever joined."""

from __future__ import annotations

from ledger.claims.agreement import text
from ledger.claims.evidence import Marks, Place
from ledger.claims.ground import frameworks_on, read_ground
from ledger.claims.membership import keeper_of, memberships


class FrameworksNear:
    """Answers for many places over one set of marks; areas and agreements are read once."""

    def __init__(self, marks: Marks) -> None:
        """Nothing is read before it is asked for."""
        self._marks = marks
        self._on_area: dict[str, frozenset[str]] = {}
        self._of_agreement: dict[str, str] = {}

    def at(self, place: Place) -> frozenset[str]:
        """The codes of the frameworks that concern a place on any day."""
        ground = read_ground(place.grown, self._marks) if place.grown else None
        found = {self._framework(each.agreement) for each in memberships(keeper_of(place), self._marks)}
        for area in ground.ever() if ground is not None else ():
            found |= self._on(area)
        return frozenset(found - {""})

    def _on(self, area: str) -> frozenset[str]:
        if area not in self._on_area:
            self._on_area[area] = frameworks_on(area, self._marks)
        return self._on_area[area]

    def _framework(self, agreement: str) -> str:
        if agreement not in self._of_agreement:
            births = (mark for mark in reversed(self._marks.get(agreement, ())) if mark.kind == "born")
            birth = next(births, None)
            self._of_agreement[agreement] = text(birth.value, "framework") if birth is not None else ""
        return self._of_agreement[agreement]


def frameworks_at(place: Place, marks: Marks) -> frozenset[str]:
    """The same for one place."""
    return FrameworksNear(marks).at(place)
