"""A stretch of days."""

from __future__ import annotations

from typing import NamedTuple

from ledger.errors import FormatError, Problem


class Period(NamedTuple):
    """Two days (YYYY-MM-DD), both within."""

    begins: str
    ends: str

    def holds(self, day: str) -> bool:
        """Whether a day lies in it."""
        return self.begins <= day <= self.ends

    def holds_all(self, other: Period) -> bool:
        """Whether the whole of another lies in it."""
        return self.begins <= other.begins and other.ends <= self.ends


ALWAYS = Period("0000-01-01", "9999-12-31")


def period_asked(begins: str, ends: str) -> Period:
    """Two days as asked for; raises FormatError period-reversed."""
    if ends < begins:
        raise FormatError(Problem("period-reversed", "/to", ends, begins, retry="after-change"))
    return Period(begins, ends)
