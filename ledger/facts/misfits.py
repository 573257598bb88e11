"""What does not fit a fact's form, as Problems in the trade's own terms: no word of the validator reaches a reader.

A clerk is told what kind of value belongs there (a day, an id, whole grams), never a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from pydantic import StringConstraints, ValidationError

from ledger import values
from ledger.errors import HIDDEN, Problem

_CODES: Final = {
    "missing": "field-missing",
    "extra_forbidden": "field-unknown",
    "too_short": "list-too-short",
    "too_long": "list-too-long",
    "string_too_short": "text-empty",
    "string_too_long": "text-too-long",
    "string_pattern_mismatch": "field-malformed",
    "string_type": "text-expected",
    "int_type": "number-not-whole",
    "int_parsing": "number-not-whole",
    "int_from_float": "number-not-whole",
    "bool_type": "yes-or-no-expected",
    "tuple_type": "list-expected",
    "list_type": "list-expected",
    "model_type": "object-expected",
    "model_attributes_type": "object-expected",
    "dict_type": "object-expected",
    "greater_than_equal": "number-too-small",
    "less_than_equal": "number-too-large",
    "literal_error": "word-unknown",
}

_EXPECTED: Final = {
    "too_short": "min_length",
    "too_long": "max_length",
    "string_too_long": "max_length",
    "greater_than_equal": "ge",
    "less_than_equal": "le",
}


def _pattern(kind: object) -> str:
    """The pattern of one of the small text values."""
    [found] = [str(each.pattern) for each in get_args(kind) if isinstance(each, StringConstraints)]
    return found


_OF_KIND: Final[Mapping[str, str]] = {
    _pattern(values.Thing): "id-malformed",
    _pattern(values.Day): "day-malformed",
    _pattern(values.Moment): "moment-malformed",
    _pattern(values.Code): "word-malformed",
    _pattern(values.OwnCode): "own-code-malformed",
    _pattern(values.PlaceName): "name-malformed",
    _pattern(values.Digest): "digest-malformed",
    _pattern(values.Sealed): "seal-malformed",
    _pattern(values.Season): "season-malformed",
    _pattern(values.Country): "country-malformed",
    _pattern(values.Currency): "currency-malformed",
    _pattern(values.Origin): "log-name-malformed",
    _pattern(values.FactType): "fact-type-malformed",
}

# Where a person's own words may stand by mistake, nothing of what was found is repeated.
_PRIVATE: Final = frozenset({"seal-malformed", "name-malformed", "field-unknown"})

_DAY: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ][0-9:.]{1,12}(Z|[+-]\d\d:?\d\d)?)?")
_AMOUNT: Final = re.compile(r"[+-]?[0-9 .,]{1,12}( ?(kg|g|qq|lb|t|ml|l))?")
_WORD: Final = re.compile(r"[!-~]{1,64}")
_MANY_DIGITS: Final = 6
"""So many digits may be a document number, a telephone or a place on the map; a sack's weight in grams has fewer."""


def misfits(error: ValidationError) -> list[Problem]:
    """Everything a value had against its form, with pointers into it."""
    found = error.errors(include_url=False)
    return [_misfit(item) for item in found if not _is_echo(item, found)]


def echo(value: object) -> str | int | None:
    """What was found, where it can hardly be personal: days, small numbers, single words; else a sign of its shape.

    The signs (…, […], {…}) are no words, so that they read the same in every language.
    """
    if value is None or isinstance(value, bool):
        return str(value).lower() if value is not None else "null"
    if isinstance(value, int):
        return value if abs(value) < 10**_MANY_DIGITS else HIDDEN
    if isinstance(value, str):
        return value if _is_harmless(value) else HIDDEN
    return f"{{{HIDDEN}}}" if isinstance(value, Mapping) else f"[{HIDDEN}]"


def _is_harmless(text: str) -> bool:
    if _DAY.fullmatch(text):
        return True
    few = sum(letter.isdigit() for letter in text) < _MANY_DIGITS
    return few and "@" not in text and bool(_WORD.fullmatch(text) or _AMOUNT.fullmatch(text))


def _misfit(item: Mapping[str, Any]) -> Problem:
    kind: str = item["type"]
    context: Mapping[str, Any] = item.get("ctx") or {}
    code = _code(item, context)
    return Problem(
        code,
        "".join(f"/{part}" for part in item["loc"]),
        # Nothing was found where a field is missing; pydantic would name the whole object around it.
        found=None if kind == "missing" or code in _PRIVATE else _found(kind, item.get("input")),
        expected=_expected(kind, context),
    )


def _found(kind: str, value: object) -> str | int | None:
    """A number where a number belongs is an amount, however large; anywhere else it may be somebody's number."""
    return value if kind in _EXPECTED and type(value) is int else echo(value)


def _code(item: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    kind: str = item["type"]
    if kind == "string_pattern_mismatch":
        return _OF_KIND.get(str(context.get("pattern")), "field-malformed")
    if kind == "value_error":
        # Only days and moments have a check of their own; a moment is longer than the ten characters of a day.
        return "moment-impossible" if len(str(item.get("input"))) > len("2026-06-15") else "day-impossible"
    return _CODES.get(kind, "field-invalid")


def _expected(kind: str, context: Mapping[str, Any]) -> str | int | None:
    if kind == "literal_error":
        # `'a', 'b' or 'c'` as `a, b, c`: the "or" would be English.
        return ", ".join(re.findall(r"'([^']*)'", str(context["expected"])))
    limit = context.get(_EXPECTED.get(kind, ""))
    return limit if isinstance(limit, int) else None


def _is_echo(item: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a list is called too short only because pydantic does not count the items that have problems."""
    inside = len(item["loc"])
    return item["type"] == "too_short" and any(
        other["loc"][:inside] == item["loc"] and len(other["loc"]) > inside for other in found
    )
