"""One connection to SQLite or PostgreSQL, with the few verbs the store needs and SQL written once for both.

The hot path talks to the driver: about 45 microseconds per SQLAlchemy statement are half of what a
fact may cost. SQL is written with `?`; `IN @list` takes a Python list of integers or texts.
"""

from __future__ import annotations

import itertools
import os
import re
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import orjson
import psycopg
from sqlalchemy import Engine, Table, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.schema import CreateIndex, CreateTable

from ledger.errors import NotFoundError, Problem
from ledger.store.troubles import DRIVER_ERRORS, StoreError, file_trouble, said, translated

Dialect = Literal["sqlite", "postgresql"]
Row = tuple[Any, ...]

_BUSY_MILLISECONDS: Final = 10_000
_PRAGMAS: Final = (
    "PRAGMA synchronous = FULL",
    # macOS keeps what fsync was given in the disk's own memory; elsewhere these two change nothing.
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32000",
    # Folded back every 16 MB instead of 4: random ids touch the same pages of the indexes batch after batch.
    "PRAGMA wal_autocheckpoint = 4000",
)
_PROMISED: Final = (("synchronous", 2), ("secure_delete", 1))
MEMORY: Final = ":memory:"
_memory_numbers = itertools.count(1)


def database_url(database: str) -> str:
    """The SQLAlchemy URL of a path, `:memory:` or a URL."""
    if "://" in database:
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", database)
    return f"sqlite:///{database}"


def sqlite_path(database: str) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL and for memory."""
    url = database_url(database)
    if not url.startswith("sqlite") or database == MEMORY:
        return None
    return Path(url.removeprefix("sqlite:///"))


def open_engine(database: str, *, must_exist: bool) -> Engine:
    """An engine for a path or URL; raises NotFoundError where an SQLite file is asked for and missing.

    A new file is readable by its owner alone, and one that was opened wider is closed again.
    """
    if database == MEMORY:
        engine = _memory_engine()
    elif (path := sqlite_path(database)) is None:
        return create_engine(
            database_url(database), poolclass=QueuePool, pool_size=8, max_overflow=24, pool_pre_ping=True
        )
    else:
        _own_file(path, must_exist=must_exist)
        engine = create_engine(
            database_url(database),
            poolclass=QueuePool,
            pool_size=8,
            max_overflow=56,
            connect_args={"check_same_thread": False, "cached_statements": 256},
        )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _memory_engine() -> Engine:
    """A database in memory that several connections share, each with its transactions; gone with the last of them."""
    name = f"file:/chaski-{os.getpid()}-{next(_memory_numbers)}?vfs=memdb"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(name, uri=True, check_same_thread=False, cached_statements=256)

    return create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=8, max_overflow=56)


def _own_file(path: Path, *, must_exist: bool) -> None:
    if path.is_file():
        keep_to_owner(path)
        return
    if must_exist:
        raise NotFoundError(Problem("ledger-not-found", "", path.name))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite would make it readable by everyone; its -wal and -shm take the file's own mode.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise file_trouble(error, path.name) from None


def keep_to_owner(path: Path) -> None:
    """Close a file to everyone but its owner, where the file system knows owners and we may."""
    with suppress(OSError):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)


def _prepare_sqlite(raw: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    del entry
    assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - the engine is ours
    try:
        raw.isolation_level = None
        raw.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        (mode,) = raw.execute("PRAGMA journal_mode = WAL").fetchone()
        raw.execute("PRAGMA secure_delete = ON").fetchone()
        for pragma in _PRAGMAS:
            raw.execute(pragma)
        _promised("journal_mode", mode, "memory" if mode == "memory" else "wal")
        for name, expected in _PROMISED:
            _promised(name, raw.execute(f"PRAGMA {name}").fetchone()[0], expected)
    except BaseException:
        raw.close()
        raise


def _promised(name: str, found: object, expected: object) -> None:
    """Some file systems cannot do what was asked, and SQLite then does something weaker without a word."""
    if found != expected:
        raise StoreError(Problem("database-not-durable", found=f"{name}={found}", expected=f"{name}={expected}"))


class Connection:
    """A driver connection with transactions begun by hand."""

    def __init__(self, engine: Engine) -> None:
        """Take a connection from the pool; `close` gives it back."""
        self.dialect: Dialect = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        self._engine = engine
        self._take()

    def _take(self) -> None:
        with translated():
            self._pooled = self._engine.raw_connection()
        raw: Any = self._pooled.driver_connection
        if self.dialect == "postgresql" and not raw.autocommit:
            raw.autocommit = True
        self._raw: Any = raw
        self._cursor: Any = raw.cursor()

    def close(self) -> None:
        """Give the connection back to the pool."""
        self._cursor.close()
        self._pooled.close()

    # ------------------------------------------------------------ transactions

    def begin_write(self) -> None:
        """Begin a transaction that will write; on SQLite the write lock is taken at once."""
        self._begin("BEGIN IMMEDIATE" if self.dialect == "sqlite" else "BEGIN")

    def begin_read(self) -> None:
        """Begin a transaction that sees one moment of the books."""
        self._begin("BEGIN" if self.dialect == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def _begin(self, sql: str) -> None:
        try:
            self._execute(sql)
        except StoreError:
            # The server was started again since the last transaction: nothing is lost, so begin on a new connection.
            if self.dialect == "sqlite" or not self._raw.closed:
                raise
            # While it is down every attempt comes through here, and the connection is given up once.
            if self._pooled.is_valid:
                self._pooled.invalidate()
            self._take()
            self._execute(sql)

    def commit(self) -> None:
        """Make it durable."""
        self._execute("COMMIT")

    def rollback(self) -> None:
        """Undo; harmless where nothing was begun."""
        try:
            self._cursor.execute("ROLLBACK")
        except (sqlite3.Error, psycopg.Error):
            return

    # ------------------------------------------------------------ statements

    def all(self, sql: str, *params: object) -> list[Row]:
        """Every row of a query."""
        try:
            self._cursor.execute(_written(sql, self.dialect), self._adapted(params))
            rows: list[Row] = self._cursor.fetchall()
        except DRIVER_ERRORS as error:
            raise said(error) from error
        return rows

    def one(self, sql: str, *params: object) -> Row | None:
        """The first row of a query, or None."""
        try:
            self._cursor.execute(_written(sql, self.dialect), self._adapted(params))
            row: Row | None = self._cursor.fetchone()
            # Ends the query: SQLite keeps an unfinished one open, and with it the moment it saw.
            if row is not None and self.dialect == "sqlite":
                self._cursor.fetchall()
        except DRIVER_ERRORS as error:
            raise said(error) from error
        return row

    def run(self, sql: str, *params: object) -> None:
        """Execute a statement without rows."""
        self._execute(sql, *params)

    def many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Execute a statement for many rows at once."""
        if rows:
            try:
                self._cursor.executemany(_written(sql, self.dialect), rows)
            except DRIVER_ERRORS as error:
                raise said(error) from error

    def create(self, table: Table) -> None:
        """Make a table with its indexes inside this transaction; one that is there is left as it is."""
        dialect = self._engine.dialect
        self._execute(str(CreateTable(table, if_not_exists=True).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            self._execute(str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect)))

    def stream(self, sql: str, *params: object, size: int = 1000) -> Iterator[Row]:
        """Rows in portions, for long walks; uses a cursor of its own, on PostgreSQL one that the server keeps.

        On PostgreSQL a transaction must have been begun.
        """
        cursor: Any = None
        try:
            cursor = self._raw.cursor() if self.dialect == "sqlite" else self._raw.cursor(f"walk_{next(_walks)}")
            cursor.execute(_written(sql, self.dialect), self._adapted(params))
            while rows := cursor.fetchmany(size):
                yield from rows
        except DRIVER_ERRORS as error:
            raise said(error) from error
        finally:
            if cursor is not None:
                with suppress(*DRIVER_ERRORS):
                    cursor.close()

    def tidy(self, *tables: str) -> None:
        """After a commit: leave no trace of deleted rows where the database would keep one for a while.

        SQLite overwrites deleted rows at once (`secure_delete`), but the write-ahead log still holds the pages as they
        were; PostgreSQL keeps dead rows until a VACUUM. Where a long reader stands in the way, the next one does it.
        """
        if self.dialect == "sqlite":
            self.all("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for table in tables:
            self._execute(f"VACUUM {table}")

    def _execute(self, sql: str, *params: object) -> None:
        try:
            self._cursor.execute(_written(sql, self.dialect), self._adapted(params))
        except DRIVER_ERRORS as error:
            raise said(error) from error

    def _adapted(self, params: Iterable[object]) -> list[object]:
        if self.dialect == "postgresql":
            return list(params)
        return [orjson.dumps(p).decode() if isinstance(p, list) else p for p in params]


_walks = itertools.count(1)


@cache
def _written(sql: str, dialect: Dialect) -> str:
    if dialect == "sqlite":
        return sql.replace("IN @list", "IN (SELECT value FROM json_each(?))")
    return sql.replace("IN @list", "= ANY(?)").replace("?", "%s")


# ---------------------------------------------------------------- errors in our own words


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection inside a read transaction."""
    connection = Connection(engine)
    try:
        connection.begin_read()
        yield connection
    finally:
        connection.rollback()
        connection.close()


__all__ = [
    "MEMORY",
    "Connection",
    "Row",
    "database_url",
    "keep_to_owner",
    "open_engine",
    "reading",
    "sqlite_path",
]
