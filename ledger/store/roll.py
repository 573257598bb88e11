"""Everything of a kind as known at the books' size, in log order: what reports list and nobody else asks for.

Marks have no index by kind, because writing would pay for it with every fact: these are walks of the log, one each
and never one per thing. Whoever knows the subjects asks `Books.marks` instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import orjson

from ledger.errors import Problem
from ledger.state import Standing
from ledger.store.books import Books, at_of
from ledger.store.schema import ACCOUNT_KINDS


class Moved(NamedTuple):
    """Grams or minor units that one fact put into (+) or took out of (-) an account."""

    a: str
    b: str
    c: str
    at_index: int
    amount: int


class Ended(NamedTuple):
    """A fact that was corrected, and the fact that did it: a retraction, or a replacement of the same type."""

    at_index: int
    by: int


class Raised(NamedTuple):
    """A flag as judge raised it on the fact at an index."""

    at_index: int
    problem: Problem


class Timed(NamedTuple):
    """When a fact happened, as its signer wrote it, and when it was recorded (milliseconds)."""

    at_index: int
    at: str
    recorded: int


def standing(books: Books, kinds: Sequence[str], *holding: str) -> list[tuple[str, Standing]]:
    """Every mark of these kinds that stood, with its subject; `holding`: texts its stored value must contain."""
    like = " AND value LIKE ?" * len(holding)
    rows = books.db.all(
        f"SELECT subject, ix, kind, effective, value FROM mark WHERE log = ? AND ix < ? AND kind IN"
        f" ({', '.join('?' for _ in kinds)}){like} AND (gone IS NULL OR gone >= ?) ORDER BY ix, slot",
        books.log,
        books.size,
        *kinds,
        *(f"%{text}%" for text in holding),
        books.size,
    )
    books.names.read(books.db, (row[0] for row in rows))
    text = books.names.text
    return [
        (text(subject), Standing(index, kind, effective, orjson.loads(value)))
        for subject, index, kind, effective, value in rows
    ]


def born(books: Books, thing: str, **about: str) -> dict[str, Standing]:
    """The births of all things of a kind, perhaps only of those with these values."""
    said = {"thing": thing, **about}
    holding = [f'"{name}":{orjson.dumps(value).decode()}' for name, value in said.items()]
    return {
        subject: mark
        for subject, mark in standing(books, ["born"], *holding)
        if all(mark.value.get(name) == value for name, value in said.items())
    }


def moves(books: Books, kind: int, firsts: Iterable[str]) -> list[Moved]:
    """Every move that stood on accounts of a kind whose first place is one of these, in log order."""
    rows = books.db.all(
        "SELECT a, b, c, ix, amount FROM move WHERE log = ? AND kind = ? AND a IN @list"
        " AND ix < ? AND (gone IS NULL OR gone >= ?) ORDER BY ix, slot",
        books.log,
        kind,
        books.numbers(firsts),
        books.size,
        books.size,
    )
    books.names.read(books.db, (number for row in rows for number in row[:2]))
    text = books.names.text
    return [Moved(text(a), text(b), c, index, int(amount)) for a, b, c, index, amount in rows]


def types(books: Books, indexes: Iterable[int]) -> dict[int, str]:
    """The type of each fact."""
    wanted = sorted(set(indexes))
    return dict(books.db.all("SELECT ix, type FROM statement WHERE log = ? AND ix IN @list", books.log, wanted))


def bodies(books: Books, indexes: Iterable[int]) -> dict[int, Mapping[str, object]]:
    """What each fact said; a statement whose text was withheld has none."""
    wanted = sorted(set(indexes))
    rows = books.db.all("SELECT ix, payload FROM statement WHERE log = ? AND ix IN @list", books.log, wanted)
    found: dict[int, Mapping[str, object]] = {}
    for index, payload in rows:
        body = orjson.loads(payload).get("body")
        if isinstance(body, dict):
            found[index] = body
    return found


def lots(books: Books) -> list[str]:
    """Every lot there ever was, in the order of birth."""
    rows = books.db.all("SELECT DISTINCT lot FROM lot WHERE log = ? AND ix < ? ORDER BY lot", books.log, books.size)
    books.names.read(books.db, (row[0] for row in rows))
    return [books.names.text(number) for (number,) in rows]


def blocked_lots(books: Books) -> list[str]:
    """Lots that something ever blocked; whether it still does is asked of `Books.lots`."""
    rows = books.db.all(
        "SELECT DISTINCT lot FROM lot WHERE log = ? AND ix < ? AND blocks IS NOT NULL ORDER BY lot",
        books.log,
        books.size,
    )
    books.names.read(books.db, (row[0] for row in rows))
    return [books.names.text(number) for (number,) in rows]


def lots_of(books: Books, indexes: Iterable[int]) -> dict[int, list[str]]:
    """The lots each fact bears, moves or says something of, also where it stands no more."""
    wanted = sorted(set(indexes))
    named = books.db.all("SELECT ix, subject FROM mark WHERE log = ? AND ix IN @list", books.log, wanted)
    # Asked without the kind of account: with it SQLite would walk all accounts of that kind.
    named += [
        (index, a)
        for index, kind, a in books.db.all(
            "SELECT ix, kind, a FROM move WHERE log = ? AND ix IN @list", books.log, wanted
        )
        if kind in _OF_LOTS
    ]
    things = sorted({thing for _, thing in named})
    rows = books.db.all("SELECT DISTINCT lot FROM lot WHERE log = ? AND lot IN @list", books.log, things)
    lots = {lot for (lot,) in rows}
    books.names.read(books.db, lots)
    found: dict[int, set[int]] = {}
    for index, thing in named:
        if thing in lots:
            found.setdefault(index, set()).add(thing)
    return {index: [books.names.text(lot) for lot in sorted(each)] for index, each in found.items()}


_OF_LOTS = (ACCOUNT_KINDS["stock"], ACCOUNT_KINDS["title"])


def ended(books: Books) -> list[Ended]:
    """Every fact that was corrected by then."""
    rows = books.db.all(
        "SELECT ix, ended FROM statement WHERE log = ? AND ended IS NOT NULL AND ended < ? ORDER BY ended, ix",
        books.log,
        books.size,
    )
    return [Ended(*row) for row in rows]


def raised(books: Books) -> list[Raised]:
    """Every flag judge raised by then."""
    rows = books.db.all(
        "SELECT ix, code, problem FROM flag WHERE log = ? AND ix < ? ORDER BY ix, slot", books.log, books.size
    )
    found = []
    for index, code, told in rows:
        said = orjson.loads(told)
        problem = Problem(code, said["where"], said["found"], said["expected"], effect="flag", details=said["details"])
        found.append(Raised(index, problem))
    return found


def timed(books: Books) -> list[Timed]:
    """When every fact happened and was recorded."""
    rows = books.db.all(
        "SELECT s.ix, substr(s.payload, 1, 40), e.recorded FROM statement s"
        " JOIN entry e ON e.log = s.log AND e.ix = s.ix WHERE s.log = ? AND s.ix < ? ORDER BY s.ix",
        books.log,
        books.size,
    )
    # What was restated of a withheld statement begins with something else.
    others = [index for index, head, _ in rows if not bytes(head).startswith(_BEGINNING)]
    read = {index: fact.at for index, fact in books.facts(others).items()} if others else {}
    return [Timed(index, read.get(index) or at_of(bytes(head)), recorded) for index, head, recorded in rows]


_BEGINNING = b'{"at":"'
