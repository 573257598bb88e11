"""What witnesses have cosigned."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def big() -> sa.types.TypeEngine[int]:
    """A whole number of 64 bits; SQLite has one kind of integer only."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def small() -> sa.types.TypeEngine[int]:
    """A whole number of 16 bits."""
    return sa.SmallInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table; that of a ledger whose version was not written down may be there already."""
    op.create_table(
        "cosignature",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("size", big(), autoincrement=False, nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("seconds", big(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log", "size", "witness"),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_index("cosignature_witness", "cosignature", ["log", "witness", "size"], if_not_exists=True)
    if op.get_bind().dialect.name == "sqlite":
        _describe()


def _describe() -> None:
    """Tell SQLite's planner about the new indexes (ledger/store/selectivity.py says why)."""
    op.execute("ANALYZE sqlite_master")
    op.execute("DELETE FROM sqlite_stat1 WHERE tbl = 'cosignature'")
    for index, rows in (("cosignature", "100000 100000 3 1"), ("cosignature_witness", "100000 100000 30000 1")):
        op.execute(f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('cosignature', '{index}', '{rows}')")
    op.execute("ANALYZE sqlite_master")
