"""Proof files (c2sp.org/tlog-proof@v1): everything needed to check one entry offline, years later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NoReturn

from ledger.canonical import b64, unb64
from ledger.errors import FormatError, Problem, ProofError
from ledger.log.checkpoint import SignedCheckpoint, open_checkpoint
from ledger.log.entry import Entry, parse_decimal
from ledger.log.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from ledger.log.note import Note, VerifierKey

MAGIC: Final = "c2sp.org/tlog-proof@v1"

# A tree of 2^63 leaves is 63 levels deep.
_MAX_HASHES: Final = 63


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Where an entry stands, the hashes from its sibling up to the root's child, and the signed checkpoint.

    Unverified until verify_proof(). `extra` is anybody's bytes: nothing signs them.
    """

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    extra: bytes | None = None

    def format(self) -> bytes:
        """The bytes of the file (extension .tlog-proof)."""
        head = [MAGIC]
        if self.extra is not None:
            head.append(f"extra {b64(self.extra)}")
        head.append(f"index {self.index}")
        head.extend(b64(each) for each in self.hashes)
        return "".join(f"{line}\n" for line in head).encode() + b"\n" + self.note.format()

    @classmethod
    def parse(cls, data: bytes) -> TlogProof:
        """Read a proof file; raises FormatError tlog-proof-malformed or what Note.parse() raises. Verifies nothing."""
        head, blank, note = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            _malformed("")
        if not blank or lines[0] != MAGIC:
            _malformed("/format")
        rest = lines[1:]
        extra = None
        try:
            if rest and rest[0].startswith("extra "):
                extra = unb64(rest.pop(0).removeprefix("extra "))
            index_line, *hash_lines = rest or [""]
            hashes = tuple(unb64(line) for line in hash_lines)
        except FormatError:
            _malformed("/hashes")
        index = parse_decimal(index_line.removeprefix("index "))
        if index is None or not index_line.startswith("index "):
            _malformed("/index")
        if len(hashes) > _MAX_HASHES or any(len(each) != HASH_BYTES for each in hashes):
            _malformed("/hashes")
        return cls(index, hashes, Note.parse(note), extra)


@dataclass(frozen=True, slots=True)
class Proven:
    """What a verified proof says: this entry stands at its index in the log as of this checkpoint."""

    entry: Entry
    checkpoint: SignedCheckpoint


def verify_proof(
    proof: TlogProof | bytes,
    entry: bytes,
    log_keys: VerifierKey | Iterable[VerifierKey],
    witnesses: Iterable[VerifierKey] = (),
) -> Proven:
    """Return what is proven, or raise: ProofError for anything untrue, FormatError for anything unreadable.

    Checked are the checkpoint's signatures, the entry's inclusion at the index, and that the entry itself names that
    index and that log: the tree proves the position of some bytes, and these bytes must agree with it. How many
    cosignatures are enough is for the caller's policy.
    """
    read = TlogProof.parse(proof) if isinstance(proof, bytes) else proof
    signed = open_checkpoint(read.note.format(), log_keys, witnesses)
    checkpoint = signed.checkpoint
    verify_inclusion(leaf_hash(entry), read.index, checkpoint.size, read.hashes, checkpoint.root)
    parsed = Entry.parse(entry)
    if parsed.index != read.index:
        raise ProofError(Problem("entry-index", found=parsed.index, expected=read.index))
    if parsed.origin != checkpoint.origin:
        raise ProofError(Problem("entry-origin", found=parsed.origin, expected=checkpoint.origin))
    return Proven(parsed, signed)


def _malformed(where: str) -> NoReturn:
    raise FormatError(Problem("tlog-proof-malformed", where))
