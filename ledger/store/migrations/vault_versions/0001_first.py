"""The vault as it began: persons with their wrapped keys, and sealed disclosures."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables, on PostgreSQL in the vault's schema."""
    schema = op.get_context().version_table_schema
    op.create_table(
        "person",
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("holder"),
        schema=schema,
    )
    op.create_table(
        "disclosure",
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("pointer", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("statement", "pointer"),
        schema=schema,
    )
    unsettled = sa.text("settled = 0")
    op.create_index("disclosure_holder", "disclosure", ["holder"], schema=schema)
    op.create_index(
        "disclosure_unsettled",
        "disclosure",
        ["settled"],
        schema=schema,
        sqlite_where=unsettled,
        postgresql_where=unsettled,
    )
