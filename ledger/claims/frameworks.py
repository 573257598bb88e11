"""Which frameworks concern a place: those with an agreement on its land, and those its keepers ever joined."""

from __future__ import annotations

from ledger.claims.agreement import text
from ledger.claims.evidence import Marks, Place
from ledger.claims.ground import Ground, frameworks_on, read_ground
from ledger.claims.membership import Keeper, Membership, keeper_of, memberships


class FrameworksNear:
    """Answers for many places over one set of marks; areas and agreements are read once."""

    def __init__(self, marks: Marks) -> None:
        """Nothing is read before it is asked for."""
        self._marks = marks
        self._grounds: dict[str, Ground | None] = {}
        self._held: dict[Keeper, tuple[Membership, ...]] = {}
        self._on_area: dict[str, frozenset[str]] = {}
        self._of_agreement: dict[str, str] = {}

    def at(self, place: Place) -> frozenset[str]:
        """The codes of the frameworks that concern a place on any day."""
        ground = self.ground(place.grown) if place.grown else None
        found = {self._framework(each.agreement) for each in self.memberships(keeper_of(place))}
        for area in ground.ever() if ground is not None else ():
            found |= self.on(area)
        return frozenset(found - {""})

    def ground(self, grown: str) -> Ground | None:
        """What is said of a plot or herd."""
        if grown not in self._grounds:
            self._grounds[grown] = read_ground(grown, self._marks)
        return self._grounds[grown]

    def memberships(self, keeper: Keeper) -> tuple[Membership, ...]:
        """Every place of a keeper in an agreement."""
        found = self._held.get(keeper)
        if found is None:
            found = self._held[keeper] = memberships(keeper, self._marks)
        return found

    def on(self, area: str) -> frozenset[str]:
        """The frameworks whose agreements name an area."""
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
