from __future__ import annotations

import datetime
import enum
import json
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import MAX_DEPTH, MAX_INTEGER, JsonValue, Plain, encode, load, load_canonical
from ledger.errors import FormatError
from tests.canonical.values import values
from tests.vectors_dir import shared_vectors


@given(values)
def test_the_bytes_are_those_of_the_reference_encoder(value: JsonValue) -> None:
    assert encode(value) == rfc8785.dumps(value)


# Keys on both sides of the place where UTF-16 order and code point order part.
far_keys = st.text(st.sampled_from("a\u007f\u0080\u07ff\ud7ff\ue000\ufb33\uffff\U00010000\U0001f602\U0010ffff"))


@given(st.dictionaries(far_keys, st.integers(0, 3)))
def test_keys_outside_the_basic_plane_are_sorted_as_the_standard_says(value: dict[str, int]) -> None:
    found = encode(value)

    assert found == rfc8785.dumps(value)
    assert [*json.loads(found)] == sorted(value, key=lambda key: key.encode("utf-16-be"))


@given(values)
def test_tuples_are_written_as_lists(value: JsonValue) -> None:
    assert encode((value, (value,))) == encode([value, [value]])


# RFC 8785 covers these files, but the log's own rules do not let their content in. The encoder changes no text: that
# it is normalised is asked by the loader of whoever writes it.
NOT_LOADED = {
    "values.json": "json-float",
    "structures.json": "json-float",
    "unicode.json": "json-not-nfc",
    "weird.json": "json-not-nfc",
}
NOT_ENCODED = {"values.json", "structures.json"}


def test_public_vectors(subtests: pytest.Subtests) -> None:
    folder = shared_vectors("jcs")
    for path in sorted((folder / "input").glob("*.json")):
        data, expected = path.read_bytes(), (folder / "output" / path.name).read_bytes()
        with subtests.test(path.name):
            assert expected.hex() == "".join((folder / "outhex" / path.with_suffix(".txt").name).read_text().split())
            if path.name in NOT_LOADED:
                with pytest.raises(FormatError, match=NOT_LOADED[path.name]):
                    load(data)
            else:
                assert encode(load(data)) == encode(load_canonical(expected)) == expected
            if path.name in NOT_ENCODED:
                with pytest.raises(FormatError, match="json-float"):
                    encode(json.loads(data))
            else:
                assert encode(json.loads(data)) == expected


class Colour(enum.StrEnum):
    RED = "red"


class Number(int):
    pass


REFUSED = {
    "float": (1.5, "json-float"),
    "whole float": ({"a": [1.0]}, "json-float"),
    "not a number": (float("nan"), "json-float"),
    "integer too large": ([MAX_INTEGER + 1], "json-integer-range at /0"),
    "integer too small": ({"a": -MAX_INTEGER - 1}, "json-integer-range at /a"),
    "integer far too large": (10**5000, "json-integer-range"),
    "lone surrogate": ({"a/b": "\ud800"}, "json-surrogate at /a~1b"),
    "lone surrogate as key": ({"\ud800": 1}, "json-surrogate"),
    "too deep": (json.loads("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)), "json-too-deep"),
    "number as key": ({1: 2}, "json-type"),
    "bytes": (b"x", "json-type"),
    "decimal": (Decimal(1), "json-type"),
    "day": (datetime.date(2026, 4, 30), "json-type"),
    "enum": (Colour.RED, "json-type"),
    "subclass": ([Number(1)], "json-type"),
    "set": ({1}, "json-type"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_single_spelling_is_refused(case: str) -> None:
    value, problem = REFUSED[case]

    with pytest.raises(FormatError, match=problem):
        encode(value)


def test_a_list_inside_itself_is_refused() -> None:
    loop: list[Plain] = []
    loop.append(loop)

    with pytest.raises(FormatError, match="json-too-deep"):
        encode(loop)


def test_the_deepest_allowed_value_is_encoded() -> None:
    text = "[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH

    assert encode(json.loads(text)) == text.encode()
