"""A lot's id as people type or read it aloud, brought to its one spelling."""

from __future__ import annotations

import re
from typing import Final

from ledger.errors import FormatError, Problem

_ID: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")
# Crockford's alphabet leaves out what looks like a digit and reads it as that digit; hyphens and spaces mean nothing.
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def canonical_lot(text: str) -> str:
    """The id meant; raises FormatError lot-id-malformed where it can be none."""
    lot = text.upper().translate(_READ_AS) if len(text) <= 40 and text.isascii() else ""
    if _ID.fullmatch(lot) is None:
        raise FormatError(Problem("lot-id-malformed", "/lot", expected="0-9 A-Z (16)"))
    return lot
