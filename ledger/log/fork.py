"""Evidence that a log contradicts itself: two checkpoints of its own key that cannot both be true.

Two of one size with different roots speak for themselves. For two of different sizes there is a proof with them, from
the tree of the larger one: it shows which root that tree had at the smaller size, and it is another than was signed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NoReturn

from ledger.canonical import b64, unb64
from ledger.errors import FormatError, Problem, ProofError
from ledger.log.checkpoint import SignedCheckpoint, open_checkpoint
from ledger.log.merkle import HASH_BYTES, verify_consistency
from ledger.log.note import Note, VerifierKey

MAGIC: Final = "chaski.fork/v1"

# A tree of 2^63 leaves is 63 levels deep; a consistency proof may open with one hash more.
_MAX_HASHES: Final = 64


@dataclass(frozen=True, slots=True)
class Fork:
    """Two signed checkpoints, the smaller first; unverified until `verify`.

    `root` is the one that the larger checkpoint's tree had at the smaller size, `proof` the consistency proof for it
    (RFC 6962 section 2.1.2); both empty where the sizes are the same.
    """

    smaller: Note
    larger: Note
    root: bytes = b""
    proof: tuple[bytes, ...] = ()

    def format(self) -> bytes:
        """The bytes of the file: a head, a blank line, one note, a blank line, the other note."""
        head = [MAGIC]
        if self.root:
            head += [f"root {b64(self.root)}", *(b64(each) for each in self.proof)]
        top = "".join(f"{line}\n" for line in head).encode()
        return top + b"\n" + self.smaller.format() + b"\n" + self.larger.format()

    @classmethod
    def parse(cls, data: bytes) -> Fork:
        """Read exactly what format() writes; raises FormatError fork-malformed or as `Note.parse`. Verifies nothing."""
        # A checkpoint has no blank line in its text: head, and twice text and signatures.
        parts = data.split(b"\n\n")
        if len(parts) != 5:
            _malformed()
        head, first_text, first_lines, second_text, second_lines = parts
        try:
            magic, *lines = head.decode("ascii").split("\n")
            root, *proof = [unb64(line) for line in [lines[0].removeprefix("root "), *lines[1:]]] if lines else [b""]
        except (UnicodeDecodeError, FormatError):
            _malformed()
        bad_hash = any(len(each) != HASH_BYTES for each in proof) or len(root) not in {0, HASH_BYTES}
        if magic != MAGIC or bad_hash or len(proof) > _MAX_HASHES:
            _malformed()
        fork = cls(
            Note.parse(first_text + b"\n\n" + first_lines + b"\n"),
            Note.parse(second_text + b"\n\n" + second_lines),
            root,
            tuple(proof),
        )
        if fork.format() != data:
            _malformed()
        return fork

    def verify(
        self, log_keys: VerifierKey | Iterable[VerifierKey], witnesses: Iterable[VerifierKey] = ()
    ) -> tuple[SignedCheckpoint, SignedCheckpoint]:
        """The two checkpoints, if the log's keys signed both and they cannot both be true.

        Raises ProofError fork-not-shown where they can, and what `open_checkpoint` raises where they were not signed.
        """
        keys = (log_keys,) if isinstance(log_keys, VerifierKey) else tuple(log_keys)
        cosigners = tuple(witnesses)
        smaller, larger = (open_checkpoint(each.format(), keys, cosigners) for each in (self.smaller, self.larger))
        old, new = smaller.checkpoint, larger.checkpoint
        if old.origin != new.origin or old.size > new.size:
            _not_shown(old.size, new.size)
        if old.size == new.size:
            if old.root == new.root:
                _not_shown(old.size, new.size)
        else:
            try:
                verify_consistency(old.size, new.size, self.root, new.root, self.proof)
            except ProofError:
                _not_shown(old.size, new.size)
            if self.root == old.root:
                _not_shown(old.size, new.size)
        return smaller, larger


def _malformed() -> NoReturn:
    raise FormatError(Problem("fork-malformed"))


def _not_shown(old: int, new: int) -> NoReturn:
    raise ProofError(Problem("fork-not-shown", found=old, expected=new))
