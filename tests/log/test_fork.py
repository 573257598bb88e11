"""The evidence of a fork: what shows one, what does not, and that no byte of it can be other than it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError, LedgerError, ProofError
from ledger.log.fork import Fork
from tests.audit.forged import forked as forged
from tests.log.tiny_log import TinyLog, log_key

HONEST = TinyLog.of(20)


def between(old: int, new: int, at: int) -> Fork:
    """The honest checkpoint of one size against a larger one of a log forked at an entry."""
    other = forged(new, at)
    return Fork(HONEST.note(old), other.note(), other.checkpoint(old).root, tuple(other.consistency(old)))


SAME_SIZE = Fork(HONEST.note(20), forged(20, 7).note())
GROWN = between(13, 29, 7)


@pytest.mark.parametrize("fork", [SAME_SIZE, GROWN, between(16, 17, 0), between(1, 29, 0)])
def test_two_checkpoints_that_contradict_each_other_are_a_fork(fork: Fork) -> None:
    smaller, larger = fork.verify(HONEST.verifier)

    assert smaller.checkpoint.size <= larger.checkpoint.size
    assert Fork.parse(fork.format()) == fork


@pytest.mark.parametrize(
    "fork",
    [
        pytest.param(Fork(HONEST.note(20), HONEST.note(20)), id="the same twice"),
        pytest.param(Fork(HONEST.note(13), HONEST.note(20)), id="no proof"),
        pytest.param(
            Fork(HONEST.note(13), HONEST.note(20), HONEST.checkpoint(13).root, tuple(HONEST.consistency(13))),
            id="it only grew",
        ),
        pytest.param(replace(GROWN, root=bytes(32)), id="another root"),
        pytest.param(replace(GROWN, proof=GROWN.proof[:-1]), id="proof too short"),
        pytest.param(replace(GROWN, proof=(*GROWN.proof, bytes(32))), id="proof too long"),
        pytest.param(replace(GROWN, larger=HONEST.note(20)), id="proof for another tree"),
        pytest.param(Fork(GROWN.larger, GROWN.smaller, GROWN.root, GROWN.proof), id="the larger one first"),
        pytest.param(Fork(HONEST.note(0), HONEST.note(20)), id="nothing contradicts nothing"),
    ],
)
def test_two_checkpoints_that_can_both_be_true_are_none(fork: Fork) -> None:
    with pytest.raises(ProofError, match="fork-not-shown"):
        fork.verify(HONEST.verifier)


def test_what_somebody_else_signed_accuses_nobody() -> None:
    stranger = replace(forged(20, 7), key=log_key("somebody else"))

    with pytest.raises(ProofError, match="note-unsigned"):
        Fork(HONEST.note(20), stranger.note()).verify(HONEST.verifier)


@given(st.sampled_from([SAME_SIZE, GROWN]), st.data())
def test_any_flipped_bit_of_the_evidence_is_found(fork: Fork, data: st.DataObject) -> None:
    changed = bytearray(fork.format())
    bit = data.draw(st.integers(0, len(changed) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(LedgerError):
        Fork.parse(bytes(changed)).verify(HONEST.verifier)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_our_words(data: bytes) -> None:
    with pytest.raises(FormatError, match="fork-malformed"):
        Fork.parse(data)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"chaski.fork/v1", b"chaski.fork/v2"),
        lambda text: text.replace(b"root ", b"Root "),
        lambda text: text + b"\n",
        lambda text: text[:-1],
        lambda text: text.replace(b"\nroot ", b"\n\nroot "),
    ],
    ids=["version", "word", "newline more", "newline less", "blank line"],
)
def test_another_spelling_is_refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(FormatError, match=r"fork-malformed|note-malformed"):
        Fork.parse(change(GROWN.format()))
