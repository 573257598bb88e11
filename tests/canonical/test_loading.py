from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.canonical import MAX_BYTES, MAX_DEPTH, MAX_INTEGER, MAX_LIST, JsonValue, encode, load, load_canonical
from ledger.canonical.explaining import explain, text_of
from ledger.errors import FormatError, Problem
from tests.canonical.values import values


def code_and_place(data: bytes) -> tuple[str, str]:
    with pytest.raises(FormatError) as caught:
        load(data)
    (problem,) = caught.value.problems
    return problem.code, problem.where


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "duplicate key": (b'{"a":1,"a":1}', "json-duplicate-key", "/a"),
    "duplicate key, one escaped": (b'{"a":1,"\\u0061":2}', "json-duplicate-key", "/a"),
    "duplicate key below": (b'{"x":[{"a/b~":1,"a/b~":1}]}', "json-duplicate-key", "/x/0/a~1b~0"),
    "float": (b'{"grams":1.5}', "json-float", "/grams"),
    "float that is whole": (b"[1.0]", "json-float", "/0"),
    "exponent": (b'{"grams":1e3}', "json-float", "/grams"),
    "exponent in capitals": (b"[0,1E3]", "json-float", "/1"),
    "float that a reader rounds to a whole one": (b"1.0000000000000000001", "json-float", ""),
    "integer too large": (b"9007199254740992", "json-integer-range", ""),
    "integer too small": (b'{"a":-9007199254740992}', "json-integer-range", "/a"),
    "integer of many digits": (b"9" * 100_000, "json-integer-range", ""),
    "NaN": (b"[NaN]", "json-not-finite", "/0"),
    "Infinity": (b"Infinity", "json-not-finite", ""),
    "minus Infinity": (b'{"a":-Infinity}', "json-not-finite", "/a"),
    "byte order mark": (b"\xef\xbb\xbf{}", "json-bom", ""),
    "UTF-16 with mark": ("{}".encode("utf-16"), "json-encoding", ""),
    "UTF-16 little-endian": ("{}".encode("utf-16-le"), "json-encoding", ""),
    "UTF-16 big-endian": ("{}".encode("utf-16-be"), "json-encoding", ""),
    "UTF-32": ("{}".encode("utf-32-be"), "json-encoding", ""),
    "Latin-1": ('"caf\u00e9"'.encode("latin-1"), "json-encoding", ""),
    "overlong UTF-8": (b'"\xc0\xaf"', "json-encoding", ""),
    "surrogate in UTF-8": (b'"\xed\xa0\x80"', "json-encoding", ""),
    "lone high surrogate": (b'{"a":"\\ud800"}', "json-surrogate", "/a"),
    "lone low surrogate": (b'"\\udc00x"', "json-surrogate", ""),
    "surrogates the wrong way round": (b'"\\udc00\\ud800"', "json-surrogate", ""),
    "lone surrogate as key": (b'{"\\ud800":1}', "json-surrogate", ""),
    "escaped NUL": (b'{"a":["\\u0000"]}', "json-nul", "/a/0"),
    "bare NUL": (b'{"a":"x\x00"}', "json-nul", "/a"),
    "not normalised": ('{"name":"Jose\u0301"}'.encode(), "json-not-nfc", "/name"),
    "not normalised, escaped": (b'{"name":"Jose\\u0301"}', "json-not-nfc", "/name"),
    "not normalised key": ('{"e\u0301":1}'.encode(), "json-not-nfc", ""),
    "not normalised after an escape": ('["\\ne\u0301"]'.encode(), "json-not-nfc", "/0"),
    "too deep": (b"[" * 33 + b"]" * 33, "json-too-deep", "/0" * 32),
    "too deep objects": (b'{"a":' * 33 + b"1" + b"}" * 33, "json-too-deep", "/a" * 32),
    "far too deep": (b"[" * 100_000, "json-too-deep", "/0" * 32),
    "too large": (b" " * MAX_BYTES + b"1", "json-too-large", ""),
    "list too long": (b'{"a":[' + b"0," * MAX_LIST + b"0]}", "json-list-too-long", "/a"),
    "trailing comma in object": (b'{"a":1,}', "json-malformed", ""),
    "trailing comma in list": (b"[1,]", "json-malformed", "/1"),
    "two values": (b"{} {}", "json-malformed", ""),
    "nothing": (b"", "json-malformed", ""),
    "only spaces": (b" \n", "json-malformed", ""),
    "leading zero": (b"[01]", "json-malformed", ""),
    "plus sign": (b"[+1]", "json-malformed", "/0"),
    "bare minus": (b"[-]", "json-malformed", "/0"),
    "single quotes": (b"{'a':1}", "json-malformed", ""),
    "comment": (b"{/**/}", "json-malformed", ""),
    "unquoted key": (b"{a:1}", "json-malformed", ""),
    "raw tab in text": (b'"\t"', "json-malformed", ""),
    "raw newline in text": (b'"\n"', "json-malformed", ""),
    "unknown escape": (b'"\\x41"', "json-malformed", ""),
    "short escape": (b'"\\u12"', "json-malformed", ""),
    "unfinished text": (b'{"a":"b', "json-malformed", "/a"),
    "no-break space": ("\u00a01".encode(), "json-malformed", ""),
    "capital word": (b"True", "json-malformed", ""),
    "arabic digits": ("\u0661".encode(), "json-malformed", ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_means_two_things_is_refused_by_name_and_place(case: str) -> None:
    data, code, where = REFUSED[case]

    assert code_and_place(data) == (code, where)


@pytest.mark.parametrize("case", REFUSED)
def test_the_fast_loader_refuses_the_same(case: str) -> None:
    data, code, where = REFUSED[case]

    with pytest.raises(FormatError) as caught:
        load_canonical(data)

    assert (caught.value.problems[0].code, caught.value.problems[0].where) == (code, where)


ACCEPTED: dict[str, tuple[bytes, JsonValue]] = {
    "largest integer": (b"9007199254740991", MAX_INTEGER),
    "smallest integer": (b"-9007199254740991", -MAX_INTEGER),
    "minus zero": (b"-0", 0),
    "words": (b"[true,false,null]", [True, False, None]),
    "empty": (b'{"a":{},"b":[]}', {"a": {}, "b": []}),
    "spaces": (b' { "a" : [ 1 , 2 ] } \r\n\t', {"a": [1, 2]}),
    "escapes": (b'"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'),
    "surrogate pair": (b'"\\ud83d\\ude02"', "\U0001f602"),
    "outside the basic plane": ('"\U0001f602"'.encode(), "\U0001f602"),
    "normalised": ('"Jos\u00e9"'.encode(), "Jos\u00e9"),
    "normalised, escaped": (b'"Jos\\u00e9"', "Jos\u00e9"),
    "accent that stands alone": ('["\\n\u0301"]'.encode(), ["\n\u0301"]),
    "a backslash before u0000": (b'["\\\\u0000"]', ["\\u0000"]),
    "numbers inside text": (b'{"a":"x:1.5,2e3,NaN"}', {"a": "x:1.5,2e3,NaN"}),
    "brackets inside text": (b'"' + b"[" * 50 + b'"', "[" * 50),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_means_one_thing_is_read(case: str) -> None:
    data, value = ACCEPTED[case]

    assert load(data) == value


def test_the_limits_themselves_are_allowed() -> None:
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    long = b"[" + b"0," * (MAX_LIST - 1) + b"0]"
    large = b'"' + b"x" * (MAX_BYTES - 2) + b'"'

    for data in (deep, long, large):
        load(data)
        assert encode(load_canonical(data)) == data


def test_limits_can_be_set_wider_for_a_request_of_many() -> None:
    data = b"[" + b"0," * MAX_LIST + b"0]" + b" " * MAX_BYTES

    assert load(data, max_bytes=len(data), max_list=MAX_LIST + 1) == [0] * (MAX_LIST + 1)


NOT_CANONICAL = {
    "spaces": b'{"a": 1}',
    "order of keys": b'{"b":1,"a":1}',
    "needless escape": b'"\\u0041"',
    "escaped slash": b'"\\/"',
    "minus zero": b"-0",
    "trailing newline": b"{}\n",
    "escape in capitals": b'"\\u001F"',
    "escape with a shorter form": b'"\\u000a"',
    "order of keys outside the basic plane": '{"\uff21":1,"\U0001f602":2}'.encode(),
}


@pytest.mark.parametrize("case", NOT_CANONICAL)
def test_another_spelling_of_the_same_value_is_refused(case: str) -> None:
    load(NOT_CANONICAL[case])

    with pytest.raises(FormatError, match="json-not-canonical"):
        load_canonical(NOT_CANONICAL[case])


def test_keys_outside_the_basic_plane_are_read_in_the_order_of_the_standard() -> None:
    data = '{"\U0001f602":2,"\uff21":1}'.encode()

    assert load_canonical(data) == {"\U0001f602": 2, "\uff21": 1}


# ---------------------------------------------------------------- the fast ways against the slow one


@given(values)
def test_what_is_written_reads_back(value: JsonValue) -> None:
    data = encode(value)

    assert load_canonical(data) == value
    assert load(data) == value
    assert load(json.dumps(value).encode()) == value
    assert load(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value


def outcome(read: Callable[[bytes], JsonValue], data: bytes) -> JsonValue | tuple[Problem, ...]:
    try:
        return read(data)
    except FormatError as error:
        return error.problems


def slowly(data: bytes) -> JsonValue:
    return explain(text_of(data, MAX_BYTES), max_list=MAX_LIST)


fragments = st.lists(
    st.sampled_from([
        *'{}[],:"', "\\", "\\u", '"a"', '"b":', "0", "1", "-", "12", ".5", "1.5", "e3", "true", "null", "NaN", " ",
        "\n", "\\u0000", "\\ud83d", "\\ude02", "e\u0301", "\u0301", "\u00e9", "\U0001f602", "9007199254740992", "\x00",
    ]),
    max_size=12,
).map("".join)  # fmt: skip


def spliced(value: JsonValue, at: int, piece: str) -> str:
    text = encode(value).decode()
    at %= len(text) + 1
    return text[:at] + piece + text[at:]


mutated = st.builds(spliced, values, st.integers(0, 10_000), fragments)


@given(st.one_of(fragments, mutated).map(str.encode) | st.binary(max_size=40))
@example(b'"\\ud800\\u0061"')
@example(b"[1e1]")
def test_the_fast_loaders_accept_nothing_that_the_slow_one_refuses(data: bytes) -> None:
    expected = outcome(slowly, data)
    canonical = outcome(load_canonical, data)

    assert same(outcome(load, data), expected)
    if isinstance(expected, tuple) or encode(expected) == data:
        assert same(canonical, expected)
    else:
        assert canonical == (Problem("json-not-canonical"),)


def same(one: object, other: object) -> bool:
    """Equal, and of equal types all the way down (1 == True == 1.0 in Python)."""
    return one == other and repr(one) == repr(other)
