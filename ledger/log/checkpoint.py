"""Checkpoints (c2sp.org/tlog-checkpoint): origin, size and root of the log, signed as a note."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from ledger.canonical import b64, unb64
from ledger.errors import FormatError, Found, Problem, ProofError
from ledger.keys import SigningKey
from ledger.log.entry import MAX_INDEX, check_origin, parse_decimal
from ledger.log.merkle import EMPTY_ROOT, HASH_BYTES
from ledger.log.note import KeyKind, Note, Verified, VerifierKey, open_note, sign_note


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: `size` entries under one root of 32 bytes. Extension lines are not part of this format."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Refuse values that describe no tree; raises FormatError."""
        check_origin(self.origin)
        if not 0 <= self.size <= MAX_INDEX:
            _malformed("/size", found=str(self.size)[:40])
        if len(self.root) != HASH_BYTES:
            _malformed("/root", found=len(self.root), expected=HASH_BYTES)
        if self.size == 0 and self.root != EMPTY_ROOT:
            _malformed("/root", found=b64(self.root), expected=b64(EMPTY_ROOT))

    def format(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read exactly what format() writes; raises FormatError checkpoint-malformed or checkpoint-extension."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1]:
            _malformed("", found=len(lines) - 1, expected=3)
        if len(lines) > 4:
            raise FormatError(Problem("checkpoint-extension", found=len(lines) - 1, expected=3))
        size = parse_decimal(lines[1])
        if size is None:
            _malformed("/size", found=lines[1][:40])
        try:
            root = unb64(lines[2])
        except FormatError:
            _malformed("/root", found=lines[2][:64])
        return cls(lines[0], size, root)


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint whose log signature has been verified, the note it came in, and who cosigned it when."""

    checkpoint: Checkpoint
    note: Note
    log_keys: tuple[VerifierKey, ...]
    cosignatures: tuple[Verified, ...]


def sign_checkpoint(checkpoint: Checkpoint, keys: Sequence[SigningKey]) -> Note:
    """The note with one line per log key: two while a new key overlaps an old one, else one.

    Ed25519 is deterministic, so signing the same checkpoint again after a crash gives the same bytes. Never call it
    for a size and root that are not committed.
    """
    text = checkpoint.format()
    return Note(text, tuple(sign_note(text, checkpoint.origin, key) for key in keys))


def open_checkpoint(
    data: bytes, log_keys: VerifierKey | Iterable[VerifierKey], witnesses: Iterable[VerifierKey] = ()
) -> SignedCheckpoint:
    """Verify and read a signed checkpoint of the log whose keys are given (their name is its origin).

    Raises FormatError for what is no checkpoint, ProofError signature-invalid when a known key's line fails,
    note-unsigned when no key of the log signed, checkpoint-origin when it speaks for another log.
    """
    pinned = (log_keys,) if isinstance(log_keys, VerifierKey) else tuple(log_keys)
    cosigners = tuple(key for key in witnesses if key.kind is KeyKind.COSIGNER)
    note, verified = open_note(data, (*(key for key in pinned if key.kind is KeyKind.LOG), *cosigners))
    by_log = tuple(each for each in verified if each.key.kind is KeyKind.LOG)
    if not by_log:
        # A witness's word alone does not make a checkpoint: it says what was seen, not that the log stands by it.
        raise ProofError(Problem("note-unsigned"))
    checkpoint = Checkpoint.parse(note.text)
    for each in by_log:
        if each.key.name != checkpoint.origin:
            raise ProofError(Problem("checkpoint-origin", found=checkpoint.origin, expected=each.key.name))
    return SignedCheckpoint(
        checkpoint,
        note,
        tuple(each.key for each in by_log),
        tuple(each for each in verified if each.key.kind is KeyKind.COSIGNER),
    )


def _malformed(where: str, *, found: Found = None, expected: Found = None) -> NoReturn:
    raise FormatError(Problem("checkpoint-malformed", where, found, expected))
