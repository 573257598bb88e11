"""Posting every fact again into empty books, never judging, and comparing them with the stored ones row for row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from sqlalchemy import Engine

from ledger.errors import Problem, ProofError
from ledger.queries import RebuildReport
from ledger.rules import Packs
from ledger.state import JUDGED_ACCOUNTS
from ledger.statement import restore
from ledger.store.connection import MEMORY, Connection, Row, open_engine
from ledger.store.journal import Journal
from ledger.store.names import Names
from ledger.store.schema import ACCOUNT_KINDS, SET_BITS, SLOT_BITS, metadata
from ledger.store.selectivity import describe

_PORTION = 500
_MOST_DIFFERENCES = 20
_JUDGED = sorted(ACCOUNT_KINDS[kind] for kind in JUDGED_ACCOUNTS)

_GONE = "CASE WHEN gone < ? THEN gone END"
_ENDED = "CASE WHEN ended < ? THEN ended END"
_EVERYTHING = 2**63 - 1
_IN_ORDER = " ORDER BY ix, slot"
_STATEMENT = "SELECT ix, fact_id, type, kid, by, actor, seq, place, "
_COMPARED = {
    # What stands in columns beside the signed bytes: queries find statements by them.
    "statement": (f"{_STATEMENT}{_ENDED} FROM statement WHERE log = ? AND ix < ? ORDER BY ix", "g"),
    "name": ("SELECT n, text FROM name WHERE log = ? AND n <= ? ORDER BY n", "n"),
    "move": (
        f"SELECT ix, slot, kind, a, b, c, amount, {_GONE} FROM move WHERE log = ? AND ix < ? ORDER BY ix, slot",
        "g",
    ),
    "mark": (
        f"SELECT ix, slot, subject, kind, effective, value, {_GONE} FROM mark WHERE log = ? AND ix < ?{_IN_ORDER}",
        "g",
    ),
    "edge": (
        f"SELECT ix, output, input, grams, {_GONE} FROM edge WHERE log = ? AND ix < ? ORDER BY ix, output, input",
        "g",
    ),
    "lot": ("SELECT lot, ix, origin_set, blocks, facility FROM lot WHERE log = ? AND ix < ? ORDER BY lot, ix", "i"),
    "origin": (
        "SELECT * FROM origin WHERE log = ? AND origin_set < ? ORDER BY origin_set, slot",
        "s",
    ),
}


def rebuild(engine: Engine, log: int, origin: str, *, until: int | None = None) -> RebuildReport:
    """Compare the stored books with those of a replay of the first `until` facts (all of them by default)."""
    stored = Connection(engine)
    fresh_engine = open_engine(MEMORY, must_exist=False)
    metadata.create_all(fresh_engine)
    fresh = Connection(fresh_engine)
    try:
        describe(fresh)
        stored.begin_read()
        size = _size(stored, log)
        wanted = size if until is None else min(until, size)
        _replay(stored, fresh_engine, log, origin, wanted)
        rows, differences = _compare(stored, fresh, log, wanted, whole=wanted == size)
        return RebuildReport(wanted, rows, tuple(differences))
    finally:
        stored.rollback()
        stored.close()
        fresh.close()
        fresh_engine.dispose()


def _size(db: Connection, log: int) -> int:
    row = db.one("SELECT size FROM log WHERE log = ?", log)
    return 0 if row is None else int(row[0])


def _replay(stored: Connection, fresh_engine: Engine, log: int, origin: str, size: int) -> None:
    journal = Journal(fresh_engine, log, origin, packs=lambda: Packs({}), clock=lambda: 0)
    names = Names(log)
    try:
        for first in range(0, size, _PORTION):
            rows = stored.all(
                "SELECT s.payload, s.signature, s.kid, e.digest, e.recorded FROM statement s"
                " JOIN entry e ON e.log = s.log AND e.ix = s.ix"
                " WHERE s.log = ? AND s.ix >= ? AND s.ix < ? ORDER BY s.ix",
                log,
                first,
                min(first + _PORTION, size),
            )
            names.read(stored, (row[2] for row in rows))
            journal.replay(
                [
                    (restore(bytes(payload), bytes(signature), names.text(kid), bytes(digest).hex()), recorded)
                    for payload, signature, kid, digest, recorded in rows
                ]
            )
    finally:
        journal.close()


def _compare(
    stored: Connection, fresh: Connection, log: int, size: int, *, whole: bool
) -> tuple[dict[str, int], list[str]]:
    counts: dict[str, int] = {}
    differences: list[str] = []
    for table, (bounded, bound) in _COMPARED.items():
        sql = bounded
        limit = size << {"n": SLOT_BITS, "s": SET_BITS}.get(bound, 0)
        params: list[object] = [size, log, limit] if bound == "g" else [log, limit]
        if whole:
            # Nothing may stand beyond the end of the log either: what is planted there would be believed at once.
            sql, params = bounded.replace(_GONE, "gone").replace(_ENDED, "ended"), [log, _EVERYTHING]
        counts[table] = _note(table, stored.stream(sql, *params), fresh.stream(sql, *params), differences)
    kinds = ", ".join(map(str, _JUDGED))
    sums = (
        f"SELECT kind, a, b, c, SUM(amount) FROM move WHERE log = ? AND ix < ? AND (gone IS NULL OR gone >= ?)"
        f" AND kind IN ({kinds}) GROUP BY kind, a, b, c HAVING SUM(amount) <> 0 ORDER BY kind, a, b, c"
    )
    balances = "SELECT kind, a, b, c, amount FROM balance WHERE log = ? AND amount <> 0 ORDER BY kind, a, b, c"
    counts["balance"] = _note(
        "balance", _plain(stored.stream(sums, log, size, size)), fresh.stream(balances, log), differences
    )
    if whole:
        _note("balance", stored.stream(balances, log), fresh.stream(balances, log), differences)
    return counts, differences


def _plain(rows: Iterable[Row]) -> Iterator[Row]:
    """Sums as integers: PostgreSQL answers them as decimals."""
    for row in rows:
        yield (*row[:-1], int(row[-1]))


def _note(table: str, stored: Iterable[Row], fresh: Iterable[Row], differences: list[str]) -> int:
    count = 0
    for one, other in zip_longest(_sorted_if_text(stored), _sorted_if_text(fresh)):
        count += 1
        if one != other:
            differences.append(f"{table}: stored {one}, replayed {other}")
            if len(differences) >= _MOST_DIFFERENCES:
                raise ProofError(Problem("books-differ", "", table, details={"first": differences[0]}))
    return count


def _sorted_if_text(rows: Iterable[Row]) -> Iterator[Row]:
    # Databases order text by their own collations; where a key ends in text, equal prefixes are put in one order.
    held: list[Row] = []
    for row in rows:
        if held and held[0][:3] != row[:3]:
            yield from sorted(held, key=str)
            held = []
        held.append(row)
    yield from sorted(held, key=str)
