"""The head of the log: remembered outside the database, signed after every commit, never going back."""

from __future__ import annotations

import threading
from pathlib import Path

from ledger.book.readers import Readers
from ledger.errors import Problem, ProofError
from ledger.keys import SigningKey
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.queries import Head
from ledger.store.batch import Tip, moment
from ledger.store.companions import RememberedHead


class Heads:
    """What this process has signed and what this machine remembers."""

    def __init__(self, origin: str, log_key: SigningKey, remembered: Path, readers: Readers) -> None:
        """Open the remembered head; `readers` are asked for proofs where another process has written."""
        self._origin = origin
        self._log_key = log_key
        self._readers = readers
        self.remembered = RememberedHead(remembered)
        self._lock = threading.Lock()
        self._signed: Head | None = None

    def close(self) -> None:
        """Let the file go."""
        self.remembered.close()

    def now(self) -> Head:
        """The signed head of what is committed now."""
        return self.sign(self._tip())

    def check(self) -> None:
        """At start: raise ProofError where the log stands behind or beside what was seen."""
        self.stand_above_floor(self._tip())

    def _tip(self) -> Tip:
        with self._readers.log_view() as view:
            return view.tip()

    def stand_above_floor(self, tip: Tip) -> None:
        """Refuse to go on behind, or beside, what was seen: somebody has put an older or another copy in place."""
        size, root = self.remembered.size, self.remembered.root
        if tip.size < size:
            raise ProofError(Problem("older-than-remembered", "", tip.size, size))
        if tip.size == size and tip.root != root and size:
            raise ProofError(Problem("forked-from-remembered", "", tip.root.hex(), root.hex()))
        if 0 < size < tip.size:
            # Another process has written: what it wrote must continue what we have signed.
            with self._readers.log_view() as view:
                view.check_consistent(size, root, tip.size, tip.root)
        self.remembered.remember(tip.size, tip.root)

    def sign(self, tip: Tip, *, grown: bool = False) -> Head:
        """Sign the checkpoint of a committed head; an older one than was already signed is refused.

        `grown` says that this process has made `tip` out of a head it had checked.
        """
        with self._lock:
            if self._signed is not None and (self._signed.size, self._signed.root) == (tip.size, tip.root.hex()):
                return self._signed
            if self._signed is not None and tip.size < self._signed.size:
                # A reader that began before the last commit: what is newer was signed already.
                return self._signed
            if grown and tip.size > self.remembered.size:
                self.remembered.remember(tip.size, tip.root)
            else:
                self.stand_above_floor(tip)
            note = sign_checkpoint(Checkpoint(self._origin, tip.size, tip.root), [self._log_key])
            self._signed = Head(self._origin, tip.size, tip.root.hex(), note.format().decode(), moment(tip.recorded))
            return self._signed
