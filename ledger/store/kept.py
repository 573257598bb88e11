"""What readers keep between questions: who judges claims, with all marks met so far, and deliveries behind sets.

Claims of one lot lean on the same producers, plots and certificates as those of nearly every other lot of a
co-operative. What is kept is good for the newest size only, and the log itself says what became stale: when a fact
brought a new mark for anything met so far, or corrected another, all of it is dropped. It looks at the log, not at
events, so that other processes may write.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ledger.claims import Appraiser, Delivery
from ledger.state import Origin, Standing
from ledger.store.connection import Connection
from ledger.store.names import Names

_THINGS_KEPT = 40_000
_ROWS_KEPT = 25_000
_TOO_FAR = 10_000
"""New facts beyond which asking what they changed costs more than reading anew."""


class KeptSet(NamedTuple):
    """The rows of an origin set and the deliveries they name, with the marks on those that bear on a claim.

    `things` are the producers, land, places and parties named there.
    """

    rows: tuple[Origin, ...]
    deliveries: Mapping[str, Delivery]
    marks: Mapping[str, Sequence[Standing]]
    things: frozenset[str]


class Kept:
    """Shared by the readers of one ledger; every method may be called from any thread."""

    def __init__(self, log: int) -> None:
        """Begin with nothing kept."""
        self._log = log
        self._lock = threading.Lock()
        self._forget(0)

    def _forget(self, size: int) -> None:
        self._size = size
        self._appraiser = Appraiser()
        self._sets: dict[int, KeptSet] = {}
        self._row_count = 0

    def follow(self, connection: Connection, names: Names, size: int) -> None:
        """Move on to a newer size, inside the read transaction that saw it; drop all that new facts made stale."""
        with self._lock:
            if size <= self._size:
                return
            met = self._appraiser.marks
            if not met and not self._sets:
                self._size = size
            elif (
                size - self._size > _TOO_FAR
                or len(met) > _THINGS_KEPT
                or self._was_corrected(connection, size)
                or self._is_touched(connection, names, size)
            ):
                self._forget(size)
            else:
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

    def _is_touched(self, connection: Connection, names: Names, size: int) -> bool:
        """Whether a new fact marks anything met so far in a way that bears on a claim."""
        rows = connection.all(
            "SELECT DISTINCT subject FROM mark WHERE log = ? AND ix >= ? AND ix < ? AND kind NOT IN"
            " ('estimate', 'label', 'confirmed', 'inspected', 'dispatched', 'received', 'receipt', 'conditions')",
            self._log,
            self._size,
            size,
        )
        numbers = [subject for (subject,) in rows]
        names.read(connection, numbers)
        met = self._appraiser.marks
        return any(names.text(number) in met for number in numbers)

    def appraiser(self, size: int) -> Appraiser:
        """The kept appraiser where the size is the newest seen, else one of the caller's own."""
        with self._lock:
            return self._appraiser if size == self._size else Appraiser()

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
