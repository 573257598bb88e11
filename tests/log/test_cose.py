"""COSE receipts (RFC 9942): strangers accept them, one bit off and nobody does, and no signature passes for another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError, LedgerError, ProofError
from ledger.keys import SigningKey
from ledger.log import Checkpoint, Note, NoteSignature, VerifierKey, open_checkpoint, sign_checkpoint
from ledger.log.cose import CoseReceipt, sign_receipt, verify_receipt
from tests.log.tiny_log import TinyLog, log_key

LOG = TinyLog.of(300)
INDEX = 77
ENTRY = LOG.entries[INDEX]


def receipt_of(index: int, log: TinyLog = LOG) -> bytes:
    return sign_receipt(log.entries[index], log.proof(index).hashes, log.size, log.key).format()


GOOD = receipt_of(INDEX)


def strangers_word(receipt: bytes, entry: bytes, key: SigningKey = LOG.key) -> bool:
    """What scitt-cose says, which we did not write."""
    receipts = pytest.importorskip("scitt_cose.receipt", reason="scitt-cose is not installed")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = Ed25519PublicKey.from_public_bytes(key.public)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return bool(receipts.verify_receipt(receipt, leaf_entry_hex=entry.hex(), log_public_key_pem=pem).ok)


@pytest.mark.parametrize("index", [0, 1, 77, 255, 256, 299])
def test_a_cose_receipt_proves_its_entry_to_us_and_to_a_stranger(index: int) -> None:
    receipt = receipt_of(index)

    entry, read = verify_receipt(receipt, LOG.entries[index], LOG.verifier)

    assert (entry.index, read.size, read.statement) == (index, LOG.size, entry.statement.hex())
    assert strangers_word(receipt, LOG.entries[index])


def test_the_same_proof_is_the_same_bytes_and_reads_back() -> None:
    assert receipt_of(INDEX) == GOOD
    assert CoseReceipt.parse(GOOD).format() == GOOD
    assert CoseReceipt.parse(GOOD).hashes == LOG.proof(INDEX).hashes


def _another_size(message: list[Any]) -> None:
    _, index, hashes = cbor2.loads(message[1][396][-1][0])
    message[1] = {396: {-1: [cbor2.dumps([299, index, list(hashes)])]}}


def test_a_size_that_fits_the_same_path_is_not_taken_for_the_signed_one() -> None:
    """Entry 77 has the same path in trees of 299 and 300: only our own claim of the size tells them apart."""
    with pytest.raises(FormatError):
        CoseReceipt.parse(_remade(_another_size))


def test_every_flipped_bit_of_a_cose_receipt_is_found() -> None:
    for place in range(len(GOOD) * 8):
        data = bytearray(GOOD)
        data[place // 8] ^= 1 << place % 8
        with pytest.raises(LedgerError):
            verify_receipt(bytes(data), ENTRY, LOG.verifier)


@given(data=st.binary(max_size=200))
def test_no_bytes_break_the_reader_of_receipts(data: bytes) -> None:
    for each in (data, GOOD[:40] + data, GOOD + data[:1] + b"x"):
        with pytest.raises(FormatError):
            CoseReceipt.parse(each)


def _remade(change: Callable[[list[Any]], None]) -> bytes:
    message = list(cbor2.loads(GOOD).value)
    change(message)
    return cbor2.dumps(cbor2.CBORTag(18, message), canonical=True)


def _attached(message: list[Any]) -> None:
    message[2] = LOG.checkpoint().root


def _other_algorithm(message: list[Any]) -> None:
    header = dict(cbor2.loads(message[0]))
    message[0] = cbor2.dumps({**header, 1: -7}, canonical=True)


def _critical(message: list[Any]) -> None:
    header = dict(cbor2.loads(message[0]))
    message[0] = cbor2.dumps({**header, 2: [-65537], -65537: "x"}, canonical=True)


def _two_proofs(message: list[Any]) -> None:
    proofs = message[1][396][-1]
    message[1] = {396: {-1: [*proofs, *proofs]}}


def _as_true(message: list[Any]) -> None:
    size, _, hashes = cbor2.loads(message[1][396][-1][0])
    message[1] = {396: {-1: [cbor2.dumps([size, True, list(hashes)])]}}


@pytest.mark.parametrize("change", [_attached, _other_algorithm, _critical, _two_proofs, _as_true])
def test_what_a_receipt_does_not_need_is_refused(change: Callable[[list[Any]], None]) -> None:
    with pytest.raises(FormatError) as refused:
        CoseReceipt.parse(_remade(change))

    assert [problem.code for problem in refused.value.problems] == ["cose-receipt-malformed"]


def test_a_longer_spelling_of_the_same_receipt_is_refused() -> None:
    assert GOOD[:2] == b"\xd2\x84"

    with pytest.raises(FormatError):
        CoseReceipt.parse(b"\xd8\x12" + GOOD[1:])


@pytest.mark.parametrize(
    ("receipt", "entry", "code"),
    [
        (GOOD, LOG.entries[78], "entry-index"),
        (receipt_of(78), ENTRY, "entry-index"),
        (replace(CoseReceipt.parse(GOOD), statement="00" * 32), ENTRY, "receipt-other-statement"),
        (replace(CoseReceipt.parse(GOOD), size=299), ENTRY, "inclusion-proof-wrong"),
        (replace(CoseReceipt.parse(GOOD), hashes=LOG.proof(77).hashes[:-1]), ENTRY, "inclusion-proof-length"),
        (
            replace(CoseReceipt.parse(GOOD), hashes=(bytes(32), *LOG.proof(77).hashes[1:])),
            ENTRY,
            "inclusion-proof-wrong",
        ),
        (replace(CoseReceipt.parse(GOOD), signature=bytes(64)), ENTRY, "inclusion-proof-wrong"),
        (replace(CoseReceipt.parse(GOOD), kid=b"another"), ENTRY, "note-unsigned"),
        (replace(CoseReceipt.parse(GOOD), origin="example.org/log/other"), ENTRY, "entry-origin"),
    ],
)
def test_a_receipt_that_is_not_that_of_the_entry_proves_nothing(
    receipt: CoseReceipt | bytes, entry: bytes, code: str
) -> None:
    with pytest.raises(ProofError) as refused:
        verify_receipt(receipt, entry, LOG.verifier)

    assert refused.value.problems[0].code == code


def test_a_receipt_under_another_key_is_not_the_logs() -> None:
    other = VerifierKey(LOG.verifier.name, LOG.verifier.kind, log_key("other").public)

    with pytest.raises(ProofError) as refused:
        verify_receipt(GOOD, ENTRY, other)

    assert refused.value.problems[0].code == "note-unsigned"
    assert not strangers_word(GOOD, ENTRY, log_key("other"))


def test_a_receipts_signature_is_no_checkpoint_and_a_checkpoints_no_receipt() -> None:
    """One key signs both: neither may pass for the other."""
    checkpoint = Checkpoint(LOG.verifier.name, LOG.size, LOG.checkpoint().root)
    stolen = NoteSignature(LOG.verifier.name, LOG.verifier.key_id, CoseReceipt.parse(GOOD).signature)

    with pytest.raises(ProofError):
        open_checkpoint(Note(checkpoint.format(), (stolen,)).format(), LOG.verifier)
    signed = sign_checkpoint(checkpoint, [LOG.key]).signatures[0].payload
    with pytest.raises(ProofError):
        verify_receipt(replace(CoseReceipt.parse(GOOD), signature=signed), ENTRY, LOG.verifier)
