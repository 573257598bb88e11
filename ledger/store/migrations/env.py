"""Alembic runs this for every migration; connection and schema are handed in by ledger/store/upgrade.py."""

from alembic import context

_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    version_table_schema=_given["schema"],
    # Both databases we use can take back a change of tables, so a migration stands or falls as a whole.
    transactional_ddl=True,
)
context.run_migrations()
