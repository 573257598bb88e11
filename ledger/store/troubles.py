"""What databases and files say when they fail, in the ledger's own words: no driver's exception leaves the store."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ledger.errors import ConflictError, LedgerError, Problem, ProofError


class StoreError(LedgerError):
    """The database itself failed: full, unreachable or damaged. Nothing was written."""


class GivenWayError(ConflictError):
    """The database gave up a transaction in favour of another (40001, 40P01): the same may be tried again at once."""


DRIVER_ERRORS: Final = (sqlite3.Error, psycopg.Error)

_SQLITE: Final = {
    sqlite3.SQLITE_BUSY: "books-busy",
    sqlite3.SQLITE_LOCKED: "books-busy",
    sqlite3.SQLITE_FULL: "disk-full",
    sqlite3.SQLITE_CORRUPT: "database-damaged",
    sqlite3.SQLITE_NOTADB: "database-damaged",
    sqlite3.SQLITE_READONLY: "database-read-only",
    sqlite3.SQLITE_CANTOPEN: "database-unreachable",
    sqlite3.SQLITE_PERM: "database-unreachable",
    sqlite3.SQLITE_IOERR: "disk-failed",
    # No room for the file or its index to grow in, said in other ways.
    sqlite3.SQLITE_IOERR_WRITE: "disk-full",
    sqlite3.SQLITE_IOERR_SHMSIZE: "disk-full",
    sqlite3.SQLITE_IOERR_TRUNCATE: "disk-full",
    sqlite3.SQLITE_IOERR_SHORT_READ: "database-damaged",
    sqlite3.SQLITE_IOERR_CORRUPTFS: "database-damaged",
}
_POSTGRESQL: Final = {
    "40001": "books-busy",
    "40P01": "books-busy",
    "55P03": "books-busy",
    "53300": "books-busy",
    "53100": "disk-full",
    "53200": "disk-full",
    "58030": "disk-failed",
    "25006": "database-read-only",
    "XX001": "database-damaged",
    "XX002": "database-damaged",
}


@contextmanager
def translated() -> Iterator[None]:
    """No driver's exception leaves the store: what went wrong is said in the ledger's own words."""
    try:
        yield
    except DRIVER_ERRORS as error:
        raise said(error) from error
    except PoolTimeout as error:
        raise ConflictError(Problem("books-busy", retry="after-change")) from error
    except DBAPIError as error:
        cause = error.orig
        raise said(cause if isinstance(cause, DRIVER_ERRORS) else error) from error
    except SQLAlchemyError as error:
        raise said(error) from error


@contextmanager
def as_written() -> Iterator[None]:
    """SQLite keeps whatever type somebody puts into a column: what we cannot have written is named as tampering."""
    try:
        yield
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise ProofError(Problem("database-row-unreadable", found=type(error).__name__)) from error


def said(error: Exception) -> LedgerError:
    """What a driver's exception means."""
    if isinstance(error, sqlite3.IntegrityError | psycopg.IntegrityError):
        return ConflictError(Problem("row-conflict", retry="after-change"))
    if isinstance(error, sqlite3.Error):
        number = getattr(error, "sqlite_errorcode", 0)
        code = _SQLITE.get(number) or _SQLITE.get(number & 0xFF, "database-failed")
    elif isinstance(error, psycopg.Error):
        code = _postgresql_code(error)
    else:
        code = "database-failed"
    if code == "books-busy":
        again = isinstance(error, psycopg.errors.SerializationFailure | psycopg.errors.DeadlockDetected)
        return (GivenWayError if again else ConflictError)(Problem(code, retry="after-change"))
    if code == "database-failed":
        return StoreError(Problem(code, found=type(error).__name__))
    return StoreError(Problem(code, retry="never" if code == "database-damaged" else "after-change"))


def _postgresql_code(error: psycopg.Error) -> str:
    state = error.sqlstate
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    if state is None or state[:2] in ("08", "57", "28"):
        # No state of the server's own: the connection broke, was refused, or the server is on its way down.
        return "database-unreachable" if isinstance(error, psycopg.OperationalError) else "database-failed"
    return "database-failed"


def file_trouble(error: OSError, name: str) -> LedgerError:
    """What went wrong with a file of ours beside the database."""
    if error.errno in _FULL:
        return StoreError(Problem("disk-full", retry="after-change"))
    return StoreError(
        Problem("file-failed", found=name, details={"reason": error.strerror or ""}, retry="after-change")
    )


_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
