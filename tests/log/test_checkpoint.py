from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError, LedgerError, ProofError
from ledger.log import (
    EMPTY_ROOT,
    KeyKind,
    Note,
    VerifierKey,
    cosign_note,
    leaf_hash,
    open_checkpoint,
    open_note,
    sign_checkpoint,
)
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import sign_note
from tests.log.tiny_log import TinyLog, log_key
from tests.vectors_dir import shared_vectors

ROOT = b64encode(bytes(range(32))).decode()

WITNESS = log_key("witness")
LOG = TinyLog.of(9)
LOG.witnesses["witness.example/1"] = WITNESS


def vectors() -> Any:  # the file is data of outside standards
    return json.loads((shared_vectors("tlog") / "checkpoints.json").read_bytes())


# ---------------------------------------------------------------- public vectors


def test_public_checkpoint_bodies(subtests: pytest.Subtests) -> None:
    """Their roots are any bytes and they allow extension lines; ours are 32 bytes and there are none."""
    for case in vectors()["bodies"]:
        with subtests.test(case["name"]):
            with pytest.raises(FormatError):
                Checkpoint.parse(case["body"])
            if case["ok_transparency_dev_formats"]:
                origin, size, _ = case["body"].split("\n")[:3]
                assert Checkpoint.parse(f"{origin}\n{size}\n{ROOT}\n").size == int(size)


def test_public_sumdb_note_opens_and_is_a_checkpoint_but_for_the_spaces_in_its_origin() -> None:
    case = vectors()["sumdb_signed"]
    key = VerifierKey.parse(case["vkey"])

    note, verified = open_note(case["signed"].encode(), [key])

    assert verified[0].key == key
    # Go's first log has spaces in its origin, which the specification has since advised against: not a log for us.
    with pytest.raises(FormatError, match="origin-malformed"):
        Checkpoint.parse(note.text)
    assert Checkpoint.parse(note.text.replace(" ", "-")).size == 35_225_469


def test_public_sumdb_root_is_a_leaf_hash() -> None:
    for case in vectors()["sumdb"]:
        checkpoint = Checkpoint.parse(case["body"].replace(" ", "-"))
        assert checkpoint.size == case["size"]
        assert checkpoint.root == leaf_hash(case["root_is_leaf_hash_of"].encode())


def test_public_tessera_checkpoints_open() -> None:
    case = vectors()["tessera_testdata"]
    key = VerifierKey.parse(case["vkey"])
    for each in case["checkpoints"]:
        signed = open_checkpoint(each["signed"].encode(), key)
        assert signed.checkpoint.size == each["size"]
        assert signed.checkpoint.root == b64decode(each["signed"].split("\n")[2])


# ---------------------------------------------------------------- our own


def test_a_checkpoint_is_three_lines() -> None:
    assert Checkpoint("example.org/log", 5, bytes(range(32))).format() == f"example.org/log\n5\n{ROOT}\n"


@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_what_is_written_reads_back(size: int, root: bytes) -> None:
    checkpoint = Checkpoint("example.org/log", size, root)

    assert Checkpoint.parse(checkpoint.format()) == checkpoint


def test_an_open_checkpoint_tells_who_cosigned_it_when() -> None:
    signed = open_checkpoint(LOG.note().format(), LOG.verifier, LOG.witness_keys)

    assert signed.checkpoint == LOG.checkpoint()
    assert [(each.key.name, each.seconds) for each in signed.cosignatures] == [("witness.example/1", 1_777_561_445)]


def test_signing_again_after_a_crash_gives_the_same_bytes() -> None:
    first, again = (sign_checkpoint(LOG.checkpoint(), [LOG.key]).format() for _ in range(2))

    assert first == again


def test_an_old_and_a_new_log_key_overlap() -> None:
    new_key = log_key("next")
    new = VerifierKey(LOG.origin, KeyKind.LOG, new_key.public)
    data = sign_checkpoint(LOG.checkpoint(), [LOG.key, new_key]).format()

    assert open_checkpoint(data, LOG.verifier).log_keys == (LOG.verifier,)
    assert open_checkpoint(data, new).log_keys == (new,)
    assert open_checkpoint(data, [LOG.verifier, new]).log_keys == (LOG.verifier, new)


@given(st.data())
def test_any_flipped_bit_of_a_checkpoint_is_found(data: st.DataObject) -> None:
    note = bytearray(LOG.note().format())
    bit = data.draw(st.integers(0, len(note) * 8 - 1))
    note[bit // 8] ^= 1 << bit % 8
    try:
        signed = open_checkpoint(bytes(note), LOG.verifier, LOG.witness_keys)
    except LedgerError:
        return
    # Only the witness's name or key id can change unseen: the line is then by somebody unknown, and counts no more.
    assert signed.checkpoint == LOG.checkpoint()
    assert signed.cosignatures == ()


def test_a_witness_alone_does_not_make_a_checkpoint() -> None:
    text = LOG.checkpoint().format()
    note = Note(text, (cosign_note(text, "witness.example/1", WITNESS, 5),))

    with pytest.raises(ProofError, match="note-unsigned"):
        open_checkpoint(note.format(), LOG.verifier, LOG.witness_keys)


def test_a_checkpoint_of_another_log_is_refused_although_our_key_signed_it() -> None:
    text = Checkpoint("example.org/log/other", 9, LOG.checkpoint().root).format()

    with pytest.raises(ProofError, match="checkpoint-origin"):
        open_checkpoint(Note(text, (sign_note(text, LOG.origin, LOG.key),)).format(), LOG.verifier)


def test_a_root_for_no_entries_other_than_the_empty_one_is_refused() -> None:
    assert Checkpoint("example.org/log", 0, EMPTY_ROOT).size == 0
    with pytest.raises(FormatError, match="checkpoint-malformed at /root"):
        Checkpoint("example.org/log", 0, bytes(32))


REFUSED = {
    "extension line": f"example.org/log\n5\n{ROOT}\nmore\n",
    "no last newline": f"example.org/log\n5\n{ROOT}",
    "leading zero": f"example.org/log\n05\n{ROOT}\n",
    "negative": f"example.org/log\n-5\n{ROOT}\n",
    "plus sign": f"example.org/log\n+5\n{ROOT}\n",
    "beyond 63 bits": f"example.org/log\n{2**63}\n{ROOT}\n",
    "a million digits": f"example.org/log\n{'9' * 1_000_000}\n{ROOT}\n",
    "no origin": f"\n5\n{ROOT}\n",
    "short root": "example.org/log\n5\nAAAA\n",
    "root without padding": f"example.org/log\n5\n{ROOT[:-1]}\n",
    "second spelling of the root": f"example.org/log\n5\n{ROOT[:-2]}9=\n",
    "url-safe root": f"example.org/log\n5\n{'_' * 43}=\n",
}


@pytest.mark.parametrize("case", REFUSED)
def test_every_other_spelling_is_refused(case: str) -> None:
    with pytest.raises(FormatError):
        Checkpoint.parse(REFUSED[case])
