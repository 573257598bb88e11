"""What a witness remembers, in an SQLite file of its own: its name, the logs it watches, the last checkpoint of each.

The same transaction that reads the last checkpoint writes the next one. Nothing here judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Final

from ledger.errors import ConflictError, NotFoundError, Problem
from ledger.log.note import VerifierKey
from ledger.store.connection import Connection, open_engine

EVIDENCE_KEPT: Final = 100
"""Requests per log that were signed by the log and contradict what was seen: enough to show, too few to fill a disk."""

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS witness (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL)",
    (
        "CREATE TABLE IF NOT EXISTS log_key (origin TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (origin, key))"
        " WITHOUT ROWID"
    ),
    (
        "CREATE TABLE IF NOT EXISTS latest (origin TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,"
        " root BLOB NOT NULL, note BLOB NOT NULL, seconds INTEGER NOT NULL) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE IF NOT EXISTS evidence (number INTEGER PRIMARY KEY, origin TEXT NOT NULL, code TEXT NOT NULL,"
        " seconds INTEGER NOT NULL, request BLOB NOT NULL)"
    ),
)


@dataclass(frozen=True, slots=True)
class Latest:
    """The last checkpoint of a log that was cosigned, as a note with our line, and when (seconds since 1970)."""

    size: int
    root: bytes
    note: bytes
    seconds: int


@dataclass(frozen=True, slots=True)
class WatchedLog:
    """A log this witness cosigns, and how far; `contradictions` counts requests kept as evidence against it."""

    origin: str
    keys: tuple[str, ...]
    size: int
    seconds: int | None
    contradictions: int


class State:
    """The file of one witness; one thread at a time is inside, and one process at a time inside a transaction."""

    def __init__(self, path: Path, *, must_exist: bool) -> None:
        """Open the file, or make it; raises NotFoundError witness-not-found where there should be one."""
        if must_exist and not path.is_file():
            # A witness that begins anew under an old key would cosign whatever it is shown first.
            raise NotFoundError(Problem("witness-not-found", "", path.name, retry="after-change"))
        self._engine = open_engine(str(path), must_exist=must_exist)
        self._lock = RLock()
        self._db = Connection(self._engine)

    def close(self) -> None:
        """Let the file go."""
        self._db.close()
        self._engine.dispose()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction: what is read inside stays true until what is written inside is durable."""
        with self._lock:
            self._db.begin_write()
            try:
                yield
                self._db.commit()
            finally:
                self._db.rollback()

    def begin(self, name: str) -> None:
        """Make the tables and write the witness's name down; raises ConflictError witness-exists."""
        with self.changing():
            for table in _TABLES:
                self._db.run(table)
            if self._db.one("SELECT name FROM witness") is not None:
                raise ConflictError(Problem("witness-exists"))
            self._db.run("INSERT INTO witness (one, name) VALUES (1, ?)", name)

    def name(self) -> str:
        """The witness's name."""
        with self._lock:
            row = self._db.one("SELECT name FROM witness")
        if row is None:
            raise NotFoundError(Problem("witness-not-found", retry="after-change"))
        return str(row[0])

    def trust(self, key: VerifierKey, *, only: bool = False) -> None:
        """Watch the log whose key this is, or accept one more key for it; `only` this one from now on."""
        with self.changing():
            if only:
                self._db.run("DELETE FROM log_key WHERE origin = ?", key.name)
            self._db.run(
                "INSERT INTO log_key (origin, key) VALUES (?, ?) ON CONFLICT (origin, key) DO NOTHING",
                key.name,
                key.format(),
            )

    def keys_of(self, origin: str) -> tuple[VerifierKey, ...]:
        """The keys a log may sign with; none where it is unknown."""
        with self._lock:
            rows = self._db.all("SELECT key FROM log_key WHERE origin = ? ORDER BY key", origin)
        return tuple(VerifierKey.parse(row[0]) for row in rows)

    def latest(self, origin: str) -> Latest | None:
        """The last checkpoint of a log that was cosigned."""
        with self._lock:
            row = self._db.one("SELECT size, root, note, seconds FROM latest WHERE origin = ?", origin)
        return None if row is None else Latest(row[0], bytes(row[1]), bytes(row[2]), row[3])

    def latest_under(self, path: str) -> bytes | None:
        """The last cosigned checkpoint of the log whose origin has this SHA-256 (hex)."""
        with self._lock:
            row = self._db.one("SELECT note FROM latest WHERE path = ?", path)
        return None if row is None else bytes(row[0])

    def put(self, origin: str, path: str, latest: Latest) -> None:
        """Replace the last checkpoint; only inside `changing`."""
        self._db.run(
            "INSERT INTO latest (origin, path, size, root, note, seconds) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note,"
            " seconds = excluded.seconds",
            origin,
            path,
            latest.size,
            latest.root,
            latest.note,
            latest.seconds,
        )

    def keep_evidence(self, origin: str, code: str, seconds: int, request: bytes) -> None:
        """Keep a request the log has signed and cannot prove; the same one is kept once."""
        with self.changing():
            row = self._db.one("SELECT COUNT(*), SUM(request = ?) FROM evidence WHERE origin = ?", request, origin)
            if row is not None and row[0] < EVIDENCE_KEPT and not row[1]:
                self._db.run(
                    "INSERT INTO evidence (origin, code, seconds, request) VALUES (?, ?, ?, ?)",
                    origin,
                    code,
                    seconds,
                    request,
                )

    def evidence(self, origin: str) -> list[bytes]:
        """The requests kept against a log, oldest first."""
        with self._lock:
            rows = self._db.all("SELECT request FROM evidence WHERE origin = ? ORDER BY number", origin)
        return [bytes(row[0]) for row in rows]

    def logs(self) -> list[WatchedLog]:
        """Every log that is watched."""
        with self._lock:
            rows = self._db.all(
                "SELECT k.origin, k.key, l.size, l.seconds,"
                " (SELECT COUNT(*) FROM evidence e WHERE e.origin = k.origin)"
                " FROM log_key k LEFT JOIN latest l ON l.origin = k.origin ORDER BY k.origin, k.key"
            )
        found: dict[str, WatchedLog] = {}
        for origin, key, size, seconds, contradictions in rows:
            keys = (*(found[origin].keys if origin in found else ()), key)
            found[origin] = WatchedLog(origin, keys, size or 0, seconds, contradictions)
        return [*found.values()]
