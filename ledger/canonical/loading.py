"""The strict loader: JSON in which a signature, a person and every other program read the same thing.

Two fast ways in, one slow way out: as soon as anything looks odd, explaining.py reads the document again, slowly, to
say what is wrong and where. The fast ways never accept what the slow one refuses; tests/canonical checks that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final, NoReturn
from unicodedata import is_normalized

import orjson

from ledger.canonical.encoding import encode
from ledger.canonical.explaining import explain, text_of
from ledger.canonical.limits import MAX_BYTES, MAX_DEPTH, MAX_INTEGER, MAX_LIST
from ledger.canonical.plain import JsonValue
from ledger.errors import FormatError, Problem

_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER

# Integers of more digits (and a sign) than this are out of range; asking the length first keeps `int` from spending
# quadratic time on a number of a hundred thousand digits.
_MAX_INTEGER_CHARACTERS: Final = len(str(-MAX_INTEGER))


class _OddError(Exception):
    """Something the fast loader will not take; explain() finds out what."""


def load(data: bytes, *, max_bytes: int = MAX_BYTES, max_list: int = MAX_LIST) -> JsonValue:
    """Parse one JSON document in any spelling (spaces, escapes, key order) but with only one meaning.

    Raises FormatError with one Problem, its `where` a JSON pointer: json-too-large, json-bom, json-encoding,
    json-malformed, json-duplicate-key, json-float (also exponents), json-integer-range, json-not-finite,
    json-surrogate, json-nul, json-not-nfc, json-too-deep, json-list-too-long.
    """
    text = text_of(data, max_bytes)
    try:
        value: JsonValue = _DECODER.decode(text)
    except (_OddError, ValueError, RecursionError):
        return explain(text, max_list=max_list)
    # Surrogates, NUL and unnormalised text can only come from an escape or from a character outside ASCII.
    clean = ("\\u" not in text and text.isascii()) or _is_clean(value)
    if clean and _is_plain(value, max_list):
        return value
    return explain(text, max_list=max_list)


def load_canonical(data: bytes, *, max_bytes: int = MAX_BYTES) -> JsonValue:
    """Parse a document that must already be in RFC 8785 form; raises as load() does, or json-not-canonical.

    If the parsed value encodes to the same bytes, then duplicate keys, spaces, a byte order mark, other encodings,
    surrogates, exponents, NaN and large integers are excluded by construction. What can survive a round trip is
    looked for by name: floats, NUL, unnormalised text, depth, long lists, keys outside the basic plane.
    """
    if len(data) <= max_bytes and b"\\u0000" not in data and (data.isascii() or _is_quiet(data)):
        try:
            quick: JsonValue = orjson.loads(data)
            if orjson.dumps(quick, option=_OPTIONS) == data and _is_plain(quick, MAX_LIST):
                return quick
        except (ValueError, TypeError):
            # Not JSON, or no encoding of it: the slow way says which.
            pass
    value = load(data, max_bytes=max_bytes)
    if encode(value) != data:
        raise FormatError(Problem("json-not-canonical"))
    return value


def _is_clean(value: JsonValue) -> bool:
    """Whether no string holds a surrogate, a NUL or unnormalised text; False means "look closer", not "wrong"."""
    try:
        data = orjson.dumps(value)
    except TypeError:
        return False
    return b"\\u0000" not in data and is_normalized("NFC", data.decode())


def _is_quiet(data: bytes) -> bool:
    """Whether text outside ASCII is normalised and within the basic plane; False means "look closer", not "wrong".

    Asking the whole document is enough: characters compose only with their neighbours, and a neighbour that is no
    part of the string is an ASCII quote or the end of an escape.
    """
    try:
        return max(data) < 0xF0 and is_normalized("NFC", data.decode())
    except UnicodeDecodeError:
        return False


def _is_plain(value: object, max_list: int) -> bool:
    """Whether there are no floats and nothing is too deep or too long. Runs on every statement, so it stays flat."""
    level: list[Iterable[object]] = [(value,)]
    # The first round looks at the document itself, the last at what the deepest allowed brackets hold.
    for _ in range(MAX_DEPTH + 1):
        below: list[Iterable[object]] = []
        for items in level:
            for item in items:
                if type(item) is str:
                    continue
                if type(item) is dict:
                    below.append(item.values())
                elif type(item) is list:
                    if len(item) > max_list:
                        return False
                    below.append(item)
                elif type(item) is float:
                    return False
        if not below:
            return True
        level = below
    return False


def _once(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _OddError
    return found


def _integer(text: str) -> int:
    if len(text) > _MAX_INTEGER_CHARACTERS:
        raise _OddError
    number = int(text)
    if not -MAX_INTEGER <= number <= MAX_INTEGER:
        raise _OddError
    return number


def _odd(_: str) -> NoReturn:
    raise _OddError


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once, parse_float=_odd, parse_int=_integer, parse_constant=_odd)
