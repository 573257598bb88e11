"""The keys of one log, first to last: each named and signed for by the one before, so that old pins lead to the newest.

Facts say it inside the log (`log.opened`, `log.key-rotated`); this file says it to readers of the public log alone.
It proves who named whom, not when: whoever steals a key can name a successor of his own, in a log of his own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

from ledger.canonical import b64, unb64
from ledger.errors import FormatError, LedgerError, Problem, ProofError
from ledger.keys import rotation_message, verify
from ledger.log.note import KeyKind, VerifierKey

MAGIC: Final = "chaski.log-keys/v1"

# A key a month for forty years.
_MAX_KEYS: Final = 500


@dataclass(frozen=True, slots=True)
class Handover:
    """A new key, and the signature over it by the key before."""

    key: VerifierKey
    signature: bytes


@dataclass(frozen=True, slots=True)
class Succession:
    """A log's first key and every handover since; verified when it is made, raises ProofError or FormatError."""

    first: VerifierKey
    handovers: tuple[Handover, ...] = ()

    def __post_init__(self) -> None:
        """Check that every key is the log's, new, and signed for by the one before."""
        seen = [self.first]
        for handover in self.handovers:
            key = handover.key
            if key.kind is not KeyKind.LOG or key.name != self.first.name:
                raise ProofError(Problem("verifier-key-differs", found=key.name, expected=self.first.name))
            if key in seen:
                raise ProofError(Problem("log-key-used-before", found=key.format()))
            try:
                verify(seen[-1].public, handover.signature, rotation_message(self.first.name, key.format()))
            except LedgerError:
                raise ProofError(Problem("log-key-not-agreed", found=key.format())) from None
            seen.append(key)

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """Every key the log has had, oldest first."""
        return (self.first, *(each.key for each in self.handovers))

    @property
    def current(self) -> VerifierKey:
        """The key in force."""
        return self.keys[-1]

    def follow(self, pinned: VerifierKey) -> tuple[VerifierKey, ...]:
        """The pinned key and those it led to; raises ProofError verifier-key-differs where it is none of the log's."""
        if pinned not in self.keys:
            raise ProofError(Problem("verifier-key-differs", "", self.current.format(), pinned.format()))
        return self.keys[self.keys.index(pinned) :]

    def format(self) -> bytes:
        """A first line, the first key, then a line per handover: the new key, a space, base64 of the old one's word."""
        lines = [MAGIC, self.first.format()]
        lines += [f"{each.key.format()} {b64(each.signature)}" for each in self.handovers]
        return "".join(f"{line}\n" for line in lines).encode()

    @classmethod
    def parse(cls, data: bytes) -> Succession:
        """Read and verify; raises FormatError log-keys-malformed, or ProofError for a handover that does not hold."""
        try:
            magic, first, *rest = data.decode().split("\n")
        except (UnicodeDecodeError, ValueError):
            _malformed()
        if magic != MAGIC or len(rest) > _MAX_KEYS or not rest or rest.pop() != "":
            _malformed()
        return cls(VerifierKey.parse(first), tuple(_handover(line) for line in rest))


def _handover(line: str) -> Handover:
    key, space, signature = line.partition(" ")
    try:
        return Handover(VerifierKey.parse(key), unb64(signature) if space else _malformed())
    except FormatError:
        _malformed()


def _malformed() -> NoReturn:
    raise FormatError(Problem("log-keys-malformed"))
