"""Who subscribed to what, and what is still to be told them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def big() -> sa.types.TypeEngine[int]:
    """A whole number of 64 bits; SQLite has one kind of integer only."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def small() -> sa.types.TypeEngine[int]:
    """A whole number of 16 bits."""
    return sa.SmallInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; those of a ledger whose version was not written down may be there already."""
    op.create_table(
        "subscription",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created", big(), nullable=False),
        sa.Column("paused", big(), nullable=True),
        sa.Column("lease", sa.Text(), nullable=False),
        sa.Column("leased_until", big(), nullable=False),
        sa.PrimaryKeyConstraint("log", "id"),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_index("subscription_party", "subscription", ["log", "party"], if_not_exists=True)
    op.create_table(
        "outbox",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("number", big(), autoincrement=False, nullable=False),
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("ix", big(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created", big(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", big(), nullable=False),
        sa.Column("state", small(), nullable=False),
        sa.Column("finished", big(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("log", "number"),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_index("outbox_subscription", "outbox", ["log", "subscription", "number"], if_not_exists=True)
    op.create_index(
        "outbox_waiting",
        "outbox",
        ["log", "subscription", "number"],
        sqlite_where=sa.text("state = 0"),
        postgresql_where=sa.text("state = 0"),
        if_not_exists=True,
    )
    op.create_table(
        "listening",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("version", big(), nullable=False),
        sa.PrimaryKeyConstraint("log"),
        if_not_exists=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        _describe()


def _describe() -> None:
    """Tell SQLite's planner about the new indexes (ledger/store/selectivity.py says why)."""
    op.execute("ANALYZE sqlite_master")
    op.execute("DELETE FROM sqlite_stat1 WHERE tbl IN ('subscription', 'outbox')")
    for table, index, rows in (
        ("subscription", "subscription", "1000 1000 1"),
        ("subscription", "subscription_party", "1000 1000 5"),
        ("outbox", "outbox", "1000000 1000000 1"),
        ("outbox", "outbox_subscription", "1000000 1000000 10000 1"),
        ("outbox", "outbox_waiting", "1000 1000 50 1"),
    ):
        op.execute(f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('{table}', '{index}', '{rows}')")
    op.execute("ANALYZE sqlite_master")
