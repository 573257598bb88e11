"""Which form the tables have, as alembic writes it down, so that a program never works on a form it does not know."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine, inspect

from ledger.errors import Problem, ProofError
from ledger.store.connection import Connection
from ledger.store.troubles import translated

CURRENT: Final = "0004"
"""The newest migration under migrations/versions; a test compares the two."""

VAULT_CURRENT: Final = "0002"
"""The newest migration under migrations/vault_versions."""

KEYS_CURRENT: Final = "0001"
"""The newest migration under migrations/keys_versions."""

UNKNOWN: Final = "0000"
"""Tables without a version: made before versions were written down."""


def version_of(engine: Engine, schema: str | None = None) -> str:
    """The version written down in a database, or UNKNOWN."""
    with translated():
        if not inspect(engine).has_table("alembic_version", schema):
            return UNKNOWN
    db = Connection(engine)
    try:
        row = db.one(f"SELECT version_num FROM {_table(schema)}")
    finally:
        db.close()
    return UNKNOWN if row is None else str(row[0])


def stamp(db: Connection, version: str, schema: str | None = None) -> None:
    """Write a version down, in the transaction that makes the tables."""
    table = _table(schema)
    db.run(
        f"CREATE TABLE IF NOT EXISTS {table} (version_num VARCHAR(32) NOT NULL,"
        " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    db.run(f"DELETE FROM {table}")
    db.run(f"INSERT INTO {table} (version_num) VALUES (?)", version)


def check_version(found: str, current: str) -> None:
    """Raise ProofError where the tables are newer or older than this program."""
    if found > current:
        raise ProofError(Problem("database-newer", "", found, current))
    if found < current:
        raise ProofError(Problem("database-older", "", found, current))


def _table(schema: str | None) -> str:
    return "alembic_version" if schema is None else f"{schema}.alembic_version"
