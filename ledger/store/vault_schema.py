"""The vault's tables: a database file of their own beside SQLite, a schema of their own on PostgreSQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

VAULT_SCHEMA: Final = "vault"
"""The schema on PostgreSQL."""


def vault_metadata(schema: str | None) -> MetaData:
    """Persons with their wrapped keys, and sealed disclosures; an unsettled one may belong to no entry yet."""
    metadata = MetaData(schema=schema)
    Table(
        "person",
        metadata,
        Column("holder", Text, primary_key=True),
        Column("wrapped", LargeBinary, nullable=False),
    )
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
    return metadata
