"""Every table, once, for SQLite and PostgreSQL; `log` comes first in every key, and ids are integers but in `name`.

Three tiers: `log`, `entry`, `statement`, `node` are the truth; `move`, `mark`, `edge` are what it means;
`balance`, `lot`, `origin` are summaries that `rebuild` can make again. `flag` keeps what judge said at
the time. A number in a column of ids is (index of the fact that first named the thing) x 4096 + slot.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, SmallInteger, Table, Text, text

metadata = MetaData()

_Big = BigInteger().with_variant(Integer, "sqlite")
_Small = SmallInteger().with_variant(Integer, "sqlite")

SLOT_BITS: Final = 12
"""A fact may bring at most 4,096 new names; its lists are limited to 2,500 items."""

SET_BITS: Final = 24
"""How many origin sets one fact may make, as a power of two."""

ACCOUNT_KINDS: Final = {
    "stock": 1,
    "title": 2,
    "transit": 3,
    "return": 4,
    "estimate": 5,
    "volume": 6,
    "loss": 7,
    "field": 8,
    "field-title": 9,
    "purchase": 10,
    "opening": 11,
    "pledge": 12,
    "contract": 13,
    "money": 14,
    "credit": 15,
}
ACCOUNT_NAMES: Final = {number: name for name, number in ACCOUNT_KINDS.items()}


def _key(name: str, kind: object = _Big) -> Column[int]:
    return Column(name, kind, primary_key=True, autoincrement=False)  # type: ignore[arg-type]


# ---------------------------------------------------------------- the truth

log = Table(
    "log",
    metadata,
    _key("log", _Small),
    Column("origin", Text, nullable=False, unique=True),
    Column("public_url", Text, nullable=False),
    Column("size", _Big, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("last_entry", LargeBinary, nullable=False),
    Column("last_recorded", _Big, nullable=False),
    sqlite_with_rowid=True,
)

entry = Table(
    "entry",
    metadata,
    _key("log", _Small),
    _key("ix"),
    Column("recorded", _Big, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Index("entry_digest", "log", "digest", unique=True),
    sqlite_with_rowid=False,
)

statement = Table(
    "statement",
    metadata,
    _key("log", _Small),
    _key("ix"),
    Column("fact_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("kid", _Big, nullable=False),
    Column("by", _Big, nullable=False),
    Column("actor", _Big, nullable=False),
    Column("seq", _Big),
    Column("place", _Big, nullable=False),
    Column("ended", _Big),
    Column("payload", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Index("statement_fact", "log", "fact_id", unique=True),
    Index(
        "statement_seq",
        "log",
        "kid",
        "seq",
        unique=True,
        sqlite_where=text("seq IS NOT NULL"),
        postgresql_where=text("seq IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

node = Table(
    "node",
    metadata,
    _key("log", _Small),
    _key("level", _Small),
    _key("number"),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# ---------------------------------------------------------------- what it means

name = Table(
    "name",
    metadata,
    _key("log", _Small),
    _key("n"),
    Column("text", Text, nullable=False),
    Index("name_text", "log", "text", unique=True),
    sqlite_with_rowid=False,
)

_TRANSIT = text("kind IN (3, 4)")

move = Table(
    "move",
    metadata,
    _key("log", _Small),
    _key("ix"),
    _key("slot", _Small),
    Column("kind", _Small, nullable=False),
    Column("a", _Big, nullable=False),
    Column("b", _Big, nullable=False),
    Column("c", Text, nullable=False),
    Column("amount", _Big, nullable=False),
    Column("gone", _Big),
    Index("move_account", "log", "kind", "a"),
    Index("move_transit", "log", "b", sqlite_where=_TRANSIT, postgresql_where=_TRANSIT),
    sqlite_with_rowid=False,
)

mark = Table(
    "mark",
    metadata,
    _key("log", _Small),
    _key("ix"),
    _key("slot", _Small),
    Column("subject", _Big, nullable=False),
    Column("kind", Text, nullable=False),
    Column("effective", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("gone", _Big),
    Index("mark_subject", "log", "subject"),
    sqlite_with_rowid=False,
)

edge = Table(
    "edge",
    metadata,
    _key("log", _Small),
    _key("output"),
    _key("input"),
    _key("ix"),
    Column("grams", _Big, nullable=False),
    Column("gone", _Big),
    Index("edge_input", "log", "input"),
    Index("edge_fact", "log", "ix"),
    sqlite_with_rowid=False,
)

# ---------------------------------------------------------------- summaries

balance = Table(
    "balance",
    metadata,
    _key("log", _Small),
    _key("kind", _Small),
    _key("a"),
    _key("b"),
    Column("c", Text, primary_key=True),
    Column("amount", _Big, nullable=False),
    sqlite_with_rowid=False,
)

lot = Table(
    "lot",
    metadata,
    _key("log", _Small),
    _key("lot"),
    _key("ix"),
    Column("origin_set", _Big),
    Column("blocks", Text),
    Column("facility", _Big, nullable=False, server_default="0"),
    Index("lot_facility", "log", "facility"),
    sqlite_with_rowid=False,
)

origin = Table(
    "origin",
    metadata,
    _key("log", _Small),
    _key("origin_set"),
    _key("slot", Integer),
    Column("producer", _Big, nullable=False),
    Column("grown", _Big, nullable=False),
    Column("delivery", _Big, nullable=False),
    Column("grams", _Big, nullable=False),
    sqlite_with_rowid=False,
)

# ---------------------------------------------------------------- what cannot be rebuilt from the log

flag = Table(
    "flag",
    metadata,
    _key("log", _Small),
    _key("ix"),
    _key("slot", _Small),
    Column("code", Text, nullable=False),
    Column("problem", Text, nullable=False),
    sqlite_with_rowid=False,
)

pack = Table(
    "pack",
    metadata,
    _key("log", _Small),
    Column("digest", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

token = Table(
    "token",
    metadata,
    _key("log", _Small),
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("party", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("expires", _Big, nullable=False),
    Column("revoked", _Big),
)

document = Table(
    "document",
    metadata,
    _key("log", _Small),
    Column("sha256", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("size", _Big, nullable=False),
    Column("personal", _Small, nullable=False),
    Column("wrapped_key", LargeBinary),
)

# ---------------------------------------------------------------- who has seen

cosignature = Table(
    "cosignature",
    metadata,
    _key("log", _Small),
    _key("size"),
    Column("witness", Text, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("seconds", _Big, nullable=False),
    Column("line", Text, nullable=False),
    Index("cosignature_witness", "log", "witness", "size"),
    sqlite_with_rowid=False,
)

# ---------------------------------------------------------------- who is told

subscription = Table(
    "subscription",
    metadata,
    _key("log", _Small),
    Column("id", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("types", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("created", _Big, nullable=False),
    Column("paused", _Big),
    Column("lease", Text, nullable=False),
    Column("leased_until", _Big, nullable=False),
    Index("subscription_party", "log", "party"),
    sqlite_with_rowid=False,
)

_WAITING = text("state = 0")

outbox = Table(
    "outbox",
    metadata,
    _key("log", _Small),
    _key("number"),
    Column("subscription", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("ix", _Big, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created", _Big, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try", _Big, nullable=False),
    Column("state", _Small, nullable=False),
    Column("finished", _Big),
    Column("status", Integer),
    Column("problem", Text),
    Index("outbox_subscription", "log", "subscription", "number"),
    Index("outbox_waiting", "log", "subscription", "number", sqlite_where=_WAITING, postgresql_where=_WAITING),
    sqlite_with_rowid=False,
)

# Counts the changes of `subscription`: the writer reads it with the head and looks there only when it moved.
listening = Table(
    "listening",
    metadata,
    _key("log", _Small),
    Column("version", _Big, nullable=False),
    sqlite_with_rowid=True,
)

REBUILT: Final = ("name", "move", "mark", "edge", "balance", "lot", "origin")
"""Tables that a replay of the statements makes again, row for row."""
