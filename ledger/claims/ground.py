"""Where land lies: the areas around a plot, and those a herd grazes, from the narrowest outward."""

from __future__ import annotations

from typing import NamedTuple

from ledger.claims.agreement import text, words
from ledger.claims.calendar import days_later
from ledger.claims.evidence import Marks


class Ground(NamedTuple):
    """A plot or herd: which of both, the areas of a plot, and the stretches (from, to, areas) a herd grazes."""

    kind: str
    areas: frozenset[str]
    grazings: tuple[tuple[str, str, frozenset[str]], ...] = ()

    def on(self, day: str) -> frozenset[str]:
        """Every area the land lies in on a day."""
        found = self.areas
        for begin, end, areas in self.grazings:
            if begin <= day and (not end or day <= end):
                found |= areas
        return found

    def ever(self) -> frozenset[str]:
        """Every area it lies in on any day."""
        return self.areas.union(*(areas for _, _, areas in self.grazings))

    def changes(self) -> set[str]:
        """The days on which a herd comes to an area or leaves it."""
        return {begin for begin, _, _ in self.grazings} | {days_later(end) for _, end, _ in self.grazings if end}


def read_ground(grown: str, marks: Marks) -> Ground | None:
    """What is said of a plot or herd; None where no standing fact bore it."""
    value = next((mark.value for mark in reversed(marks.get(grown, ())) if mark.kind == "born"), None)
    kind = text(value, "thing") if value is not None else ""
    if kind == "plot":
        return Ground(kind, _around(_within(grown, marks), marks))
    if kind != "herd":
        return None
    grazings = (
        (mark.effective_from, text(mark.value, "grazes_to"), _around(text(mark.value, "area"), marks))
        for mark in marks.get(grown, ())
        if mark.kind == "grazes"
    )
    return Ground(kind, frozenset(), tuple(grazings))


def size_of(area: str, marks: Marks) -> int | None:
    """The square metres of an area, None where it is not known."""
    for mark in reversed(marks.get(area, ())):
        if mark.kind == "born":
            size = mark.value.get("area_m2")
            return size if isinstance(size, int) else None
    return None


def frameworks_on(area: str, marks: Marks) -> frozenset[str]:
    """The frameworks whose agreements name an area."""
    return frozenset(text(mark.value, "framework") for mark in marks.get(area, ()) if mark.kind == "agreement-on")


def _within(plot: str, marks: Marks) -> str:
    """The area a plot lies in; a plot made of others lies where the first of them lay that says so."""
    seen: set[str] = set()
    level = [plot]
    while level:
        seen.update(level)
        parents: list[str] = []
        for one in level:
            for mark in reversed(marks.get(one, ())):
                if mark.kind == "born":
                    if found := text(mark.value, "within"):
                        return found
                    parents += words(mark.value, "parents")
                    break
        level = [parent for parent in dict.fromkeys(parents) if parent not in seen]
    return ""


def _around(area: str, marks: Marks) -> frozenset[str]:
    """An area and every larger one it lies in."""
    found: set[str] = set()
    while area and area not in found:
        found.add(area)
        birth = next((mark.value for mark in reversed(marks.get(area, ())) if mark.kind == "born"), {})
        area = text(birth, "within")
    return frozenset(found)
