"""What readers keep between questions: who judges claims, with all marks met so far, and deliveries behind sets.

Claims of one lot lean on the same producers, plots and certificates as those of nearly every other lot of a
co-operative. What is kept is good for the newest size only, and the log itself says what became stale: when a fact
brought a new mark for anything met so far, or corrected another, all of it is dropped. It looks at the log, not at
events, so that other processes may write.

Marks on lots are not kept, except those on deliveries: a lot is sold, held and packed all the time, and each time all
the rest would have to go.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from ledger.claims import Appraiser, Behind, StepTaken
from ledger.packs.in_force import InForce
from ledger.state import Standing
from ledger.store.bearing import BEARING
from ledger.store.connection import Connection
from ledger.store.names import Names

_THINGS_KEPT = 40_000
_ROWS_KEPT = 25_000
_INPUTS_KEPT = 50_000
_TOO_FAR = 10_000
"""New facts beyond which asking what they changed costs more than reading anew."""
_MOVES_KEPT = 64

_ASKED = (*BEARING, "pack")


class StaleError(Exception):
    """What a reader found is no longer what the newest readers would find: it must keep it to itself."""


class Made(NamedTuple):
    """How a lot was made of others, and those of its inputs that were made of others too."""

    step: StepTaken
    sources: tuple[str, ...]


class Common:
    """What questions at one moment of the books have in common; each belongs to one appraiser and lives as long."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self.appraiser = Appraiser()
        self.sets: dict[int, Behind] = {}
        self.made: dict[str, Made] = {}
        self.in_force: InForce | None = None
        self.roots: set[str] = set()
        self._row_count = 0
        self._input_count = 0

    def add_marks(self, marks: Mapping[str, Sequence[Standing]]) -> None:
        """Marks of things that were not met before."""
        self.appraiser.marks.update(marks)

    def add_set(self, number: int, found: Behind) -> None:
        """The deliveries behind an origin set. A few too many, and all are read anew."""
        if self._row_count + len(found.rows) > _ROWS_KEPT:
            self.sets = {}
            self.roots = set()
            self._row_count = 0
        self.sets[number] = found
        self.roots |= found.deliveries.keys()
        self._row_count += len(found.rows)

    def add_made(self, made: Mapping[str, Made]) -> None:
        """How lots were made of others: settled at their birth."""
        inputs = len(made) + sum(len(one.step.inputs) for one in made.values())
        if self._input_count + inputs > _INPUTS_KEPT:
            self.made = {}
            self._input_count = 0
        self.made |= made
        self._input_count += inputs

    def has_met(self, things: AbstractSet[str]) -> bool:
        """Whether anything kept rests on what is said of any of these things."""
        return not (things.isdisjoint(self.appraiser.marks.keys()) and things.isdisjoint(self.roots))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read yet."""
        return not (self.appraiser.marks or self.sets or self.made or self.in_force)


class Kept:
    """Shared by the readers of one ledger; every method may be called from any thread."""

    def __init__(self, log: int) -> None:
        """Begin with nothing kept."""
        self._log = log
        self._lock = threading.Lock()
        self._forget(0)

    def _forget(self, size: int) -> None:
        self._size = size
        self._common = Common()
        # What the latest facts spoke of, by the size after them: readers of a moment ago may still bring something.
        self._moves: deque[tuple[int, AbstractSet[str]]] = deque(maxlen=_MOVES_KEPT)
        self._oldest = size

    def forget(self) -> None:
        """Drop everything: what was read may never be committed."""
        with self._lock:
            self._forget(0)

    def follow(self, connection: Connection, names: Names, size: int) -> None:
        """Move on to a newer size, inside the read transaction that saw it; drop all that new facts made stale."""
        with self._lock:
            if size < self._size:
                return
            if len(self._common.appraiser.marks) > _THINGS_KEPT:
                self._forget(size)
            if size == self._size:
                return
            if self._common.is_empty or size - self._size > _TOO_FAR or self._was_corrected(connection, size):
                self._forget(size)
                return
            spoken_of = self._spoken_of(connection, names, size)
            if spoken_of is None or self._common.has_met(spoken_of):
                self._forget(size)
                return
            if len(self._moves) == _MOVES_KEPT:
                self._oldest = self._moves[0][0]
            self._moves.append((size, spoken_of))
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

    def _spoken_of(self, connection: Connection, names: Names, size: int) -> AbstractSet[str] | None:
        """All that new facts mark in a way that bears on a claim; None where they adopt another pack."""
        rows = connection.all(
            f"SELECT DISTINCT subject, kind = 'pack' FROM mark WHERE log = ? AND ix >= ? AND ix < ?"
            f" AND kind IN ({', '.join('?' for _ in _ASKED)})",
            self._log,
            self._size,
            size,
            *_ASKED,
        )
        if any(is_pack for _, is_pack in rows):
            return None
        numbers = {subject for subject, _ in rows}
        names.read(connection, numbers)
        return {names.text(number) for number in numbers}

    # ------------------------------------------------------------ questions

    def common(self, size: int) -> Common | None:
        """What is kept, where the size is the newest seen."""
        with self._lock:
            return self._common if size == self._size else None

    def add_marks(self, common: Common, size: int, marks: Mapping[str, Sequence[Standing]]) -> None:
        """Keep marks that were read at a size; raises StaleError where newer facts have changed them."""
        with self._lock:
            self._must_hold(common, size, marks.keys())
            common.add_marks(marks)

    def add_set(self, common: Common, size: int, number: int, found: Behind) -> None:
        """The same for the deliveries behind an origin set, whose marks were added before."""
        with self._lock:
            self._must_hold(common, size, found.deliveries.keys())
            common.add_set(number, found)

    def add_made(self, common: Common, size: int, made: Mapping[str, Made]) -> None:
        """The same for how lots were made; only a correction changes that."""
        with self._lock:
            self._must_hold(common, size, ())
            common.add_made(made)

    def add_packs(self, common: Common, size: int, in_force: InForce) -> None:
        """The same for the packs in force."""
        with self._lock:
            self._must_hold(common, size, ())
            common.in_force = in_force

    def _must_hold(self, common: Common, size: int, subjects: Iterable[str]) -> None:
        if common is not self._common or size < self._oldest:
            raise StaleError
        if size < self._size and any(
            not spoken_of.isdisjoint(subjects) for later, spoken_of in self._moves if later > size
        ):
            raise StaleError
