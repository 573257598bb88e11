"""The head of the log: remembered outside the database, signed after every commit, never going back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from ledger.book.readers import Readers
from ledger.errors import Problem, ProofError
from ledger.keys import SigningKey
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import Note
from ledger.queries import Head
from ledger.store.batch import Tip, moment
from ledger.store.bell import Bell
from ledger.store.companions import RememberedHead


class Heads:
    """What this process has signed and what this machine remembers."""

    def __init__(
        self,
        origin: str,
        log_keys: Callable[[], Sequence[SigningKey]],
        remembered: Path,
        readers: Readers,
        *,
        grown_elsewhere: Callable[[], None] = lambda: None,
    ) -> None:
        """Open the remembered head; `readers` are asked for proofs where another process has written.

        `log_keys` are asked anew for every signature, and `grown_elsewhere` is called before the first one over what
        another process wrote: it may have replaced the log's key.
        """
        self._origin = origin
        self._log_keys = log_keys
        self._grown_elsewhere = grown_elsewhere
        self._readers = readers
        self.remembered = RememberedHead(remembered)
        self._lock = threading.Lock()
        self._signed: Head | None = None
        self._halted: Problem | None = None
        self.forgot = False
        self.grown = Bell()

    def close(self) -> None:
        """Let the file go."""
        self.remembered.close()

    def now(self) -> Head:
        """The signed head of what is committed now."""
        return self.sign(self._tip())

    def halt(self, problem: Problem) -> None:
        """Sign nothing from now on and let nothing be written: what was signed before is not what the books hold."""
        self._halted = problem

    def note(self, size: int, root: bytes) -> Note:
        """The signed checkpoint of a size the log has had, whose root the caller has taken from the stored nodes."""
        self._must_not_be_halted()
        return self._sign(Checkpoint(self._origin, size, root))

    def _sign(self, checkpoint: Checkpoint) -> Note:
        return sign_checkpoint(checkpoint, self._log_keys())

    def sign_anew(self) -> None:
        """Forget the last signature: the log's keys are others now."""
        with self._lock:
            self._signed = None

    def _must_not_be_halted(self) -> None:
        if self._halted is not None:
            raise ProofError(self._halted)

    def check(self) -> None:
        """At start: raise ProofError where the log stands behind or beside what was seen."""
        self.forgot = not self.remembered.size
        self.stand_above_floor(self._tip())

    def _tip(self) -> Tip:
        with self._readers.log_view() as view:
            return view.tip()

    def stand_above_floor(self, tip: Tip) -> None:
        """Refuse to go on behind, or beside, what was seen: somebody has put an older or another copy in place."""
        self._must_not_be_halted()
        size, root = self.remembered.size, self.remembered.root
        if tip.size < size:
            raise ProofError(Problem("older-than-remembered", "", tip.size, size))
        if tip.size == size and tip.root != root and size:
            raise ProofError(Problem("forked-from-remembered", "", tip.root.hex(), root.hex()))
        if 0 < size < tip.size:
            # Another process has written: what it wrote must continue what we have signed.
            with self._readers.log_view() as view:
                view.check_consistent(size, root, tip.size, tip.root)
            self._grown_elsewhere()
        self.remembered.remember(tip.size, tip.root)

    def sign(self, tip: Tip, *, grown: bool = False) -> Head:
        """Sign the checkpoint of a committed head; an older one than was already signed is refused.

        `grown` says that this process has made `tip` out of a head it had checked.
        """
        with self._lock:
            self._must_not_be_halted()
            if self._signed is not None and (self._signed.size, self._signed.root) == (tip.size, tip.root.hex()):
                return self._signed
            if self._signed is not None and tip.size < self._signed.size:
                # A reader that began before the last commit: what is newer was signed already.
                return self._signed
            if grown and tip.size > self.remembered.size:
                self.remembered.remember(tip.size, tip.root)
            else:
                self.stand_above_floor(tip)
            note = self._sign(Checkpoint(self._origin, tip.size, tip.root))
            self._signed = Head(self._origin, tip.size, tip.root.hex(), note.format().decode(), moment(tip.recorded))
            self.grown.ring()
            return self._signed
