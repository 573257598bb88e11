"""Loading what judge wants: one query per kind of thing, never one per fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from ledger.postings import Account
from ledger.state import Blocking, Known, LotBooks, Origin, Standing, State, Wants
from ledger.statement import Statement, restore
from ledger.store.connection import Connection, Row
from ledger.store.names import Names
from ledger.store.schema import ACCOUNT_KINDS, ACCOUNT_NAMES


class Loader:
    """Reads books of one log from one connection into a State."""

    def __init__(self, connection: Connection, log: int, names: Names) -> None:
        """Read through `connection`; `names` is filled as a side effect."""
        self.db = connection
        self.log = log
        self.names = names

    def load(self, state: State, wants: Wants) -> None:
        """Load into `state` what of `wants` it does not have yet."""
        missing = state.missing(wants)
        if not missing:
            return
        self.names.find(
            self.db,
            [
                *missing.subjects,
                *(a for _, a in missing.balances),
                *(kid for kid, _ in missing.seqs),
                *missing.lots,
                *missing.actors,
                *missing.downstream,
            ],
        )
        if missing.subjects:
            state.load_marks(missing.subjects, self.marks(missing.subjects))
        if missing.balances:
            state.load_balances(missing.balances, self.balances(missing.balances))
        if missing.digests:
            state.load_known(missing.digests, self.known(missing.digests))
        if missing.ids:
            state.load_ids(missing.ids, self.ids(missing.ids))
        if missing.seqs:
            state.load_seqs(missing.seqs, self.seqs(missing.seqs))
        if missing.lots:
            state.load_lots(missing.lots, self.lots(missing.lots))
        if missing.origin_sets:
            state.load_origin_sets(missing.origin_sets, self.origins(missing.origin_sets))
        if missing.actors:
            state.load_actors(missing.actors, self.actors(missing.actors))
        if missing.downstream:
            state.load_downstream(missing.downstream, ((lot, self.downstream(lot)) for lot in missing.downstream))

    def numbers(self, texts: Iterable[str]) -> list[int]:
        """The numbers of those texts that have one."""
        found = (self.names.number(text) for text in texts)
        return sorted(number for number in found if number is not None)

    def marks(self, subjects: Iterable[str]) -> Iterator[tuple[str, Standing]]:
        """Standing marks of subjects in log order."""
        rows = self.db.all(
            "SELECT subject, ix, kind, effective, value FROM mark"
            " WHERE log = ? AND subject IN @list AND gone IS NULL ORDER BY ix, slot",
            self.log,
            self.numbers(subjects),
        )
        for subject, index, kind, effective, value in rows:
            yield self.names.text(subject), Standing(index, kind, effective, orjson.loads(value))

    def balances(self, keys: Iterable[tuple[str, str]]) -> list[tuple[Account, int]]:
        """Balances under (kind, a)."""
        by_kind: dict[int, list[str]] = {}
        for kind, a in keys:
            by_kind.setdefault(ACCOUNT_KINDS[kind], []).append(a)
        rows: list[Row] = []
        for kind_number, firsts in sorted(by_kind.items()):
            rows += self.db.all(
                "SELECT kind, a, b, c, amount FROM balance WHERE log = ? AND kind = ? AND a IN @list",
                self.log,
                kind_number,
                self.numbers(firsts),
            )
        self.names.read(self.db, [row[2] for row in rows])
        text = self.names.text
        return [(Account(ACCOUNT_NAMES[kind], text(a), text(b), c), amount) for kind, a, b, c, amount in rows]

    def known(self, digests: Iterable[str]) -> list[Known]:
        """Statements by digest."""
        rows: list[Row] = []
        # One by one: a digest is wanted by its exact bytes, which JSON lists cannot carry.
        for digest in digests:
            rows += self.db.all(
                "SELECT e.ix, e.digest, s.kid, s.ended, s.payload, s.signature FROM entry e"
                " JOIN statement s ON s.log = e.log AND s.ix = e.ix WHERE e.log = ? AND e.digest = ?",
                self.log,
                bytes.fromhex(digest),
            )
        if not rows:
            return []
        self.names.read(self.db, [row[2] for row in rows])
        flags = self.flags([row[0] for row in rows])
        return [Known(row[0], self.statement(row), row[3] is not None, tuple(flags.get(row[0], ()))) for row in rows]

    def statement(self, row: Row) -> Statement:
        """A statement from (ix, digest, kid, ended, payload, signature)."""
        return restore(bytes(row[4]), bytes(row[5]), self.names.text(row[2]), bytes(row[1]).hex())

    def flags(self, indexes: list[int]) -> dict[int, list[str]]:
        """Codes of the flags on the facts at these indexes."""
        found: dict[int, list[str]] = {}
        for index, code in self.db.all(
            "SELECT ix, code FROM flag WHERE log = ? AND ix IN @list ORDER BY ix, slot", self.log, indexes
        ):
            found.setdefault(index, []).append(code)
        return found

    def ids(self, ids: Iterable[str]) -> list[tuple[str, str]]:
        """Digest of the statement that carries each fact id."""
        rows = self.db.all(
            "SELECT s.fact_id, e.digest FROM statement s JOIN entry e ON e.log = s.log AND e.ix = s.ix"
            " WHERE s.log = ? AND s.fact_id IN @list",
            self.log,
            list(ids),
        )
        return [(fact_id, bytes(digest).hex()) for fact_id, digest in rows]

    def seqs(self, seqs: Iterable[tuple[str, int]]) -> Iterator[tuple[tuple[str, int], str]]:
        """Digest of the statement at each (key, seq)."""
        by_key: dict[str, list[int]] = {}
        for kid, seq in seqs:
            by_key.setdefault(kid, []).append(seq)
        for kid, numbers in by_key.items():
            key = self.names.number(kid)
            if key is None:
                continue
            rows = self.db.all(
                "SELECT s.seq, e.digest FROM statement s JOIN entry e ON e.log = s.log AND e.ix = s.ix"
                " WHERE s.log = ? AND s.kid = ? AND s.seq IN @list",
                self.log,
                key,
                numbers,
            )
            for seq, digest in rows:
                yield (kid, seq), bytes(digest).hex()

    def lots(self, lots: Iterable[str]) -> list[tuple[str, LotBooks]]:
        """The newest summary of each lot."""
        rows = self.db.all(
            "SELECT lot, origin_set, blocks, facility FROM lot WHERE log = ? AND lot IN @list ORDER BY lot, ix",
            self.log,
            self.numbers(lots),
        )
        self.names.read(self.db, (row[3] for row in rows))
        text = self.names.text
        return [(text(lot), books_of(number, blocks, text(facility))) for lot, number, blocks, facility in rows]

    def origins(self, sets: Iterable[int]) -> list[tuple[int, Origin]]:
        """The rows of origin sets in their stored order."""
        rows = self.db.all(
            "SELECT origin_set, producer, grown, delivery, grams FROM origin"
            " WHERE log = ? AND origin_set IN @list ORDER BY origin_set, slot",
            self.log,
            sorted(sets),
        )
        self.names.read(self.db, [number for row in rows for number in row[1:4]])
        text = self.names.text
        return [(number, Origin(text(p), text(g), text(d), grams)) for number, p, g, d, grams in rows]

    def actors(self, things: Iterable[str]) -> list[tuple[str, str]]:
        """Parties with a standing fact on each thing: by a move, a mark or an edge."""
        numbers = self.numbers(things)
        rows: set[Row] = set()
        for sql in _ACTORS:
            rows.update((a, b) for a, b in self.db.all(sql, self.log, numbers))
        self.names.read(self.db, [party for _, party in rows])
        return [(self.names.text(thing), self.names.text(party)) for thing, party in rows]

    def downstream(self, lot: str) -> frozenset[str]:
        """Every lot that standing edges lead to from this one, level by level."""
        number = self.names.number(lot)
        seen: set[int] = set()
        level = [] if number is None else [number]
        while level:
            rows = self.db.all(
                "SELECT DISTINCT output FROM edge WHERE log = ? AND input IN @list AND gone IS NULL", self.log, level
            )
            level = sorted({row[0] for row in rows} - seen)
            seen.update(level)
        self.names.read(self.db, seen)
        return frozenset(self.names.text(number) for number in seen)


_BY_STATEMENT = "JOIN statement s ON s.log = m.log AND s.ix = m.ix WHERE m.gone IS NULL AND m.log = ?"
_ACTORS = (
    f"SELECT DISTINCT m.a, s.actor FROM move m {_BY_STATEMENT} AND m.kind IN (1, 2) AND m.a IN @list",
    f"SELECT DISTINCT m.subject, s.actor FROM mark m {_BY_STATEMENT} AND m.subject IN @list",
    f"SELECT DISTINCT m.input, s.actor FROM edge m {_BY_STATEMENT} AND m.input IN @list",
)


def books_of(origin_set: int | None, blocks: str | None, facility: str = "") -> LotBooks:
    """A lot's summary from its stored columns."""
    read = () if blocks is None else tuple(Blocking(*row) for row in orjson.loads(blocks))
    return LotBooks(origin_set, read, facility)


def blocks_text(books: LotBooks) -> str | None:
    """How a lot's blocks are stored."""
    return orjson.dumps([list(block) for block in books.blocks]).decode() if books.blocks else None
