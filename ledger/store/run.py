"""One pass over what arrived, inside a transaction: judge in order, post, and gather the rows to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledger import canonical
from ledger.claims import Evidence
from ledger.errors import ConflictError, Problem, ProofError
from ledger.facts.corrections import FactRetracted
from ledger.facts.log import LogOpened
from ledger.facts.privacy import StatementWithheld
from ledger.judge import Verdict, judge
from ledger.lineage import BLOCKING_MARKS, Birth, birth_sets, is_born
from ledger.log.entry import entry_hash
from ledger.log.merkle import leaf_hash, new_nodes, peaks
from ledger.postings import Edge, Postings, post
from ledger.postings.log import RULES
from ledger.queries import Outcome, Status
from ledger.rules import Heard, Packs
from ledger.rules.plausibility import plausibility
from ledger.state import Keeping, Known, State, Wants, further_wants
from ledger.statement import Statement, check_signature, meant
from ledger.store.batch import Clock, Group, Item, Memory, Tip, entry_text, moment
from ledger.store.books import Books
from ledger.store.evidence_of import evidence_of
from ledger.store.keeping_of import keeping_of
from ledger.store.loading import Loader
from ledger.store.pending import Pending, set_number
from ledger.store.restate import restate
from ledger.store.withhold import withhold
from ledger.values import receipt_code

RESTATING = frozenset({"lot.held/1", "lot.released/1", "lot.recalled/1", "pledge.recorded/1", "pledge.released/1"})
"""Facts that change the summaries of lots that are already there, and of everything forward of them."""

_BACKWARD_MILLISECONDS = 2_000


class Run:
    """What was accepted so far, and the rows it will write."""

    def __init__(
        self,
        loader: Loader,
        memory: Memory,
        tip: Tip,
        *,
        origin: str,
        packs: Packs,
        clock: Clock,
        without_rule: str = "",
    ) -> None:
        """Judge against `memory.state`, which is filled as needed through `loader`."""
        self._loader = loader
        self._memory = memory
        self.lots: set[str] = set()
        self._pending = Pending(loader.log, loader.names, self.lots)
        self._origin = origin
        self._packs = packs
        self._clock = clock
        self._without_rule = without_rule
        self._rules_version: int | None = None
        self.tip = tip
        self.accepted: list[Statement] = []
        self._leaves: list[bytes] = []
        self._unwritten: list[tuple[Statement, Postings]] = []
        self._leaf_start = tip.size
        self._dirty = False
        self._loaded = False
        self._born: set[str] = set()
        self.is_dry = False

    def judge_all(self, groups: Sequence[Group]) -> list[list[Outcome]]:
        """Every group in order; what everybody wants is loaded at once beforehand."""
        self._load([item for group in groups for item in group.items])
        self._loaded = True
        return [self._judge_group(group) for group in groups]

    def look_at(self, item: Item) -> Outcome:
        """Judge one item and take nothing in: what `judge_all` would say of it now."""
        return self._one(item, take=False)

    def replay(self, statements: Sequence[tuple[Statement, int]]) -> None:
        """Accept statements as they are."""
        items = [Item.of(statement, verified=True) for statement, _ in statements]
        self._load(items)
        self._loaded = True
        for item, (statement, recorded) in zip(items, statements, strict=True):
            if not self._loaded:
                self._load([item])
            heard = Heard(statement, item.postings, self.tip.size, moment(recorded), self._origin)
            self._loader.load(self._memory.state, further_wants(statement, self._memory.state))
            self._accept(heard, item.texts, recorded, (), self._ended(statement))
        self.write()

    def judge_again(
        self, statements: Sequence[tuple[Statement, int, Sequence[Problem]]], rules_version: int | None
    ) -> list[Outcome]:
        """Judge statements that stand in a log, each as it was recorded, and take each in whatever is found.

        One whose text was withheld cannot be judged: it keeps the flags it comes with. Raises ConflictError where an
        id or a number of a key stands already: such a statement has no place in the books.
        """
        self._rules_version = rules_version
        items = [Item.of(statement, verified=False) for statement, _, _ in statements]
        self._load(items)
        self._loaded = True
        outcomes = [
            self._again(item, recorded, flags) for item, (_, recorded, flags) in zip(items, statements, strict=True)
        ]
        self.write()
        return outcomes

    def _again(self, item: Item, recorded: int, flags: Sequence[Problem]) -> Outcome:
        statement = item.statement
        if not self._loaded:
            self._load([item])
        if self._memory.state.digest_of(statement.envelope.id) is not None:
            raise ConflictError(Problem("id-conflict", "/id", statement.envelope.id))
        heard = self._heard(item, recorded)
        if statement.is_withheld:
            target = self._ended(statement)
            self._loader.load(self._memory.state, further_wants(statement, self._memory.state))
            self._accept(heard, item.texts, recorded, flags, target)
            return _outcome("accepted", statement, heard.index, heard.recorded_at, (), flags)
        target, _, verdict = self._verdict(item, heard)
        self._accept(heard, item.texts, recorded, verdict.flags, target)
        status: Status = "refused" if verdict.problems else "accepted"
        return _outcome(status, statement, heard.index, heard.recorded_at, verdict.problems, verdict.flags)

    def _judge_group(self, group: Group) -> list[Outcome]:
        """Judge a group; an atomic one is all or nothing."""
        if len(group.items) == 1:
            return [self._one(group.items[0])]
        self.write()
        db, tip, accepted, peaks_before = self._loader.db, self.tip, len(self.accepted), dict(self._memory.peaks)
        db.run("SAVEPOINT atomic")
        outcomes = [self._one(item) for item in group.items]
        if not any(o.status == "refused" for o in outcomes):
            self.write()
            db.run("RELEASE SAVEPOINT atomic")
            return outcomes
        db.run("ROLLBACK TO SAVEPOINT atomic")
        db.run("RELEASE SAVEPOINT atomic")
        self._memory.peaks = peaks_before
        self._undo(tip, accepted)
        refusal = Problem("atomic-refused", retry="after-change")
        return [
            replace(o, status="refused", index=None, recorded_at="", problems=(refusal,))
            if o.status == "accepted"
            else o
            for o in outcomes
        ]

    def _load(self, items: Sequence[Item]) -> None:
        first = Wants()
        texts: set[str] = set()
        for item in items:
            first.add(item.wants)
            texts.update(item.texts)
        # Every name must have been looked up before a new one is numbered.
        self._loader.names.find(self._loader.db, texts)
        self._loader.load(self._memory.state, first)
        second = Wants()
        for item in items:
            second.add(further_wants(item.statement, self._memory.state))
        self._loader.load(self._memory.state, second)

    def _one(self, item: Item, *, take: bool = True) -> Outcome:
        statement = item.statement
        if not self._loaded:
            self._load([item])
        state = self._memory.state
        standing = state.digest_of(statement.envelope.id)
        if standing == statement.digest:
            return _outcome("duplicate", statement, self._index_of(standing), "")
        if standing is not None:
            problem = Problem("id-conflict", "/id", statement.envelope.id, details={"standing": standing})
            return _outcome("refused", statement, None, "", problems=(problem,))
        recorded = self._recorded()
        heard = self._heard(item, recorded)
        target, books, verdict = self._verdict(item, heard)
        if verdict.problems:
            return _outcome("refused", statement, None, "", verdict.problems, verdict.flags)
        # Before it is taken in: afterwards it would count itself among what was delivered.
        fits = plausibility(meant(statement).fact, books) if self.is_dry else None
        if take:
            self._accept(heard, item.texts, recorded, verdict.flags, target)
        outcome = _outcome("accepted", statement, heard.index, heard.recorded_at, (), verdict.flags)
        return outcome if fits is None else replace(outcome, plausibility=fits)

    def _heard(self, item: Item, recorded: int) -> Heard:
        return Heard(
            item.statement,
            item.postings,
            self.tip.size,
            moment(recorded),
            self._origin,
            evidence=self._evidence(item),
            keeping=self._keeping(item),
        )

    def _verdict(self, item: Item, heard: Heard) -> tuple[Known | None, State, Verdict]:
        """What it corrects, the books it is judged against, and what signature and rules say of it."""
        statement, state = item.statement, self._memory.state
        target = self._ended(statement)
        correcting = target is not None or self._bears_again(item.postings)
        if correcting or not self._born.isdisjoint(item.wants.lots):
            # What an earlier item of this batch brought to light may be wanted now.
            self._loader.load(state, further_wants(statement, state))
        if correcting:
            # What was read of the books does not hold yet what this batch has accepted.
            for earlier, meaning in self._unwritten:
                state.follow(earlier, meaning)
        problems = () if item.verified else _signature_problems(statement, state)
        books = state if target is None else state.without(target.index, post(target.statement).moves)
        version = self._rules_version or _version(statement, state.latest(RULES, "rules"))
        verdict = judge(heard, books, self._packs, version, without=self._without_rule)
        return target, books, Verdict((*problems, *verdict.problems), verdict.flags)

    def _evidence(self, item: Item) -> Mapping[str, Evidence]:
        """What the claims of the lots a sale names rest on, read from the books as the items before it leave them."""
        if not item.wants.evidence:
            return {}
        self.write()
        books = Books(self._loader.db, self._loader.log, self._loader.names, self.tip.size)
        return evidence_of(books, sorted(item.wants.evidence), self._packs)

    def _keeping(self, item: Item) -> Mapping[str, Keeping]:
        """Why the data of the persons an item wants destroyed must be kept, as the items before it leave the books."""
        if not item.wants.keeping:
            return {}
        self.write()
        books = Books(self._loader.db, self._loader.log, self._loader.names, self.tip.size)
        return {person: keeping_of(books, person) for person in sorted(item.wants.keeping)}

    def _index_of(self, digest: str) -> int | None:
        """The index of a statement that is in the log."""
        self._loader.load(self._memory.state, Wants(digests={digest}))
        known = self._memory.state.known(digest)
        return None if known is None else known.index

    def _recorded(self) -> int:
        now = self._clock()
        if now < self.tip.recorded - _BACKWARD_MILLISECONDS:
            raise ConflictError(
                Problem("clock-backwards", "", moment(now), moment(self.tip.recorded), retry="after-change")
            )
        return max(now, self.tip.recorded)

    def _ended(self, statement: Statement) -> Known | None:
        digest = statement.fact.statement if isinstance(statement.fact, FactRetracted) else statement.envelope.replaces
        return None if digest is None else self._memory.state.known(digest)

    def _accept(
        self,
        heard: Heard,
        texts: Sequence[str],
        recorded: int,
        flags: Sequence[Problem],
        target: Known | None,
    ) -> None:
        statement, postings, index = heard.statement, heard.postings, heard.index
        pending = self._pending
        restating = target is not None or meant(statement).type in RESTATING or self._bears_again(postings)
        pending.name_new(index, texts)
        if restating:
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
            self._memory.state.post(index, statement, postings, flags)
            if not restating:
                self._summarise(index, postings)
        self.accepted.append(statement)
        self._unwritten.append((statement, postings))
        if isinstance(fact := meant(statement).fact, StatementWithheld):
            self._withhold(fact)
        if not restating:
            return
        start = _lots(postings)
        if target is not None:
            self._end(index, target)
            start |= _lots(post(target.statement))
        self.write()
        restate(self._loader.db, self._loader.log, self._loader, pending, index, sorted(start))
        self._dirty = True
        self.write()
        self._memory.state = State()
        self._loaded = False

    def _withhold(self, fact: StatementWithheld) -> None:
        """Put what was restated in the place of the text; what was read of it so far is dropped."""
        known = self._memory.state.known(fact.statement)
        self.write()
        if known is not None:
            withhold(self._loader.db, self._loader.log, known.index, fact.restated)
        self._memory.state = State()
        self._loaded = False

    def _bears_again(self, postings: Postings) -> bool:
        """Whether a lot is born whose first birth was retracted: what was made of it meanwhile is summarised again."""
        state = self._memory.state
        return any(is_born(mark) and state.lot(mark.subject) is not None for mark in postings.marks)

    def _summarise(self, index: int, postings: Postings) -> None:
        into: dict[str, list[Edge]] = {}
        for edge in postings.edges:
            into.setdefault(edge.output, []).append(edge)
        births = [
            Birth(mark.subject, mark.value, tuple(into.get(mark.subject, ())))
            for mark in postings.marks
            if is_born(mark)
        ]
        if not births:
            return
        state = self._memory.state
        inputs = {edge.input for edge in postings.edges}
        books = {lot: state.lot(lot) for lot in inputs}
        sets_wanted = Wants(
            origin_sets={b.origin_set for b in books.values() if b is not None and b.origin_set is not None}
        )
        if sets_wanted.origin_sets:
            self._loader.load(state, sets_wanted)
        numbers = {birth.lot: set_number(index, slot) for slot, birth in enumerate(births)}
        summaries, sets = birth_sets(births, books, state.origins, numbers.__getitem__)
        for number, rows in sets.items():
            self._pending.origin_set(number, rows)
            state.set_origin_set(number, rows)
        self._born.update(summaries)
        for lot, summary in summaries.items():
            self._pending.lot(lot, index, summary)
            state.set_lot(lot, summary)

    def _place(self, index: int) -> int:
        row = self._loader.db.one("SELECT place FROM statement WHERE log = ? AND ix = ?", self._loader.log, index)
        return index if row is None else int(row[0])

    def _end(self, index: int, target: Known) -> None:
        """Mark the postings of the corrected fact as gone from this index on."""
        db, log = self._loader.db, self._loader.log
        for table in ("move", "mark", "edge"):
            db.run(
                f"UPDATE {table} SET gone = ? WHERE log = ? AND ix = ? AND gone IS NULL",
                index,
                log,
                target.index,
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
        self._unwritten = []
        self._leaf_start = tip.size
        self._dirty = False
        self._loaded = False
        self._memory.state = State()
        self._loader.names.forget()
        self._pending = Pending(self._loader.log, self._loader.names, self.lots)

    def write(self) -> None:
        """Write what has been gathered, with the tree it makes."""
        if not self._dirty:
            return
        if self._leaves:
            old = self._memory.peaks
            growth = new_nodes(self._leaf_start, self._leaves, lambda level, number: old[level, number])
            self._pending.nodes(growth.nodes)
            nodes = {(node.level, node.number): node.hash for node in growth.nodes}
            self._memory.peaks = {
                (level, number): nodes.get((level, number)) or old[level, number]
                for level, number in peaks(growth.size)
            }
            self.tip = replace(self.tip, root=growth.root)
            self._leaf_start = growth.size
            self._leaves = []
        self._pending.write(self._loader.db)
        self._dirty = False
        self._unwritten = []


def _version(statement: Statement, adopted: Mapping[str, object] | None) -> int:
    if adopted is not None:
        found = adopted["version"]
        return found if isinstance(found, int) else 1
    return statement.fact.rules_version if isinstance(statement.fact, LogOpened) else 1


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
    lots = {move.account.a for move in postings.moves if move.account.kind in ("stock", "title")}
    lots |= {move.account.b for move in postings.moves if move.account.kind in ("transit", "return")}
    lots |= {mark.subject for mark in postings.marks if is_born(mark) or mark.kind in BLOCKING_MARKS}
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
