"""The loaded books: reading what was not loaded is an error of ours, and only accepted facts change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from ledger.errors import Problem
from ledger.postings import Account, Move, Postings
from ledger.state.keys_wanted import Wants
from ledger.state.records import Known, LotBooks, Origin, Standing
from ledger.statement import Statement

_K = TypeVar("_K")


class UnloadedError(LookupError):
    """A rule read something it had not declared: a programming error, never a user's."""


class State:
    """Loaded books, changed only by `post` as facts are accepted one after the other."""

    __slots__ = (
        "_actors",
        "_balances",
        "_downstream",
        "_ids",
        "_known",
        "_lots",
        "_marks",
        "_origin_sets",
        "_seqs",
    )

    def __init__(self) -> None:
        """Begin with nothing loaded."""
        self._marks: dict[str, tuple[Standing, ...]] = {}
        self._balances: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
        self._known: dict[str, Known | None] = {}
        self._ids: dict[str, str | None] = {}
        self._seqs: dict[tuple[str, int], str | None] = {}
        self._lots: dict[str, LotBooks | None] = {}
        self._origin_sets: dict[int, tuple[Origin, ...]] = {}
        self._actors: dict[str, frozenset[str]] = {}
        self._downstream: dict[str, frozenset[str]] = {}

    # ------------------------------------------------------------ loading

    def missing(self, wants: Wants) -> Wants:
        """What of `wants` is not loaded yet."""
        return Wants(
            _not_in(wants.subjects, self._marks),
            _not_in(wants.balances, self._balances),
            _not_in(wants.digests, self._known),
            _not_in(wants.ids, self._ids),
            _not_in(wants.seqs, self._seqs),
            _not_in(wants.lots, self._lots),
            _not_in(wants.origin_sets, self._origin_sets),
            _not_in(wants.actors, self._actors),
            _not_in(wants.downstream, self._downstream),
        )

    def load_marks(self, subjects: Iterable[str], marks: Iterable[tuple[str, Standing]]) -> None:
        """Put in every standing mark of these subjects, in log order; a subject without any is known to have none."""
        found: dict[str, list[Standing]] = {subject: [] for subject in subjects}
        for subject, mark in marks:
            found[subject].append(mark)
        self._marks.update((subject, tuple(rows)) for subject, rows in found.items())

    def load_balances(self, keys: Iterable[tuple[str, str]], rows: Iterable[tuple[Account, int]]) -> None:
        """Put in every balance under these (kind, a)."""
        for key in keys:
            self._balances[key] = {}
        for account, amount in rows:
            self._balances[account.kind, account.a][account.b, account.c] = amount

    def load_known(self, digests: Iterable[str], rows: Iterable[Known]) -> None:
        """Put in the statements with these digests; the others are known to be absent."""
        self._known.update(dict.fromkeys(digests))
        for row in rows:
            self._known[row.statement.digest] = row

    def load_ids(self, ids: Iterable[str], rows: Iterable[tuple[str, str]]) -> None:
        """Put in which statement (digest) carries each fact id."""
        self._ids.update(dict.fromkeys(ids))
        self._ids.update(rows)

    def load_seqs(self, seqs: Iterable[tuple[str, int]], rows: Iterable[tuple[tuple[str, int], str]]) -> None:
        """Put in which statement (digest) stands at each (key, seq)."""
        self._seqs.update(dict.fromkeys(seqs))
        self._seqs.update(rows)

    def load_lots(self, lots: Iterable[str], rows: Iterable[tuple[str, LotBooks]]) -> None:
        """Put in the summaries of these lots."""
        self._lots.update(dict.fromkeys(lots))
        self._lots.update(rows)

    def load_origin_sets(self, sets: Iterable[int], rows: Iterable[tuple[int, Origin]]) -> None:
        """Put in the rows of these origin sets, in their stored order."""
        found: dict[int, list[Origin]] = {number: [] for number in sets}
        for number, row in rows:
            found[number].append(row)
        self._origin_sets.update((number, tuple(lines)) for number, lines in found.items())

    def load_actors(self, things: Iterable[str], rows: Iterable[tuple[str, str]]) -> None:
        """Put in which parties have standing facts on each thing or statement."""
        found: dict[str, set[str]] = {thing: set() for thing in things}
        for thing, party in rows:
            found[thing].add(party)
        self._actors.update((thing, frozenset(parties)) for thing, parties in found.items())

    def load_downstream(self, lots: Iterable[str], rows: Iterable[tuple[str, frozenset[str]]]) -> None:
        """Put in every lot that lies downstream of each lot."""
        self._downstream.update(dict.fromkeys(lots, frozenset()))
        self._downstream.update(rows)

    def size(self) -> int:
        """How many things are loaded, so that a long-lived state can be dropped when it grows too large."""
        return len(self._marks) + len(self._balances) + len(self._lots)

    def forget_statements(self) -> None:
        """Drop what only one batch needs: ids, digests, sequence numbers, corrections' helpers, origin sets."""
        self._known.clear()
        self._ids.clear()
        self._seqs.clear()
        self._actors.clear()
        self._downstream.clear()
        if len(self._origin_sets) > 64:
            self._origin_sets.clear()

    # ------------------------------------------------------------ reading

    def marks(self, subject: str, kind: str) -> list[Standing]:
        """The standing marks of one kind on a subject, oldest first."""
        rows = self._marks.get(subject)
        if rows is None:
            raise UnloadedError(subject, kind)
        return [mark for mark in rows if mark.kind == kind]

    def latest(self, subject: str, kind: str) -> Mapping[str, object] | None:
        """The value of the last standing mark of a kind, or None."""
        rows = self._marks.get(subject)
        if rows is None:
            raise UnloadedError(subject, kind)
        for mark in reversed(rows):
            if mark.kind == kind:
                return mark.value
        return None

    def birth(self, thing: str) -> Mapping[str, object] | None:
        """What was said at the birth of a thing, or None where no standing fact bore it."""
        return self.latest(thing, "born")

    def stands(self, subject: str) -> bool:
        """Whether any standing mark is on the subject."""
        rows = self._marks.get(subject)
        if rows is None:
            raise UnloadedError(subject)
        return bool(rows)

    def balance(self, account: Account) -> int:
        """Grams in one account."""
        rows = self._balances.get((account.kind, account.a))
        if rows is None:
            raise UnloadedError(account)
        return rows.get((account.b, account.c), 0)

    def balances(self, kind: str, a: str) -> Mapping[tuple[str, str], int]:
        """Grams by (b, c) under a kind of account and its first id."""
        rows = self._balances.get((kind, a))
        if rows is None:
            raise UnloadedError(kind, a)
        return rows

    def known(self, digest: str) -> Known | None:
        """The statement with this digest, if it is in the log."""
        if digest not in self._known:
            raise UnloadedError(digest)
        return self._known[digest]

    def digest_of(self, fact_id: str) -> str | None:
        """The digest of the statement that carries this fact id."""
        if fact_id not in self._ids:
            raise UnloadedError(fact_id)
        return self._ids[fact_id]

    def at_seq(self, kid: str, seq: int) -> str | None:
        """The digest of the statement a key signed with this sequence number."""
        if (kid, seq) not in self._seqs:
            raise UnloadedError(kid, seq)
        return self._seqs[kid, seq]

    def lot(self, lot: str) -> LotBooks | None:
        """The summary of a lot, or None where the log knows no such lot."""
        if lot not in self._lots:
            raise UnloadedError(lot)
        return self._lots[lot]

    def origins(self, number: int) -> tuple[Origin, ...]:
        """The rows of an origin set."""
        if number not in self._origin_sets:
            raise UnloadedError(number)
        return self._origin_sets[number]

    def actors(self, thing: str) -> frozenset[str]:
        """The parties with a standing fact on a thing or statement."""
        if thing not in self._actors:
            raise UnloadedError(thing)
        return self._actors[thing]

    def downstream(self, lot: str) -> frozenset[str]:
        """Every lot downstream of a lot."""
        if lot not in self._downstream:
            raise UnloadedError(lot)
        return self._downstream[lot]

    # ------------------------------------------------------------ changing

    def post(self, index: int, statement: Statement, postings: Postings, flags: Iterable[Problem] = ()) -> None:
        """Take in an accepted fact. What is not loaded is left out: it will be read from the store when wanted."""
        for move in postings.moves:
            rows = self._balances.get((move.account.kind, move.account.a))
            if rows is not None:
                place = (move.account.b, move.account.c)
                rows[place] = rows.get(place, 0) + move.amount
        for mark in postings.marks:
            if mark.subject in self._marks:
                standing = Standing(index, mark.kind, mark.effective_from, mark.value)
                self._marks[mark.subject] = (*self._marks[mark.subject], standing)
        self._known[statement.digest] = Known(index, statement, ended=False, flags=tuple(f.code for f in flags))
        self._ids[statement.envelope.id] = statement.digest
        if statement.envelope.seq is not None:
            self._seqs[statement.kid, statement.envelope.seq] = statement.digest

    def follow(self, statement: Statement, postings: Postings) -> None:
        """Take an accepted fact into what corrections ask: who acted on a thing, and what lies downstream of a lot."""
        acted_on = {move.account.a for move in postings.moves if move.account.kind in ("stock", "title")}
        acted_on.update(mark.subject for mark in postings.marks)
        acted_on.update(edge.input for edge in postings.edges)
        for thing in acted_on & self._actors.keys():
            self._actors[thing] |= {statement.actor}
        for lot, reached in self._downstream.items():
            outputs = {e.output for e in postings.edges if e.input == lot or e.input in reached}
            self._downstream[lot] = reached | outputs

    def set_lot(self, lot: str, books: LotBooks) -> None:
        """Put in the summary of a new lot."""
        self._lots[lot] = books

    def set_origin_set(self, number: int, rows: tuple[Origin, ...]) -> None:
        """Put in a new origin set."""
        self._origin_sets[number] = rows

    def without(self, index: int, moves: Iterable[Move]) -> State:
        """The same books as if the fact at `index` had never been stated: what a correction is judged against."""
        other = State()
        other._marks = {s: tuple(m for m in rows if m.index != index) for s, rows in self._marks.items()}
        other._balances = {key: dict(rows) for key, rows in self._balances.items()}
        for move in moves:
            rows = other._balances.get((move.account.kind, move.account.a))
            if rows is not None:
                place = (move.account.b, move.account.c)
                rows[place] = rows.get(place, 0) - move.amount
        other._known = dict(self._known)
        other._ids = dict(self._ids)
        other._seqs = dict(self._seqs)
        other._lots = dict(self._lots)
        other._origin_sets = dict(self._origin_sets)
        other._actors = dict(self._actors)
        other._downstream = dict(self._downstream)
        return other


def _not_in(wanted: set[_K], loaded: Mapping[_K, object]) -> set[_K]:
    # Set difference with the keys of a mapping walks the whole mapping; this walks only what is wanted.
    return {key for key in wanted if key not in loaded}
