"""Claims and blast radius on a large season: small lots, containers of 500 farmers, a certificate over 10,000 lots."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from bench.figures import Number, quantile
from bench.season import Season
from ledger.book import Ledger

_ABSENT = "not there yet"
SHOWN = 200
"""Lots that a blast radius names before the rest is asked for."""


def measure(season: Season, reads: int) -> Iterator[Number]:
    """Different lots in turn, so that what was read for one is of use to the next only as far as they share it."""
    marks = season.landmarks
    with season.open() as ledger:
        on = f"{ledger.head().size:,} facts on {season.dialect}"
        yield from _claims(ledger, "claims of a lot of 20 deliveries", marks.small_lots[:reads], 5, on)
        yield from _claims(ledger, "claims of a container", marks.containers[:reads], 25, on)
        yield from _blast(ledger, marks.certificates[0], max(5, reads // 10), on)


def _claims(ledger: Ledger, name: str, lots: Sequence[str], limit: float, on: str) -> Iterator[Number]:
    asked = getattr(ledger, "claims", None)
    if asked is None:
        yield _absent(f"{name}, p95", limit)
        return
    first, again = _times(asked, lots), _times(asked, lots)
    farmers = len({share.producer for share in ledger.trace(lots[-1]).contributions})
    about = f"{on}; {len(lots)} lots, the last with {farmers} farmers"
    yield _number(f"{name}, p95", first, limit, f"{about}; each asked for the first time")
    yield _number(f"{name}, asked again", again, limit, about)


def _blast(ledger: Ledger, certificate: str, reads: int, on: str) -> Iterator[Number]:
    asked = getattr(ledger, "blast_radius", None)
    name = "blast radius of a certificate, p95"
    if asked is None:
        yield _absent(name, 300)
        return
    times = _times(lambda subject: asked(subject, limit=SHOWN), [certificate] * reads)
    yield _number(name, times, 300, f"{on}; totals and the first {SHOWN} lots")


def _times(work: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    times = []
    for each in asked:
        started = time.perf_counter()
        work(each)
        times.append(time.perf_counter() - started)
    return times


def _number(name: str, times: Sequence[float], limit: float, note: str) -> Number:
    return Number(
        name,
        quantile(times, 0.95) * 1000,
        "ms",
        target=limit,
        bound="at most",
        note=f"{note}; median {median(times) * 1000:.2f} ms",
    )


def _absent(name: str, limit: float) -> Number:
    return Number(name, math.nan, "ms", target=limit, bound="at most", note=_ABSENT)
