"""Sealed values: disclosures encrypted under a key per person, the keys wrapped by a master key outside.

The vault is a database file of its own (a schema of its own on PostgreSQL), so that it can be backed
up and forgotten apart from the log. Values go in before the log's transaction and are settled after
it; what a refused or crashed batch left behind is swept at the next start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from ledger.canonical import b64url
from ledger.keys import new_secret_key, seal, unseal, unwrap, wrap
from ledger.store.connection import Connection, open_engine

_TABLES = (
    "CREATE TABLE IF NOT EXISTS {schema}person (holder TEXT PRIMARY KEY, wrapped {blob} NOT NULL)",
    """CREATE TABLE IF NOT EXISTS {schema}disclosure (statement TEXT NOT NULL, pointer TEXT NOT NULL,
    holder TEXT NOT NULL, sealed {blob} NOT NULL, settled INTEGER NOT NULL, PRIMARY KEY (statement, pointer))""",
    "CREATE INDEX IF NOT EXISTS disclosure_holder ON {schema}disclosure (holder)",
    "CREATE INDEX IF NOT EXISTS disclosure_unsettled ON {schema}disclosure (settled) WHERE settled = 0",
)


class SealedValue(NamedTuple):
    """A disclosure to keep: of which statement, where in its body, whose, and the text."""

    statement: str
    pointer: str
    holder: str
    text: str


class Vault:
    """The sealed values of one ledger."""

    def __init__(self, engine: Engine, master: bytes, *, schema: str = "") -> None:
        """Open the vault and create its tables where they are missing."""
        self._engine = engine
        self._master = master
        self._schema = schema
        self._keys: dict[str, bytes] = {}
        self._to_settle: list[str] = []
        self._db = Connection(engine)
        blob = "BLOB" if self._db.dialect == "sqlite" else "BYTEA"
        self._db.begin_write()
        if schema:
            self._db.run(f"CREATE SCHEMA IF NOT EXISTS {schema.rstrip('.')}")
        for sql in _TABLES:
            self._db.run(sql.format(schema=schema, blob=blob))
        self._db.commit()

    @classmethod
    def in_file(cls, path: Path, master: bytes) -> Vault:
        """The vault of an SQLite ledger."""
        engine = open_engine(str(path), must_exist=False)
        vault = cls(engine, master)
        path.chmod(0o600)
        return vault

    def close(self) -> None:
        """Settle what was written and let go."""
        if self._to_settle:
            self.put([])
        self._db.close()

    def put(self, values: Sequence[SealedValue]) -> None:
        """Seal and keep values, unsettled; settle those of earlier batches."""
        db = self._db
        db.begin_write()
        try:
            self._settle()
            rows = []
            for value in values:
                key = self._key_of(value.holder)
                sealed = seal(key, value.text.encode(), _bound(value.statement, value.pointer))
                rows.append((value.statement, value.pointer, value.holder, sealed))
            db.many(
                f"INSERT INTO {self._schema}disclosure (statement, pointer, holder, sealed, settled)"
                " VALUES (?, ?, ?, ?, 0) ON CONFLICT (statement, pointer) DO NOTHING",
                rows,
            )
            db.commit()
        except BaseException:
            db.rollback()
            self._keys.clear()
            raise

    def committed(self, statements: Iterable[str]) -> None:
        """The log has these statements now; they are settled with the next write."""
        self._to_settle.extend(statements)

    def has_unsettled(self) -> bool:
        """Whether anything was put that nobody has settled yet."""
        db = Connection(self._engine)
        try:
            return db.one(f"SELECT 1 FROM {self._schema}disclosure WHERE settled = 0 LIMIT 1") is not None
        finally:
            db.close()

    def sweep(self, is_in_log: Callable[[list[str]], set[str]]) -> int:
        """At start: settle what the log has, drop what it never got. Returns how many values were dropped.

        The caller holds the head lock: values of a batch that another process is writing just now are
        put under that lock too, and must not be mistaken for orphans.
        """
        db = self._db
        db.begin_write()
        rows = db.all(f"SELECT DISTINCT statement FROM {self._schema}disclosure WHERE settled = 0")
        open_ones = [row[0] for row in rows]
        standing = is_in_log(open_ones) if open_ones else set()
        orphans = [statement for statement in open_ones if statement not in standing]
        for statement in orphans:
            db.run(f"DELETE FROM {self._schema}disclosure WHERE statement = ?", statement)
        self._to_settle = sorted(standing)
        self._settle()
        db.commit()
        return len(orphans)

    def disclosures(self, statement: str) -> dict[str, str]:
        """Pointer to disclosure text of one statement, as far as keys and values are still there."""
        db = Connection(self._engine)
        try:
            rows = db.all(
                f"SELECT d.pointer, d.holder, d.sealed, p.wrapped FROM {self._schema}disclosure d"
                f" JOIN {self._schema}person p ON p.holder = d.holder WHERE d.statement = ?",
                statement,
            )
        finally:
            db.close()
        return {
            pointer: unseal(
                unwrap(self._master, bytes(wrapped), holder), bytes(sealed), _bound(statement, pointer)
            ).decode()
            for pointer, holder, sealed, wrapped in rows
        }

    def _settle(self) -> None:
        if self._to_settle:
            self._db.run(
                f"UPDATE {self._schema}disclosure SET settled = 1 WHERE statement IN @list",
                self._to_settle,
            )
            self._to_settle = []

    def _key_of(self, holder: str) -> bytes:
        key = self._keys.get(holder)
        if key is None:
            row = self._db.one(f"SELECT wrapped FROM {self._schema}person WHERE holder = ?", holder)
            if row is not None:
                key = unwrap(self._master, bytes(row[0]), holder)
            else:
                key = new_secret_key()
                self._db.run(
                    f"INSERT INTO {self._schema}person (holder, wrapped) VALUES (?, ?)",
                    holder,
                    wrap(self._master, key, holder),
                )
            if len(self._keys) > 5_000:
                self._keys.clear()
            self._keys[holder] = key
        return key


def _bound(statement: str, pointer: str) -> bytes:
    return f"{statement}\n{b64url(pointer.encode())}".encode()
