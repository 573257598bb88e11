"""Canonical JSON (RFC 8785) of values without floats: equal values give equal bytes, in every language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import orjson
import rfc8785

from ledger.canonical.limits import MAX_DEPTH, MAX_INTEGER
from ledger.canonical.plain import Plain
from ledger.errors import FormatError, Problem

_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER

_WORTH_WRITING_BITS: Final = 400

_LEAVES: Final[frozenset[type]] = frozenset({int, bool, type(None)})


def encode(value: Plain) -> bytes:
    """The RFC 8785 bytes of `value`; raises FormatError for what has no single spelling.

    Refused: floats (json-float), integers beyond 2^53-1 (json-integer-range), lone surrogates (json-surrogate),
    nesting over 32 (json-too-deep), and every type but str, int, bool, None, list, tuple and dict with str keys
    (json-type). Subclasses are refused too: an enum or a datetime must say itself how it is written.
    """
    _check_types(value)
    try:
        fast = orjson.dumps(value, option=_OPTIONS)
    except TypeError:
        raise FormatError(_why_not(value) or Problem("json-type")) from None
    # orjson sorts keys by code point, RFC 8785 section 3.2.3 by UTF-16 unit. The two orders differ only where a key
    # holds a character outside the basic plane, whose first UTF-8 byte is 0xF0 or above; without one the bytes are
    # those of the reference encoder, which the tests check against it.
    if fast.isascii() or max(fast) < 0xF0:
        return fast
    return rfc8785.dumps(value)


def _check_types(value: object) -> None:
    """Walk level by level, so that neither depth nor a list inside itself can exhaust the stack."""
    level: list[Iterable[object]] = [(value,)]
    # The first round looks at the value itself, the last at what the deepest allowed brackets hold.
    for _ in range(MAX_DEPTH + 1):
        below: list[Iterable[object]] = []
        for items in level:
            for item in items:
                if type(item) is str:
                    continue
                if type(item) is dict:
                    below.append(item.values())
                elif type(item) is list or type(item) is tuple:
                    below.append(item)
                elif type(item) not in _LEAVES:
                    code = "json-float" if type(item) is float else "json-type"
                    raise FormatError(Problem(code, found=type(item).__name__))
        if not below:
            return
        level = below
    raise FormatError(Problem("json-too-deep", expected=MAX_DEPTH))


def _why_not(value: object, where: str = "") -> Problem | None:
    """What orjson refused in here. Only reached on failure, with types and depth already checked."""
    if type(value) is int and abs(value) > MAX_INTEGER:
        # A number of thousands of digits is not worth writing out; Python would refuse to.
        found = str(value) if value.bit_length() < _WORTH_WRITING_BITS else "..."
        return Problem("json-integer-range", where, found=found, expected=MAX_INTEGER)
    if type(value) is str and not _is_unicode(value):
        return Problem("json-surrogate", where)
    children: Iterable[tuple[object, object]] = ()
    if type(value) is dict:
        for key in value:
            if type(key) is not str:
                return Problem("json-type", where, found=type(key).__name__, expected="str")
            if not _is_unicode(key):
                return Problem("json-surrogate", where)
        children = value.items()
    elif type(value) is list or type(value) is tuple:
        children = enumerate(value)
    for key, child in children:
        problem = _why_not(child, f"{where}/{pointer_token(str(key))}")
        if problem is not None:
            return problem
    return None


def pointer_token(key: str) -> str:
    """One step of a JSON pointer (RFC 6901 section 3)."""
    return key.replace("~", "~0").replace("/", "~1")


def _is_unicode(text: str) -> bool:
    """Whether the text holds no half of a surrogate pair (which UTF-8 cannot express)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
