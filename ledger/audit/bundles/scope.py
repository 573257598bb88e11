"""What a bundle is of: everything, one lot with all that stands behind it, or a period of entries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, Protocol

from ledger.errors import FormatError, NotFoundError, Problem

ALL: Final = "ALL"
_LOT: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")
_SPAN: Final = re.compile(r"(?P<first>[0-9-]{1,19})\.\.(?P<last>[0-9-]{1,19})")
_LIMA: Final = "-05:00"


class Clocked(Protocol):
    """Knows how many entries had been recorded by a moment."""

    def size_by(self, moment: str) -> int:
        """How many entries had been recorded by a moment (RFC 3339); 0 before the first."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Entries from `first` up to, not including, `after`; `lot` names the lot, where it is of one."""

    kind: Literal["all", "lot", "period"]
    first: int
    after: int
    lot: str = ""

    def plain(self) -> dict[str, str | int]:
        """As the manifest says it."""
        if self.kind == "all":
            return {"kind": "all"}
        if self.kind == "lot":
            return {"kind": "lot", "lot": self.lot}
        return {"kind": "period", "first": self.first, "after": self.after}


def scope_of(text: str, size: int, clocked: Clocked) -> Scope:
    """Read `ALL`, a lot's id, `2026-05-01..2026-05-31` (days in Lima, both included) or `100..199` (indexes).

    Raises FormatError scope-malformed, scope-empty.
    """
    if text.upper() == ALL:
        return Scope("all", 0, size)
    if _LOT.fullmatch(text):
        return Scope("lot", 0, size, text)
    span = _SPAN.fullmatch(text)
    if span is None:
        raise FormatError(Problem("scope-malformed", found=text[:60], retry="after-change"))
    first, last = span["first"], span["last"]
    if first.isdecimal() and last.isdecimal():
        begin, after = int(first), int(last) + 1
    else:
        begin, after = _before(first, clocked), _before(_next_day(last, text), clocked)
    after = min(after, size)
    if begin >= after:
        raise FormatError(Problem("scope-empty", found=text[:60], expected=size, retry="after-change"))
    return Scope("period", begin, after)


def _before(day: str, clocked: Clocked) -> int:
    """How many entries had been recorded when a day began in Lima."""
    try:
        eve = date.fromisoformat(day) - timedelta(days=1)
    except (ValueError, OverflowError):
        raise FormatError(Problem("scope-malformed", found=day[:60], retry="after-change")) from None
    try:
        return clocked.size_by(f"{eve.isoformat()}T23:59:59.999{_LIMA}")
    except NotFoundError:
        return 0


def _next_day(day: str, text: str) -> str:
    try:
        return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        raise FormatError(Problem("scope-malformed", found=text[:60], retry="after-change")) from None
