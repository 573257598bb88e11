"""The write side of one log: judge what arrives under the head lock, write it in one transaction, sign after.

`Journal.append` is the whole way of a batch: lock, load, judge, post, write, commit. Everything it
remembers between batches (books, names, the tree's edge) is dropped when another process has
written or anything failed, so that memory never disagrees with the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Engine

from ledger import canonical
from ledger.errors import ConflictError, Problem, ProofError
from ledger.facts.corrections import FactRetracted
from ledger.facts.log import LogOpened
from ledger.judge import judge
from ledger.lineage import Birth, birth_sets, is_born
from ledger.log.entry import NO_PREVIOUS, Entry, entry_hash
from ledger.log.merkle import EMPTY_ROOT, leaf_hash, new_nodes, peaks
from ledger.postings import Postings, post
from ledger.postings.log import RULES
from ledger.queries import Outcome, Status
from ledger.rules import Heard, Packs
from ledger.state import Known, State, Wants, further_wants, wants
from ledger.statement import Statement, check_signature
from ledger.store.connection import Connection
from ledger.store.loading import Loader
from ledger.store.names import Names
from ledger.store.pending import Pending, texts_of
from ledger.store.restate import restate

RESTATING = frozenset({"lot.held/1", "lot.released/1", "lot.recalled/1"})
"""Facts that change the summaries of lots that are already there, and of everything forward of them."""

_BACKWARD_MILLISECONDS = 2_000
_BOOKS_KEPT = 200_000

Clock = Callable[[], int]
"""Milliseconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Item:
    """A statement with what it would post and what judging it takes, worked out before the queue.

    `verified` says that its signature was checked against a key the log had authorised by then; if the
    key comes earlier in the same batch, the check is made when its turn comes.
    """

    statement: Statement
    postings: Postings
    wants: Wants
    verified: bool

    @classmethod
    def of(cls, statement: Statement, *, verified: bool) -> Item:
        """Work out postings and wants."""
        postings = post(statement)
        return cls(statement, postings, wants(statement, postings), verified)


@dataclass(frozen=True, slots=True)
class Group:
    """What is accepted or refused together: one statement, or all of an atomic request."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Tip:
    """The end of the log: size, root, hash of the last entry and when it was recorded."""

    size: int
    root: bytes
    last_entry: bytes
    recorded: int


GENESIS_TIP = Tip(0, EMPTY_ROOT, b"", 0)


def moment(milliseconds: int) -> str:
    """RFC 3339 UTC with milliseconds, as entries write it."""
    whole = datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{milliseconds % 1000:03d}Z"


class Journal:
    """Appends facts to one log. One thread uses it; several processes may, each under the head lock."""

    def __init__(self, engine: Engine, log: int, origin: str, packs: Callable[[], Packs], clock: Clock) -> None:
        """Write through `engine`; `packs` gives the packs adopted so far; `clock` the time."""
        self._engine = engine
        self._log = log
        self._origin = origin
        self._packs = packs
        self._clock = clock
        self._db = Connection(engine)
        self._forget()

    def close(self) -> None:
        """Give the connection back."""
        self._db.close()

    def _forget(self) -> None:
        """Drop everything remembered; the database says again how things stand."""
        self._tip = GENESIS_TIP
        self._peaks: dict[tuple[int, int], bytes] = {}
        self._state = State()
        self._names = Names(self._log)

    # ------------------------------------------------------------ the way of a batch

    def append(
        self, groups: Sequence[Group], *, prepare: Callable[[Sequence[Statement]], None] | None = None
    ) -> tuple[list[list[Outcome]], Tip]:
        """Judge groups in order and write what is accepted, in one transaction.

        `prepare` is called with everything accepted before the transaction is committed (sealed values
        go to the vault first). Raises StoreError or ConflictError with nothing written.
        """
        db = self._db
        try:
            db.begin_write()
            tip = self._locked_tip()
            loader = Loader(db, self._log, self._names)
            pending = Pending(self._log, self._names)
            run = _Run(self, loader, pending, tip)
            outcomes = run.judge_all(groups)
            if run.accepted:
                if prepare is not None:
                    prepare(run.accepted)
                run.write()
                tip = run.tip
                db.run(
                    "UPDATE log SET size = ?, root = ?, last_entry = ?, last_recorded = ? WHERE log = ?",
                    tip.size,
                    tip.root,
                    tip.last_entry,
                    tip.recorded,
                    self._log,
                )
            db.commit()
        except BaseException:
            db.rollback()
            self._forget()
            raise
        self._tip = tip
        self._state.forget_statements()
        self._names.trim()
        if self._state.size() > _BOOKS_KEPT:
            self._state = State()
        return outcomes, tip

    def check(self, items: Sequence[Item]) -> list[Outcome]:
        """Judge in order as `append` would, on a connection of its own, and write nothing."""
        db = Connection(self._engine)
        try:
            db.begin_read()
            tip = self._read_tip(db, lock=False)
            names = Names(self._log)
            loader = Loader(db, self._log, names)
            run = _Run(self, loader, Pending(self._log, names), tip, state=State())
            outcomes: list[Outcome] = []
            for item in items:
                outcomes += run.judge_group(Group((item,)), keep=True)
            return [replace(o, status="checked", index=None) if o.status == "accepted" else o for o in outcomes]
        finally:
            db.rollback()
            db.close()

    def read_back(self, before: Tip, after: Tip) -> None:
        """After COMMIT: read what was written and hash it again; raise ProofError where it differs."""
        if after.size == before.size:
            return
        rows = self._db.all(
            "SELECT e.ix, e.recorded, e.hash, e.digest, n.hash FROM entry e"
            " JOIN node n ON n.log = e.log AND n.level = 0 AND n.number = e.ix WHERE e.log = ? AND e.ix >= ? ORDER BY e.ix",
            self._log,
            before.size,
        )
        previous = before.last_entry
        expected = before.size
        for index, recorded, stored_hash, digest, leaf in rows:
            text = entry_text(self._origin, index, recorded, previous, bytes(digest))
            previous = entry_hash(text)
            if index != expected or previous != bytes(stored_hash) or leaf_hash(text) != bytes(leaf):
                raise ProofError(Problem("written-differs", "", index))
            expected += 1
        if expected != after.size or previous != after.last_entry:
            raise ProofError(Problem("written-differs", "", expected, after.size))

    def _locked_tip(self) -> Tip:
        tip = self._read_tip(self._db, lock=True)
        if tip != self._tip or not self._peaks:
            self._forget()
            self._tip = tip
            for level, number in peaks(tip.size):
                row = self._db.one(
                    "SELECT hash FROM node WHERE log = ? AND level = ? AND number = ?", self._log, level, number
                )
                if row is None:
                    raise ProofError(Problem("node-missing", "", f"{level}/{number}"))
                self._peaks[level, number] = bytes(row[0])
        return tip

    def _read_tip(self, db: Connection, *, lock: bool) -> Tip:
        suffix = " FOR UPDATE" if lock and db.dialect == "postgresql" else ""
        row = db.one(f"SELECT size, root, last_entry, last_recorded FROM log WHERE log = ?{suffix}", self._log)  # noqa: S608
        if row is None:
            return GENESIS_TIP
        return Tip(row[0], bytes(row[1]), bytes(row[2]), row[3])


def entry_text(origin: str, index: int, recorded: int, previous: bytes, digest: bytes) -> bytes:
    """The six lines of an entry from the values the store keeps; the first entry follows the hash of nothing."""
    return Entry(
        origin=origin,
        index=index,
        recorded_at=moment(recorded),
        previous=previous or NO_PREVIOUS,
        statement=digest,
    ).format()


class _Run:
    """One pass over groups inside a transaction: what was accepted so far, and the rows it will write."""

    def __init__(self, journal: Journal, loader: Loader, pending: Pending, tip: Tip, state: State | None = None) -> None:
        self._journal = journal
        self._loader = loader
        self._pending = pending
        self._own_state = state
        self._packs = journal._packs()
        self.tip = tip
        self.accepted: list[Statement] = []
        self._leaves: list[bytes] = []
        self._leaf_start = tip.size
        self._dirty = False
        self._loaded = False

    @property
    def _state(self) -> State:
        return self._journal._state if self._own_state is None else self._own_state

    def judge_all(self, groups: Sequence[Group]) -> list[list[Outcome]]:
        """Every group in order; what everybody wants is loaded at once beforehand."""
        self._load([item for group in groups for item in group.items])
        self._loaded = True
        return [self.judge_group(group, keep=False) for group in groups]

    def judge_group(self, group: Group, *, keep: bool) -> list[Outcome]:
        """Judge a group; `keep` posts to the state only (a dry run). An atomic group is all or nothing."""
        if len(group.items) == 1 or keep:
            return [self._one(item, keep=keep) for item in group.items]
        self.write()
        db, tip, accepted, peaks_before = self._loader.db, self.tip, len(self.accepted), dict(self._journal._peaks)
        db.run("SAVEPOINT atomic")
        outcomes = [self._one(item, keep=False) for item in group.items]
        if not any(o.status == "refused" for o in outcomes):
            self.write()
            db.run("RELEASE SAVEPOINT atomic")
            return outcomes
        db.run("ROLLBACK TO SAVEPOINT atomic")
        db.run("RELEASE SAVEPOINT atomic")
        self._journal._peaks = peaks_before
        self._undo(tip, accepted)
        refusal = Problem("atomic-refused", retry="after-change")
        return [
            replace(o, status="refused", index=None, recorded_at="", problems=(refusal,)) if o.status == "accepted" else o
            for o in outcomes
        ]

    def _load(self, items: Sequence[Item]) -> None:
        first = Wants()
        texts: set[str] = set()
        for item in items:
            first.add(item.wants)
            texts.update(texts_of(item.statement, item.postings))
        # Every name must have been looked up before a new one is numbered.
        self._loader.names.find(self._loader.db, texts)
        self._loader.load(self._state, first)
        second = Wants()
        for item in items:
            second.add(further_wants(item.statement, self._state))
        self._loader.load(self._state, second)

    def _one(self, item: Item, *, keep: bool) -> Outcome:
        statement = item.statement
        if not self._loaded:
            self._load([item])
        state = self._state
        known = state.known(statement.digest)
        if known is not None:
            return _outcome("duplicate", statement, known.index, "")
        standing = state.digest_of(statement.envelope.id)
        if standing is not None:
            problem = Problem("id-conflict", "/id", statement.envelope.id, details={"standing": standing})
            return _outcome("refused", statement, None, "", problems=(problem,))
        recorded = self._recorded()
        heard = Heard(statement, item.postings, self.tip.size, moment(recorded), self._journal._origin)
        target = self._ended(statement)
        if item.wants.lots or target is not None:
            # What an earlier item of this batch brought to light may be wanted now.
            self._loader.load(state, further_wants(statement, state))
        problems = () if item.verified else _signature_problems(statement, state)
        books = state if target is None else state.without(target.index, post(target.statement).moves)
        verdict = judge(heard, books, self._packs, _version(statement, state.latest(RULES, "rules")))
        if problems or verdict.problems:
            return _outcome("refused", statement, None, "", (*problems, *verdict.problems), verdict.flags)
        self._accept(heard, recorded, verdict.flags, target, keep=keep)
        return _outcome("accepted", statement, heard.index, heard.recorded_at, (), verdict.flags)

    def _recorded(self) -> int:
        now = self._journal._clock()
        if now < self.tip.recorded - _BACKWARD_MILLISECONDS:
            raise ConflictError(Problem("clock-backwards", "", moment(now), moment(self.tip.recorded), retry="after-change"))
        return max(now, self.tip.recorded)

    def _ended(self, statement: Statement) -> Known | None:
        digest = statement.fact.statement if isinstance(statement.fact, FactRetracted) else statement.envelope.replaces
        return None if digest is None else self._state.known(digest)

    def _accept(self, heard: Heard, recorded: int, flags: Sequence[Problem], target: Known | None, *, keep: bool) -> None:
        statement, postings, index = heard.statement, heard.postings, heard.index
        pending = self._pending
        restating = target is not None or statement.type in RESTATING
        pending.name_new(index, statement, postings)
        if restating and not keep:
            self.write()
        text = entry_text(heard.origin, index, recorded, self.tip.last_entry, bytes.fromhex(statement.digest))
        hashed = entry_hash(text)
        place = index if target is None else self._place(target.index)
        pending.truth(index, statement, recorded, hashed, place)
        pending.postings(index, postings)
        pending.flags(index, flags)
        self._leaves.append(leaf_hash(text))
        self.tip = Tip(index + 1, b"", hashed, recorded)
        self._dirty = True
        if target is None:
            self._state.post(index, statement, postings, flags)
            self._summarise(index, postings)
        self.accepted.append(statement)
        if not restating:
            return
        if keep:
            # A dry run cannot write what a correction changes; the books it leaves behind are dropped.
            self._own_state = State()
            return
        start = _lots(postings)
        if target is not None:
            self._end(index, target)
            start |= _lots(post(target.statement))
        self.write()
        restate(self._loader.db, self._journal._log, self._loader, pending, index, sorted(start))
        self._dirty = True
        self.write()
        self._journal._state = State()
        self._loaded = False

    def _summarise(self, index: int, postings: Postings) -> None:
        births = [
            Birth(mark.subject, mark.value, tuple(e for e in postings.edges if e.output == mark.subject))
            for mark in postings.marks
            if is_born(mark)
        ]
        if not births:
            return
        state = self._state
        inputs = {edge.input for edge in postings.edges}
        books = {lot: state.lot(lot) for lot in inputs}
        sets_wanted = Wants(origin_sets={b.origin_set for b in books.values() if b is not None and b.origin_set is not None})
        self._loader.load(state, sets_wanted)
        summaries, sets = birth_sets(births, books, state.origins, self._loader.names.known)
        for number, rows in sets.items():
            self._pending.origin_set(number, rows)
            state.set_origin_set(number, rows)
        for lot, summary in summaries.items():
            self._pending.lot(lot, index, summary)
            state.set_lot(lot, summary)

    def _place(self, index: int) -> int:
        row = self._loader.db.one(
            "SELECT place FROM statement WHERE log = ? AND ix = ?", self._journal._log, index
        )
        return index if row is None else int(row[0])

    def _end(self, index: int, target: Known) -> None:
        """Mark the postings of the corrected fact as gone from this index on."""
        db, log = self._loader.db, self._journal._log
        for table in ("move", "mark", "edge"):
            db.run(
                f"UPDATE {table} SET gone = ? WHERE log = ? AND ix = ? AND gone IS NULL", index, log, target.index  # noqa: S608
            )
        db.run("UPDATE statement SET ended = ? WHERE log = ? AND ix = ?", index, log, target.index)
        old = post(target.statement)
        self._loader.names.find(db, [text for move in old.moves for text in (move.account.a, move.account.b)])
        self._pending.take_back(old)

    def _undo(self, tip: Tip, accepted: int) -> None:
        """Forget a refused atomic group; the database was rolled back to where it began."""
        self.tip = tip
        del self.accepted[accepted:]
        self._leaves = []
        self._leaf_start = tip.size
        self._dirty = False
        self._loaded = False
        self._journal._state = State()
        self._loader.names.forget()
        self._pending = Pending(self._journal._log, self._loader.names)

    def write(self) -> None:
        """Write what has been gathered, with the tree it makes."""
        if not self._dirty:
            return
        journal = self._journal
        if self._leaves:
            growth = new_nodes(self._leaf_start, self._leaves, lambda level, number: journal._peaks[level, number])
            self._pending.nodes(growth.nodes)
            nodes = {(node.level, node.number): node.hash for node in growth.nodes}
            journal._peaks = {
                (level, number): nodes.get((level, number)) or journal._peaks[level, number]
                for level, number in peaks(growth.size)
            }
            self.tip = replace(self.tip, root=growth.root)
            self._leaf_start = growth.size
            self._leaves = []
        self._pending.write(self._loader.db)
        self._dirty = False


def _version(statement: Statement, adopted: Mapping[str, object] | None) -> int:
    if adopted is not None:
        found = adopted["version"]
        return found if isinstance(found, int) else 1
    return int(getattr(statement.fact, "rules_version", 1))


def _signature_problems(statement: Statement, state: State) -> tuple[Problem, ...]:
    """The signature of a statement whose key was not known yet when it arrived."""
    key = state.latest(statement.kid, "key")
    public = None if key is None else str(key["public"])
    if public is None and isinstance(statement.fact, LogOpened):
        public = statement.fact.operator.key
    if public is None:
        return ()
    try:
        check_signature(statement, canonical.unb64url(public))
    except ProofError as error:
        return error.problems
    return ()


def _lots(postings: Postings) -> set[str]:
    """The lots whose summaries a fact may change: those it bears, moves or marks."""
    lots = {move.account.a for move in postings.moves if move.account.kind == "stock"}
    lots |= {move.account.b for move in postings.moves if move.account.kind in ("transit", "return")}
    lots |= {mark.subject for mark in postings.marks if is_born(mark) or mark.kind in ("held", "recalled", "released")}
    return lots | {edge.output for edge in postings.edges}


def _outcome(
    status: Status,
    statement: Statement,
    index: int | None,
    recorded_at: str,
    problems: Sequence[Problem] = (),
    flags: Sequence[Problem] = (),
) -> Outcome:
    return Outcome(
        status=status,
        id=statement.envelope.id,
        type=statement.type,
        digest=statement.digest,
        index=index,
        recorded_at=recorded_at,
        receipt_code=receipt_code(statement.digest),
        problems=tuple(problems),
        flags=tuple(flags),
    )


def receipt_code(digest: str) -> str:
    """The first 100 bits of a statement's digest as 20 Crockford characters: known before synchronisation."""
    number = int(digest[:25], 16)
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return "".join(alphabet[(number >> (5 * place)) & 31] for place in reversed(range(20)))
