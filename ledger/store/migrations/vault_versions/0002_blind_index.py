"""The keys have moved out (ledger/store/upgrade.py copies them first); blind index and what is doomed come in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Drop the keys, which lie in their own store now, and make two tables."""
    schema = op.get_context().version_table_schema
    op.drop_table("person", schema=schema)
    op.create_table(
        "blind",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "statement"),
        schema=schema,
    )
    op.create_index("blind_holder", "blind", ["holder"], schema=schema)
    op.create_index("blind_statement", "blind", ["statement"], schema=schema)
    op.create_table(
        "doomed",
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("statement", "kind", "name"),
        schema=schema,
    )
