"""What a correction, hold or release changes in the summaries of everything forward of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

import orjson

from ledger.lineage import BLOCKING_MARKS, LotBasis, debits_below_zero, resummarise
from ledger.state import PLEDGED, LotBooks, Origin, Standing
from ledger.store.connection import Connection
from ledger.store.loading import Loader
from ledger.store.pending import Pending, set_number

_KINDS = ", ".join(f"'{kind}'" for kind in ("born", *BLOCKING_MARKS))


def restate(
    connection: Connection, log: int, loader: Loader, pending: Pending, index: int, start: Iterable[str]
) -> None:
    """Summarise again the lots in `start` and all forward of them; changed ones get a version at `index`.

    The fact's own rows must have been written already: everything here is read from standing postings,
    so that a replay comes to the same summaries.
    """
    numbers = loader.numbers(start)
    lots = _forward(connection, log, numbers)
    edges = connection.all(
        "SELECT output, input, ix, grams FROM edge WHERE log = ? AND output IN @list AND gone IS NULL"
        " ORDER BY output, ix, input",
        log,
        lots,
    )
    around = sorted({*lots, *(row[1] for row in edges)})
    loader.names.read(connection, around)
    text = loader.names.text
    marks = _marks(connection, log, around)
    overdrawn = {text(lot): indexes for lot, indexes in _overdrawn(connection, log, around).items()}
    inputs: dict[int, list[tuple[str, int, int]]] = {}
    for output, input_lot, at, grams in edges:
        inputs.setdefault(output, []).append((text(input_lot), at, grams))
    bases: dict[str, LotBasis] = {}
    for lot in lots:
        rows = marks.get(lot, [])
        birth = next((m for m in reversed(rows) if m.kind == "born"), None)
        own = tuple(m for m in rows if m.kind in BLOCKING_MARKS)
        bases[text(lot)] = LotBasis(
            None if birth is None else birth.index,
            None if birth is None else birth.value,
            tuple(inputs.get(lot, ())),
            own,
        )
    current: dict[str, LotBooks | None] = dict.fromkeys(text(lot) for lot in around)
    current.update(loader.lots(current))
    rows_of = _SetReader(loader)
    pledged_at = {
        (text(lot), str(mark.value["pledge"])): mark.index
        for lot, found in marks.items()
        for mark in found
        if mark.kind == PLEDGED
    }
    done, sets = resummarise(bases, overdrawn, current, rows_of, _numbers(index), pledged_at)
    for number, origins in sets.items():
        pending.origin_set(number, origins)
    for lot_id, books in sorted(done.items(), key=lambda item: loader.names.known(item[0])):
        if current.get(lot_id) != books:
            pending.lot(lot_id, index, books)


class _SetReader:
    """Origin sets, read when asked and remembered."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._read: dict[int, tuple[Origin, ...]] = {}

    def __call__(self, number: int) -> tuple[Origin, ...]:
        if number not in self._read:
            self._read[number] = tuple(row for _, row in self._loader.origins([number]))
        return self._read[number]


def _numbers(index: int) -> Iterator[int]:
    return (set_number(index, slot) for slot in count())


def _forward(connection: Connection, log: int, start: list[int]) -> list[int]:
    seen = set(start)
    level = list(start)
    while level:
        rows = connection.all(
            "SELECT DISTINCT output FROM edge WHERE log = ? AND input IN @list AND gone IS NULL", log, level
        )
        level = sorted({row[0] for row in rows} - seen)
        seen.update(level)
    return sorted(seen)


def _marks(connection: Connection, log: int, lots: list[int]) -> dict[int, list[Standing]]:
    found: dict[int, list[Standing]] = {}
    for subject, index, kind, effective, value in connection.all(
        "SELECT subject, ix, kind, effective, value FROM mark WHERE log = ? AND subject IN @list AND gone IS NULL"
        f" AND kind IN ({_KINDS}) ORDER BY ix, slot",
        log,
        lots,
    ):
        found.setdefault(subject, []).append(Standing(index, kind, effective, orjson.loads(value)))
    return found


def _overdrawn(connection: Connection, log: int, lots: list[int]) -> dict[int, frozenset[int]]:
    """Per lot, the facts that took more from its stock, its title or a dispatch of it than was there.

    Title counts as well: where a delivery was weighed anew as less, what lies in the store may still do although more
    of it was sold than there ever was.
    """
    by_lot: dict[int, list[tuple[tuple[str, str], int, int, int]]] = {}
    columns = "m.kind, m.a, m.b, s.place, m.ix, m.amount FROM move m JOIN statement s ON s.log = m.log AND s.ix = m.ix"
    held = connection.all(
        f"SELECT {columns} WHERE m.log = ? AND m.kind IN (1, 2) AND m.a IN @list AND m.gone IS NULL", log, lots
    )
    transit = connection.all(
        f"SELECT {columns} WHERE m.log = ? AND m.kind IN (3, 4) AND m.b IN @list AND m.gone IS NULL",
        log,
        lots,
    )
    for kind, a, b, place, index, amount in held:
        by_lot.setdefault(a, []).append(((str(kind), f"{a}/{b}"), place, index, amount))
    for kind, a, b, place, index, amount in transit:
        by_lot.setdefault(b, []).append(((str(kind), f"{a}/{b}"), place, index, amount))
    found = {lot: debits_below_zero(moves) for lot, moves in by_lot.items()}
    return {lot: indexes for lot, indexes in found.items() if indexes}
