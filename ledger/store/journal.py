"""The write side of one log: judge what arrives under the head lock, write it in one transaction, sign after.

`Journal.append` is the whole way of a batch: lock, load, judge, post, write, commit. Everything it
remembers between batches (books, names, the tree's edge) is dropped when another process has
written or anything failed, so that memory never disagrees with the database.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Engine

from ledger.errors import Problem, ProofError
from ledger.log.entry import MAX_INDEX, entry_hash
from ledger.log.merkle import EMPTY_ROOT, leaf_hash, peaks, root
from ledger.queries import Outcome
from ledger.rules import Packs
from ledger.state import State
from ledger.statement import Statement
from ledger.store.announcing import Announcer
from ledger.store.batch import GENESIS_TIP, Clock, Group, Item, Memory, Tip, entry_text
from ledger.store.books import Books
from ledger.store.connection import Connection
from ledger.store.loading import Loader
from ledger.store.log_view import LogView
from ledger.store.names import Names
from ledger.store.run import Run
from ledger.store.troubles import GivenWayError

# Whether subscriptions have changed comes with the head: so nobody who listens costs the writer nothing.
_HEAD = (
    "SELECT size, root, last_entry, last_recorded, (SELECT version FROM listening WHERE listening.log = log.log)"
    " FROM log WHERE log = ?"
)
_BOOKS_KEPT = 200_000
_WAITS = (0.0, 0.01, 0.05, 0.2)
"""Seconds before a batch is tried again that the database gave up in favour of another transaction."""


def _no_floor(tip: Tip) -> None:
    del tip


def _nobody() -> None:
    """Nobody listens."""


class Journal:
    """Appends facts to one log. One thread uses it; several processes may, each under the head lock."""

    def __init__(
        self,
        engine: Engine,
        log: int,
        origin: str,
        *,
        packs: Callable[[], Packs],
        clock: Clock,
        floor: Callable[[Tip], None] = _no_floor,
        announced: Callable[[], None] = _nobody,
        without_rule: str = "",
    ) -> None:
        """Write through `engine`; `packs` gives the packs at hand, `clock` the time.

        `floor` is asked under the head lock before anything is judged and raises where the log stands
        behind what was seen before. `announced` is told after a commit that left notices for subscribers.
        `without_rule` leaves one rule out, for tests.
        """
        self._without_rule = without_rule
        self._announcer = Announcer(log, origin)
        self._announced = announced
        self._floor = floor
        self._engine = engine
        self._log = log
        self._origin = origin
        self._packs = packs
        self._clock = clock
        self._db = Connection(engine)
        self._memory = Memory(Names(log))

    def close(self) -> None:
        """Give the connection back."""
        self._db.close()

    # ------------------------------------------------------------ the way of a batch

    def append(
        self, groups: Sequence[Group], *, prepare: Callable[[Sequence[Statement]], None] | None = None
    ) -> tuple[list[list[Outcome]], Tip, Tip]:
        """Judge groups in order and write what is accepted, in one transaction.

        `prepare` is called with everything accepted before the transaction is committed (sealed values
        go to the vault first). Returns the outcomes and where the log stood before and after. Raises
        StoreError or ConflictError with nothing written. Where the database gives way to another
        transaction, the whole batch is judged again on what stands then.
        """
        for wait in _WAITS:
            try:
                return self._append(groups, prepare)
            except GivenWayError:
                time.sleep(wait)
        return self._append(groups, prepare)

    def _append(
        self, groups: Sequence[Group], prepare: Callable[[Sequence[Statement]], None] | None
    ) -> tuple[list[list[Outcome]], Tip, Tip]:
        db = self._db
        try:
            db.begin_write()
            before = tip = self._locked_tip(db, self._memory)
            self._floor(tip)
            run = self._run(db, self._memory, tip)
            outcomes = run.judge_all(groups)
            notices = 0
            if run.accepted:
                if prepare is not None:
                    prepare(run.accepted)
                run.write()
                tip = run.tip
                self._set_head(tip)
                loader = Loader(db, self._log, self._memory.names)
                notices = self._announcer.announce(loader, before, tip, run.accepted, run.lots, tip.recorded)
            db.commit()
        except BaseException:
            db.rollback()
            self._memory.forget()
            raise
        if notices:
            self._announced()
        memory = self._memory
        memory.tip = tip
        memory.state.forget_statements()
        memory.names.trim()
        if memory.state.size() > _BOOKS_KEPT:
            memory.state = State()
        return outcomes, before, tip

    def replay(self, statements: Sequence[tuple[Statement, int]]) -> None:
        """Post statements that were accepted before, with the times they were recorded at, and never judge."""
        self._take_in(lambda run: run.replay(statements))

    def judge_again(
        self, statements: Sequence[tuple[Statement, int, Sequence[Problem]]], *, rules_version: int | None = None
    ) -> list[Outcome]:
        """Judge statements of another log as it recorded them, (statement, recorded at, flags), and take each in.

        The flags are those of a statement whose text was withheld, which cannot be judged. What the rules refuse is
        taken in as well, or nothing after it could be judged as it was. With `rules_version` they are judged by that
        version, whatever the log has adopted. Raises ConflictError where one has no place.
        """
        outcomes: list[Outcome] = []
        self._take_in(lambda run: outcomes.extend(run.judge_again(statements, rules_version)))
        return outcomes

    def _take_in(self, work: Callable[[Run], object]) -> None:
        db = self._db
        try:
            db.begin_write()
            tip = self._locked_tip(db, self._memory)
            run = self._run(db, self._memory, tip)
            work(run)
            self._memory.tip = run.tip
            if tip == GENESIS_TIP:
                db.run(
                    "INSERT INTO log (log, origin, public_url, size, root, last_entry, last_recorded)"
                    " VALUES (?, ?, '', 0, ?, ?, 0) ON CONFLICT (log) DO NOTHING",
                    self._log,
                    self._origin,
                    EMPTY_ROOT,
                    b"",
                )
            self._set_head(run.tip)
            db.commit()
        except BaseException:
            db.rollback()
            self._memory.forget()
            raise
        self._memory.state.forget_statements()
        self._memory.names.trim()

    def _run(self, db: Connection, memory: Memory, tip: Tip) -> Run:
        loader = Loader(db, self._log, memory.names)
        return Run(
            loader,
            memory,
            tip,
            origin=self._origin,
            packs=self._packs(),
            clock=self._clock,
            without_rule=self._without_rule,
        )

    def _set_head(self, tip: Tip) -> None:
        self._db.run(
            "UPDATE log SET size = ?, root = ?, last_entry = ?, last_recorded = ? WHERE log = ?",
            tip.size,
            tip.root,
            tip.last_entry,
            tip.recorded,
            self._log,
        )

    def tidy(self) -> None:
        """Leave no trace of a text that was taken out of a statement, as far as the database does it at once."""
        self._db.tidy("statement", "mark", "flag")

    def so_far(self) -> tuple[LogView, Books]:
        """The log and the books with what this batch has written; for `prepare`, inside the batch's transaction.

        On the writer's own connection: a database in memory lets nobody else read meanwhile.
        """
        names = self._memory.names
        return LogView(self._db, self._log, self._origin, names), Books(self._db, self._log, names, MAX_INDEX)

    def alone(self, work: Callable[[], object]) -> None:
        """Do something while nobody can append: under the head lock, writing nothing to the log."""
        try:
            self._db.begin_write()
            self._locked_tip(self._db, self._memory)
            work()
        finally:
            self._db.rollback()

    def check(self, items: Sequence[Item]) -> list[Outcome]:
        """Judge in order as `append` would, on a connection of its own, and leave nothing written.

        One fact, the clerk's case, is judged beside the writer. Several are judged each on what its predecessors
        leave: that is written under the head lock, as `append` writes it, and rolled back.
        """
        db, memory = Connection(self._engine), Memory(Names(self._log))
        try:
            if len(items) == 1:
                db.begin_read()
                run = self._run(db, memory, self._read_tip(db, lock=False))
                run.is_dry = True
                outcomes = [run.look_at(items[0])]
            else:
                db.begin_write()
                run = self._run(db, memory, self._locked_tip(db, memory))
                run.is_dry = True
                outcomes = [found for [found] in run.judge_all([Group((item,)) for item in items])]
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
            " JOIN node n ON n.log = e.log AND n.level = 0 AND n.number = e.ix"
            " WHERE e.log = ? AND e.ix >= ? AND e.ix < ? ORDER BY e.ix",
            self._log,
            before.size,
            # Another process may have written more since.
            after.size,
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

    def _locked_tip(self, db: Connection, memory: Memory) -> Tip:
        """The end of the log under its lock, with the edge of the tree; what is remembered of another is dropped."""
        tip = self._read_tip(db, lock=True)
        if tip != memory.tip:
            memory.forget()
            memory.tip = tip
            for level, number in peaks(tip.size):
                row = db.one(
                    "SELECT hash FROM node WHERE log = ? AND level = ? AND number = ?", self._log, level, number
                )
                if row is None:
                    raise ProofError(Problem("node-missing", "", f"{level}/{number}"))
                memory.peaks[level, number] = bytes(row[0])
            known = memory.peaks
            if root(tip.size, lambda level, number: known[level, number]) != tip.root:
                # Growing from nodes that do not make this head would sign a tree nobody has.
                memory.forget()
                raise ProofError(Problem("root-differs", "", tip.size))
        return tip

    def _read_tip(self, db: Connection, *, lock: bool) -> Tip:
        suffix = " FOR UPDATE" if lock and db.dialect == "postgresql" else ""
        row = db.one(f"{_HEAD}{suffix}", self._log)
        if row is None:
            return GENESIS_TIP
        return Tip(row[0], bytes(row[1]), bytes(row[2]), row[3], row[4] or 0)
