"""When a question is about: a day for which it is asked, and what the log knew when it is answered from."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from ledger.errors import FormatError, Problem
from ledger.facts.misfits import echo
from ledger.values import MAX_INTEGER, instant

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)")
_SIZE: Final = re.compile(r"[1-9]\d{0,15}")


def day_asked(text: str, where: str) -> str:
    """The text where it is a day that exists; raises FormatError day-malformed."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise FormatError(Problem("day-malformed", where, echo(text), "2026-06-15", retry="after-change"))


def known_asked(text: str, where: str) -> int | str:
    """A log size or a moment (RFC 3339); raises FormatError known-at-malformed."""
    if _SIZE.fullmatch(text) and int(text) <= MAX_INTEGER:
        return int(text)
    try:
        if _MOMENT.fullmatch(text):
            # Near the first and last year of the calendar a moment may have no UTC.
            instant(text)
            return text
    except (ValueError, OverflowError):
        pass
    raise FormatError(Problem("known-at-malformed", where, echo(text), retry="after-change"))
