"""Inclusion proofs from the stored nodes: at the size of the log at hand, and how they grow."""

from __future__ import annotations

import math
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from bench.figures import Number, paired
from bench.scale import Scale
from bench.valley import DATABASE, Valley, new_valley
from ledger.book import LOG, Ledger
from ledger.log.merkle import new_nodes, verify_inclusion


def measure(valley: Valley, scale: Scale) -> Iterator[Number]:
    """The real log beside a tree ten times as large, in turn."""
    size = valley.ledger.head().size
    folder = valley.folder / "large"
    large = new_valley(folder)
    plant(folder / DATABASE, large.ledger, scale.tree)
    chance = random.Random(1)
    small_times, large_times = [], []
    for _ in range(scale.rounds):
        small_times.append(_typical(valley.ledger, size, scale.reads, chance))
        large_times.append(_typical(large.ledger, scale.tree, scale.reads, chance))
    large.ledger.close()
    allowed = math.log2(scale.tree) / math.log2(size)
    yield Number(
        "inclusion proof, p50",
        median(small_times) * 1000,
        "ms",
        target=0.2,
        bound="at most",
        note=f"through the front door, {size:,} entries",
    )
    yield Number(
        "inclusion proof, growth",
        median(large_times) * 1000,
        "ms",
        target=allowed,
        bound="at most",
        of="ratio",
        limit=median(small_times) * 1000,
        limit_name=f"ms at {size:,} entries",
        ratio=paired(large_times, small_times),
        note=f"at {scale.tree:,} leaves (nodes planted, no facts); log n grows by {allowed:.2f}",
    )


def _typical(ledger: Ledger, size: int, reads: int, chance: random.Random) -> float:
    times = []
    for index in [chance.randrange(size) for _ in range(reads)]:
        started = time.perf_counter()
        ledger.inclusion(index, size)
        times.append(time.perf_counter() - started)
    return median(times)


def plant(database: Path, ledger: Ledger, size: int) -> None:
    """Put a tree of so many invented leaves into the node table: there are no facts behind it.

    Only proofs can be asked of such a log. One of them is checked here, so that what is timed is right.
    """
    leaves = [index.to_bytes(32, "big") for index in range(size)]
    growth = new_nodes(0, leaves, _nothing)
    db = sqlite3.connect(database)
    with db:
        db.execute("DELETE FROM node")
        _insert(db, growth.nodes)
        db.execute("UPDATE log SET size = ?, root = ?", (size, growth.root))
    db.close()
    index = size // 3
    verify_inclusion(leaves[index], index, size, ledger.inclusion(index, size), growth.root)


def _insert(db: sqlite3.Connection, nodes: Sequence[tuple[int, int, bytes]]) -> None:
    db.executemany("INSERT INTO node (log, level, number, hash) VALUES (?, ?, ?, ?)", [(LOG, *node) for node in nodes])


def _nothing(level: int, number: int) -> bytes:
    raise LookupError(level, number)
