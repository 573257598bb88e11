"""Rows of accepted facts, gathered in order and written table by table in one go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson

from ledger.errors import Problem
from ledger.postings import Postings
from ledger.state import JUDGED_ACCOUNTS, LotBooks, Origin
from ledger.statement import Statement
from ledger.store.connection import Connection
from ledger.store.loading import blocks_text
from ledger.store.names import Names
from ledger.store.schema import ACCOUNT_KINDS, SET_BITS

Cells = Sequence[object]

_INSERTS = {
    "entry": "INSERT INTO entry (log, ix, recorded, hash, digest) VALUES (?, ?, ?, ?, ?)",
    "statement": "INSERT INTO statement (log, ix, fact_id, type, kid, by, actor, seq, place, payload, signature)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "node": "INSERT INTO node (log, level, number, hash) VALUES (?, ?, ?, ?)",
    "name": "INSERT INTO name (log, n, text) VALUES (?, ?, ?)",
    "move": "INSERT INTO move (log, ix, slot, kind, a, b, c, amount) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "mark": "INSERT INTO mark (log, ix, slot, subject, kind, effective, value) VALUES (?, ?, ?, ?, ?, ?, ?)",
    "edge": "INSERT INTO edge (log, output, input, ix, grams) VALUES (?, ?, ?, ?, ?)",
    "lot": "INSERT INTO lot (log, lot, ix, origin_set, blocks, facility) VALUES (?, ?, ?, ?, ?, ?)",
    "origin": "INSERT INTO origin (log, origin_set, slot, producer, grown, delivery, grams)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)",
    "flag": "INSERT INTO flag (log, ix, slot, code, problem) VALUES (?, ?, ?, ?, ?)",
}
_ADD_BALANCE = (
    "INSERT INTO balance (log, kind, a, b, c, amount) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (log, kind, a, b, c) DO UPDATE SET amount = balance.amount + excluded.amount"
)


class Pending:
    """What one run of accepted facts will write."""

    def __init__(self, log: int, names: Names, lots: set[str]) -> None:
        """Begin with nothing; every lot that is summarised goes into `lots`, whatever becomes of it."""
        self._lots = lots
        self._log = log
        self._names = names
        self._rows: dict[str, list[Cells]] = {table: [] for table in _INSERTS}
        self._balances: dict[tuple[int, int, int, str], int] = {}

    def truth(self, index: int, statement: Statement, recorded: int, entry_hash: bytes, place: int) -> None:
        """The entry and its statement."""
        log, envelope = self._log, statement.envelope
        self._rows["entry"].append((log, index, recorded, entry_hash, bytes.fromhex(statement.digest)))
        self._rows["statement"].append(
            (
                log,
                index,
                envelope.id,
                statement.type,
                self._names.known(statement.kid),
                self._names.known(envelope.by),
                self._names.known(statement.actor),
                envelope.seq,
                place,
                statement.payload,
                statement.signature,
            )
        )

    def nodes(self, nodes: Iterable[tuple[int, int, bytes]]) -> None:
        """New nodes of the tree."""
        log = self._log
        self._rows["node"].extend([(log, level, number, digest) for level, number, digest in nodes])

    def name_new(self, index: int, texts: Iterable[str]) -> None:
        """Give numbers to the texts this fact names first, in their order, which depends on the fact alone."""
        for slot, text in enumerate(self._names.new(texts)):
            self._rows["name"].append((self._log, self._names.give(text, index, slot), text))

    def postings(self, index: int, postings: Postings) -> None:
        """Moves, marks, edges and what they add to the balances."""
        log, number = self._log, self._names.known
        for slot, (account, amount) in enumerate(postings.moves):
            kind, a, b = ACCOUNT_KINDS[account.kind], number(account.a), number(account.b)
            self._rows["move"].append((log, index, slot, kind, a, b, account.c, amount))
            if account.kind in JUDGED_ACCOUNTS:
                key = (kind, a, b, account.c)
                self._balances[key] = self._balances.get(key, 0) + amount
        for slot, mark in enumerate(postings.marks):
            value = orjson.dumps(mark.value, option=orjson.OPT_SORT_KEYS).decode()
            self._rows["mark"].append((log, index, slot, number(mark.subject), mark.kind, mark.effective_from, value))
        self._rows["edge"].extend([(log, number(e.output), number(e.input), index, e.grams) for e in postings.edges])

    def take_back(self, postings: Postings) -> None:
        """Take the moves of a fact that goes out of the balances."""
        number = self._names.known
        for account, amount in postings.moves:
            if account.kind in JUDGED_ACCOUNTS:
                key = (ACCOUNT_KINDS[account.kind], number(account.a), number(account.b), account.c)
                self._balances[key] = self._balances.get(key, 0) - amount

    def lot(self, lot: str, index: int, books: LotBooks) -> None:
        """A new version of a lot's summary."""
        self._lots.add(lot)
        facility = self._names.known(books.facility)
        row = (self._log, self._names.known(lot), index, books.origin_set, blocks_text(books), facility)
        self._rows["lot"].append(row)

    def origin_set(self, number: int, rows: Iterable[Origin]) -> None:
        """A new origin set."""
        known = self._names.known
        self._rows["origin"].extend(
            (self._log, number, slot, known(row.producer), known(row.grown), known(row.delivery), row.grams)
            for slot, row in enumerate(rows)
        )

    def flags(self, index: int, flags: Iterable[Problem]) -> None:
        """What judge flagged, as it was said."""
        for slot, found in enumerate(flags):
            said = orjson.dumps(
                {"where": found.where, "found": found.found, "expected": found.expected, "details": dict(found.details)}
            )
            self._rows["flag"].append((self._log, index, slot, found.code, said.decode()))

    def write(self, connection: Connection) -> None:
        """Write everything gathered and begin anew."""
        for table, sql in _INSERTS.items():
            connection.many(sql, self._rows[table])
            self._rows[table] = []
        balances = [(self._log, *key, amount) for key, amount in self._balances.items()]
        connection.many(_ADD_BALANCE, balances)
        self._balances = {}


def set_number(index: int, slot: int) -> int:
    """The number of an origin set: the fact that made it and its place among those the fact made.

    A correction may make a new set for every lot forward of it, far more than a fact may bear.
    """
    return index << SET_BITS | slot
