"""What readers keep of the books between questions: standing marks by subject, and the deliveries behind origin sets.

Claims of one lot lean on the same producers, plots and certificates as those of nearly every other lot of a
co-operative. What is kept is good for the newest size only, and the log itself says what became stale: subjects with
newer marks are dropped, and after a correction everything is. It looks at the log, not at events, so that other
processes may write.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ledger.claims import Delivery
from ledger.state import Origin, Standing
from ledger.store.connection import Connection

_MARKS_KEPT = 60_000
_ROWS_KEPT = 25_000
_TOO_FAR = 10_000
"""New facts beyond which asking what they changed costs more than reading anew."""


class KeptSet(NamedTuple):
    """The rows of an origin set and the deliveries they name, with the marks on those that bear on a claim."""

    rows: tuple[Origin, ...]
    deliveries: Mapping[str, Delivery]
    marks: Mapping[str, Sequence[Standing]]
    roots: frozenset[int]


class Kept:
    """Shared by the readers of one ledger; every method may be called from any thread."""

    def __init__(self, log: int) -> None:
        """Begin with nothing kept."""
        self._log = log
        self._lock = threading.Lock()
        self._forget(0)

    def _forget(self, size: int) -> None:
        self._size = size
        self._marks: dict[int, Sequence[Standing]] = {}
        self._sets: dict[int, KeptSet] = {}
        self._mark_count = 0
        self._row_count = 0

    def follow(self, connection: Connection, size: int) -> None:
        """Move on to a newer size, inside the read transaction that saw it; drop what the facts since then changed."""
        with self._lock:
            if size <= self._size:
                return
            if size - self._size > _TOO_FAR or not self._marks or self._was_corrected(connection, size):
                self._forget(size)
                return
            rows = connection.all(
                "SELECT DISTINCT subject FROM mark WHERE log = ? AND ix >= ? AND ix < ?", self._log, self._size, size
            )
            changed = {subject for (subject,) in rows}
            for subject in changed & self._marks.keys():
                self._mark_count -= len(self._marks.pop(subject))
            for number in [n for n, found in self._sets.items() if not changed.isdisjoint(found.roots)]:
                self._row_count -= len(self._sets.pop(number).rows)
            self._size = size

    def _was_corrected(self, connection: Connection, size: int) -> bool:
        found = connection.one(
            "SELECT 1 FROM statement WHERE log = ? AND ix >= ? AND ix < ?"
            " AND (place <> ix OR type IN ('fact.retracted/1', 'statement.withheld/1')) LIMIT 1",
            self._log,
            self._size,
            size,
        )
        return found is not None

    def marks(self, size: int, subjects: Iterable[int]) -> dict[int, Sequence[Standing]]:
        """What is kept of these subjects at this size."""
        with self._lock:
            if size != self._size:
                return {}
            kept = self._marks
            return {subject: kept[subject] for subject in subjects if subject in kept}

    def keep_marks(self, size: int, found: Mapping[int, Sequence[Standing]]) -> None:
        """Keep what was read at this size, if it still is the newest one."""
        with self._lock:
            if size != self._size:
                return
            if self._mark_count > _MARKS_KEPT:
                self._marks = {}
                self._mark_count = 0
            self._marks.update(found)
            self._mark_count += sum(len(rows) for rows in found.values())

    def origin_set(self, size: int, number: int) -> KeptSet | None:
        """What is kept of an origin set at this size."""
        with self._lock:
            return self._sets.get(number) if size == self._size else None

    def keep_set(self, size: int, number: int, found: KeptSet) -> None:
        """Keep an origin set that was read at this size, if it still is the newest one."""
        with self._lock:
            if size != self._size or len(found.rows) > _ROWS_KEPT:
                return
            if self._row_count + len(found.rows) > _ROWS_KEPT:
                self._sets = {}
                self._row_count = 0
            self._sets[number] = found
            self._row_count += len(found.rows)
