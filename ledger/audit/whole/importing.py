"""Taking a whole ledger over from an export: `chaski import`. The log is judged again as it comes in.

What comes out is a log of the same entries, so it has the same root at every size. Keys come by another way and must
lie beside the new database first; without them the database is a copy, to be read and checked, and nobody
writes to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from ledger.audit.replay.replay import Progress, Replay
from ledger.audit.replay.replayed import Replayed
from ledger.audit.whole.export_file import ExportFile
from ledger.book import Ledger
from ledger.book.genesis import KEY_FILES, begin_sealed, nothing_yet
from ledger.book.log_keys import IN_FORCE, NEXT
from ledger.errors import NotFoundError, Problem, ProofError
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import KeyKind, VerifierKey
from ledger.store.catalogue import Catalogue
from ledger.store.companions import Companions, RememberedHead
from ledger.store.connection import Connection, open_engine, sqlite_path
from ledger.store.schema import metadata
from ledger.store.troubles import as_written
from ledger.store.vault_schema import VAULT_SCHEMA

LOG: Final = 1
_PORTION: Final = 500
_TAMPERED: Final = frozenset({"altered", "unreadable", "root-differs", "no-place", "withheld-otherwise"})


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken over: what judging it again found, and how many sealed values and documents came along."""

    replayed: Replayed
    disclosures: int
    documents: int
    has_keys: bool


def import_whole(
    export: ExportFile,
    database: str,
    *,
    state_dir: Path | None = None,
    key: VerifierKey | None = None,
    sealed: bool = True,
    progress: Progress | None = None,
) -> Imported:
    """Fill a new database; `key` is the log's key from outside. Without `sealed`, what only keys open is left out.

    Raises ConflictError where a ledger is there already, NotFoundError `key-file-missing` where sealed values are to
    come in and the keys are not there yet, ProofError where the export is not the log it says, or the keys beside the
    database are another log's. Nothing is left behind then.
    """
    companions = Companions.beside(database, state_dir)
    has_keys = _has_keys(companions)
    if sealed and export.has_sealed and not has_keys:
        missing = next(each for each in KEY_FILES if not companions.path(each).exists())
        raise NotFoundError(Problem("key-file-missing", "", companions.path(missing).name, retry="after-change"))
    target = _Target(database, companions)
    with as_written():
        nothing_yet(companions, _size(database))
        whole = export.head().checkpoint
        target.begin(whole)
        try:
            replayed = _fill(target.under, export, key, progress)
            _same_log(companions, replayed, has_keys=has_keys)
        except BaseException:
            target.drop()
            raise
        target.settle(whole)
    if not sealed or not has_keys or not export.has_sealed:
        return Imported(replayed, 0, 0, has_keys)
    with Ledger.open(database, state_dir=state_dir) as ledger:
        return Imported(replayed, _take_sealed(ledger, export), _take_documents(ledger, export), has_keys)


def _fill(database: str, export: ExportFile, key: VerifierKey | None, progress: Progress | None) -> Replayed:
    with ExitStack() as opened:
        engine = open_engine(database, must_exist=False)
        opened.callback(engine.dispose)
        Catalogue(engine, LOG).create(export.head().checkpoint.origin, export.public_url, {})
        replayed = Replay(export, engine, opened).run(key, progress)
    wrong = [each for each in replayed.deviations if each.kind in _TAMPERED]
    # A root that some statement names wrongly is that statement's affair; the log's own must be the one it says.
    own = [each for each in wrong if each.kind != "root-differs" or each.index == replayed.size]
    if own:
        raise ProofError(problem for each in own for problem in each.problems)
    return replayed


def _same_log(companions: Companions, replayed: Replayed, *, has_keys: bool) -> None:
    """The keys beside the database are this log's: with others it would be signed into a fork at the first fact."""
    if has_keys:
        own = VerifierKey(replayed.origin, KeyKind.LOG, companions.read_key(IN_FORCE).public).format()
        # While a change of keys is under way, the one in force may still lie under its other name.
        known = replayed.log_keys if companions.path(NEXT).exists() else replayed.log_keys[-1:]
        if own not in known:
            raise ProofError(Problem("verifier-key-differs", "", own, replayed.log_keys[-1]))


def _take_sealed(ledger: Ledger, export: ExportFile) -> int:
    count = 0
    values = iter(export.disclosures)
    while portion := list(islice(values, _PORTION)):
        ledger.take_sealed(portion)
        count += len(portion)
    return count


def _take_documents(ledger: Ledger, export: ExportFile) -> int:
    documents = export.documents
    for each in documents:
        parts: Iterator[bytes] = export.document(each.sha256)
        ledger.put_document(each.sha256, parts, media_type=each.media_type, personal=each.personal)
    return len(documents)


def _has_keys(companions: Companions) -> bool:
    return all(companions.path(each).exists() for each in KEY_FILES)


def _size(database: str) -> int:
    path = sqlite_path(database)
    if path is not None and not path.exists():
        return 0
    engine = open_engine(database, must_exist=False)
    try:
        return Catalogue(engine, LOG).size()
    finally:
        engine.dispose()


class _Target:
    """Where the log goes, so that half of it is never taken for the whole: a node would sign it, and that were a fork.

    An SQLite file is filled under another name. On PostgreSQL the whole head is remembered first: until all of it is
    there, every node refuses to open what stands behind it.
    """

    def __init__(self, database: str, companions: Companions) -> None:
        self._companions = companions
        self._head = companions.path(".head")
        self._path = sqlite_path(database)
        self._part = None if self._path is None else self._path.with_name(f"{self._path.name}.importing")
        self.under = database if self._part is None else str(self._part)

    def begin(self, whole: Checkpoint) -> None:
        """Clear away what an attempt that was killed has left, and remember what is to come."""
        self._clear()
        if self._part is None:
            self._remember(whole)
            self._begin_sealed()

    def settle(self, whole: Checkpoint) -> None:
        """Give it its name."""
        if self._path is not None and self._part is not None:
            self._begin_sealed()
            # The last connection has folded the write-ahead log back.
            self._part.replace(self._path)
            self._remember(whole)

    def _begin_sealed(self) -> None:
        engine = open_engine(self.under, must_exist=True)
        try:
            begin_sealed(engine, self._companions, VAULT_SCHEMA)
        finally:
            engine.dispose()

    def _remember(self, head: Checkpoint) -> None:
        remembered = RememberedHead(self._head)
        try:
            remembered.remember(head.size, head.root)
        finally:
            remembered.close()

    def drop(self) -> None:
        """Leave everything as it was: nothing had been there."""
        self._clear()
        self._head.unlink(missing_ok=True)

    def _clear(self) -> None:
        if self._part is not None:
            for ending in ("", "-wal", "-shm"):
                self._part.with_name(self._part.name + ending).unlink(missing_ok=True)
            return
        engine = open_engine(self.under, must_exist=True)
        db = Connection(engine)
        try:
            db.begin_write()
            for table in reversed(metadata.sorted_tables):
                db.run(f"DROP TABLE IF EXISTS {table.name}")
            db.commit()
        except BaseException:
            db.rollback()
            raise
        finally:
            db.close()
            engine.dispose()
