"""What SQLite's planner is told about our keys, because it cannot find out: a log begins empty.

Without statistics SQLite takes `log = ?` to leave ten rows. Since every key begins with the log, a walk of the
whole table then looks as cheap as the right index (a container's trace took 700 ms at 20,000 facts, and every
batch read all marks). `ANALYZE` would learn it on a grown log only; the shape of the tables is known beforehand.
PostgreSQL gathers its own as the tables grow.
"""

from __future__ import annotations

from typing import Final

from ledger.store.connection import Connection

# Per index: rows of the table, then how many of them share the first column, the first two, and so on
# (https://www.sqlite.org/fileformat2.html#stat1tab). An index named as its table is the primary key.
_ROWS: Final = (
    ("entry", "entry", "1000000 1000000 1"),
    ("entry", "entry_digest", "1000000 1000000 1"),
    ("statement", "statement", "1000000 1000000 1"),
    ("statement", "statement_fact", "1000000 1000000 1"),
    ("statement", "statement_seq", "1000000 1000000 100000 1"),
    ("node", "node", "2000000 2000000 100000 1"),
    ("name", "name", "3000000 3000000 1"),
    ("name", "name_text", "3000000 3000000 1"),
    ("move", "move", "4000000 4000000 4 1"),
    ("move", "move_account", "4000000 4000000 400000 2"),
    ("move", "move_transit", "40000 40000 2"),
    ("mark", "mark", "1000000 1000000 2 1"),
    ("mark", "mark_subject", "1000000 1000000 4"),
    ("edge", "edge", "1000000 1000000 20 1 1"),
    ("edge", "edge_input", "1000000 1000000 2"),
    ("edge", "edge_fact", "1000000 1000000 20"),
    ("balance", "balance", "3000000 3000000 500000 2 1 1"),
    ("lot", "lot", "1000000 1000000 2 1"),
    ("lot", "lot_facility", "1000000 1000000 20000"),
    ("origin", "origin", "5000000 5000000 10 1"),
    ("flag", "flag", "100000 100000 2 1"),
    ("cosignature", "cosignature", "100000 100000 3 1"),
    ("cosignature", "cosignature_witness", "100000 100000 30000 1"),
    ("subscription", "subscription", "1000 1000 1"),
    ("subscription", "subscription_party", "1000 1000 5"),
    ("outbox", "outbox", "1000000 1000000 1"),
    ("outbox", "outbox_subscription", "1000000 1000000 10000 1"),
    ("outbox", "outbox_waiting", "1000 1000 50 1"),
)


def describe(db: Connection) -> None:
    """Write the statistics inside this transaction; connections read them with the tables."""
    if db.dialect != "sqlite":
        return
    # The first makes the table of statistics, the second reads what was put in.
    db.run("ANALYZE sqlite_master")
    db.run("DELETE FROM sqlite_stat1")
    db.many("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", _ROWS)
    db.run("ANALYZE sqlite_master")
