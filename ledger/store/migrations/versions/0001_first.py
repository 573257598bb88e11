"""The tables as they began."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def big() -> sa.types.TypeEngine[int]:
    """A whole number of 64 bits; SQLite has one kind of integer only."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def small() -> sa.types.TypeEngine[int]:
    """A whole number of 16 bits."""
    return sa.SmallInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table of a ledger."""
    _truth()
    _meaning()
    _summaries()
    _beside()


def _truth() -> None:
    """What everything else follows from."""
    op.create_table(
        "log",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("public_url", sa.Text(), nullable=False),
        sa.Column("size", big(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("last_entry", sa.LargeBinary(), nullable=False),
        sa.Column("last_recorded", big(), nullable=False),
        sa.PrimaryKeyConstraint("log"),
        sa.UniqueConstraint("origin"),
    )
    op.create_table(
        "entry",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("ix", big(), autoincrement=False, nullable=False),
        sa.Column("recorded", big(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "ix"),
        sqlite_with_rowid=False,
    )
    op.create_index("entry_digest", "entry", ["log", "digest"], unique=True)
    op.create_table(
        "statement",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("ix", big(), autoincrement=False, nullable=False),
        sa.Column("fact_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("kid", big(), nullable=False),
        sa.Column("by", big(), nullable=False),
        sa.Column("actor", big(), nullable=False),
        sa.Column("seq", big(), nullable=True),
        sa.Column("place", big(), nullable=False),
        sa.Column("ended", big(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "ix"),
        sqlite_with_rowid=False,
    )
    op.create_index("statement_fact", "statement", ["log", "fact_id"], unique=True)
    op.create_index(
        "statement_seq",
        "statement",
        ["log", "kid", "seq"],
        unique=True,
        sqlite_where=sa.text("seq IS NOT NULL"),
        postgresql_where=sa.text("seq IS NOT NULL"),
    )
    op.create_table(
        "node",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("level", small(), autoincrement=False, nullable=False),
        sa.Column("number", big(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "level", "number"),
        sqlite_with_rowid=False,
    )


def _meaning() -> None:
    """What the facts mean; a replay makes it again."""
    op.create_table(
        "name",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("n", big(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log", "n"),
        sqlite_with_rowid=False,
    )
    op.create_index("name_text", "name", ["log", "text"], unique=True)
    op.create_table(
        "move",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("ix", big(), autoincrement=False, nullable=False),
        sa.Column("slot", small(), autoincrement=False, nullable=False),
        sa.Column("kind", small(), nullable=False),
        sa.Column("a", big(), nullable=False),
        sa.Column("b", big(), nullable=False),
        sa.Column("c", sa.Text(), nullable=False),
        sa.Column("amount", big(), nullable=False),
        sa.Column("gone", big(), nullable=True),
        sa.PrimaryKeyConstraint("log", "ix", "slot"),
        sqlite_with_rowid=False,
    )
    op.create_index("move_account", "move", ["log", "kind", "a"])
    op.create_index(
        "move_transit",
        "move",
        ["log", "b"],
        sqlite_where=sa.text("kind IN (3, 4)"),
        postgresql_where=sa.text("kind IN (3, 4)"),
    )
    op.create_table(
        "mark",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("ix", big(), autoincrement=False, nullable=False),
        sa.Column("slot", small(), autoincrement=False, nullable=False),
        sa.Column("subject", big(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effective", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("gone", big(), nullable=True),
        sa.PrimaryKeyConstraint("log", "ix", "slot"),
        sqlite_with_rowid=False,
    )
    op.create_index("mark_subject", "mark", ["log", "subject"])
    op.create_table(
        "edge",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("output", big(), autoincrement=False, nullable=False),
        sa.Column("input", big(), autoincrement=False, nullable=False),
        sa.Column("ix", big(), autoincrement=False, nullable=False),
        sa.Column("grams", big(), nullable=False),
        sa.Column("gone", big(), nullable=True),
        sa.PrimaryKeyConstraint("log", "output", "input", "ix"),
        sqlite_with_rowid=False,
    )
    op.create_index("edge_fact", "edge", ["log", "ix"])
    op.create_index("edge_input", "edge", ["log", "input"])


def _summaries() -> None:
    """What is derived from that; a replay makes it again."""
    op.create_table(
        "balance",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("kind", small(), autoincrement=False, nullable=False),
        sa.Column("a", big(), autoincrement=False, nullable=False),
        sa.Column("b", big(), autoincrement=False, nullable=False),
        sa.Column("c", sa.Text(), nullable=False),
        sa.Column("amount", big(), nullable=False),
        sa.PrimaryKeyConstraint("log", "kind", "a", "b", "c"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lot",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("lot", big(), autoincrement=False, nullable=False),
        sa.Column("ix", big(), autoincrement=False, nullable=False),
        sa.Column("origin_set", big(), nullable=True),
        sa.Column("blocks", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("log", "lot", "ix"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "origin",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("origin_set", big(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("producer", big(), nullable=False),
        sa.Column("grown", big(), nullable=False),
        sa.Column("delivery", big(), nullable=False),
        sa.Column("grams", big(), nullable=False),
        sa.PrimaryKeyConstraint("log", "origin_set", "slot"),
        sqlite_with_rowid=False,
    )


def _beside() -> None:
    """What cannot be made again from the log."""
    op.create_table(
        "flag",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("ix", big(), autoincrement=False, nullable=False),
        sa.Column("slot", small(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log", "ix", "slot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pack",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "digest"),
    )
    op.create_table(
        "token",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("expires", big(), nullable=False),
        sa.Column("revoked", big(), nullable=True),
        sa.PrimaryKeyConstraint("log", "id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "document",
        sa.Column("log", small(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", big(), nullable=False),
        sa.Column("personal", small(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("log", "sha256"),
    )
