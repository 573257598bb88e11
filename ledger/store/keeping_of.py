"""Why a person's data must still be kept: when their trade last moved, and which audits are open."""

from __future__ import annotations

from typing import Final

from ledger.state import Keeping
from ledger.store.batch import moment
from ledger.store.books import Books
from ledger.values import day_of

# The accounts of a producer's own: what was delivered, and money.
_OWN: Final = "kind IN (9, 14)"
_NO_TRADE: Final = ("born", "erasure", "erased", "consent", "withdrawn")


def keeping_of(books: Books, person: str) -> Keeping:
    """What the books at hand say; a person who never delivered nor was paid has no last fact.

    Counted is the moment a fact was recorded: the day a statement claims for itself could be chosen.
    """
    number = books.number(person)
    trade = (
        [] if number is None else _last(books, f"SELECT MAX(ix) FROM move WHERE log = ? AND {_OWN} AND a = ?", number)
    )
    audits = _open_audits(books, person)
    if number is None or not trade:
        return Keeping(None, audits)
    marks = books.db.all(
        "SELECT ix, kind FROM mark WHERE log = ? AND subject = ? AND ix < ? AND (gone IS NULL OR gone >= ?)",
        books.log,
        number,
        books.size,
        books.size,
    )
    last = max([*trade, *_of_lots(books, number), *(index for index, kind in marks if kind not in _NO_TRADE)])
    return Keeping(day_of(moment(books.facts([last])[last].recorded)), audits)


def _last(books: Books, sql: str, *params: object) -> list[int]:
    row = books.db.one(f"{sql} AND ix < ? AND (gone IS NULL OR gone >= ?)", books.log, *params, books.size, books.size)
    return [] if row is None or row[0] is None else [int(row[0])]


def _of_lots(books: Books, producer: int) -> list[int]:
    """The last fact that moved any lot with grams of the producer in it, level by level forward."""
    rows = books.db.all(
        "SELECT DISTINCT s.a FROM move f JOIN move s ON s.log = f.log AND s.ix = f.ix AND s.kind = 1"
        " WHERE f.log = ? AND f.kind = 9 AND f.a = ? AND f.ix < ? AND (f.gone IS NULL OR f.gone >= ?)",
        books.log,
        producer,
        books.size,
        books.size,
    )
    level = [row[0] for row in rows]
    seen = set(level)
    found: list[int] = []
    while level:
        found += _last(books, "SELECT MAX(ix) FROM move WHERE log = ? AND kind IN (1, 2) AND a IN @list", level)
        onward = books.db.all(
            "SELECT DISTINCT output FROM edge"
            " WHERE log = ? AND input IN @list AND ix < ? AND (gone IS NULL OR gone >= ?)",
            books.log,
            level,
            books.size,
            books.size,
        )
        level = sorted({row[0] for row in onward} - seen)
        seen.update(level)
    return found


def _open_audits(books: Books, person: str) -> tuple[tuple[str, str], ...]:
    """Audits of the person, or of the party that enrolled them, that nobody has attested."""
    birth = books.births([person]).get(person)
    enrolled_by = None if birth is None else birth.value.get("party")
    parties = [person] if not isinstance(enrolled_by, str) else [person, enrolled_by]
    opened = {
        str(mark.value["audit"]): str(mark.value["ends_on"])
        for rows in books.marks(parties, ("audit",)).values()
        for mark in rows
    }
    attested = books.marks(opened, ("attested",))
    return tuple(sorted((audit, ends_on) for audit, ends_on in opened.items() if audit not in attested))
