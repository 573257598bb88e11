"""What a thing reaches: its deliveries or lots, and by standing edges every lot made of them, all set-wise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ledger.errors import NotFoundError, Problem
from ledger.impact import Reached, spread
from ledger.postings.born import reached_by
from ledger.store.books import Books
from ledger.store.schema import ACCOUNT_KINDS

_STANDS = "ix < ? AND (gone IS NULL OR gone >= ?)"


class Reach(NamedTuple):
    """Where a subject's grams are: per lot (by number, in order of birth) how much of it, and where they began."""

    kind: str
    lots: dict[int, Reached]
    deliveries: frozenset[str]


def reach(books: Books, subject: str) -> Reach:
    """Everything downstream of a subject; raises NotFoundError for one the log does not know."""
    return _Search(books, subject).reach()


class _Search:
    """One question, asked of the books as known at their size."""

    def __init__(self, books: Books, subject: str) -> None:
        self._books = books
        self._subject = subject
        self._span = (books.size, books.size)

    def reach(self) -> Reach:
        kind = self._kind()
        starts = self._starts(kind)
        edges = self._edges(starts)
        lots = {*starts, *(row[0] for row in edges)}
        whole = self._whole(lots, starts)
        found = spread(starts, edges, whole)
        began = frozenset(self._texts(starts)) if kind in _OF_DELIVERIES else frozenset()
        return Reach(kind, {lot: found[lot] for lot in sorted(found)}, began)

    def _kind(self) -> str:
        birth = self._books.births([self._subject]).get(self._subject)
        if birth is not None:
            return str(birth.value["thing"])
        marks = self._books.marks([self._subject], ("key", "document")).get(self._subject)
        if not marks:
            raise NotFoundError(Problem("reference-unknown", "", self._subject[:64]))
        return marks[-1].kind

    def _starts(self, kind: str) -> dict[int, int]:
        """Grams by the number of each lot the subject's reach begins with."""
        if kind in _OF_DELIVERIES:
            producers, land = _OF_DELIVERIES[kind](self)
            found = self._deliveries("field-title", producers) | self._deliveries("field", land)
            # A handler's certificate lists nobody: it stands behind what its sites made.
            return found or (self._of_sites() if kind == "certificate" else found)
        if kind == "lot":
            return self._grams([self._number(self._subject)])
        if kind == "facility":
            return self._grams(self._born_at(self._subject))
        if kind == "key":
            return self._grams(self._signed_by_key())
        if kind == "document":
            return self._of_document()
        if kind in ("dispatch", "hold", "recall", "sale"):
            return self._grams(self._marked_with(kind))
        return {}

    # ------------------------------------------------------------ who and what is meant

    def of_producer(self) -> tuple[set[str], set[str]]:
        """A producer's own deliveries."""
        return {self._subject}, set()

    def of_household(self) -> tuple[set[str], set[str]]:
        """Of everybody who ever lived in a household."""
        return self._listed(reached_by("household", self._subject), "producer"), set()

    def of_party(self) -> tuple[set[str], set[str]]:
        """Of a community's families."""
        return self._listed(reached_by("community", self._subject), "producer"), set()

    def of_land(self) -> tuple[set[str], set[str]]:
        """Of a plot or herd, and of the plots it became."""
        return set(), self._land({self._subject})

    def of_area(self) -> tuple[set[str], set[str]]:
        """Of all land in an area."""
        return set(), self._land(self._listed(reached_by("area", self._subject), "land"))

    def of_certificate(self) -> tuple[set[str], set[str]]:
        """Of every producer the certificate ever listed."""
        return self._listed(reached_by("certificate", self._subject), "producer"), set()

    def of_agreement(self) -> tuple[set[str], set[str]]:
        """Of every signatory: a producer's own, those of a household, those of a community's families."""
        signatories = self._listed(reached_by("agreement", self._subject), "signatory")
        born = self._books.births(signatories)
        producers = {one for one in signatories if one in born and born[one].value["thing"] == "producer"}
        for kind, group in (("household", "household"), ("party", "community")):
            groups = [one for one in signatories if one in born and born[one].value["thing"] == kind]
            producers |= self._listed_under([reached_by(group, one) for one in groups], "producer")
        return producers, set()

    def _listed(self, subject: str, field: str) -> set[str]:
        return self._listed_under([subject], field)

    def _listed_under(self, subjects: Iterable[str], field: str) -> set[str]:
        marks = self._books.marks(subjects)
        return {str(mark.value[field]) for rows in marks.values() for mark in rows if field in mark.value}

    def _land(self, land: set[str]) -> set[str]:
        found, level = set(land), set(land)
        while level:
            marks = self._books.marks(level, ("ended",))
            became = {
                str(plot)
                for rows in marks.values()
                for mark in rows
                if isinstance(into := mark.value.get("into"), list)
                for plot in into
            }
            level = became - found
            found |= level
        return found

    # ------------------------------------------------------------ lots the reach begins with

    def _deliveries(self, account: str, owners: Iterable[str]) -> dict[int, int]:
        """Deliveries by grams: every one moves grams out of its producer's and its land's account."""
        numbers = self._books.numbers(owners)
        if not numbers:
            return {}
        rows = self._books.db.all(
            "SELECT k.subject, -m.amount FROM move m JOIN mark k ON k.log = m.log AND k.ix = m.ix AND k.kind = 'born'"
            " WHERE m.log = ? AND m.kind = ? AND m.a IN @list AND m.ix < ? AND (m.gone IS NULL OR m.gone >= ?)"
            " AND k.slot = 0",
            self._books.log,
            ACCOUNT_KINDS[account],
            numbers,
            *self._span,
        )
        return dict(rows)

    def _born_at(self, place: str) -> list[int]:
        rows = self._books.db.all(
            "SELECT DISTINCT lot FROM lot WHERE log = ? AND facility = ? AND ix < ?",
            self._books.log,
            self._number(place),
            self._books.size,
        )
        return [lot for (lot,) in rows]

    def _of_sites(self) -> dict[int, int]:
        units = self._books.births([self._subject])[self._subject].value.get("units")
        places = [str(unit["facility"]) for unit in units if unit.get("facility")] if isinstance(units, list) else []
        return self._grams(lot for place in places for lot in self._born_at(place))

    def _signed_by_key(self) -> list[int]:
        rows = self._books.db.all(
            "SELECT k.subject FROM statement s JOIN mark k ON k.log = s.log AND k.ix = s.ix AND k.kind = 'born'"
            " JOIN lot l ON l.log = k.log AND l.lot = k.subject AND l.ix = k.ix"
            " WHERE s.log = ? AND s.kid = ? AND s.ix < ?",
            self._books.log,
            self._number(self._subject),
            self._books.size,
        )
        return [lot for (lot,) in rows]

    def _of_document(self) -> dict[int, int]:
        """What a document is about; lots stand for themselves, everything else for what it reaches."""
        found: dict[int, int] = {}
        for mark in self._books.marks([self._subject], ("document",)).get(self._subject, []):
            about = mark.value.get("about")
            for thing in about if isinstance(about, list) else ():
                if thing in self._books.births([thing]):
                    one = _Search(self._books, str(thing))
                    found |= one._starts(one._kind())
        return found

    def _marked_with(self, kind: str) -> list[int]:
        """The lots a dispatch, hold, recall or sale names."""
        field, marks = {
            "dispatch": ("dispatch", "dispatched"),
            "hold": ("hold", "held"),
            "recall": ("hold", "recalled"),
            "sale": ("sale", "sold"),
        }[kind]
        birth = self._books.births([self._subject])[self._subject]
        rows = self._books.db.all(
            f"SELECT subject, value FROM mark WHERE log = ? AND ix = ? AND kind = ? AND {_STANDS}",
            self._books.log,
            birth.index,
            marks,
            *self._span,
        )
        return [subject for subject, value in rows if f'"{field}":"{self._subject}"' in value]

    def _grams(self, lots: Iterable[int]) -> dict[int, int]:
        """The grams lots were born with: the credit of their first stock account."""
        rows = self._books.db.all(
            "SELECT m.a, SUM(m.amount) FROM move m JOIN mark k ON k.log = m.log AND k.ix = m.ix AND k.subject = m.a"
            " AND k.kind = 'born' WHERE m.log = ? AND m.kind = 1 AND m.a IN @list AND m.ix < ?"
            " AND (m.gone IS NULL OR m.gone >= ?) GROUP BY m.a",
            self._books.log,
            sorted({lot for lot in lots if lot}),
            *self._span,
        )
        return {lot: int(grams) for lot, grams in rows}

    # ------------------------------------------------------------ everything forward

    def _edges(self, starts: Iterable[int]) -> list[tuple[int, int, int]]:
        seen = set(starts)
        level = sorted(seen)
        found: list[tuple[int, int, int]] = []
        while level:
            rows = self._books.db.all(
                f"SELECT output, input, grams FROM edge WHERE log = ? AND input IN @list AND {_STANDS}",
                self._books.log,
                level,
                *self._span,
            )
            found += rows
            level = sorted({row[0] for row in rows} - seen)
            seen.update(level)
        return found

    def _whole(self, lots: Iterable[int], starts: dict[int, int]) -> dict[int, int]:
        """The lots' own grams: the edges into an output sum to them."""
        made = sorted(set(lots) - starts.keys())
        rows = self._books.db.all(
            f"SELECT output, SUM(grams) FROM edge WHERE log = ? AND output IN @list AND {_STANDS} GROUP BY output",
            self._books.log,
            made,
            *self._span,
        )
        return dict(starts) | {lot: int(grams) for lot, grams in rows}

    def _number(self, text: str) -> int:
        return self._books.number(text) or 0

    def _texts(self, lots: Iterable[int]) -> list[str]:
        wanted = list(lots)
        self._books.names.read(self._books.db, wanted)
        return [self._books.names.text(lot) for lot in wanted]


_OF_DELIVERIES: dict[str, Callable[[_Search], tuple[set[str], set[str]]]] = {
    "producer": _Search.of_producer,
    "household": _Search.of_household,
    "party": _Search.of_party,
    "plot": _Search.of_land,
    "herd": _Search.of_land,
    "area": _Search.of_area,
    "certificate": _Search.of_certificate,
    "agreement": _Search.of_agreement,
}
"""Whose deliveries each kind of thing reaches: (producers, land)."""
