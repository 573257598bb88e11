"""Sealed values: disclosures encrypted under a key per person, the keys wrapped by a master key outside.

The vault is a database file of its own (a schema of its own on PostgreSQL), so that it can be backed
up and forgotten apart from the log. Values go in before the log's transaction and are settled after
it; what a refused or crashed batch left behind is swept at the next start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, inspect

from ledger.canonical import b64url
from ledger.errors import ConflictError, LedgerError, Problem, ProofError
from ledger.keys import new_secret_key, seal, unseal, unwrap, wrap
from ledger.store.connection import Connection, open_engine
from ledger.store.troubles import StoreError, translated
from ledger.store.vault_schema import vault_metadata
from ledger.store.version import VAULT_CURRENT, check_version, stamp, version_of


class SealedValue(NamedTuple):
    """A disclosure to keep: of which statement, where in its body, whose, and the text."""

    statement: str
    pointer: str
    holder: str
    text: str


class Vault:
    """The sealed values of one ledger."""

    def __init__(self, engine: Engine, master: bytes, *, schema: str | None = None, owns_engine: bool = False) -> None:
        """Open the vault and create its tables where there are none.

        Raises ProofError where the tables have another form, or the master key is not the one used here.
        """
        self._engine = engine
        self._owns_engine = owns_engine
        self._master = master
        self._schema = "" if schema is None else f"{schema}."
        self._keys: dict[str, bytes] = {}
        self._to_settle: list[str] = []
        try:
            create_vault(engine, schema)
            check_version(version_of(engine, schema), VAULT_CURRENT)
            self._db = Connection(engine)
        except BaseException:
            if owns_engine:
                engine.dispose()
            raise
        try:
            self._check_master()
        except BaseException:
            self._release()
            raise

    @classmethod
    def in_file(cls, path: Path, master: bytes) -> Vault:
        """The vault of an SQLite ledger."""
        return cls(open_engine(str(path), must_exist=False), master, owns_engine=True)

    def close(self) -> None:
        """Settle what was written and let go."""
        try:
            if self._to_settle:
                self.put([])
        except (StoreError, ConflictError):
            # Settling waits for the next start: unsettled values of standing statements are kept by the sweep.
            pass
        finally:
            self._release()

    def _release(self) -> None:
        self._db.close()
        if self._owns_engine:
            self._engine.dispose()

    def _check_master(self) -> None:
        """Any person's key will do: with another master key new values would be sealed that nobody can open later."""
        row = self._db.one(f"SELECT holder, wrapped FROM {self._schema}person LIMIT 1")
        if row is None:
            return
        try:
            unwrap(self._master, bytes(row[1]), row[0])
        except LedgerError:
            raise ProofError(Problem("master-key-wrong", retry="after-change")) from None

    def put(self, values: Sequence[SealedValue]) -> None:
        """Seal and keep values, unsettled; settle those of earlier batches."""
        db = self._db
        db.begin_write()
        try:
            settling = list(self._to_settle)
            self._settle(settling)
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
            # Only now: what a rollback took back has to be settled by a later write.
            del self._to_settle[: len(settling)]
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
        """At start: settle what the log has, drop what it never got. Returns how many statements were dropped.

        The caller holds the log's head lock: otherwise values of a batch that another process is about to
        commit would look like orphans.
        """
        db = self._db
        db.begin_write()
        try:
            rows = db.all(f"SELECT DISTINCT statement FROM {self._schema}disclosure WHERE settled = 0")
            open_ones = [row[0] for row in rows]
            standing = is_in_log(open_ones) if open_ones else set()
            orphans = [statement for statement in open_ones if statement not in standing]
            for statement in orphans:
                db.run(f"DELETE FROM {self._schema}disclosure WHERE statement = ?", statement)
            self._settle(sorted(standing))
            db.commit()
        except BaseException:
            db.rollback()
            raise
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

    def _settle(self, statements: list[str]) -> None:
        if statements:
            self._db.run(f"UPDATE {self._schema}disclosure SET settled = 1 WHERE statement IN @list", statements)

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


def create_vault(engine: Engine, schema: str | None) -> None:
    """The vault's tables in today's form, where there are none."""
    with translated():
        if inspect(engine).has_table("disclosure", schema):
            return
    db = Connection(engine)
    try:
        db.begin_write()
        if schema is not None:
            db.run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for table in vault_metadata(schema).sorted_tables:
            db.create(table)
        stamp(db, VAULT_CURRENT, schema)
        db.commit()
    except BaseException:
        db.rollback()
        raise
    finally:
        db.close()


def _bound(statement: str, pointer: str) -> bytes:
    return f"{statement}\n{b64url(pointer.encode())}".encode()
