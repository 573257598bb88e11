"""Where a producer lives: the community, and the household of a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.claims.evidence import Marks


class Home(NamedTuple):
    """A producer's community ("" = none) and changes of household in order of effect: (day, index, household, member).

    `settled` is the household where it never changed, None where the day decides.
    """

    community: str
    changes: Sequence[tuple[str, int, str, bool]]
    settled: str | None

    def household(self, day: str) -> str:
        """The household on a day. The first one counts before it was written down: families are older."""
        if self.settled is not None:
            return self.settled
        found = self.changes[0][2] if self.changes[0][3] else ""
        for effective_from, _, household, member in self.changes:
            if effective_from <= day:
                found = household if member else ""
        return found


def home_of(producer: str, marks: Marks) -> Home:
    """Read it from what is said of the producer."""
    community = ""
    changes: list[tuple[str, int, str, bool]] = []
    for index, kind, effective_from, value in marks.get(producer, ()):
        if kind == "born":
            community = str(value.get("community") or "")
        elif kind == "household":
            changes.append((effective_from, index, str(value["household"]), bool(value["member"])))
    changes.sort()
    settled = None
    if len(changes) <= 1:
        settled = changes[0][2] if changes and changes[0][3] else ""
    return Home(community, changes, settled)
