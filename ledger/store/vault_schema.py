"""The tables of the vault and of the persons' keys: two files of their own beside SQLite, two schemas on PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Engine, Index, Integer, LargeBinary, MetaData, Table, Text, inspect, text

from ledger.store.connection import Connection
from ledger.store.troubles import translated
from ledger.store.version import KEYS_CURRENT, VAULT_CURRENT, stamp

VAULT_SCHEMA: Final = "vault"
KEYS_SCHEMA: Final = "persons"
"""The schemas on PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Which of the two stores: the table it is known by, and the version of its tables."""

    table: str
    current: str


VAULT: Final = Kind("disclosure", VAULT_CURRENT)
KEYS: Final = Kind("person", KEYS_CURRENT)


def vault_metadata(schema: str | None) -> MetaData:
    """Sealed disclosures (an unsettled one may belong to no entry yet), blind index, and what is to be destroyed."""
    metadata = MetaData(schema=schema)
    unsettled = text("settled = 0")
    Table(
        "disclosure",
        metadata,
        Column("statement", Text, primary_key=True),
        Column("pointer", Text, primary_key=True),
        Column("holder", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("settled", Integer, nullable=False),
        Index("disclosure_holder", "holder"),
        Index("disclosure_unsettled", "settled", sqlite_where=unsettled, postgresql_where=unsettled),
    )
    Table(
        "blind",
        metadata,
        Column("digest", LargeBinary, primary_key=True),
        Column("statement", Text, primary_key=True),
        Column("holder", Text, nullable=False),
        Index("blind_statement", "statement"),
        Index("blind_holder", "holder"),
    )
    Table(
        "doomed",
        metadata,
        Column("statement", Text, primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("name", Text, primary_key=True),
    )
    return metadata


def keys_metadata(schema: str | None) -> MetaData:
    """Wrapped keys by their holder."""
    metadata = MetaData(schema=schema)
    Table(
        "person",
        metadata,
        Column("holder", Text, primary_key=True),
        Column("wrapped", LargeBinary, nullable=False),
    )
    return metadata


def make_tables(engine: Engine, schema: str | None, kind: Kind) -> None:
    """The tables of one store in today's form, where there are none."""
    with translated():
        if inspect(engine).has_table(kind.table, schema):
            return
    db = Connection(engine)
    try:
        db.begin_write()
        if schema is not None:
            db.run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for table in (vault_metadata if kind is VAULT else keys_metadata)(schema).sorted_tables:
            db.create(table)
        stamp(db, kind.current, schema)
        db.commit()
    except BaseException:
        db.rollback()
        raise
    finally:
        db.close()
