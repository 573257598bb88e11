from __future__ import annotations

import dataclasses
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError
from ledger.log import NO_PREVIOUS, Entry, check_origin, entry_hash, leaf_hash

ENTRY = Entry("example.org/log/tiny", 7, "2026-04-30T15:04:05.678Z", sha256(b"before").digest(), sha256(b"it").digest())
LINES = ENTRY.format().decode().split("\n")

digests = st.binary(min_size=32, max_size=32)
names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="+"), min_size=1)
origins = names.filter(lambda name: len(name.encode()) <= 255)
moments = st.datetimes().map(lambda when: when.strftime("%Y").zfill(4) + when.strftime("-%m-%dT%H:%M:%S.123Z"))
entries = st.builds(Entry, origins, st.integers(1, 2**63 - 1), moments, digests, digests)


def test_an_entry_is_six_lines() -> None:
    assert ENTRY.format() == (
        b"chaski.entry/v1\n"
        b"example.org/log/tiny\n"
        b"7\n"
        b"2026-04-30T15:04:05.678Z\n"
        + sha256(b"before").hexdigest().encode()
        + b"\n"
        + sha256(b"it").hexdigest().encode()
        + b"\n"
    )


def test_the_first_entry_names_the_hash_of_nothing() -> None:
    first = dataclasses.replace(ENTRY, index=0, previous=NO_PREVIOUS)

    assert first.format().split(b"\n")[4] == b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    with pytest.raises(FormatError, match="entry-malformed at /previous"):
        dataclasses.replace(ENTRY, index=0)


def test_the_leaf_hash_is_not_the_entry_hash() -> None:
    assert entry_hash(ENTRY.format()) == sha256(ENTRY.format()).digest()
    assert leaf_hash(ENTRY.format()) == sha256(b"\x00" + ENTRY.format()).digest()


@given(entries)
def test_what_is_written_reads_back(entry: Entry) -> None:
    assert Entry.parse(entry.format()) == entry


@given(st.integers(0, len(ENTRY.format()) * 8 - 1))
def test_any_flipped_bit_makes_another_entry_or_none(bit: int) -> None:
    changed = bytearray(ENTRY.format())
    changed[bit // 8] ^= 1 << bit % 8

    assert leaf_hash(bytes(changed)) != leaf_hash(ENTRY.format())
    try:
        parsed = Entry.parse(bytes(changed))
    except FormatError:
        return
    assert parsed != ENTRY
    assert parsed.format() == bytes(changed)


REFUSED = {
    "another version": (0, "chaski.entry/v2", "/format"),
    "leading zero": (2, "07", "/index"),
    "plus sign": (2, "+7", "/index"),
    "negative": (2, "-7", "/index"),
    "arabic digits": (2, "\u0667", "/index"),
    "beyond 63 bits": (2, str(2**63), "/index"),
    "no index": (2, "", "/index"),
    "no milliseconds": (3, "2026-04-30T15:04:05Z", "/recorded_at"),
    "offset": (3, "2026-04-30T15:04:05.678+00:00", "/recorded_at"),
    "no such day": (3, "2026-02-30T15:04:05.678Z", "/recorded_at"),
    "leap second": (3, "2026-04-30T15:04:60.678Z", "/recorded_at"),
    "lower case t": (3, "2026-04-30t15:04:05.678Z", "/recorded_at"),
    "upper case digest": (4, LINES[4].upper(), "/previous"),
    "short digest": (5, LINES[5][:-2], "/statement"),
    "long digest": (5, LINES[5] + "00", "/statement"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_every_other_spelling_of_a_line_is_refused(case: str) -> None:
    number, replacement, where = REFUSED[case]
    lines = [*LINES]
    lines[number] = replacement

    with pytest.raises(FormatError, match=f"entry-malformed at {where}"):
        Entry.parse("\n".join(lines).encode())


NOT_SIX_LINES = {
    "empty": b"",
    "no newline": ENTRY.format()[:-1],
    "blank line": ENTRY.format() + b"\n",
    "seventh line": ENTRY.format() + b"more\n",
    "carriage returns": ENTRY.format().replace(b"\n", b"\r\n"),
    "not UTF-8": b"\xff" + ENTRY.format(),
    "twice": ENTRY.format() * 2,
}


@pytest.mark.parametrize("case", NOT_SIX_LINES)
def test_anything_but_six_lines_is_refused(case: str) -> None:
    with pytest.raises(FormatError, match="entry-malformed"):
        Entry.parse(NOT_SIX_LINES[case])


NO_NAMES = {
    "empty": "",
    "space": "two words",
    "plus": "plus+sign",
    "newline": "line\nbreak",
    "no-break space": "no\u00a0break",
    "tab": "tab\t",
    "nul": "nul\x00",
    "too long": "x" * 256,
    "zero width": "\u200bzero",
    "surrogate": "\ud800",
}


@pytest.mark.parametrize("case", NO_NAMES)
def test_an_origin_that_could_not_name_a_key_is_refused(case: str) -> None:
    with pytest.raises(FormatError, match="origin-malformed"):
        check_origin(NO_NAMES[case])
