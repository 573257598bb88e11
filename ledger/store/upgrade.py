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
from ledger.store.connection import MEMORY, open_engine, sqlite_path
from ledger.store.schema import metadata
from ledger.store.troubles import translated
from ledger.store.vault import create_vault
from ledger.store.vault_schema import VAULT_SCHEMA, vault_metadata
from ledger.store.version import CURRENT, UNKNOWN, VAULT_CURRENT, check_version, version_of

FIRST = "0001"
_MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """From which version of the tables to which, for the ledger and for its vault."""

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
    """Tables that are migrated together: the ledger's, or the vault's."""

    folder: str
    current: str
    schema: str | None
    metadata: MetaData


LEDGER = Part("versions", CURRENT, None, metadata)


def vault_part(schema: str | None) -> Part:
    """The vault in a file of its own (None) or in a schema."""
    return Part("vault_versions", VAULT_CURRENT, schema, vault_metadata(schema))


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
            with _disposed(open_engine(str(companions.vault), must_exist=False)) as vault:
                create_vault(vault, None)
                vault_found = migrate(vault, vault_part(None))
        else:
            create_vault(engine, VAULT_SCHEMA)
            vault_found = migrate(engine, vault_part(VAULT_SCHEMA))
    return Upgrade(found, CURRENT, vault_found, VAULT_CURRENT)


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
        if found == UNKNOWN and inspect(connection).has_table(part.metadata.sorted_tables[0].name, part.schema):
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
