"""The log's own keys on this machine: the one in force signs, and the one before it too while their files overlap.

Which key is in force is said by the log, not by the files: what a crash left half done is settled at the next start.
`chaski.db.key` is the key in force, `.key.next` one that is about to be, `.key.old` the one before while both sign.
"""

from __future__ import annotations

from typing import Final

from ledger.errors import NotFoundError, Problem
from ledger.keys import SigningKey
from ledger.log.note import KeyKind, VerifierKey
from ledger.log.succession import Succession
from ledger.store.companions import Companions

IN_FORCE: Final = ".key"
NEXT: Final = ".key.next"
OLD: Final = ".key.old"


class LogKeys:
    """The signing keys of one log."""

    def __init__(self, origin: str, companions: Companions, succession: Succession | None) -> None:
        """`succession` is what the log says; None before its genesis, when the key file alone decides.

        Raises NotFoundError log-key-file-missing where no file holds the key in force.
        """
        self._origin = origin
        self._companions = companions
        own = companions.read_key(IN_FORCE)
        self._newest = own
        self._before: SigningKey | None = None
        self.succession = succession or Succession(self._named(own))
        self.settle(self.succession)

    @property
    def newest(self) -> SigningKey:
        """The key in force."""
        return self._newest

    @property
    def verifier_key(self) -> VerifierKey:
        """The key in force as readers pin it."""
        return self.succession.current

    @property
    def overlaps(self) -> bool:
        """Whether the key before still signs beside the one in force."""
        return self._before is not None and self._companions.path(OLD).exists()

    def signing(self) -> list[SigningKey]:
        """The keys that sign a checkpoint now: the one before first, while its file is there."""
        return [self._before, self._newest] if self._before is not None and self.overlaps else [self._newest]

    def settle(self, succession: Succession) -> None:
        """Bring files and signing keys in line with what the log says.

        The old key is kept under its own name before the new one takes its place, so that the key in force is never
        without a file; doing it again after a crash changes nothing.
        """
        self.succession = succession
        wanted = succession.current
        own = self._companions.read_key(IN_FORCE)
        if self._named(own) != wanted:
            coming = self._companions.read_key(NEXT) if self._companions.path(NEXT).exists() else None
            if coming is None or self._named(coming) != wanted:
                name = self._companions.path(NEXT).name
                raise NotFoundError(Problem("log-key-file-missing", "", name, wanted.format(), retry="after-change"))
            self._companions.replace_key(NEXT, IN_FORCE, keep=OLD)
            own = coming
        self._newest = own
        self._before = self._old(succession)

    def begin(self, seed: bytes) -> SigningKey:
        """The key that will be next, its file written; one that an interrupted attempt has left is taken up again."""
        if not self.overlaps:
            # Left over from longer ago: it must not be taken for the key that is replaced now.
            self._companions.path(OLD).unlink(missing_ok=True)
        self._companions.write_key(NEXT, seed, demo=self._companions.has_demo_key())
        return self._companions.read_key(NEXT)

    def end_overlap(self) -> bool:
        """Let the key before sign no more, and destroy its file; says whether there was one."""
        had = self._companions.path(OLD).exists()
        self._companions.path(OLD).unlink(missing_ok=True)
        self._before = None
        return had

    def _old(self, succession: Succession) -> SigningKey | None:
        if len(succession.keys) < 2 or not self._companions.path(OLD).exists():
            return None
        old = self._companions.read_key(OLD)
        return old if self._named(old) == succession.keys[-2] else None

    def _named(self, key: SigningKey) -> VerifierKey:
        return VerifierKey(self._origin, KeyKind.LOG, key.public)
