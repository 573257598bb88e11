"""What it costs to write where a million facts are stored already, on a copy of the season."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import median

from bench import single
from bench.cluster import new_database
from bench.figures import Number, paired
from bench.ingest import pour
from bench.limits import cryptography_rate
from bench.scale import Scale
from bench.season import Season
from bench.valley import Valley
from ledger.book import Ledger

FIRST_INGEST, FIRST_SINGLE = 0.16, 0.10
"""The ratios this program reached before claims were judged (docs/performance.md); they must hold within 20 %."""

_WITHIN = 0.8
_ROUNDS = 5


def measure(season: Season, scale: Scale, folder: Path, server: str | None) -> Iterator[Number]:
    """Bulk and single facts of a co-operative that is new to the season; the season itself stays as it is."""
    with _copy(season, folder, server) as ledger:
        size = ledger.head().size
        valley = Valley(ledger, folder, seed=99)
        weeks = valley.weeks()
        on = f"{size:,} facts stored, {season.dialect}"
        yield _ingest(ledger, weeks, min(scale.round, 4_000), on)
        for number in single.measure(valley, weeks, scale):
            yield replace(number, name="one fact per call, large log", target=_WITHIN * FIRST_SINGLE, aim=None, note=on)


def _ingest(ledger: Ledger, weeks: Iterator[bytes], facts: int, on: str) -> Number:
    rates, limits = [], []
    with ThreadPoolExecutor(2) as pool:
        for _ in range(_ROUNDS):
            submissions = list(islice(weeks, facts))
            rates.append(facts / pour(ledger, submissions, pool))
            limits.append(cryptography_rate())
    return Number(
        "ingest, batches of 100, large log",
        median(rates),
        "facts/s",
        target=_WITHIN * FIRST_INGEST,
        bound="at least",
        of="ratio",
        limit=median(limits),
        limit_name="Ed25519 checks/s, cryptography, one core",
        ratio=paired(rates, limits),
        note=on,
    )


def _copy(season: Season, folder: Path, server: str | None) -> Ledger:
    source = Path(season.state_dir or Path(season.database).parent)
    shutil.copytree(source, folder)
    if server is None:
        return Ledger.open(str(folder / Path(season.database).name))
    name = season.database.partition("?")[0].rpartition("/")[2]
    return Ledger.open(new_database(server, f"{name}_copy", like=name), state_dir=folder)
