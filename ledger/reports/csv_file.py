"""Tables as CSV (RFC 4180), safe to open in a spreadsheet: text it would take for a formula gets an apostrophe."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

# What a spreadsheet would take for a formula (OWASP, CSV injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
MEDIA_TYPE: Final = "text/csv; charset=utf-8"


def csv_text(heads: Sequence[str], rows: Iterable[Sequence[object]], *, above: Iterable[Sequence[object]] = ()) -> str:
    """Lines `above` the heads, the heads, and the rows; numbers stay numbers."""
    text = StringIO()
    writer = csv.writer(text)
    for line in (*above, heads, *rows):
        writer.writerow([guarded(cell) for cell in line])
    return text.getvalue()


def guarded(cell: object) -> object:
    """The cell so that no spreadsheet runs it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
