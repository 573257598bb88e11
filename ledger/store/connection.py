"""One connection to SQLite or PostgreSQL, with the few verbs the store needs and SQL written once for both.

The hot path talks to the driver: about 45 microseconds per SQLAlchemy statement are half of what a
fact may cost. SQL is written with `?`; `IN @list` takes a Python list of integers or texts.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import orjson
import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

from ledger.errors import ConflictError, LedgerError, NotFoundError, Problem

Dialect = Literal["sqlite", "postgresql"]
Row = tuple[Any, ...]

_BUSY_MILLISECONDS: Final = 10_000
_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32000",
)
MEMORY: Final = ":memory:"


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
    """An engine for a path or URL; raises NotFoundError where an SQLite file is asked for and missing."""
    path = sqlite_path(database)
    if path is not None:
        if must_exist and not path.is_file():
            raise NotFoundError(Problem("ledger-not-found", "", str(path.name)))
        path.parent.mkdir(parents=True, exist_ok=True)
    url = database_url(database)
    if not url.startswith("sqlite"):
        return create_engine(url, poolclass=QueuePool, pool_size=8, max_overflow=8, pool_pre_ping=True)
    # In memory there is one connection, or there would be one database per connection.
    if database == MEMORY:
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=8,
            max_overflow=8,
            connect_args={"check_same_thread": False, "cached_statements": 256},
        )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(raw: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    del entry
    assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - the engine is ours
    raw.isolation_level = None
    for pragma in _PRAGMAS:
        raw.execute(pragma)


class Connection:
    """A driver connection with transactions begun by hand."""

    def __init__(self, engine: Engine) -> None:
        """Take a connection from the pool; `close` gives it back."""
        self.dialect: Dialect = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        with translated():
            self._pooled = engine.raw_connection()
        raw: Any = self._pooled.driver_connection
        if self.dialect == "postgresql" and not raw.autocommit:
            raw.autocommit = True
        self._cursor: Any = raw.cursor()

    def close(self) -> None:
        """Give the connection back to the pool."""
        self._cursor.close()
        self._pooled.close()

    # ------------------------------------------------------------ transactions

    def begin_write(self) -> None:
        """Begin a transaction that will write; on SQLite the write lock is taken at once."""
        self._execute("BEGIN IMMEDIATE" if self.dialect == "sqlite" else "BEGIN")

    def begin_read(self) -> None:
        """Begin a transaction that sees one moment of the books."""
        self._execute("BEGIN" if self.dialect == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

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
        self._execute(sql, *params)
        rows: list[Row] = self._cursor.fetchall()
        return rows

    def one(self, sql: str, *params: object) -> Row | None:
        """The first row of a query, or None."""
        self._execute(sql, *params)
        row: Row | None = self._cursor.fetchone()
        return row

    def run(self, sql: str, *params: object) -> None:
        """Execute a statement without rows."""
        self._execute(sql, *params)

    def many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Execute a statement for many rows at once."""
        if rows:
            with translated():
                self._cursor.executemany(_written(sql, self.dialect), rows)

    def stream(self, sql: str, *params: object, size: int = 1000) -> Iterator[Row]:
        """Rows in portions, for long walks; uses a cursor of its own."""
        raw: Any = self._pooled.driver_connection
        cursor: Any = raw.cursor()
        try:
            with translated():
                cursor.execute(_written(sql, self.dialect), self._adapted(params))
            while rows := cursor.fetchmany(size):
                yield from rows
        finally:
            # A walk given up half-way may outlive its connection; its cursor is closed with it then.
            with suppress(sqlite3.ProgrammingError, psycopg.Error):
                cursor.close()

    def _execute(self, sql: str, *params: object) -> None:
        with translated():
            self._cursor.execute(_written(sql, self.dialect), self._adapted(params))

    def _adapted(self, params: Iterable[object]) -> list[object]:
        if self.dialect == "postgresql":
            return list(params)
        return [orjson.dumps(p).decode() if isinstance(p, list) else p for p in params]


@cache
def _written(sql: str, dialect: Dialect) -> str:
    if dialect == "sqlite":
        return sql.replace("IN @list", "IN (SELECT value FROM json_each(?))")
    return sql.replace("IN @list", "= ANY(?)").replace("?", "%s")


@contextmanager
def translated() -> Iterator[None]:
    """No driver's exception leaves the store: what went wrong is said in the ledger's own words."""
    try:
        yield
    except (sqlite3.Error, psycopg.Error) as error:
        raise _said(error) from error


class StoreError(LedgerError):
    """The database itself failed: full, locked, unreachable or damaged. Nothing was written."""


def _said(error: sqlite3.Error | psycopg.Error) -> LedgerError:
    if isinstance(error, sqlite3.IntegrityError | psycopg.errors.UniqueViolation):
        return ConflictError(Problem("row-conflict", retry="after-change"))
    if isinstance(error, psycopg.errors.SerializationFailure | psycopg.errors.DeadlockDetected):
        return ConflictError(Problem("books-busy", retry="after-change"))
    text = str(error).lower()
    if "locked" in text or "busy" in text:
        return ConflictError(Problem("books-busy", retry="after-change"))
    if "full" in text or "i/o" in text:
        return StoreError(Problem("disk-full", retry="after-change"))
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return StoreError(Problem("database-damaged"))
    return StoreError(Problem("database-failed", found=type(error).__name__))


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


__all__ = ["MEMORY", "Connection", "Row", "StoreError", "database_url", "open_engine", "reading", "sqlite_path"]
