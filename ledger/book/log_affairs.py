"""The log's own affairs, as its operator speaks of them: a new key, the end of the log."""

from __future__ import annotations

from ledger import canonical, keys
from ledger.book.heads import Heads
from ledger.book.log_keys import LogKeys
from ledger.book.stating import Stating
from ledger.errors import ConflictError, Problem
from ledger.log.note import KeyKind, VerifierKey
from ledger.queries import Outcome


class LogAffairs(Stating):
    """Rotating the log's key, and closing the log."""

    _heads: Heads
    _log_keys: LogKeys

    @property
    def overlaps(self) -> bool:
        """Whether two keys of the log sign its checkpoints now."""
        return self._log_keys.overlaps

    def rotate_log_key(self, *, overlap: bool = True, seed: bytes | None = None) -> Outcome:
        """Name a new key of the log, signed for by the one so far; both sign until `end_overlap`.

        Without `overlap` (the old key is in wrong hands) the old one signs this change and nothing after it. Raises
        ConflictError log-key-overlaps while the last change is not ended. A crash at any point is made good by doing
        it again, or by the next start.
        """
        if self._log_keys.overlaps:
            raise ConflictError(Problem("log-key-overlaps", retry="after-change"))
        # What another process rotated meanwhile is known before anything is signed.
        self.settle_log_keys()
        old = self._log_keys.newest
        new = self._log_keys.begin(seed or keys.new_secret_key())
        named = VerifierKey(self.origin, KeyKind.LOG, new.public).format()
        signature = old.sign(keys.rotation_message(self.origin, named))
        body = {"log_key": named, "old_key_signature": canonical.b64url(signature)}
        outcome = self.state_as_operator("log.key-rotated/1", body)
        self.settle_log_keys()
        if not overlap:
            self._log_keys.end_overlap()
        self._heads.sign_anew()
        return outcome

    def end_overlap(self) -> bool:
        """From now on only the newest key signs, and the file of the one before is gone; False if there was none."""
        ended = self._log_keys.end_overlap()
        self._heads.sign_anew()
        return ended

    def settle_log_keys(self) -> None:
        """Sign with the keys the log names now; called wherever another process may have written."""
        with self._readers.log_view() as view:
            succession = view.succession()
        if succession is not None:
            self._log_keys.settle(succession)

    def freeze(self, *, successor: str | None = None) -> Outcome:
        """Close the log for ever: no fact is accepted after this one. What is there is still read, proved, cosigned."""
        return self.state_as_operator("log.closed/1", {} if successor is None else {"successor": successor})
