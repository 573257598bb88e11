"""Summaries of lots: which origin set a lot shares and what blocks it, made from standing postings alone.

A new lot's summary follows from its inputs'. When a correction, hold or release changes what stood,
everything forward of it is summarised again by the same rules, so that stored summaries always equal
those of a full replay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from ledger.lineage.origins import mix
from ledger.lineage.walk import topological
from ledger.postings import Edge, Mark
from ledger.state import PLEDGED, Blocking, LotBooks, Origin, Standing

IN_QUESTION = "in-question"
OVERDRAWN = "overdrawn"
BLOCKING_MARKS = ("held", "recalled", "released", "pledged", "pledge-released")
"""Marks on a lot that change what blocks it, and with it everything forward of it."""

NO_BIRTH = "no-birth"


class Birth(NamedTuple):
    """A lot that a fact bore, with what was said at its birth and the edges that lead into it."""

    lot: str
    value: Mapping[str, object]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class LotBasis:
    """All that the summary of one lot rests on, as it stands.

    `inputs` are (input lot, index of the fact, grams).
    """

    birth_index: int | None
    birth: Mapping[str, object] | None
    inputs: tuple[tuple[str, int, int], ...]
    marks: tuple[Standing, ...]


def root_origins(lot: str, value: Mapping[str, object]) -> tuple[Origin, ...] | None:
    """The origin rows said at a birth (delivery, purchase, opening); None for a lot that came out of others."""
    rows = value.get("origins")
    if not isinstance(rows, list):
        return None
    return tuple(sorted(Origin(row[0] or "", row[1] or "", lot, row[2]) for row in rows))


def birth_sets(
    births: Sequence[Birth],
    books: Mapping[str, LotBooks | None],
    rows_of: Callable[[int], tuple[Origin, ...]],
    number_of: Callable[[str], int],
) -> tuple[dict[str, LotBooks], dict[int, tuple[Origin, ...]]]:
    """Summaries and new origin sets of the lots one fact bore.

    All outputs of one fact share a set; where its inputs share one already, nothing is written at all:
    splits, bags and pallets point at the set of what they were cut from.
    """
    summaries: dict[str, LotBooks] = {}
    sets: dict[int, tuple[Origin, ...]] = {}
    derived = [birth for birth in births if birth.edges]
    for birth in births:
        if not birth.edges:
            rows = root_origins(birth.lot, birth.value) or ()
            number = number_of(birth.lot)
            sets[number] = rows
            summaries[birth.lot] = LotBooks(number, (), _place(birth.value))
    if derived:
        inputs = _input_grams(edge for birth in derived for edge in birth.edges)
        number_or_none, rows_or_none = _shared_set(inputs, books, rows_of)
        number = number_of(derived[0].lot) if number_or_none is None else number_or_none
        if rows_or_none is not None:
            sets[number] = rows_or_none
        blocks = inherit({lot: books.get(lot) for lot in inputs})
        for birth in derived:
            summaries[birth.lot] = LotBooks(number, blocks, _place(birth.value))
    return summaries, sets


def _place(birth: Mapping[str, object] | None) -> str:
    """The place named at a birth."""
    return str(birth.get("facility") or "") if birth is not None else ""


def _input_grams(edges: Iterable[Edge]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for edge in edges:
        sums[edge.input] = sums.get(edge.input, 0) + edge.grams
    return dict(sorted(sums.items()))


def _shared_set(
    inputs: Mapping[str, int],
    books: Mapping[str, LotBooks | None],
    rows_of: Callable[[int], tuple[Origin, ...]],
) -> tuple[int | None, tuple[Origin, ...] | None]:
    """The one set all inputs share, or the rows of a new one. An input nobody bore stands for itself, untraced."""
    numbers = {lot: found.origin_set if (found := books.get(lot)) is not None else None for lot in inputs}
    distinct = set(numbers.values())
    if len(distinct) == 1 and (only := next(iter(distinct))) is not None:
        return only, None
    mixed = mix(
        (grams, rows_of(number) if (number := numbers[lot]) is not None else (Origin("", "", lot, 1),))
        for lot, grams in inputs.items()
    )
    return None, mixed


def inherit(inputs: Mapping[str, LotBooks | None]) -> tuple[Blocking, ...]:
    """What blocks an output: everything that blocked any input.

    Only the facts that overdrew a lot put their outputs in question, and a fact that is judged today
    never overdraws: the input's own shortage stays with it.
    """
    return tuple(
        sorted(
            {
                block
                for lot, books in inputs.items()
                if books is not None
                for block in books.blocks
                if not _is_own_shortage(block, lot)
            }
        )
    )


def _is_own_shortage(block: Blocking, lot: str) -> bool:
    return block.source == OVERDRAWN and block.lot == lot


def debits_below_zero(moves: Iterable[tuple[tuple[str, str], int, int, int]]) -> frozenset[int]:
    """Walk each account in log order and name the facts that debited it while it ran below zero.

    `moves` are (account, place in the log, index of the fact, grams). The place of a replacement is
    that of what it replaces: a delivery of 98,000 g stated late for one of 100,000 g leaves a later
    debit of 100,000 g exactly 2,000 g short.
    """
    running: dict[tuple[str, str], int] = {}
    below: set[int] = set()
    for account, _, index, grams in sorted(moves, key=lambda m: (m[0], m[1], -m[3])):
        running[account] = running.get(account, 0) + grams
        if grams < 0 and running[account] < 0:
            below.add(index)
    return frozenset(below)


def resummarise(
    lots: Mapping[str, LotBasis],
    overdrawn: Mapping[str, frozenset[int]],
    current: Mapping[str, LotBooks | None],
    rows_of: Callable[[int], tuple[Origin, ...]],
    new_numbers: Iterator[int],
    pledged_at: Mapping[tuple[str, str], int] = MappingProxyType({}),
) -> tuple[dict[str, LotBooks], dict[int, tuple[Origin, ...]]]:
    """Summarise `lots` (closed forward) again.

    `current` has what is stored, `overdrawn` the facts that took more than the book held and `pledged_at` the index
    of each pledge by (lot, pledge), all for these lots and for their inputs. A set whose rows come out as they were
    keeps its number; otherwise it gets the next new one.
    """
    again = _Again(lots, overdrawn, current, rows_of, new_numbers, pledged_at)
    for lot in topological({lot: [i for i, _, _ in basis.inputs] for lot, basis in lots.items()}):
        again.done[lot] = LotBooks(again.set_of(lot), again.blocks_of(lot), _place(lots[lot].birth))
    return again.done, again.sets


class _Again:
    """One summarising again: what was done so far, and where each answer comes from."""

    def __init__(
        self,
        lots: Mapping[str, LotBasis],
        overdrawn: Mapping[str, frozenset[int]],
        current: Mapping[str, LotBooks | None],
        rows_of: Callable[[int], tuple[Origin, ...]],
        new_numbers: Iterator[int],
        pledged_at: Mapping[tuple[str, str], int],
    ) -> None:
        self.done: dict[str, LotBooks] = {}
        self.sets: dict[int, tuple[Origin, ...]] = {}
        self._lots = lots
        self._overdrawn = overdrawn
        self._current = current
        self._rows_of = rows_of
        self._new_numbers = new_numbers
        self._pledged_at = pledged_at
        self._shared: dict[int, int] = {}
        self._grams_into = _grams_by_fact(lots)

    def set_of(self, lot: str) -> int | None:
        """The origin set of a lot: its own for a root, that of its inputs, or a mixed one shared by its siblings."""
        basis = self._lots[lot]
        if basis.birth is None or basis.birth_index is None:
            return None
        root = root_origins(lot, basis.birth)
        if root is not None:
            return self._keep_or_new(lot, root)
        inputs = self._grams_into.get(basis.birth_index, {})
        number, mixed = _shared_set(inputs, {i: self._books(i) for i in inputs}, self._rows)
        if mixed is None:
            return number
        if basis.birth_index not in self._shared:
            self._shared[basis.birth_index] = self._keep_or_new(lot, mixed)
        return self._shared[basis.birth_index]

    def blocks_of(self, lot: str) -> tuple[Blocking, ...]:
        """What blocks a lot: inherited, its own shortage or missing birth, its own holds less its releases."""
        basis = self._lots[lot]
        blocks: set[Blocking] = set()
        for input_lot, index, _ in basis.inputs:
            books = self._books(input_lot)
            overdrew = index in self._overdrawn.get(input_lot, ())
            inherited = books.blocks if books is not None else ()
            blocks.update(
                block
                for block in inherited
                if (overdrew or not _is_own_shortage(block, input_lot)) and not self._before(block, input_lot, index)
            )
        if basis.birth is None:
            blocks.add(Blocking(IN_QUESTION, NO_BIRTH, lot))
        if self._overdrawn.get(lot):
            blocks.add(Blocking(IN_QUESTION, OVERDRAWN, lot))
        return tuple(sorted(_own_marks(lot, blocks, basis.marks)))

    def _before(self, block: Blocking, input_lot: str, index: int) -> bool:
        """Whether a lot was made before the lot it came from was pledged: it has none of the pledged grams."""
        return block.kind == PLEDGED and index < self._pledged_at.get((input_lot, block.source), 0)

    def _books(self, lot: str) -> LotBooks | None:
        return self.done[lot] if lot in self.done else self._current.get(lot)

    def _rows(self, number: int) -> tuple[Origin, ...]:
        return self.sets[number] if number in self.sets else self._rows_of(number)

    def _keep_or_new(self, lot: str, wanted: tuple[Origin, ...]) -> int:
        stored = self._current.get(lot)
        if stored is not None and stored.origin_set is not None and self._rows(stored.origin_set) == wanted:
            return stored.origin_set
        number = next(self._new_numbers)
        self.sets[number] = wanted
        return number


def _grams_by_fact(lots: Mapping[str, LotBasis]) -> dict[int, dict[str, int]]:
    """Per fact, how many grams of each input went into the lots it bore."""
    sums: dict[int, dict[str, int]] = {}
    for basis in lots.values():
        for input_lot, index, grams in basis.inputs:
            by_lot = sums.setdefault(index, {})
            by_lot[input_lot] = by_lot.get(input_lot, 0) + grams
    return {index: dict(sorted(by_lot.items())) for index, by_lot in sums.items()}


def _own_marks(lot: str, inherited: set[Blocking], marks: Iterable[Standing]) -> set[Blocking]:
    """Inherited blocks, the lot's own holds, recalls and pledges added and its releases taken away, in log order."""
    blocks = set(inherited)
    pledged: dict[str, int] = {}
    for mark in marks:
        source = str(mark.value.get("hold", ""))
        if mark.kind in ("held", "recalled"):
            blocks.add(Blocking(mark.kind, source, lot))
        elif mark.kind == "released":
            blocks = {block for block in blocks if block.source != source}
        elif mark.kind in ("pledged", "pledge-released"):
            pledge, grams = str(mark.value["pledge"]), mark.value["grams"]
            change = grams if isinstance(grams, int) else 0
            pledged[pledge] = pledged.get(pledge, 0) + (change if mark.kind == "pledged" else -change)
    blocks.update(Blocking(PLEDGED, pledge, lot) for pledge, grams in pledged.items() if grams > 0)
    return blocks


def is_born(mark: Mark) -> bool:
    """Whether a mark bears a lot."""
    return mark.kind == "born" and mark.value.get("thing") == "lot"
