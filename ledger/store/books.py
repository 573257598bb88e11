"""Reading the books as they stood at a log size: the few queries all views are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import orjson

from ledger.errors import NotFoundError, Problem
from ledger.postings.log import pack_subject
from ledger.state import LotBooks, Origin, Standing
from ledger.store.connection import Connection, Row
from ledger.store.kept import Kept
from ledger.store.loading import books_of
from ledger.store.names import Names


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """A standing edge: output and input lot, index of its fact, grams of the output."""

    output: str
    input: str
    index: int
    grams: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement's row without its bytes."""

    index: int
    id: str
    type: str
    kid: str
    by: str
    actor: str
    digest: str
    recorded: int
    at: str


class Books:
    """The books of one log as known at `size`, read through one connection."""

    def __init__(self, connection: Connection, log: int, names: Names, size: int, kept: Kept | None = None) -> None:
        """Facts from `size` on are not known, and what they ended still stands. `kept` spares reading again."""
        self.db = connection
        self.log = log
        self.names = names
        self.size = size
        self.kept = kept

    def number(self, text: str) -> int | None:
        """The number of one text."""
        self.names.find(self.db, [text])
        return self.names.number(text)

    def numbers(self, texts: Iterable[str]) -> list[int]:
        """The numbers of those texts that have one."""
        wanted = list(texts)
        self.names.find(self.db, wanted)
        found = (self.names.number(text) for text in wanted)
        return sorted({number for number in found if number is not None})

    def marks(self, subjects: Iterable[str], kinds: Sequence[str] = ()) -> dict[str, list[Standing]]:
        """Every mark (of these kinds, if any are named) that stood on each subject, in log order."""
        only = f" AND kind IN ({', '.join('?' for _ in kinds)})" if kinds else ""
        rows = self.db.all(
            f"SELECT ix, slot, subject, kind, effective, value FROM mark WHERE log = ? AND subject IN @list{only}"
            " AND ix < ? AND (gone IS NULL OR gone >= ?)",
            self.log,
            self.numbers(subjects),
            *kinds,
            self.size,
            self.size,
        )
        # They come nearly sorted, which a sort here uses and one of the database does not.
        rows.sort(key=_PLACE)
        found: dict[int, list[Standing]] = {}
        values = _Values()
        for index, _, subject, kind, effective, value in rows:
            mark = Standing(index, kind, effective, values[value])
            if subject in found:
                found[subject].append(mark)
            else:
                found[subject] = [mark]
        text = self.names.texts
        return {text[subject]: marks for subject, marks in found.items()}

    def marks_by(self, subjects: Iterable[str], kinds: Sequence[str]) -> list[tuple[str, Standing, str]]:
        """Marks of these kinds with their subject and the party whose act each was, in log order."""
        rows = self.db.all(
            "SELECT m.ix, m.slot, m.subject, m.kind, m.effective, m.value, s.actor FROM mark m"
            " JOIN statement s ON s.log = m.log AND s.ix = m.ix"
            f" WHERE m.log = ? AND m.subject IN @list AND m.kind IN ({', '.join('?' for _ in kinds)})"
            " AND m.ix < ? AND (m.gone IS NULL OR m.gone >= ?)",
            self.log,
            self.numbers(subjects),
            *kinds,
            self.size,
            self.size,
        )
        rows.sort(key=_PLACE)
        self.names.read(self.db, {row[6] for row in rows})
        text = self.names.text
        return [
            (text(subject), Standing(index, kind, effective, orjson.loads(value)), text(actor))
            for index, _, subject, kind, effective, value, actor in rows
        ]

    def births(self, things: Iterable[str]) -> dict[str, Standing]:
        """The mark that bore each thing."""
        rows = self.db.all(
            "SELECT subject, ix, effective, value FROM mark WHERE log = ? AND subject IN @list AND kind = 'born'"
            " AND ix < ? AND (gone IS NULL OR gone >= ?) ORDER BY ix, slot",
            self.log,
            self.numbers(things),
            self.size,
            self.size,
        )
        text = self.names.text
        return {
            text(subject): Standing(ix, "born", effective, orjson.loads(value))
            for subject, ix, effective, value in rows
        }

    def balances(self, kind: int, firsts: Iterable[str]) -> dict[str, dict[str, int]]:
        """Grams per first id and second id under one kind of account, summed from the moves that stood."""
        rows = self.db.all(
            "SELECT a, b, SUM(amount) FROM move WHERE log = ? AND kind = ? AND a IN @list"
            " AND ix < ? AND (gone IS NULL OR gone >= ?) GROUP BY a, b HAVING SUM(amount) <> 0",
            self.log,
            kind,
            self.numbers(firsts),
            self.size,
            self.size,
        )
        self.names.read(self.db, (row[1] for row in rows))
        found: dict[str, dict[str, int]] = {}
        for a, b, amount in rows:
            found.setdefault(self.names.text(a), {})[self.names.text(b)] = int(amount)
        return found

    def in_transit(self, lot: str) -> int:
        """Grams of a lot on dispatches that have not been received."""
        number = self.number(lot)
        row = self.db.one(
            "SELECT SUM(amount) FROM move WHERE log = ? AND kind = 3 AND kind IN (3, 4) AND b = ?"
            " AND ix < ? AND (gone IS NULL OR gone >= ?)",
            self.log,
            number,
            self.size,
            self.size,
        )
        return int(row[0] or 0) if row is not None else 0

    def edges_into(self, lots: Iterable[str]) -> list[EdgeRow]:
        """Standing edges that lead into these lots."""
        return self._edges("output", lots)

    def inputs_of(self, lots: Iterable[str]) -> dict[str, list[str]]:
        """The lots that standing edges lead from into each of these, in order of their birth."""
        rows = self.db.all(
            "SELECT DISTINCT output, input FROM edge WHERE log = ? AND output IN @list"
            " AND ix < ? AND (gone IS NULL OR gone >= ?)",
            self.log,
            self.numbers(lots),
            self.size,
            self.size,
        )
        rows.sort()
        self.names.read(self.db, {source for _, source in rows})
        text = self.names.text
        found: dict[str, list[str]] = {}
        for output, source in rows:
            found.setdefault(text(output), []).append(text(source))
        return found

    def edges_out_of(self, lots: Iterable[str]) -> list[EdgeRow]:
        """Standing edges that lead out of these lots."""
        return self._edges("input", lots)

    def _edges(self, column: str, lots: Iterable[str]) -> list[EdgeRow]:
        rows = self.db.all(
            f"SELECT output, input, ix, grams FROM edge WHERE log = ? AND {column} IN @list"
            " AND ix < ? AND (gone IS NULL OR gone >= ?)",
            self.log,
            self.numbers(lots),
            self.size,
            self.size,
        )
        self.names.read(self.db, (number for row in rows for number in row[:2]))
        text = self.names.text
        return [EdgeRow(*row) for row in sorted((text(row[0]), text(row[1]), row[2], row[3]) for row in rows)]

    def lots(self, lots: Iterable[str]) -> dict[str, LotBooks]:
        """The summary of each lot as of this size."""
        rows = self.db.all(
            "SELECT lot, origin_set, blocks FROM lot WHERE log = ? AND lot IN @list AND ix < ? ORDER BY lot, ix",
            self.log,
            self.numbers(lots),
            self.size,
        )
        return {self.names.text(lot): books_of(origin_set, blocks) for lot, origin_set, blocks in rows}

    def origins(self, number: int) -> tuple[Origin, ...]:
        """The rows of an origin set."""
        rows = self._origin_rows([number])
        text = self.names.texts
        return tuple(Origin(text[p], text[g], text[d], grams) for _, p, g, d, grams in rows)

    def _origin_rows(self, numbers: list[int]) -> list[Row]:
        """Set, producer, land, delivery and grams in order, with the names of all read."""
        rows = self.db.all(
            "SELECT origin_set, producer, grown, delivery, grams FROM origin"
            " WHERE log = ? AND origin_set IN @list ORDER BY origin_set, slot",
            self.log,
            numbers,
        )
        self.names.read(self.db, {name for row in rows for name in row[1:4]})
        return rows

    def behind(
        self, numbers: list[int], kinds: Sequence[str]
    ) -> tuple[dict[int, list[Origin]], Iterator[tuple[str, int, str, str, Mapping[str, object], str]]]:
        """The rows of origin sets, and the marks of these kinds on the deliveries they name.

        Of each mark: the delivery, its index, kind, day and value, and the party whose act it was; in no order.
        """
        rows = self._origin_rows(numbers)
        marks = self.db.all(
            "SELECT m.subject, m.ix, m.kind, m.effective, m.value, s.actor FROM mark m"
            " JOIN statement s ON s.log = m.log AND s.ix = m.ix"
            f" WHERE m.log = ? AND m.subject IN @list AND m.kind IN ({', '.join('?' for _ in kinds)})"
            " AND m.ix < ? AND (m.gone IS NULL OR m.gone >= ?)",
            self.log,
            sorted({row[3] for row in rows}),
            *kinds,
            self.size,
            self.size,
        )
        self.names.read(self.db, {row[5] for row in marks})
        text, loads = self.names.texts, orjson.loads
        sets: dict[int, list[Origin]] = {number: [] for number in numbers}
        for number, producer, grown, delivery, grams in rows:
            sets[number].append(Origin(text[producer], text[grown], text[delivery], grams))
        return sets, (
            (text[subject], index, kind, effective, loads(value), text[actor])
            for subject, index, kind, effective, value, actor in marks
        )

    def facts(self, indexes: Iterable[int]) -> dict[int, Fact]:
        """Rows of the statements at these indexes."""
        rows = self.db.all(
            f"{_FACT} WHERE s.log = ? AND s.ix IN @list",
            self.log,
            sorted(set(indexes)),
        )
        self.names.read(self.db, (n for row in rows for n in row[3:6]))
        text = self.names.text
        return {
            row[0]: Fact(
                row[0],
                row[1],
                row[2],
                text(row[3]),
                text(row[4]),
                text(row[5]),
                bytes(row[6]).hex(),
                row[7],
                at_of(row[8]),
            )
            for row in rows
        }

    def actors_at(self, indexes: Iterable[int]) -> dict[int, str]:
        """Whose act each fact was."""
        rows = self.db.all(
            "SELECT ix, actor FROM statement WHERE log = ? AND ix IN @list", self.log, sorted(set(indexes))
        )
        self.names.read(self.db, {actor for _, actor in rows})
        return {index: self.names.text(actor) for index, actor in rows}

    def knows(self, lot: str) -> bool:
        """Whether a standing fact bore such a lot."""
        birth = self.births([lot]).get(lot)
        return birth is not None and birth.value.get("thing") == "lot"

    def birth_of(self, lot: str) -> Standing:
        """How a lot came to be; raises NotFoundError where no standing fact bore such a lot."""
        birth = self.births([lot]).get(lot)
        if birth is None or birth.value.get("thing") != "lot":
            raise NotFoundError(Problem("lot-unknown", "", lot, retry="after-sync"))
        return birth

    def adopted_packs(self) -> list[str]:
        """The digest of every pack in force: of each commodity, scheme and framework the one adopted last."""
        kept = self.db.all("SELECT DISTINCT kind, code FROM pack WHERE log = ? ORDER BY kind, code", self.log)
        marks = self.marks((pack_subject(kind, code) for kind, code in kept), ("pack",))
        return [str(rows[-1].value["digest"]) for rows in marks.values()]

    def names_of(self, things: Mapping[str, object] | Iterable[str]) -> dict[str, str]:
        """Public names of parties and facilities (their own code where no name is open)."""
        return {
            thing: str(birth.value.get("name") or birth.value.get("code") or thing)
            for thing, birth in self.births(things).items()
        }


_PLACE = itemgetter(0, 1)


class _Values(dict[str, Mapping[str, object]]):
    """Values read from their texts, equal texts once: two in five are equal."""

    def __missing__(self, text: str) -> Mapping[str, object]:
        value: Mapping[str, object] = orjson.loads(text)
        self[text] = value
        return value


_FACT = (
    "SELECT s.ix, s.fact_id, s.type, s.kid, s.by, s.actor, e.digest, e.recorded, s.payload FROM statement s"
    " JOIN entry e ON e.log = s.log AND e.ix = s.ix"
)


def at_of(payload: bytes) -> str:
    """When the fact happened, as its signer wrote it; the canonical envelope begins with it."""
    head = bytes(payload[:40])
    if head.startswith(b'{"at":"'):
        return head[7 : head.index(b'"', 7)].decode()
    return str(orjson.loads(payload)["at"])
