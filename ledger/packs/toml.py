"""Opens a pack's bytes: what is no TOML, or too large to be one of ours, is refused before anything is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ledger.errors import FormatError, Problem

LARGEST_BYTES = 256 * 1024
_TWICE = re.compile(r"Cannot (?:declare|overwrite|mutate)|Duplicate")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def load(data: bytes) -> dict[str, object]:
    """The table in `data` (UTF-8 TOML, at most 256 KiB), numbers as exact decimals; raises FormatError."""
    if len(data) > LARGEST_BYTES:
        raise FormatError(Problem("pack-too-large", "", len(data), LARGEST_BYTES, retry="after-change"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(Problem("pack-not-utf8", "", error.start, retry="after-change")) from None
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        found = f"{place[1]}:{place[2]}" if place else "1:1"
        code = "pack-declared-twice" if _TWICE.search(str(error)) else "pack-not-toml"
        raise FormatError(Problem(code, "", found, retry="after-change")) from None
    except (ValueError, ArithmeticError, RecursionError):
        # Numbers with thousands of digits and lists nested without end get here instead.
        raise FormatError(Problem("pack-not-toml", "", "1:1", retry="after-change")) from None


def stated_sources(table: Mapping[str, object]) -> Sequence[str]:
    """The codes under [sources], sound or not: what else the file says may name only these."""
    stated = table.get("sources")
    return tuple(stated) if isinstance(stated, dict) else ()
