"""COSE receipts (RFC 9942, verifiable data structure RFC9162_SHA256): the inclusion proof once more, for SCITT readers.

The same entry, tree and log key as in a `.tlog-proof`, in CBOR. One signer, no cosignatures, one spelling: what does
not read back to its own bytes is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import cbor2

from ledger.errors import FormatError, LedgerError, Problem, ProofError
from ledger.keys import SigningKey, thumbprint, verify
from ledger.log.entry import Entry
from ledger.log.merkle import leaf_hash, root_of_proof
from ledger.log.note import KeyKind, VerifierKey

MEDIA_TYPE: Final = "application/cose"

_SIGN1: Final = 18  # RFC 9052 section 4.2
_ALGORITHM, _KEY_ID, _CLAIMS = 1, 4, 15  # RFC 9052 section 3.1, RFC 9597
_STRUCTURE, _PROOFS = 395, 396  # RFC 9942 section 4
_RFC9162_SHA256: Final = 1
_INCLUSION: Final = -1
_ISSUER, _SUBJECT = 1, 2  # RFC 8392 section 3.1; both are asked for by RFC 9943

# A claim of ours (RFC 8392 section 9.1: below -65536 is private use): the size of the tree. The root alone does not
# fix it, because neighbouring sizes may share the shape of a path, and RFC 9942 leaves the proof's size unsigned.
_SIZE: Final = -65537

# EdDSA with the key's own curve. RFC 9864 would rather have -19 (Ed25519); today's readers know -8 alone.
_EDDSA: Final = -8

# A receipt is some 2.5 KiB at most: 63 hashes and a header with an origin.
_MAX_BYTES: Final = 8192
_MAX_DEPTH: Final = 8
_MAX_HASHES: Final = 63


@dataclass(frozen=True, slots=True)
class CoseReceipt:
    """What a COSE receipt says; unverified until verify_receipt(). The root is not in it: it follows from the proof."""

    origin: str
    statement: str
    kid: bytes
    index: int
    size: int
    hashes: tuple[bytes, ...]
    signature: bytes

    def format(self) -> bytes:
        """The bytes: a tagged COSE_Sign1 with a detached payload, in deterministic CBOR (RFC 8949 section 4.2)."""
        proof = _cbor([self.size, self.index, list(self.hashes)])
        message = [self.protected(), {_PROOFS: {_INCLUSION: [proof]}}, None, self.signature]
        return _cbor(cbor2.CBORTag(_SIGN1, message))

    def protected(self) -> bytes:
        """The signed header: algorithm, key, data structure, and who says it (the log) of what (the statement)."""
        return _cbor({
            _ALGORITHM: _EDDSA,
            _KEY_ID: self.kid,
            _CLAIMS: {_ISSUER: self.origin, _SUBJECT: self.statement, _SIZE: self.size},
            _STRUCTURE: _RFC9162_SHA256,
        })  # fmt: skip

    @classmethod
    def parse(cls, data: bytes) -> CoseReceipt:
        """Read exactly what format() writes; raises FormatError cose-receipt-malformed. Verifies nothing."""
        if len(data) > _MAX_BYTES:
            _malformed()
        tagged = _read(data)
        if not isinstance(tagged, cbor2.CBORTag) or tagged.tag != _SIGN1:
            _malformed()
        try:
            protected, unprotected, payload, signature = tagged.value
            header, ((proof,),) = _read(protected), (unprotected[_PROOFS][_INCLUSION],)
            size, index, hashes = _read(proof)
            claims = header[_CLAIMS]
            texts, binary = (claims[_ISSUER], claims[_SUBJECT]), (header[_KEY_ID], signature, *hashes)
        except (KeyError, TypeError, ValueError, IndexError):
            _malformed()
        if payload is not None or not _is_sound(texts, (index, size), binary):
            _malformed()
        receipt = cls(*texts, header[_KEY_ID], index, size, tuple(hashes), signature)
        # Whatever else stood in it, another algorithm or one parameter more, is lost in our own spelling.
        if receipt.format() != data:
            _malformed()
        return receipt


def _is_sound(texts: Sequence[object], numbers: Sequence[object], binary: Sequence[object]) -> bool:
    """Whether the parts are of the types a receipt has; True and 1.0 are no numbers here. The tree is asked later."""
    return (
        all(isinstance(each, str) for each in texts)
        and all(type(each) is int for each in numbers)
        and all(isinstance(each, bytes) for each in binary)
        and len(binary) <= _MAX_HASHES + 2
    )


def sign_receipt(entry: bytes, hashes: Sequence[bytes], size: int, key: SigningKey) -> CoseReceipt:
    """The receipt of an entry under the log's key. Never call it for a size that is not committed.

    The key signs `["Signature1", header, "", root]` (RFC 9052 section 4.4): its first byte begins no text, so what is
    signed here can be taken for no checkpoint, and no checkpoint for this.
    """
    read = Entry.parse(entry)
    found = root_of_proof(leaf_hash(entry), read.index, size, hashes)
    kid = thumbprint(key.public).encode()
    unsigned = CoseReceipt(read.origin, read.statement.hex(), kid, read.index, size, tuple(hashes), b"")
    signature = key.sign(_to_be_signed(unsigned, found))
    return CoseReceipt(read.origin, read.statement.hex(), kid, read.index, size, tuple(hashes), signature)


def verify_receipt(
    receipt: CoseReceipt | bytes, entry: bytes, log_keys: VerifierKey | Iterable[VerifierKey]
) -> tuple[Entry, CoseReceipt]:
    """The entry that is proven to stand in the log, or ProofError; FormatError for what cannot be read.

    Of the pinned keys that one decides whose thumbprint the receipt names; an unknown one is note-unsigned.
    """
    read = CoseReceipt.parse(receipt) if isinstance(receipt, bytes) else receipt
    pinned = (log_keys,) if isinstance(log_keys, VerifierKey) else tuple(log_keys)
    key = next((k for k in pinned if k.kind is KeyKind.LOG and thumbprint(k.public).encode() == read.kid), None)
    if key is None:
        raise ProofError(Problem("note-unsigned"))
    parsed = Entry.parse(entry)
    if parsed.index != read.index:
        raise ProofError(Problem("entry-index", found=parsed.index, expected=read.index))
    if parsed.origin != read.origin or read.origin != key.name:
        raise ProofError(Problem("entry-origin", found=parsed.origin, expected=key.name))
    if parsed.statement.hex() != read.statement:
        raise ProofError(Problem("receipt-other-statement", found=read.statement, expected=parsed.statement.hex()))
    found = root_of_proof(leaf_hash(entry), read.index, read.size, read.hashes)
    try:
        verify(key.public, read.signature, _to_be_signed(read, found))
    except LedgerError:
        # The signature is over the root that follows from entry and proof: either of them, or the signature, is wrong.
        raise ProofError(Problem("inclusion-proof-wrong")) from None
    return parsed, read


def _to_be_signed(receipt: CoseReceipt, root: bytes) -> bytes:
    return _cbor(["Signature1", receipt.protected(), b"", root])


def _cbor(value: object) -> bytes:
    return cbor2.dumps(value, canonical=True)


def _read(data: bytes) -> Any:
    try:
        return cbor2.loads(
            data, max_depth=_MAX_DEPTH, allow_indefinite=False, allow_duplicate_keys=False, semantic_decoders={}
        )
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError):
        _malformed()


def _malformed() -> NoReturn:
    raise FormatError(Problem("cose-receipt-malformed"))
