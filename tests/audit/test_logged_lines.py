"""Statements as lines: every line is read back as it was, and what is no line is refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.whole.lines import read, written
from ledger.errors import FormatError, Problem
from ledger.queries.logged import Logged

DIGEST = "0f" * 32
WORDS = st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=20)
VALUES = st.one_of(st.none(), WORDS, st.integers(-(2**53) + 1, 2**53 - 1))
FLAGS = st.builds(
    Problem,
    code=WORDS,
    where=WORDS,
    found=VALUES,
    expected=VALUES,
    effect=st.just("flag"),
    details=st.dictionaries(WORDS, st.one_of(WORDS, st.integers(0, 9)), max_size=3),
)
TIMES = st.integers(0, 253_402_300_799_999)
FLAG_LISTS = st.one_of(st.none(), st.lists(FLAGS, max_size=3).map(tuple))
BYTES = st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=80).map(str.encode)
INDEXES = st.integers(0, 2**53 - 1)
LINES = st.one_of(
    st.builds(Logged, INDEXES, TIMES, st.just(DIGEST), BYTES, flags=FLAG_LISTS),
    st.builds(
        Logged, INDEXES, TIMES, st.just(DIGEST), st.none(), BYTES, why_absent=st.just("withheld"), flags=FLAG_LISTS
    ),
    st.builds(Logged, INDEXES, TIMES, st.just(DIGEST), st.none(), why_absent=st.just("not-included")),
)


@given(LINES)
def test_a_line_is_read_back_as_it_was_written(line: Logged) -> None:
    text = written(line)
    assert text.endswith(b"\n")
    assert b"\n" not in text[:-1]
    assert read(text[:-1]) == line


@pytest.mark.parametrize(
    "text",
    [
        b'{"index":1}',
        b"[]",
        b'{"index":1,"more":2,"recorded_at":"2026-06-12T20:00:00.000Z","statement":"00"}',
        b'{"index":"1","recorded_at":"2026-06-12T20:00:00.000Z","statement":"00"}',
        b'{"index":1,"recorded_at":"yesterday","statement":"00"}',
        b'{"index":1,"recorded_at":"2026-06-12T15:00:00.000-05:00","statement":"00"}',
        b'{"index":1,"jws":"a","recorded_at":"2026-06-12T20:00:00.000Z","restated":"b","statement":"00"}',
        b'{"flags":[{"code":"x","odd":1,"where":""}],"index":1,"recorded_at":"2026-06-12T20:00:00.000Z","statement":"0"}',
        b'{"flags":7,"index":1,"recorded_at":"2026-06-12T20:00:00.000Z","statement":"00"}',
    ],
)
def test_what_is_no_line_is_refused(text: bytes) -> None:
    with pytest.raises(FormatError, match="logged-line-malformed"):
        read(text)


def test_a_line_has_one_spelling() -> None:
    with pytest.raises(FormatError, match="json-not-canonical"):
        read(b'{"index": 1}')
