"""Bringing the tables of an older Chaski into today's form. The bytes of the log itself are never changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, inspect

from ledger.errors import NotFoundError, Problem
from ledger.store.companions import Companions
from ledger.store.connection import MEMORY, Connection, open_engine, sqlite_path
from ledger.store.schema import metadata
from ledger.store.troubles import translated
from ledger.store.vault_schema import (
    KEYS,
    KEYS_SCHEMA,
    VAULT,
    VAULT_SCHEMA,
    keys_metadata,
    make_tables,
    vault_metadata,
)
from ledger.store.version import CURRENT, KEYS_CURRENT, UNKNOWN, VAULT_CURRENT, check_version, version_of

FIRST = "0001"
_MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """From which version of the tables to which, for the ledger and for its vault (with the persons' keys)."""

    found: str
    now: str
    vault_found: str
    vault_now: str

    @property
    def changed(self) -> bool:
        """Whether anything was done."""
        return (self.found, self.vault_found) != (self.now, self.vault_now)


@dataclass(frozen=True, slots=True)
class Part:
    """Tables that are migrated together: the ledger's, the vault's or the keys'; `table` was there from the first."""

    folder: str
    current: str
    schema: str | None
    metadata: MetaData
    table: str = "log"


LEDGER = Part("versions", CURRENT, None, metadata)


def vault_part(schema: str | None) -> Part:
    """The vault in a file of its own (None) or in a schema."""
    return Part("vault_versions", VAULT_CURRENT, schema, vault_metadata(schema), VAULT.table)


def keys_part(schema: str | None) -> Part:
    """The persons' keys in a file of their own (None) or in a schema."""
    return Part("keys_versions", KEYS_CURRENT, schema, keys_metadata(schema), KEYS.table)


def upgrade(database: str, companions: Companions) -> Upgrade:
    """Apply the migrations a ledger lacks, each part in one transaction; doing it again changes nothing.

    Raises NotFoundError where there is no ledger, ProofError where it is newer than this program. Nothing
    else should have the ledger open.
    """
    with _disposed(open_engine(database, must_exist=True)) as engine:
        with translated():
            if not inspect(engine).has_table("log"):
                raise NotFoundError(Problem("ledger-not-found", "", companions.base.name))
        found = migrate(engine, LEDGER)
        if database != MEMORY and sqlite_path(database) is not None:
            with (
                _disposed(open_engine(str(companions.vault), must_exist=False)) as vault,
                _disposed(open_engine(str(companions.person_keys), must_exist=False)) as keys,
            ):
                vault_found = _upgrade_vault(vault, None, keys, None)
        else:
            vault_found = _upgrade_vault(engine, VAULT_SCHEMA, engine, KEYS_SCHEMA)
    return Upgrade(found, CURRENT, vault_found, VAULT_CURRENT)


def _upgrade_vault(vault: Engine, schema: str | None, keys: Engine, keys_schema: str | None) -> str:
    make_tables(vault, schema, VAULT)
    make_tables(keys, keys_schema, KEYS)
    migrate(keys, keys_part(keys_schema))
    with translated():
        lie_together = inspect(vault).has_table(KEYS.table, schema)
    if lie_together:
        # Until version 0002 the vault held the keys too. Copied first and dropped by the migration after: what a
        # crash in between leaves is copied again.
        _copy_keys(vault, schema, keys, keys_schema)
    found = migrate(vault, vault_part(schema))
    if lie_together:
        db = Connection(vault)
        db.tidy(*(f"{schema}.{name}" for name in ("disclosure",) if schema))
        db.close()
    return found


def _copy_keys(vault: Engine, schema: str | None, keys: Engine, keys_schema: str | None) -> None:
    source, target = Connection(vault), Connection(keys)
    try:
        rows = source.all(f"SELECT holder, wrapped FROM {'' if schema is None else f'{schema}.'}person")
        target.begin_write()
        target.many(
            f"INSERT INTO {'' if keys_schema is None else f'{keys_schema}.'}person (holder, wrapped) VALUES (?, ?)"
            " ON CONFLICT (holder) DO NOTHING",
            [(holder, bytes(wrapped)) for holder, wrapped in rows],
        )
        target.commit()
    finally:
        target.rollback()
        source.close()
        target.close()


def migrate(engine: Engine, part: Part) -> str:
    """Bring one part to its newest version in one transaction; returns the version that was found."""
    found = version_of(engine, part.schema)
    if found == part.current:
        return found
    if found > part.current:
        check_version(found, part.current)
    # Only here: it takes longer to import than everything else the front door needs, and is needed once a release.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(_MIGRATIONS / part.folder))
    config.attributes["schema"] = part.schema
    with translated(), engine.connect() as connection:
        # All migrations of a part stand or fall together; left to itself no driver begins anything here.
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            raw: Any = connection.connection.driver_connection
            raw.autocommit = False
        config.attributes["connection"] = connection
        if found == UNKNOWN and inspect(connection).has_table(part.table, part.schema):
            # The tables are those of the first version; only its number was not written down yet.
            command.stamp(config, FIRST)
        command.upgrade(config, part.current)
        connection.commit()
    return found


@contextmanager
def _disposed(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()
