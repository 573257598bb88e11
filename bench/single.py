"""One fact per call by one caller, each answered after its own commit, beside bare SQLite's one row per commit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from statistics import median

from bench.figures import Number, paired, seconds
from bench.limits import BareSqlite
from bench.scale import Scale
from bench.valley import Valley


def measure(valley: Valley, weeks: Iterator[bytes], scale: Scale) -> Iterator[Number]:
    """Rounds of single facts, each beside as many bare commits."""
    bare = BareSqlite(valley.folder / "bare.db")
    rates, limits = [], []
    for _ in range(scale.rounds):
        submissions = list(islice(weeks, scale.singles))
        rates.append(len(submissions) / seconds(lambda said=submissions: _one_by_one(valley, said)))  # type: ignore[misc]
        limits.append(bare.rate(scale.singles))
    bare.close()
    yield Number(
        "one fact per call",
        median(rates),
        "facts/s",
        target=0.15,
        aim=0.3,
        bound="at least",
        of="ratio",
        limit=median(limits),
        limit_name="rows/s, bare SQLite, one per commit",
        ratio=paired(rates, limits),
    )


def _one_by_one(valley: Valley, submissions: list[bytes]) -> None:
    for each in submissions:
        outcome = valley.ledger.state(each)[0]
        assert outcome.status == "accepted", outcome
