"""In-process ingest: batches of a hundred signed facts, every rule and hash on, each commit durable."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from statistics import median

from bench.figures import Number, paired
from bench.limits import cryptography_rate
from bench.scale import Scale
from bench.valley import DATABASE, Valley
from ledger.book import Ledger, Prepared
from ledger.queries import Outcome

BATCH = 100
AHEAD = 6
"""Batches a bulk caller keeps in hand: being prepared, queued or written."""


def pour(ledger: Ledger, submissions: Sequence[bytes], pool: ThreadPoolExecutor) -> float:
    """State submissions as a bulk caller would and return the seconds it took, the last answer included.

    Two threads parse and check signatures (libsodium works without the interpreter lock) while the
    writer appends; the order is kept.
    """
    started = time.perf_counter()
    preparing: deque[Future[list[Prepared]]] = deque()
    writing: deque[Future[list[Outcome]]] = deque()
    batches = iter([submissions[first : first + BATCH] for first in range(0, len(submissions), BATCH)])
    for batch in islice(batches, AHEAD):
        preparing.append(pool.submit(_prepared, ledger, batch))
    while preparing:
        writing.append(ledger.offer(preparing.popleft().result(), bulk=True))
        for batch in islice(batches, 1):
            preparing.append(pool.submit(_prepared, ledger, batch))
        if len(writing) >= AHEAD:
            _accepted(writing.popleft())
    while writing:
        _accepted(writing.popleft())
    return time.perf_counter() - started


def _prepared(ledger: Ledger, batch: Sequence[bytes]) -> list[Prepared]:
    return [ledger.prepare(each) for each in batch]


def _accepted(answer: Future[list[Outcome]]) -> None:
    refused = [outcome for outcome in answer.result() if outcome.status != "accepted"]
    assert not refused, refused[0]


def fill(valley: Valley, weeks: Iterator[bytes], facts: int) -> None:
    """Let a log grow to so many facts, without measuring."""
    with ThreadPoolExecutor(2) as pool:
        while (missing := facts - valley.ledger.head().size) > 0:
            pour(valley.ledger, list(islice(weeks, min(missing, 2_000))), pool)


def measure(valley: Valley, weeks: Iterator[bytes], scale: Scale) -> Iterator[Number]:
    """From an empty log on; the limit is measured after each round."""
    rates, limits = [], []
    spent, facts = 0.0, 0
    before = _bytes(valley.folder)
    with ThreadPoolExecutor(2) as pool:
        while facts < scale.facts:
            submissions = list(islice(weeks, min(scale.round, scale.facts - facts)))
            took = pour(valley.ledger, submissions, pool)
            spent, facts = spent + took, facts + len(submissions)
            rates.append(len(submissions) / took)
            limits.append(cryptography_rate())
    yield Number(
        "ingest, batches of 100",
        facts / spent,
        "facts/s",
        target=0.3,
        aim=0.6,
        bound="at least",
        of="ratio",
        limit=median(limits),
        limit_name="Ed25519 checks/s, cryptography, one core",
        ratio=paired(rates, limits),
        note=f"mean from 0 to {facts:,} facts; last round {rates[-1] / rates[0]:.2f} of the first",
    )
    yield Number("database per fact", (_bytes(valley.folder) - before) / facts, "bytes", target=3_000, bound="at most")


def _bytes(folder: Path) -> int:
    # With the write-ahead log: what lies on the disk, not what a checkpoint would leave. The vault is apart.
    return sum((folder / name).stat().st_size for name in (DATABASE, f"{DATABASE}-wal"))
