"""Our checkpoints as witnesses have seen them: which are cosigned, by how many, and since when the newest is not.

What is stored was verified, and is verified again here: a line that somebody wrote into the database would make every
reader who knows that witness refuse the whole note.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from ledger.book.heads import Heads
from ledger.book.readers import Readers
from ledger.errors import ConflictError, Problem
from ledger.log.add_checkpoint import merged
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note, Verified, VerifierKey
from ledger.log.policy import NONE, Policy
from ledger.queries import CosignedBy, Head, WitnessStanding
from ledger.store.batch import Clock, moment
from ledger.store.cosignatures import Cosignatures, Cosigned

_LOOKED_MILLISECONDS = 250
"""For so long the answer to "may we write" is taken to be what it was: asking costs a query."""

SHOWN_MILLISECONDS = 10_000
"""For so long strangers are shown the last witnessed checkpoint while witnesses are asked about what came since."""

UNASKED = Policy((), (), (), NONE)
"""No policy was given: nobody is asked and nothing is missing."""


class WitnessedHeads:
    """The heads of one log with what its witnesses said."""

    def __init__(
        self,
        origin: str,
        policy: Policy,
        cosignatures: Cosignatures,
        readers: Readers,
        heads: Heads,
        *,
        clock: Clock,
        patience: int | None,
    ) -> None:
        """`patience` is for how many seconds the log may grow unwitnessed before it refuses; None: for ever."""
        self.policy = policy
        self._origin = origin
        self._rows = cosignatures
        self._readers = readers
        self._heads = heads
        self._clock = clock
        self._patience = patience
        self._keys = {key.format(): key for key in policy.witness_keys}
        self._newest = (0, b"")
        self._looked = (0, 0)
        self._shown = 0
        self._verified = lru_cache(maxsize=256)(_verified)

    def note(self, head: Head) -> Note:
        """The signed checkpoint of this head with every cosignature there is of exactly it."""
        signed = Note.parse(head.checkpoint.encode())
        return merged(signed, (each.line for each in self._lines(self._rows.of(head.size), signed.text)))

    def shown(self, head: Head, at_least: int = 0) -> Note:
        """The checkpoint strangers are shown: the newest one a quorum has cosigned, while what came since is young.

        A log that grows several times a second is otherwise read, most times, just before its witnesses have answered,
        and whoever asks for a quorum would hardly ever find one. Without a quorum, or without its answer for too long,
        it is the newest there is. Never one smaller than was shown before, or than `at_least`.
        """
        at_least = max(at_least, self._shown)
        if self._keys and self.policy.quorum != NONE:
            size, root = self.newest(head)
            young = size < head.size and 0 <= self._clock() - self._recorded(size) <= SHOWN_MILLISECONDS
            if size >= at_least and size and young:
                self._shown = max(self._shown, size)
                return self._note_at(size, root)
        self._shown = max(self._shown, head.size)
        return self.note(head)

    def covering(self, index: int, head: Head) -> tuple[int, Note]:
        """The checkpoint a receipt of this entry rests on, with its size: the newest one a quorum has cosigned.

        Where none of those covers the entry yet, the newest there is.
        """
        if self._keys and self.policy.quorum != NONE:
            size, root = self.newest(head)
            if size > index:
                return size, self._note_at(size, root)
        return head.size, self.note(head)

    def newest(self, head: Head) -> tuple[int, bytes]:
        """Size and root of the largest checkpoint, up to this head, that a quorum has cosigned; (0, b"") for none."""
        known = self._newest if self._newest[0] <= head.size else (0, b"")
        if known[0] == head.size or not self._keys:
            return known
        for size, rows in self._rows.newest_first(known[0], head.size):
            root = rows[0].root
            checkpoint = Checkpoint(self._origin, size, root)
            lines = self._lines(rows, checkpoint.format())
            if self.policy.is_met_by(each.key for each in lines) and self._root_at(size) == root:
                if size > self._newest[0]:
                    self._newest = (size, root)
                return size, root
        return known

    def standing(self, head: Head) -> WitnessStanding:
        """How far the witnesses have come."""
        size, _ = self.newest(head)
        if self.policy.quorum == NONE:
            size = head.size
        return WitnessStanding(
            head.size,
            size,
            moment(self._recorded(size)) if size < head.size else None,
            self.policy.shown_quorum,
            tuple(self._by_each()),
        )

    def may_grow(self) -> None:
        """Raise ConflictError log-unwitnessed where the log has grown unwitnessed for longer than it may."""
        if self._patience is None or self.policy.quorum == NONE:
            return
        now = self._clock()
        looked, since = self._looked
        if not 0 <= now - looked < _LOOKED_MILLISECONDS:
            since = self._unwitnessed_since()
            self._looked = (now, since)
        if since and now - since > self._patience * 1000:
            raise ConflictError(
                Problem("log-unwitnessed", found=moment(since), expected=self._patience, retry="after-change")
            )

    def forget_answer(self) -> None:
        """Look again the next time somebody wants to write: a witness has just answered."""
        self._looked = (0, 0)

    def _unwitnessed_since(self) -> int:
        """When the first entry was recorded that no quorum has seen, in milliseconds; 0 where there is none."""
        head = self._heads.now()
        size, _ = self.newest(head)
        return self._recorded(size) if size < head.size else 0

    def _recorded(self, index: int) -> int:
        with self._readers.log_view() as view:
            return view.recorded(index)

    def _root_at(self, size: int) -> bytes:
        with self._readers.log_view() as view:
            return view.root_at(size)

    def _note_at(self, size: int, root: bytes) -> Note:
        note = self._heads.note(size, root)
        return merged(note, (each.line for each in self._lines(self._rows.of(size), note.text)))

    def _lines(self, rows: Sequence[Cosigned], text: str) -> list[Verified]:
        """Those of the policy's witnesses, verified over this text."""
        found = (self._verified(row, text, self._keys[row.witness]) for row in rows if row.witness in self._keys)
        return [each for each in found if each is not None]

    def _by_each(self) -> list[CosignedBy]:
        found = []
        for each in self.policy.witnesses:
            last = self._rows.last_by(each.key)
            size, at = (0, "") if last is None else (last.size, _second(last.seconds))
            found.append(CosignedBy(each.shown, each.key.format(), each.url, size, at))
        return found


def _verified(row: Cosigned, text: str, key: VerifierKey) -> Verified | None:
    return row.verified(text, key)


def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
