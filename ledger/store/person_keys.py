"""The keys under which personal data is sealed: one per person, in a store of their own.

A backup of the vault alone reveals nothing, and destroying one row here makes all that was sealed
under it unreadable, wherever copies of it lie. Every key is wrapped by a master key that lies in no
database.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Engine

from ledger.errors import LedgerError, Problem, ProofError
from ledger.keys import new_secret_key, unwrap, wrap
from ledger.store.connection import Connection
from ledger.store.vault_schema import KEYS, make_tables
from ledger.store.version import KEYS_CURRENT, check_version, version_of

_PROGRAMME = "programme/"


class PersonKeys:
    """Keys of persons (and of what is theirs alone), and of programmes' blind indexes."""

    def __init__(self, engine: Engine, master: bytes, *, schema: str | None = None, owns_engine: bool = False) -> None:
        """Open the store and create its tables where there are none.

        Raises ProofError where the tables have another form, or the master key is not the one used here.
        """
        self.engine = engine
        self.schema = "" if schema is None else f"{schema}."
        self._owns_engine = owns_engine
        self._master = master
        try:
            make_tables(engine, schema, KEYS)
            check_version(version_of(engine, schema), KEYS_CURRENT)
            self._check_master()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go."""
        if self._owns_engine:
            self.engine.dispose()

    def _check_master(self) -> None:
        """Any person's key will do: with another master key new values would be sealed that nobody can open later."""
        row = self._rows("SELECT holder, wrapped FROM {}person LIMIT 1")
        if not row:
            return
        try:
            unwrap(self._master, bytes(row[0][1]), row[0][0])
        except LedgerError:
            raise ProofError(Problem("master-key-wrong", retry="after-change")) from None

    def find(self, holders: Iterable[str]) -> dict[str, bytes]:
        """The keys of those holders that have one."""
        rows = self._rows("SELECT holder, wrapped FROM {}person WHERE holder IN @list", sorted(set(holders)))
        return {holder: unwrap(self._master, bytes(wrapped), holder) for holder, wrapped in rows}

    def give(self, holders: Iterable[str]) -> dict[str, bytes]:
        """The keys of these holders, made where there are none; a new one is durable before anything is sealed.

        Nothing is remembered between calls: another process may have destroyed a key meanwhile.
        """
        wanted = set(holders)
        found = self.find(wanted)
        new = sorted(wanted - found.keys())
        if not new:
            return found
        db = Connection(self.engine)
        try:
            db.begin_write()
            db.many(
                f"INSERT INTO {self.schema}person (holder, wrapped) VALUES (?, ?) ON CONFLICT (holder) DO NOTHING",
                [(holder, wrap(self._master, new_secret_key(), holder)) for holder in new],
            )
            db.commit()
        except BaseException:
            db.rollback()
            raise
        finally:
            db.close()
        # Read again: somebody else may have been first.
        return self.find(wanted)

    def programme(self, party: str, *, make: bool) -> bytes | None:
        """The key of a programme's blind index."""
        name = _PROGRAMME + party
        return (self.give([name]) if make else self.find([name])).get(name)

    def count(self, holders: Iterable[str]) -> int:
        """How many of these holders have a key."""
        return len(self._rows("SELECT holder FROM {}person WHERE holder IN @list", sorted(set(holders))))

    def destroy(self, holders: Iterable[str]) -> None:
        """Destroy keys for ever, also in what the database has not tidied up yet."""
        db = Connection(self.engine)
        try:
            db.begin_write()
            db.run(f"DELETE FROM {self.schema}person WHERE holder IN @list", sorted(set(holders)))
            db.commit()
            db.tidy(f"{self.schema}person")
        except BaseException:
            db.rollback()
            raise
        finally:
            db.close()

    def _rows(self, sql: str, *params: object) -> list[tuple[str, bytes]]:
        db = Connection(self.engine)
        try:
            return [(row[0], row[-1]) for row in db.all(sql.format(self.schema), *params)]
        finally:
            db.close()
