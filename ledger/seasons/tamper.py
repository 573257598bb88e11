"""Six ways to tamper with a copy of a ledger, each as an insider with the database file open would do it.

Raw sqlite3 on purpose: nobody who tampers goes through the front door. Only ever used on copies.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.errors import NotFoundError, Problem
from ledger.log.merkle import root


def copy_ledger(database: Path, folder: Path) -> Path:
    """Copy a ledger, open or closed, with everything beside it into a new folder; returns the path of the copy."""
    folder.mkdir(parents=True)
    _snapshot(database, folder / database.name)
    for path in sorted(database.parent.glob(f"{database.name}.*")):
        if path.is_dir():
            shutil.copytree(path, folder / path.name)
        elif path.suffix in {".vault", ".persons"}:
            _snapshot(path, folder / path.name)
        else:
            shutil.copy2(path, folder / path.name)
    return folder / database.name


def _snapshot(database: Path, copy: Path) -> None:
    """SQLite's own backup: right also while the ledger is open and part of it still lies in the write-ahead log."""
    source, target = sqlite3.connect(database), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()


def edit_payload(database: Path) -> int:
    """Give one delivery ten times its weight, in the statement itself; returns its index."""
    with _open(database) as db:
        rows = db.execute("SELECT ix, payload FROM statement WHERE type = 'lot.harvested/1' ORDER BY ix")
        index, payload = _middle(rows.fetchall())
        edited = re.sub(rb'"net":(\d+)', rb'"net":\g<1>0', payload, count=1)
        db.execute("UPDATE statement SET payload = ? WHERE ix = ?", (edited, index))
    return int(index)


def edit_entry(database: Path) -> int:
    """Back-date one entry by a month; returns its index."""
    with _open(database) as db:
        (index,) = _middle(db.execute("SELECT ix FROM entry ORDER BY ix").fetchall())
        db.execute("UPDATE entry SET recorded = recorded - 2592000000 WHERE ix = ?", (index,))
    return int(index)


def edit_node(database: Path) -> tuple[int, int]:
    """Change one stored node of the tree; returns its level and number."""
    with _open(database) as db:
        rows = db.execute("SELECT level, number, hash FROM node WHERE level = 3 ORDER BY number").fetchall()
        level, number, value = _middle(rows)
        edited = bytes([value[0] ^ 1]) + value[1:]
        db.execute("UPDATE node SET hash = ? WHERE level = ? AND number = ?", (edited, level, number))
    return int(level), int(number)


def truncate_tail(database: Path, entries: int) -> int:
    """Cut the last entries off, and make everything left agree: head, root and tree. Returns the new size.

    What is left is a good log of its own, only shorter. So nothing inside the file can show it.
    """
    with _open(database) as db:
        (size,) = db.execute("SELECT size FROM log").fetchone()
        size -= entries
        for table in ("entry", "statement", "move", "mark", "edge", "flag"):
            db.execute(f"DELETE FROM {table} WHERE ix >= ?", (size,))  # noqa: S608 - the names stand above
        db.execute("DELETE FROM lot WHERE ix >= ?", (size,))
        db.execute("UPDATE statement SET ended = NULL WHERE ended >= ?", (size,))
        for table in ("move", "mark", "edge"):
            db.execute(f"UPDATE {table} SET gone = NULL WHERE gone >= ?", (size,))  # noqa: S608
        db.execute("DELETE FROM node WHERE ((number + 1) << level) > ?", (size,))
        last_hash, recorded = db.execute("SELECT hash, recorded FROM entry WHERE ix = ?", (size - 1,)).fetchone()
        db.execute(
            "UPDATE log SET size = ?, root = ?, last_entry = ?, last_recorded = ?",
            (size, _root(db, size), last_hash, recorded),
        )
    return int(size)


def forget_head(database: Path) -> None:
    """Take away what the machine remembers outside the database, as somebody who restores a whole folder does."""
    database.with_name(database.name + ".head").unlink()


@contextmanager
def _open(database: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(database)
    try:
        with db:
            yield db
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        db.close()


def _middle(rows: list[Any]) -> Any:
    # What sqlite3 gives back has no types; each caller knows the columns it asked for.
    if not rows:
        raise NotFoundError(Problem("nothing-to-tamper-with"))
    return rows[len(rows) // 2]


def _root(db: sqlite3.Connection, size: int) -> bytes:
    """The root of a smaller tree out of the nodes that are left."""

    def read(level: int, number: int) -> bytes:
        row = db.execute("SELECT hash FROM node WHERE level = ? AND number = ?", (level, number)).fetchone()
        return bytes(row[0])

    return root(size, read)
