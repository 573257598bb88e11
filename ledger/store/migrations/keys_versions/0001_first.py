"""The persons' keys in a store of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table, on PostgreSQL in the keys' schema."""
    op.create_table(
        "person",
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("holder"),
        schema=op.get_context().version_table_schema,
    )
