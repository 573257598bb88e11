"""The body of add-checkpoint (c2sp.org/tlog-witness), and what is taken from its answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError, LedgerError, ProofError
from ledger.log import cosign_note, sign_checkpoint
from ledger.log.add_checkpoint import AddCheckpoint, cosignatures_in, merged
from tests.log.tiny_log import TinyLog, log_key

LOG = TinyLog.of(11)
NAME = "witness.example/1"
WITNESS = log_key("witness")


def request(old: int = 5) -> AddCheckpoint:
    return AddCheckpoint(old, tuple(LOG.consistency(old)) if old else (), LOG.note())


@pytest.mark.parametrize("old", [0, 1, 5, 8, 11])
def test_what_is_written_is_read(old: int) -> None:
    assert AddCheckpoint.parse(request(old).format()) == request(old)


def test_the_bytes_are_those_of_the_specification() -> None:
    first, *_ = request().format().split(b"\n")

    assert first == b"old 5"
    assert request(0).format().startswith(b"old 0\n\nexample.org/log/tiny\n11\n")


BODY = request().format()
MALFORMED = {
    "empty": b"",
    "no old size": BODY.replace(b"old 5\n", b""),
    "another word": BODY.replace(b"old 5", b"new 5"),
    "a sign": BODY.replace(b"old 5", b"old +5"),
    "a leading zero": BODY.replace(b"old 5", b"old 05"),
    "two spaces": BODY.replace(b"old 5", b"old  5"),
    "a space at the end": BODY.replace(b"old 5\n", b"old 5 \n"),
    "a carriage return": BODY.replace(b"old 5\n", b"old 5\r\n"),
    "beyond 63 bits": BODY.replace(b"old 5", b"old 9223372036854775808"),
    "a hash too short": BODY.replace(b"old 5\n", b"old 5\nAAAA\n"),
    "no base64": BODY.replace(b"old 5\n", b"old 5\n%%%%\n"),
    "64 hashes": BODY.replace(b"old 5\n", b"old 5\n" + (b"A" * 43 + b"=\n") * 64),
    "no checkpoint": BODY.partition(b"\n\n")[0] + b"\n\n",
    "no signature": BODY.rpartition(b"\n\n")[0] + b"\n\n",
    "no end of line": BODY[:-1],
    "too long": BODY.replace(b"old 5\n", b"old 5\n" + b"A" * 70_000),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_request_is_refused(case: str) -> None:
    with pytest.raises(FormatError):
        AddCheckpoint.parse(MALFORMED[case])


def key_of_witness() -> TinyLog:
    log = TinyLog()
    log.witnesses = {NAME: WITNESS}
    return log


KEY = key_of_witness().witness_keys[0]
TEXT = LOG.note().text
LINE = cosign_note(TEXT, NAME, WITNESS, 1_777_561_445)


def test_a_good_line_is_taken_and_lines_by_others_are_left() -> None:
    other = cosign_note(TEXT, "witness.example/2", log_key("another"), 1_777_561_445)

    found = cosignatures_in((other.format() + LINE.format()).encode(), TEXT, KEY)

    assert [each.line for each in found] == [LINE]


BAD = {
    "garbage": b"<html>busy</html>\n",
    "nothing": b"",
    "no end of line": LINE.format().encode()[:-1],
    "not text": b"\xff\n",
    "a blank line": LINE.format().encode() + b"\n",
    "over another text": cosign_note(LOG.note(10).text, NAME, WITNESS, 1).format().encode(),
    "forged under its name": cosign_note(TEXT, NAME, log_key("thief"), 1).format().encode(),
    "a log signature for a cosignature": sign_checkpoint(LOG.checkpoint(), [WITNESS]).signatures[0].format().encode(),
    "a good line and a forged one": LINE.format().encode() + LINE.format().replace("A", "B", 1).encode(),
}


@pytest.mark.parametrize("case", BAD)
def test_witness_garbage_or_forged_line_gives_nothing(case: str) -> None:
    with pytest.raises(LedgerError):
        cosignatures_in(BAD[case], TEXT, KEY)


def test_a_flipped_bit_anywhere_in_a_line_is_noticed() -> None:
    line = bytearray(LINE.format().encode())
    for place in range(len(line)):
        flipped = bytes([*line[:place], line[place] ^ 1, *line[place + 1 :]])
        with pytest.raises((FormatError, ProofError)):
            cosignatures_in(flipped, TEXT, KEY)


@given(data=st.binary(max_size=300), place=st.integers(0, len(BODY)))
def test_whatever_is_sent_is_read_or_refused(data: bytes, place: int) -> None:
    for body in (data, BODY[:place] + data + BODY[place:]):
        try:
            found = AddCheckpoint.parse(body)
        except FormatError:
            continue
        assert AddCheckpoint.parse(found.format()) == found


def test_one_line_per_signer_is_merged_into_a_note() -> None:
    later = cosign_note(TEXT, NAME, WITNESS, 1_777_561_446)

    note = merged(LOG.note(), [LINE, later])

    assert note.signatures == (*LOG.note().signatures, LINE)
