"""Checking a whole log from the bytes up: statements, signatures, entries, tree, checkpoint; on every core.

Nothing stored is believed. Every statement is hashed and its signature checked, every entry is made
again from its parts and chained, every node of the tree is computed, and the root is compared with
the head, with what this machine remembers, and with a checkpoint kept elsewhere where one is given.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from sqlalchemy import Engine

from ledger import keys
from ledger.canonical import b64url_bytes, unb64url
from ledger.errors import LedgerError, Problem, ProofError
from ledger.facts.privacy import StatementWithheld
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.entry import entry_hash
from ledger.log.merkle import leaf_hash, node_hash, root
from ledger.log.note import VerifierKey
from ledger.postings.privacy import WITHHELD
from ledger.queries import Verification
from ledger.rules.privacy import NOT_WITHHELD
from ledger.statement import header, parse_payload, parse_restated
from ledger.store.batch import entry_text
from ledger.store.catalogue import Catalogue
from ledger.store.connection import MEMORY, Connection, Row, open_engine
from ledger.store.names import Names

CHUNK_BITS = 11
CHUNK = 1 << CHUNK_BITS
"""Entries per task: an aligned run, so that the tree above it is a perfect subtree."""

_FEWEST_PER_WORKER = 6_000


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key as the checking needs it."""

    kid: str
    public: bytes
    authorised_at: int


@dataclass(frozen=True, slots=True)
class Task:
    """One aligned run of entries to check."""

    database: str
    log: int
    origin: str
    first: int
    after: int
    keys: Mapping[int, KnownKey]
    withheld: Mapping[str, bytes]
    strict: bool


def verify(  # noqa: PLR0913 - the front door gathers what only it knows
    database: str,
    engine: Engine,
    log: int,
    log_keys: Sequence[VerifierKey],
    *,
    kept: str | None,
    remembered: tuple[int, bytes],
    workers: int | None,
    strict: bool,
    progress: Callable[[int, int], None] | None,
) -> Verification:
    """Check everything; raises ProofError naming the first thing that is broken and where.

    `log_keys` are the log's keys, oldest first, their name its origin: a checkpoint kept from before is by any of them.
    """
    origin = log_keys[0].name
    started = time.perf_counter()
    db = Connection(engine)
    try:
        db.begin_read()
        row = db.one("SELECT size, root, last_entry, last_recorded FROM log WHERE log = ?", log)
        if row is None:
            raise ProofError(Problem("ledger-not-found"))
        size, head_root, last_entry = row[0], bytes(row[1]), bytes(row[2])
        _counts_agree(db, log, size)
        _stands_above(size, remembered)
        kept_head = None if kept is None else _opened(kept, log_keys, size)
        withheld = _restated(db, log)
        tasks = _tasks(database, log, origin, size, _keys(engine, db, log), withheld, strict=strict)
        _run(tasks, engine, workers, progress, size)
        nodes = _upper_nodes(db, log, size)
        _root_agrees(db, log, size, head_root, (last_entry, row[3]))
        gone = _withheld_at(db, log, withheld)
        proved = ["statements", "signatures", "entries", "tree", "head"]
        if remembered[0]:
            _root_at(db, log, remembered[0], remembered[1], "forked-from-remembered")
            proved.append("remembered-head")
        if kept_head is not None:
            _root_at(db, log, kept_head.size, kept_head.root, "forked-from-checkpoint")
            proved.append("kept-checkpoint")
    finally:
        db.rollback()
        db.close()
    not_proved = ["rules", "flags", "truth", "no-second-log"]
    if kept is None:
        not_proved.append("older-copy")
    if gone:
        not_proved.append("withheld")
    return Verification(
        origin=origin,
        size=size,
        root=head_root.hex(),
        statements=size - len(gone),
        signatures=size - len(gone),
        entries=size,
        nodes=nodes,
        seconds=time.perf_counter() - started,
        proved=tuple(proved),
        not_proved=tuple(not_proved),
        withheld=tuple(gone),
    )


def check_run(task: Task) -> int:
    """Check one run of entries on a connection of its own; returns how many. Runs in a worker process."""
    engine = open_engine(task.database, must_exist=True)
    db = Connection(engine)
    try:
        db.begin_read()
        return _check(db, task)
    finally:
        db.rollback()
        db.close()
        engine.dispose()


_ROWS = (
    "SELECT ix, recorded, hash, digest FROM entry WHERE log = ? AND ix >= ? AND ix < ? ORDER BY ix",
    "SELECT number, hash FROM node WHERE log = ? AND level = 0 AND number >= ? AND number < ? ORDER BY number",
    (
        "SELECT ix, kid, payload, signature, fact_id, type, seq FROM statement"
        " WHERE log = ? AND ix >= ? AND ix < ? ORDER BY ix"
    ),
)


def _check(db: Connection, task: Task) -> int:
    previous = b""
    if task.first:
        row = db.one("SELECT hash FROM entry WHERE log = ? AND ix = ?", task.log, task.first - 1)
        previous = b"" if row is None else bytes(row[0])
    leaves: list[bytes] = []
    expected, known = task.first, task.keys
    # Side by side and not joined: where a table misses a row, the numbers no longer agree from there on.
    for (index, recorded, stored_hash, digest), (number, leaf), statement in zip(
        *(db.stream(query, task.log, task.first, task.after) for query in _ROWS), strict=False
    ):
        at, kid, payload, signature, *columns = statement
        if not index == number == at == expected:
            break
        text = _entry(task.origin, index, recorded, previous, digest)
        previous = entry_hash(text)
        if previous != stored_hash:
            raise ProofError(Problem("entry-altered", "", index))
        made = leaf_hash(text)
        if made != leaf:
            raise ProofError(Problem("node-altered", "", f"0/{index}"))
        leaves.append(made)
        key = known.get(kid)
        if key is None:
            raise ProofError(Problem("statement-altered", "", index))
        if signature == b"":
            _restated_there(key, index, payload, task.withheld.get(bytes(digest).hex()), tuple(columns))
        else:
            _signed(key, index, payload, signature, digest)
            if task.strict:
                _readable(index, payload, tuple(columns))
        expected += 1
    if expected != task.after:
        raise ProofError(Problem("entry-missing", "", expected))
    _nodes_agree(db, task, leaves)
    return len(leaves)


def _entry(origin: str, index: int, recorded: int, previous: bytes, digest: bytes) -> bytes:
    try:
        return entry_text(origin, index, recorded, previous, digest)
    except (LedgerError, ValueError, TypeError, AttributeError, OverflowError, OSError):
        raise ProofError(Problem("entry-altered", "", index)) from None


def _signed(key: KnownKey, index: int, payload: bytes, signature: bytes, digest: bytes) -> None:
    """The bytes are those the entry names, and the key, already authorised here, signed them."""
    if type(payload) is not bytes or type(signature) is not bytes:
        # SQLite keeps whatever type somebody puts into a column.
        raise ProofError(Problem("statement-altered", "", index))
    signing_input = header(key.kid) + b"." + b64url_bytes(payload)
    if hashlib.sha256(signing_input + b"." + b64url_bytes(signature)).digest() != digest:
        raise ProofError(Problem("statement-altered", "", index))
    try:
        keys.verify(key.public, signature, signing_input)
    except ProofError:
        raise ProofError(Problem("signature-invalid", "", index)) from None
    # Not even by itself: only the genesis is signed by a key that it authorises.
    if key.authorised_at >= max(index, 1):
        raise ProofError(Problem("key-used-before-authorised", "", index))


def _restated_there(key: KnownKey, index: int, payload: bytes, logged: bytes | None, columns: Row) -> None:
    """The text is gone, and a later statement of the log says so and says what stands in its place.

    That statement is checked like any other where it lies. What the gone text said is not proved by this.
    """
    if logged is None or payload != logged:
        raise ProofError(Problem("statement-altered", "", index))
    try:
        restated = parse_restated(logged)
    except LedgerError:
        raise ProofError(Problem("statement-unreadable", "", index)) from None
    if (restated.id, restated.fact, restated.seq) != columns or restated.key != key.kid:
        raise ProofError(Problem("statement-misfiled", "", index))
    # Nobody checks the signature of a text that is gone; at least it is one that may go, and its key was good by then.
    if restated.fact.startswith(NOT_WITHHELD):
        raise ProofError(Problem("statement-altered", "", index))
    if key.authorised_at >= max(index, 1):
        raise ProofError(Problem("key-used-before-authorised", "", index))


def _readable(index: int, payload: bytes, columns: Row) -> None:
    """The strict loader takes the statement, and it stands under its own id, type and number."""
    try:
        envelope = parse_payload(payload)
    except LedgerError:
        raise ProofError(Problem("statement-unreadable", "", index)) from None
    if (envelope.id, envelope.fact, envelope.seq) != columns:
        raise ProofError(Problem("statement-misfiled", "", index))


def _nodes_agree(db: Connection, task: Task, leaves: list[bytes]) -> None:
    """Compute the perfect subtrees inside the run and compare every stored node."""
    hashes, level, first = leaves, 0, task.first
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        level, first = level + 1, first >> 1
        stored = db.all(
            "SELECT hash FROM node WHERE log = ? AND level = ? AND number >= ? AND number < ? ORDER BY number",
            task.log,
            level,
            first,
            first + len(hashes),
        )
        # As many rows as there are numbers in the range: then they are those numbers, each once.
        if [digest for (digest,) in stored] != hashes:
            raise ProofError(Problem("node-altered", "", f"{level}/{first}"))


def _tasks(
    database: str,
    log: int,
    origin: str,
    size: int,
    known: Mapping[int, KnownKey],
    withheld: Mapping[str, bytes],
    *,
    strict: bool,
) -> list[Task]:
    return [
        Task(database, log, origin, first, min(first + CHUNK, size), known, withheld, strict)
        for first in range(0, size, CHUNK)
    ]


def _restated(db: Connection, log: int) -> dict[str, bytes]:
    """What the log restated of withheld statements, by their digest.

    Found by its list in the books. A line missing there makes the check fail, never pass; and a line too many
    leads to a statement that is itself checked.
    """
    rows = db.all(
        "SELECT s.payload FROM name n JOIN mark m ON m.log = n.log AND m.subject = n.n"
        " JOIN statement s ON s.log = m.log AND s.ix = m.ix WHERE n.log = ? AND n.text = ? ORDER BY m.ix",
        log,
        WITHHELD,
    )
    found: dict[str, bytes] = {}
    for (payload,) in rows:
        try:
            fact = parse_payload(bytes(payload)).body
        except LedgerError:
            continue
        if isinstance(fact, StatementWithheld):
            # A text goes once: what a later statement restates in its place counts for nothing.
            found.setdefault(fact.statement, fact.restated.encode())
    return found


def _withheld_at(db: Connection, log: int, withheld: Mapping[str, bytes]) -> list[int]:
    """The indexes of statements whose text is gone."""
    found = []
    for digest in withheld:
        row = db.one(
            "SELECT s.ix, s.signature FROM entry e JOIN statement s ON s.log = e.log AND s.ix = e.ix"
            " WHERE e.log = ? AND e.digest = ?",
            log,
            bytes.fromhex(digest),
        )
        if row is not None and not row[1]:
            found.append(int(row[0]))
    return sorted(found)


def _run(
    tasks: list[Task], engine: Engine, workers: int | None, progress: Callable[[int, int], None] | None, size: int
) -> None:
    wanted = workers if workers is not None else min(os.cpu_count() or 1, size // _FEWEST_PER_WORKER)
    done = 0
    for count in _here(tasks, engine) if wanted <= 1 or tasks[0].database == MEMORY else _spread(tasks, wanted):
        done += count
        if progress is not None:
            progress(done, size)


def _here(tasks: list[Task], engine: Engine) -> Iterator[int]:
    db = Connection(engine)
    try:
        db.begin_read()
        for task in tasks:
            yield _check(db, task)
    finally:
        db.rollback()
        db.close()


def _spread(tasks: list[Task], workers: int) -> Iterator[int]:
    # A fresh interpreter per worker: forking a process with threads and open databases is asking for trouble.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = [pool.submit(check_run, task) for task in tasks]
        try:
            for future in as_completed(waiting):
                yield future.result()
        finally:
            for future in waiting:
                future.cancel()


def _keys(engine: Engine, db: Connection, log: int) -> dict[int, KnownKey]:
    rows = Catalogue(engine, log).keys()
    names = Names(log)
    names.find(db, [row.kid for row in rows])
    found: dict[int, KnownKey] = {}
    for row in rows:
        public = _public(row.public)
        number = names.number(row.kid)
        # The thumbprint is the key: an altered row cannot smuggle in another one.
        if public is None or keys.thumbprint(public) != row.kid or number is None:
            raise ProofError(Problem("key-row-altered", "", row.kid))
        found[number] = KnownKey(row.kid, public, row.authorised_at)
    return found


def _public(text: str) -> bytes | None:
    try:
        return unb64url(text)
    except LedgerError:
        return None


def _counts_agree(db: Connection, log: int, size: int) -> None:
    for table in ("entry", "statement"):
        row = db.one(f"SELECT COUNT(*), MAX(ix) FROM {table} WHERE log = ?", log)
        count, last = (0, None) if row is None else row
        if count > size or (count and last >= size):
            raise ProofError(Problem("entry-unexpected", "", int(last), size))
        if count != size:
            raise ProofError(Problem("entry-missing", "", int(count), size))


def _upper_nodes(db: Connection, log: int, size: int) -> int:
    """Every stored node above the runs follows from the two below it."""
    level = CHUNK_BITS
    while size >> (level + 1):
        below = [
            bytes(row[0])
            for row in db.all("SELECT hash FROM node WHERE log = ? AND level = ? ORDER BY number", log, level)
        ]
        made = [node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        level += 1
        stored = db.all("SELECT hash FROM node WHERE log = ? AND level = ? ORDER BY number", log, level)
        if [bytes(row[0]) for row in stored] != made:
            raise ProofError(Problem("node-altered", "", f"{level}"))
    row = db.one("SELECT COUNT(*) FROM node WHERE log = ?", log)
    count = 0 if row is None else int(row[0])
    expected = 2 * size - size.bit_count()
    if count != expected:
        raise ProofError(Problem("node-altered", "", count, expected))
    return count


def _reader(db: Connection, log: int) -> Callable[[int, int], bytes]:
    def read(level: int, number: int) -> bytes:
        row = db.one("SELECT hash FROM node WHERE log = ? AND level = ? AND number = ?", log, level, number)
        if row is None:
            raise ProofError(Problem("node-missing", "", f"{level}/{number}"))
        return bytes(row[0])

    return read


def _root_agrees(db: Connection, log: int, size: int, head_root: bytes, last: tuple[bytes, int]) -> None:
    if root(size, _reader(db, log)) != head_root:
        raise ProofError(Problem("root-differs", "", size))
    row = db.one("SELECT hash, recorded FROM entry WHERE log = ? AND ix = ?", log, size - 1)
    if size and (row is None or (bytes(row[0]), row[1]) != last):
        raise ProofError(Problem("head-altered", "", size))


def _root_at(db: Connection, log: int, size: int, expected: bytes, code: str) -> None:
    if root(size, _reader(db, log)) != expected:
        raise ProofError(Problem(code, "", size))


def _stands_above(size: int, remembered: tuple[int, bytes]) -> None:
    if size < remembered[0]:
        raise ProofError(Problem("older-than-remembered", "", size, remembered[0]))


def _opened(kept: str, log_keys: Sequence[VerifierKey], size: int) -> Checkpoint:
    """The kept checkpoint, signed by a key of this log and not larger than the log."""
    try:
        opened = open_checkpoint(kept.encode(), log_keys, [])
    except LedgerError as error:
        raise ProofError(Problem("checkpoint-foreign", "", error.problems[0].code)) from None
    checkpoint = opened.checkpoint
    if checkpoint.size > size:
        raise ProofError(Problem("older-than-checkpoint", "", size, checkpoint.size))
    return checkpoint
