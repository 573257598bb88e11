"""Copying database files while they are in use, and files with their digests: what backups are made of."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from ledger.errors import Problem
from ledger.store.connection import keep_to_owner
from ledger.store.troubles import StoreError, file_trouble, translated

_PORTION: Final = 1024 * 1024


def copy_database(source: Path, target: Path) -> None:
    """Copy an SQLite file as it is committed now, other processes writing or not; raises StoreError.

    SQLite's own online backup: one moment of the database, whole, in one file. A copy that does not pass SQLite's
    check of itself is not kept.
    """
    _make_private(target)
    try:
        with (
            translated(),
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as there,
            closing(sqlite3.connect(target)) as here,
        ):
            there.backup(here)
            _must_be_sound(here, source.name)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        for ending in ("-wal", "-shm", "-journal"):
            target.with_name(target.name + ending).unlink(missing_ok=True)
    sync(target)


def _must_be_sound(copy: sqlite3.Connection, name: str) -> None:
    ((found,),) = copy.execute("PRAGMA quick_check(1)").fetchall()
    if found != "ok":
        raise StoreError(Problem("database-damaged", "", name))


def tip_of(copy: Path, log: int) -> tuple[str, int, bytes]:
    """Origin, size and root that stand in a copied database; nothing in the file is changed by asking."""
    with translated(), closing(sqlite3.connect(f"{copy.absolute().as_uri()}?immutable=1", uri=True)) as db:
        origin, size, root = db.execute("SELECT origin, size, root FROM log WHERE log = ?", [log]).fetchone()
    return str(origin), int(size), bytes(root)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file's bytes into a new one that only its owner reads, and wait until they are on the disk."""
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(target)
        with source.open("rb") as there, target.open("wb") as here:
            while portion := there.read(_PORTION):
                here.write(portion)
            here.flush()
            os.fsync(here.fileno())
    except OSError as error:
        raise file_trouble(error, target.name) from None


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file; raises OSError."""
    hashed, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while portion := file.read(_PORTION):
            hashed.update(portion)
            size += len(portion)
    return hashed.hexdigest(), size


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # Some file systems cannot sync a folder; there nothing better can be done.
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_private(target: Path) -> None:
    try:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW, 0o600))
    except OSError as error:
        raise file_trouble(error, target.name) from None
    keep_to_owner(target)
