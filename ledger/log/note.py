"""Signed notes (c2sp.org/signed-note): text, a blank line, and a line per signature."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NoReturn

from ledger.canonical import b64, unb64
from ledger.errors import FormatError, Problem, ProofError
from ledger.keys import SigningKey, verify
from ledger.log.cosignature import cosign, verify_cosignature

# c2sp.org/signed-note asks verifiers to accept at least 16; Go's stop at 100.
MAX_SIGNATURES: Final = 100
MAX_NOTE_BYTES: Final = 1_000_000

_DASH: Final = "\u2014 "
_KEY_ID_BYTES: Final = 4
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME: Final = re.compile(r"[^\s+\x00-\x1f]+")
_HEX_KEY_ID: Final = re.compile(r"[0-9a-f]{8}")


class KeyKind(IntEnum):
    """The signature type byte: part of a key's id, so one kind of signature is never taken for another."""

    LOG = 0x01
    COSIGNER = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name, as readers pin it. Text form: `name+hex key id+base64(kind || 32 public bytes)`."""

    name: str
    kind: KeyKind
    public: bytes

    def __post_init__(self) -> None:
        """Refuse names that cannot stand on a signature line; raises FormatError verifier-key-malformed."""
        if _NAME.fullmatch(self.name) is None or len(self.public) != 32:
            raise FormatError(Problem("verifier-key-malformed"))

    @property
    def key_id(self) -> bytes:
        """Four bytes that find the key; they prove nothing."""
        hashed = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(hashed).digest()[:_KEY_ID_BYTES]

    def format(self) -> str:
        """The text form."""
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read the text form; raises FormatError verifier-key-malformed, also for kinds unknown here.

        Split from the left: a name holds no plus, the base64 at the end may.
        """
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            material = unb64(encoded)
            key = cls(name, KeyKind(material[0]), material[1:])
        except (FormatError, ValueError, IndexError):
            raise FormatError(Problem("verifier-key-malformed")) from None
        if _HEX_KEY_ID.fullmatch(key_id) is None or key_id != key.key_id.hex():
            raise FormatError(Problem("verifier-key-malformed", found=key_id[:8], expected=key.key_id.hex()))
        return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line; unverified until a key has been found for it."""

    name: str
    key_id: bytes
    payload: bytes

    def format(self) -> str:
        """The line, with its newline."""
        return f"{_DASH}{self.name} {b64(self.key_id + self.payload)}\n"

    @classmethod
    def parse(cls, line: str) -> NoteSignature:
        """Read a line without its newline; raises FormatError note-malformed."""
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not space or _NAME.fullmatch(name) is None:
            _malformed()
        try:
            data = unb64(encoded)
        except FormatError:
            _malformed()
        if len(data) <= _KEY_ID_BYTES:
            _malformed()
        return cls(name, data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])

    def is_by(self, key: VerifierKey) -> bool:
        """Whether the line claims to be by this key."""
        return self.name == key.name and self.key_id == key.key_id


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its signature lines; unverified."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def format(self) -> bytes:
        """The bytes of the note."""
        return f"{self.text}\n{''.join(line.format() for line in self.signatures)}".encode()

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Read a note; raises FormatError note-malformed, note-too-many-signatures. Verifies nothing."""
        if len(data) > MAX_NOTE_BYTES:
            _malformed()
        try:
            everything = data.decode()
        except UnicodeDecodeError:
            _malformed()
        # The text may hold blank lines: the last one separates.
        text, blank, lines = everything.rpartition("\n\n")
        if not blank or not lines.endswith("\n") or _CONTROL.search(everything):
            _malformed()
        signature_lines = lines[:-1].split("\n")
        if len(signature_lines) > MAX_SIGNATURES:
            raise FormatError(Problem("note-too-many-signatures", found=len(signature_lines), expected=MAX_SIGNATURES))
        return cls(text + "\n", tuple(NoteSignature.parse(line) for line in signature_lines))

    def with_signatures(self, more: Iterable[NoteSignature]) -> Note:
        """The same note with further lines at its end; lines it already has are not repeated."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *more))))


@dataclass(frozen=True, slots=True)
class Verified:
    """A signature line that verified: whose it is and, for cosigners, the second they signed (else None)."""

    key: VerifierKey
    line: NoteSignature
    seconds: int | None


def sign_note(text: str, name: str, key: SigningKey) -> NoteSignature:
    """A log's signature line over a text (kind 0x01)."""
    signer = VerifierKey(name, KeyKind.LOG, key.public)
    return NoteSignature(name, signer.key_id, key.sign(text.encode()))


def cosign_note(text: str, name: str, key: SigningKey, seconds: int) -> NoteSignature:
    """A witness's signature line over a checkpoint's text (kind 0x04), at a time in seconds since 1970."""
    signer = VerifierKey(name, KeyKind.COSIGNER, key.public)
    return NoteSignature(name, signer.key_id, cosign(text, seconds, key))


def open_note(data: bytes, keys: Iterable[VerifierKey]) -> tuple[Note, tuple[Verified, ...]]:
    """The note and the lines that verified under the known keys, at least one.

    Lines by unknown keys are ignored. A line by a known key that fails rejects the whole note (ProofError
    signature-invalid): it was made to deceive or damaged on the way. No known key: ProofError note-unsigned. Two keys
    of one name and id: FormatError verifier-key-ambiguous, but only if a line is by them. Of several lines by one
    key the first counts.
    """
    note = Note.parse(data)
    known = list(keys)
    found: dict[VerifierKey, Verified] = {}
    for line in note.signatures:
        matching = [key for key in known if line.is_by(key)]
        if len(matching) > 1:
            raise FormatError(Problem("verifier-key-ambiguous", found=line.name))
        for key in matching:
            if key not in found:
                found[key] = verify_line(note.text, line, key)
    if not found:
        raise ProofError(Problem("note-unsigned"))
    return note, tuple(found.values())


def verify_line(text: str, line: NoteSignature, key: VerifierKey) -> Verified:
    """Verify one line by the key it claims to be by; raises ProofError signature-invalid."""
    if not line.is_by(key):
        raise ProofError(Problem("signature-invalid"))
    if key.kind is KeyKind.COSIGNER:
        return Verified(key, line, verify_cosignature(text, line.payload, key.public))
    verify(key.public, line.payload, text.encode())
    return Verified(key, line, None)


def _malformed() -> NoReturn:
    raise FormatError(Problem("note-malformed"))
