"""Which benchmarks there are, and in which order they share a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench import bundling, ingest, proofs, serving, single, tracing, verifying, witnessing
from bench.figures import Number
from bench.scale import Scale
from bench.valley import new_valley

BENCHMARKS: Final = ("ingest", "single", "verify", "proof", "trace", "http", "bundle", "witness")


def run(names: Sequence[str], scale: Scale, folder: Path) -> Iterator[Number]:
    """Measure what is named. Those that want a log of some size share one, filled without measuring."""
    if "ingest" in names:
        valley = new_valley(folder / "ingest")
        yield from ingest.measure(valley, valley.weeks(), scale)
        valley.ledger.close()
    if set(names) - {"ingest"}:
        yield from _on_one_log(names, scale, folder / "log")


def _on_one_log(names: Sequence[str], scale: Scale, folder: Path) -> Iterator[Number]:
    valley = new_valley(folder)
    weeks = valley.weeks()
    if "single" in names:
        yield from single.measure(valley, weeks, scale)
    if set(names) - {"ingest", "single"}:
        ingest.fill(valley, weeks, scale.log)
    if "trace" in names:
        yield from tracing.measure(valley, scale)
    if "proof" in names:
        yield from proofs.measure(valley, scale)
    if "verify" in names:
        yield from verifying.measure(valley, scale)
    if "http" in names:
        yield from serving.measure(valley, scale)
    if "bundle" in names:
        yield from bundling.measure(valley, scale)
    if "witness" in names:
        yield from witnessing.measure(valley, scale)
    valley.ledger.close()
