"""What a log sends to a witness (c2sp.org/tlog-witness, add-checkpoint): an old size, a proof, a checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NoReturn

from ledger.canonical import b64, unb64
from ledger.errors import FormatError, Problem, ProofError
from ledger.log.entry import parse_decimal
from ledger.log.merkle import HASH_BYTES
from ledger.log.note import KeyKind, Note, NoteSignature, Verified, VerifierKey, verify_line

MAX_HASHES: Final = 63
MAX_BYTES: Final = 64 * 1024
"""Room for 63 hashes and a note with a few dozen signature lines."""

SIZE_TYPE: Final = "text/x.tlog.size"
"""The media type of a 409 that names the size the witness cosigned last."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request as bytes describe it; nothing in it is verified."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    def format(self) -> bytes:
        """The body of the request."""
        head = "".join([f"old {self.old}\n", *(f"{b64(each)}\n" for each in self.proof), "\n"])
        return head.encode() + self.note.format()

    @classmethod
    def parse(cls, data: bytes) -> AddCheckpoint:
        """Read a request strictly; raises FormatError add-checkpoint-malformed or what Note.parse() raises."""
        if len(data) > MAX_BYTES:
            _malformed("")
        head, blank, note = data.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            _malformed("")
        old = parse_decimal(first.removeprefix("old "))
        if not blank or old is None or not first.startswith("old "):
            _malformed("/old")
        try:
            proof = tuple(unb64(line) for line in lines)
        except FormatError:
            _malformed("/proof")
        if len(proof) > MAX_HASHES or any(len(each) != HASH_BYTES for each in proof):
            _malformed("/proof")
        return cls(old, proof, Note.parse(note))


def cosignatures_in(answer: bytes, text: str, key: VerifierKey) -> tuple[Verified, ...]:
    """The cosignatures over a checkpoint's text in a witness's answer that verify under its key; others are left out.

    Raises FormatError note-malformed for an answer that is no list of signature lines, ProofError signature-invalid
    where a line claims to be by the key and is not, ProofError note-unsigned where none is by the key.
    """
    try:
        lines = answer.decode().split("\n")
    except UnicodeDecodeError:
        raise FormatError(Problem("note-malformed")) from None
    if lines.pop():
        raise FormatError(Problem("note-malformed"))
    signatures = [NoteSignature.parse(line) for line in lines]
    if key.kind is not KeyKind.COSIGNER:
        raise ProofError(Problem("note-unsigned"))
    found = tuple(verify_line(text, each, key) for each in signatures if each.is_by(key))
    if not found:
        raise ProofError(Problem("note-unsigned"))
    return found


def merged(note: Note, lines: Iterable[NoteSignature]) -> Note:
    """The note with further lines, one per signer: of several by one key the first stays."""
    kept = {(each.name, each.key_id): each for each in reversed([*note.signatures, *lines])}
    return Note(note.text, tuple(reversed(kept.values())))


def _malformed(where: str) -> NoReturn:
    raise FormatError(Problem("add-checkpoint-malformed", where))
