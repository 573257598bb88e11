"""Claims and blast radius on a large season: small lots, containers of 500 farmers, a certificate over 10,000 lots."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from bench.figures import Number, quantile
from bench.season import Season
from ledger.book import Ledger

SHOWN = 200
"""Lots that a blast radius names before the rest is asked for."""


def measure(season: Season, reads: int) -> Iterator[Number]:
    """Different lots in turn, so that what was read for one is of use to the next only as far as they share it.

    Whatever is asked for the first time is told apart from what is asked again: a server has most of it at hand.
    """
    marks = season.landmarks
    with season.open() as ledger:
        on = f"{ledger.head().size:,} facts on {season.dialect}"
        yield from _claims(ledger, "claims of a lot of 20 deliveries", marks.small_lots[:reads], 5, on)
        yield from _claims(ledger, "claims of a container", marks.containers[:reads], 25, on)
    yield from _blast(season, marks.certificates[0], max(5, reads // 10), on)


def _claims(ledger: Ledger, name: str, lots: Sequence[str], limit: float, on: str) -> Iterator[Number]:
    first, again = _times(ledger.claims, lots), _times(ledger.claims, lots)
    farmers = len({share.producer for share in ledger.trace(lots[-1]).contributions})
    about = f"{on}; {len(lots)} lots, the last with {farmers} farmers"
    yield _number(f"{name}, p95", first, limit, f"{about}; each asked for the first time")
    yield _number(f"{name}, asked again", again, limit, about)


def _blast(season: Season, certificate: str, reads: int, on: str) -> Iterator[Number]:
    """The first of a newly opened ledger reads everything; the others find people, land and papers at hand."""
    first: list[float] = []
    for _ in range(min(5, reads)):
        with season.open() as ledger:
            first += _times(lambda subject: ledger.blast_radius(subject, limit=SHOWN), [certificate])
    with season.open() as ledger:
        lots = ledger.blast_radius(certificate, limit=SHOWN).lots
        again = _times(lambda subject: ledger.blast_radius(subject, limit=SHOWN), [certificate] * reads)
        streamed = _streamed(ledger, certificate)
    about = f"{on}; totals over {lots:,} lots and the first {SHOWN}"
    yield _number("blast radius of a certificate, p95", again, 300, about)
    yield _number("blast radius, asked for the first time", first, 300, about)
    yield Number(
        "blast radius, every lot streamed",
        lots / streamed,
        "lots/s",
        target=1_000,
        bound="at least",
        note=f"{on}; {lots:,} lots, each with its claims",
    )


def _streamed(ledger: Ledger, certificate: str) -> float:
    started = time.perf_counter()
    for _ in ledger.affected(certificate):
        pass
    return time.perf_counter() - started


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
