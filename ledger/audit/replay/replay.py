"""Judging a log again: every fact by the same pure rules, from empty books, as it was recorded.

Each fact meets the books its predecessors leave, the packs and rules the log had adopted by then, and the moment its
entry bears in the place of a clock. What the rules refuse is reported and taken in all the same: the log holds it, and
what comes after was judged with it in the books. Nothing is asked of the node but bytes, and nothing is written.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final

from sqlalchemy import Engine

from ledger.audit.replay.attested import AttestedRoot, attested_root
from ledger.audit.replay.packs_shown import PacksShown
from ledger.audit.replay.replayed import Deviation, Kind, Replayed, Undecided
from ledger.audit.replay.withheld import OF_THE_GAP, Withholdings
from ledger.audit.whole.log import Growing, WholeLog
from ledger.errors import ConflictError, FormatError, LedgerError, Problem, ProofError
from ledger.facts.log import LogKeyRotated, LogOpened, RulesAdopted
from ledger.facts.privacy import MASK, ErasureDone
from ledger.log.checkpoint import open_checkpoint
from ledger.log.note import VerifierKey
from ledger.queries import Outcome
from ledger.queries.logged import Logged
from ledger.rules import RULES_VERSION
from ledger.statement import Statement, parse_restated, parse_statement, restore
from ledger.store.batch import moment
from ledger.store.catalogue import Catalogue
from ledger.store.connection import MEMORY, Connection, open_engine, reading
from ledger.store.journal import Journal
from ledger.store.log_view import LogView
from ledger.store.names import Names
from ledger.store.schema import metadata
from ledger.store.selectivity import describe
from ledger.store.troubles import as_written

LOG: Final = 1
PORTION: Final = 250
_MOST_IN_MEMORY: Final = 150_000
"""Facts up to which the books are kept in memory; above, in a file that is thrown away. Some 2 kB a fact."""

Progress = Callable[[int, int], None]


def replay(
    log: WholeLog,
    *,
    key: VerifierKey | None = None,
    rules_version: int | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Judge a whole log again and say where it differs from what its rules say.

    `key` is the log's key from outside, else the genesis is taken at its word. With `rules_version` every fact is
    judged by that version of the rules, whatever the log had adopted, and what it refuses is only refused today.
    Raises ProofError where what is shown is no log at all, FormatError `statements-incomplete` where parts are not
    shown, and what the source raises.
    """
    if rules_version is not None and not 1 <= rules_version <= RULES_VERSION:
        raise FormatError(Problem("rules-unknown", "", rules_version, RULES_VERSION))
    with as_written(), ExitStack() as opened:
        engine = _empty_books(log.head().checkpoint.size, opened)
        return Replay(log, engine, opened, rules_version=rules_version).run(key, progress)


def _empty_books(size: int, opened: ExitStack) -> Engine:
    database = MEMORY
    if size > _MOST_IN_MEMORY:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="chaski-replay-"))
        database = str(Path(folder) / "books.db")
    engine = open_engine(database, must_exist=False)
    opened.callback(engine.dispose)
    metadata.create_all(engine)
    db = Connection(engine)
    # A database in memory is gone with its last connection.
    opened.callback(db.close)
    describe(db)
    return engine


class Replay:
    """One run: the books it fills, which must be empty, and what has been found so far."""

    def __init__(self, log: WholeLog, engine: Engine, opened: ExitStack, *, rules_version: int | None = None) -> None:
        """Judge `log` into the empty tables of `engine`."""
        self._started = perf_counter()
        self._log = log
        self._asked_version = rules_version
        self._shown = log.head()
        self._origin = self._shown.checkpoint.origin
        self._engine = engine
        self._packs = PacksShown(log.pack, Catalogue(self._engine, LOG).add_pack)
        self._journal = Journal(
            self._engine,
            LOG,
            self._origin,
            packs=lambda: self._packs.packs,
            clock=lambda: 0,
        )
        opened.callback(self._journal.close)
        self._deviations: list[Deviation] = []
        self._undecided: list[Undecided] = []
        self._withholdings = Withholdings()
        self._erased: list[int] = []
        self._attested: list[AttestedRoot] = []
        self._flags: Counter[str] = Counter()
        self._flags_compared = True
        self._keys: list[VerifierKey] = []
        self._versions: list[int] = []
        self._roots_compared = 0
        self._recorded = 0
        self._size = 0
        self._stopped_at: int | None = None

    def run(self, key: VerifierKey | None, progress: Progress | None) -> Replayed:
        """Judge everything and compare; raises as `replay` does."""
        size = self._shown.checkpoint.size
        lines = self._log.statements()
        while self._stopped_at is None and (portion := list(islice(lines, min(PORTION, size - self._size)))):
            self._take(portion)
            if progress is not None:
                progress(self._size, size)
        if self._stopped_at is None and self._size != size:
            raise ProofError(Problem("entry-missing", "", self._size))
        root = self._root(self._size)
        is_signed = self._head_agrees(root, key)
        self._read_on()
        for index, restated in self._withholdings.unsaid():
            self._deviates("withheld-otherwise", index, restated, (Problem("withheld-unsaid", "", index),))
        return Replayed(
            origin=self._origin,
            log_keys=tuple(each.format() for each in self._keys),
            size=self._size,
            root=root.hex(),
            judged=self._size - len(self._withholdings.indexes),
            rules_versions=tuple(self._versions),
            packs=self._packs.digests,
            deviations=tuple(sorted(self._deviations, key=lambda each: each.index)),
            undecided=tuple(self._undecided),
            withheld=self._withholdings.indexes,
            erased=tuple(self._erased),
            attested=tuple(self._attested),
            roots_compared=self._roots_compared,
            flags_compared=self._flags_compared,
            flags=dict(sorted(self._flags.items())),
            is_signed=is_signed,
            is_key_pinned=key is not None,
            stopped_at=self._stopped_at,
            seconds=perf_counter() - self._started,
        )

    def _read_on(self) -> None:
        """A text may have been withheld while this was reading: then what says so came after the head."""
        if not self._withholdings.unsaid() or not isinstance(self._log, Growing):
            return
        for line in self._log.later():
            if line.jws is not None:
                statement = parse_statement(line.jws)
                _, otherwise = self._withholdings.judged(statement, ())
                if otherwise:
                    self._deviates("withheld-otherwise", line.index, statement, otherwise)

    # ------------------------------------------------------------ taking in

    def _take(self, portion: Sequence[Logged]) -> None:
        readable: list[tuple[Logged, Statement]] = []
        for line in portion:
            statement = self._read(line, self._size + len(readable))
            if statement is None:
                break
            readable.append((line, statement))
        for line, statement in readable:
            self._prepare(line, statement)
        try:
            outcomes = self._judged(readable)
        except ConflictError:
            # Somewhere in here one has no place in the books: one by one, it is found.
            outcomes = self._one_by_one(readable)
        for (line, statement), outcome in zip(readable, outcomes, strict=False):
            self._compare(line, statement, outcome)
        self._roots([(line.index, statement) for (line, statement), _ in zip(readable, outcomes, strict=False)])

    def _judged(self, lines: Sequence[tuple[Logged, Statement]]) -> list[Outcome]:
        found = self._journal.judge_again(
            [(statement, line.recorded_at, line.flags or ()) for line, statement in lines]
        )
        self._size += len(found)
        return found

    def _one_by_one(self, lines: Sequence[tuple[Logged, Statement]]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for line, statement in lines:
            try:
                outcomes += self._judged([(line, statement)])
            except ConflictError as error:
                self._stops("no-place", line, statement, error.problems)
                break
        return outcomes

    def _read(self, line: Logged, expected: int) -> Statement | None:
        """The statement at a place, or None where nothing after it can be taken in."""
        if line.index != expected:
            raise ProofError(Problem("entry-missing", "", expected))
        if line.why_absent == "not-included" or (line.jws is None and line.restated is None):
            raise FormatError(Problem("statements-incomplete", "", line.index, retry="after-change"))
        try:
            if line.jws is None:
                restated = line.restated or b""
                return restore(restated, b"", parse_restated(restated).key, line.digest)
            statement = parse_statement(line.jws)
        except LedgerError as error:
            self._stops("unreadable", line, None, error.problems)
            return None
        if hashlib.sha256(line.jws).hexdigest() != line.digest:
            self._deviates("altered", line.index, statement, (Problem("statement-altered", "", line.index),))
            # What is shown is judged, and the entry keeps what was logged: the tree shows whether that stands.
            statement = replace(statement, digest=line.digest)
        return statement

    def _prepare(self, line: Logged, statement: Statement) -> None:
        """What must be known before a statement is judged: packs, rules, the log's keys, and who is gone."""
        fact = statement.fact
        if line.index == 0 and not isinstance(fact, LogOpened):
            raise ProofError(Problem("genesis-missing"))
        missing = self._packs.adopt(fact)
        if missing and isinstance(fact, LogOpened):
            # Of `pack.adopted` the rules say so themselves.
            problems = tuple(Problem("pack-bytes-missing", "/body/packs", each) for each in missing)
            self._deviates("refused", line.index, statement, problems)
        if isinstance(fact, LogOpened):
            if fact.origin != self._origin:
                raise ProofError(Problem("checkpoint-origin", "", self._origin, fact.origin))
            self._keys.append(VerifierKey.parse(fact.log_key))
        if isinstance(fact, LogOpened | RulesAdopted):
            self._adopt_rules(fact.rules_version if isinstance(fact, LogOpened) else fact.version)
        if isinstance(fact, ErasureDone):
            self._erased.append(line.index)
        if statement.is_withheld:
            self._withholdings.gone(line.index, statement)
        if line.recorded_at < self._recorded:
            back = Problem("clock-backwards", "", moment(line.recorded_at), moment(self._recorded))
            self._deviates("time-reversed", line.index, statement, (back,))
        self._recorded = max(self._recorded, line.recorded_at)

    def _adopt_rules(self, version: int) -> None:
        if self._asked_version is not None:
            version = self._asked_version
        elif version > RULES_VERSION:
            # Judged by rules it does not have, everything this program says would be worthless.
            raise FormatError(Problem("rules-unknown", "", version, RULES_VERSION, retry="after-change"))
        if version not in self._versions:
            self._versions.append(version)

    # ------------------------------------------------------------ comparing

    def _compare(self, line: Logged, statement: Statement, outcome: Outcome) -> None:
        if isinstance(statement.fact, LogKeyRotated) and outcome.status == "accepted":
            # The key before signed for it, or the rules would have refused it: no pinned key is led astray.
            self._keys.append(VerifierKey.parse(statement.fact.log_key))
        leans_on = self._withholdings.leaned_on(statement)
        problems, otherwise = self._withholdings.judged(statement, outcome.problems)
        if otherwise:
            self._deviates("withheld-otherwise", line.index, statement, otherwise)
        missing, unfounded = ((), ()) if statement.is_withheld else self._flags_differ(line, outcome)
        if leans_on:
            of_the_gap = tuple(each for each in problems if each.code in OF_THE_GAP)
            problems = tuple(each for each in problems if each.code not in OF_THE_GAP)
            if found := (*of_the_gap, *missing, *unfounded):
                self._undecided.append(Undecided(line.index, statement.envelope.id, statement.type, leans_on, found))
                missing = unfounded = ()
        kind: Kind = "refused" if self._asked_version is None else "refused-today"
        for how, found in ((kind, problems), ("flag-missing", missing), ("flag-unfounded", unfounded)):
            if found:
                self._deviates(how, line.index, statement, found)

    def _flags_differ(self, line: Logged, outcome: Outcome) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
        """Flags that should have been recorded and were not, and those that should not have been."""
        self._flags.update(flag.code for flag in outcome.flags)
        if line.flags is None:
            self._flags_compared = False
            return (), ()
        if self._asked_version is not None:
            return (), ()
        recorded, raised = Counter(map(_said, line.flags)), Counter(map(_said, outcome.flags))
        missing = [*_take_out(outcome.flags, raised - recorded)]
        unfounded = [*_take_out(line.flags, recorded - raised)]
        for flag in [each for each in missing if MASK in (each.found, each.expected)]:
            # It repeats a word that a withheld statement has lost since; when it was raised the word was still there.
            same = next((each for each in unfounded if (each.code, each.where) == (flag.code, flag.where)), None)
            if same is not None:
                missing.remove(flag)
                unfounded.remove(same)
        return tuple(missing), tuple(unfounded)

    def _roots(self, lines: Sequence[tuple[int, Statement]]) -> None:
        """Every root that a statement names is the log's own at that size."""
        for index, statement in lines:
            attested = attested_root(index, statement, self._root_or_none)
            if attested is not None:
                self._attested.append(attested)
                self._named(index, statement, "/body/root", (attested.size, attested.root))
            if (seen := statement.envelope.seen) is not None and seen.size:
                # Its signer had verified this checkpoint: another root means that it was shown another log.
                self._named(index, statement, "/seen/root", (seen.size, seen.root))

    def _named(self, index: int, statement: Statement, where: str, named: tuple[int, str]) -> None:
        size, root = named
        self._roots_compared += 1
        found = self._root_or_none(size) if size <= index else None
        if found is None or found.hex() != root:
            expected = "" if found is None else found.hex()
            problem = Problem("root-named-differs", where, root, expected, details={"size": size})
            self._deviates("root-differs", index, statement, (problem,))

    def _head_agrees(self, root: bytes, key: VerifierKey | None) -> bool:
        """Compare with the head that is shown; whether the log's key signed it. Raises ProofError for a wrong key."""
        if key is not None and key not in self._keys:
            raise ProofError(Problem("verifier-key-differs", "", self._keys[-1].format(), key.format()))
        shown = self._shown.checkpoint
        self._roots_compared += 1
        if self._stopped_at is None and shown.root != root:
            problem = Problem("root-differs", "", shown.root.hex(), root.hex())
            self._deviations.append(Deviation("root-differs", self._size, "", "", "", (problem,)))
        if self._shown.note is None:
            return False
        signed = open_checkpoint(self._shown.note, self._keys)
        if self._stopped_at is None and self._keys[-1] not in signed.log_keys:
            # A key that was replaced signs no more, unless the one after it signs beside it.
            raise ProofError(Problem("note-unsigned", "", signed.log_keys[-1].format(), self._keys[-1].format()))
        return self._stopped_at is None and shown.root == root

    def _root_or_none(self, size: int) -> bytes | None:
        return self._root(size) if size <= self._size else None

    def _root(self, size: int) -> bytes:
        with reading(self._engine) as db:
            return LogView(db, LOG, self._origin, Names(LOG)).root_at(size)

    def _deviates(self, kind: Kind, index: int, statement: Statement, problems: tuple[Problem, ...]) -> None:
        envelope = statement.envelope
        self._deviations.append(Deviation(kind, index, envelope.id, statement.type, statement.digest, problems))

    def _stops(self, kind: Kind, line: Logged, statement: Statement | None, problems: tuple[Problem, ...]) -> None:
        self._stopped_at = line.index
        envelope = None if statement is None else statement.envelope
        name, fact = ("", "") if envelope is None else (envelope.id, envelope.fact)
        self._deviations.append(Deviation(kind, line.index, name, fact, line.digest, problems))


def _said(flag: Problem) -> tuple[object, ...]:
    """What a flag says: two with the same words are the same flag."""
    return flag.code, flag.where, flag.found, flag.expected, tuple(sorted(flag.details.items()))


def _take_out(flags: Sequence[Problem], wanted: Counter[tuple[object, ...]]) -> Iterator[Problem]:
    for flag in flags:
        if wanted[_said(flag)] > 0:
            wanted[_said(flag)] -= 1
            yield flag
