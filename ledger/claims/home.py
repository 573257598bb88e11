"""Where a producer lives: the community, and the household of a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.claims.evidence import Marks


class Home(NamedTuple):
    """A producer's community ("" = none) and changes of household in order of effect: (day, index, household, member)."""

    community: str
    changes: Sequence[tuple[str, int, str, bool]]

    def household(self, day: str) -> str:
        """The household on a day. The first one counts before it was written down: families are older."""
        changes = self.changes
        found = changes[0][2] if changes and changes[0][3] else ""
        if len(changes) == 1:
            return found
        for effective_from, _, household, member in changes:
            if effective_from <= day:
                found = household if member else ""
        return found


def home_of(producer: str, marks: Marks) -> Home:
    """Read it from what is said of the producer."""
    said = marks.get(producer, ())
    birth = next((mark.value for mark in reversed(said) if mark.kind == "born"), {})
    changes = sorted(
        (mark.effective_from, mark.index, str(mark.value["household"]), bool(mark.value["member"]))
        for mark in said
        if mark.kind == "household"
    )
    return Home(str(birth.get("community") or ""), changes)
