"""Stock that came and went: every move of one holder, the moves of some facts, the lots of one place. For exercises.

These walk the accounts of a kind, because stock is kept by lot: one walk for one question, never one per lot.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ledger.store.books import Books
from ledger.store.connection import Row
from ledger.store.roll import Moved
from ledger.store.schema import ACCOUNT_KINDS

_STANDS = "ix < ? AND (gone IS NULL OR gone >= ?)"


class Lost(NamedTuple):
    """Grams one fact put down as lost: whose, where (a place or a dispatch), and how."""

    holder: str
    place: str
    kind: str
    at_index: int
    grams: int


def stock_of(books: Books, holder: str) -> list[Moved]:
    """Every standing move of a holder's stock, in log order: lot, holder, index, grams."""
    number = books.number(holder)
    if number is None:
        return []
    rows = books.db.all(
        f"SELECT a, b, c, ix, amount FROM move WHERE log = ? AND kind = ? AND b = ? AND {_STANDS} ORDER BY ix, slot",
        books.log,
        ACCOUNT_KINDS["stock"],
        number,
        books.size,
        books.size,
    )
    return _read(books, rows)


def stock_at(books: Books, indexes: Iterable[int]) -> list[Moved]:
    """The standing moves of stock that these facts made, in log order."""
    # Asked without the kind of account: with it SQLite would walk all accounts of that kind.
    rows = books.db.all(
        f"SELECT a, b, c, ix, amount, kind FROM move WHERE log = ? AND ix IN @list AND {_STANDS} ORDER BY ix, slot",
        books.log,
        sorted(set(indexes)),
        books.size,
        books.size,
    )
    return _read(books, (tuple(row[:5]) for row in rows if row[5] == ACCOUNT_KINDS["stock"]))


def lost_at(books: Books, indexes: Iterable[int]) -> list[Lost]:
    """What these facts put down as lost."""
    rows = books.db.all(
        f"SELECT a, b, c, ix, amount, kind FROM move WHERE log = ? AND ix IN @list AND {_STANDS} ORDER BY ix, slot",
        books.log,
        sorted(set(indexes)),
        books.size,
        books.size,
    )
    moves = _read(books, (tuple(row[:5]) for row in rows if row[5] == ACCOUNT_KINDS["loss"]))
    return [Lost(move.a, move.b, move.c, move.at_index, move.amount) for move in moves]


def born_at(books: Books, place: str) -> list[str]:
    """The lots that came to be at a place, in the order of birth."""
    rows = books.db.all(
        "SELECT DISTINCT lot FROM lot WHERE log = ? AND facility = ? AND ix < ? ORDER BY lot",
        books.log,
        books.number(place) or 0,
        books.size,
    )
    books.names.read(books.db, (row[0] for row in rows))
    return [books.names.text(lot) for (lot,) in rows]


def _read(books: Books, rows: Iterable[Row]) -> list[Moved]:
    found = [*rows]
    books.names.read(books.db, {number for row in found for number in row[:2]})
    text = books.names.text
    return [Moved(text(a), text(b), c, index, int(amount)) for a, b, c, index, amount in found]
