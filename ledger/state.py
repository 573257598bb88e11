"""The books as judge sees them: only what was loaded, and reading anything else is an error of ours.

Rules never query; they say beforehand what they will want (`wants`), the store loads it, and a
forgotten want shows itself at once as `UnloadedError` instead of as a silently empty answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from ledger.errors import Problem
from ledger.facts.corrections import FactEndorsed, FactRetracted, FlagJustified
from ledger.facts.deliveries import DeliveryConfirmed, DeliveryDisputed
from ledger.facts.log import KeyAuthorised, StatementVouched
from ledger.postings import Account, Move, Postings, post
from ledger.postings.log import LOG, RULES, pack_subject, thumbprint
from ledger.statement import Statement, meant, parse_statement

JUDGED_ACCOUNTS = frozenset({"stock", "title", "transit", "return", "estimate", "volume"})
"""Kinds of account whose balance rules look at; the others are only ever summed for reports."""


_K = TypeVar("_K")


class UnloadedError(LookupError):
    """A rule read something it had not declared: a programming error, never a user's."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A mark that stands, with the index of the fact that made it."""

    index: int
    kind: str
    effective_from: str
    value: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Known:
    """A statement that is in the log: what rules about corrections need of it."""

    index: int
    statement: Statement
    ended: bool
    flags: tuple[str, ...]


class Blocking(NamedTuple):
    """A reason why a lot must not move: held, recalled or in-question, by which source, first on which lot."""

    kind: str
    source: str
    lot: str


class LotBooks(NamedTuple):
    """The summary of a lot: which origin set it shares and what blocks it. A lot nobody bore has no set."""

    origin_set: int | None
    blocks: tuple[Blocking, ...]


class Origin(NamedTuple):
    """One row of an origin set: weight in grams of one delivery (opening, purchase), its producer and land."""

    producer: str
    grown: str
    delivery: str
    grams: int


@dataclass(slots=True)
class Wants:
    """What has to be loaded before judging."""

    subjects: set[str] = field(default_factory=set)
    balances: set[tuple[str, str]] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    seqs: set[tuple[str, int]] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)
    origin_sets: set[int] = field(default_factory=set)
    actors: set[str] = field(default_factory=set)
    downstream: set[str] = field(default_factory=set)

    def add(self, other: Wants) -> None:
        """Take over another's wants."""
        self.subjects |= other.subjects
        self.balances |= other.balances
        self.digests |= other.digests
        self.ids |= other.ids
        self.seqs |= other.seqs
        self.lots |= other.lots
        self.origin_sets |= other.origin_sets
        self.actors |= other.actors
        self.downstream |= other.downstream

    def __bool__(self) -> bool:
        """Whether anything is wanted at all."""
        return bool(
            self.subjects
            or self.balances
            or self.digests
            or self.ids
            or self.seqs
            or self.lots
            or self.origin_sets
            or self.actors
            or self.downstream
        )


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


def wants(statement: Statement, postings: Postings) -> Wants:
    """The first round: everything a statement names, and the accounts it moves."""
    envelope = statement.envelope
    wanted = Wants()
    subjects = wanted.subjects
    subjects.update((statement.kid, envelope.by, LOG, RULES))
    if envelope.on_behalf_of is not None:
        subjects.add(envelope.on_behalf_of)
    for reference in statement.references:
        subjects.add(reference.thing)
        if "lot" in reference.kinds:
            wanted.lots.add(reference.thing)
            if not reference.born:
                wanted.balances.add(("stock", reference.thing))
    for mark in postings.marks:
        subjects.add(mark.subject)
    if "commodity" in type(statement.fact).model_fields:
        subjects.add(pack_subject("commodity", statement.fact.commodity))  # type: ignore[attr-defined]
    wanted.balances.update((m.account.kind, m.account.a) for m in postings.moves if m.account.kind in JUDGED_ACCOUNTS)
    if isinstance(statement.fact, StatementVouched):
        inner = parse_statement(statement.fact.jws.encode())
        wanted.add(wants(inner, post(inner)))
        wanted.subjects.add(inner.digest)
        wanted.digests.add(inner.digest)
    # Whether this very statement is in the log already shows in its id: the digest covers it.
    wanted.ids.add(envelope.id)
    if envelope.seq is not None:
        wanted.seqs.add((statement.kid, envelope.seq))
    _want_named(statement, wanted)
    return wanted


def _want_named(statement: Statement, wanted: Wants) -> None:
    fact = statement.fact
    if statement.envelope.replaces is not None:
        wanted.digests.add(statement.envelope.replaces)
    match fact:
        case FactEndorsed() | FlagJustified() | FactRetracted():
            wanted.digests.add(fact.statement)
        case DeliveryConfirmed() | DeliveryDisputed():
            wanted.digests.add(fact.statement)
        case KeyAuthorised():
            wanted.subjects.add(thumbprint(fact.key))
        case _:
            pass


def further_wants(statement: Statement, state: State) -> Wants:
    """The second round: what the first one brought to light (the statement to correct, mixed origins)."""
    wanted = Wants()
    if isinstance(statement.fact, StatementVouched):
        wanted.add(further_wants(meant(statement), state))
    for reference in statement.references:
        if "lot" in reference.kinds and not reference.born:
            books = state.lot(reference.thing)
            if books is not None and books.origin_set is not None:
                wanted.origin_sets.add(books.origin_set)
            born = state.birth(reference.thing)
            if born is not None and "commodity" in born:
                wanted.subjects.add(pack_subject("commodity", str(born["commodity"])))
        elif "lot" in reference.kinds and state.lot(reference.thing) is not None:
            # Its first birth was retracted: what was made of it meanwhile must not become its own ancestor.
            wanted.downstream.add(reference.thing)
    principal = statement.envelope.on_behalf_of
    if principal is not None:
        wanted.subjects.update(str(mark.value["mandate"]) for mark in state.marks(principal, "mandate"))
    ended = statement.envelope.replaces
    if isinstance(statement.fact, FactRetracted):
        ended = statement.fact.statement
    if ended is not None:
        known = state.known(ended)
        if known is not None:
            _want_correction(known.statement, wanted)
    return wanted


def _want_correction(old: Statement, wanted: Wants) -> None:
    postings = post(old)
    wanted.add(wants(old, postings))
    wanted.actors.add(old.digest)
    wanted.subjects.add(old.digest)
    for reference in meant(old).references:
        if reference.born:
            wanted.actors.add(reference.thing)
            if "lot" in reference.kinds:
                wanted.downstream.add(reference.thing)
