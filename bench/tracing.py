"""Tracing a container that 500 farmers fed over five steps, each with an agreement and a certificate."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.coop import SACK_GRAMS, Grower
from bench.figures import Number, quantile
from bench.scale import Scale
from bench.valley import Valley

CENTRES = 10


def measure(valley: Valley, scale: Scale) -> Iterator[Number]:
    """Every trace is read anew from the database; nothing of the answer is kept between calls."""
    container = feed(valley, scale.farmers)
    facts = valley.ledger.head().size
    found = valley.ledger.trace(container)
    assert len(found.contributions) == scale.farmers
    assert sum(share.grams for share in found.contributions) == found.grams
    assert all(share.claims for share in found.contributions)
    times = []
    for _ in range(scale.reads):
        started = time.perf_counter()
        valley.ledger.trace(container)
        times.append(time.perf_counter() - started)
    yield Number(
        "trace of a container, p95",
        quantile(times, 0.95) * 1000,
        "ms",
        target=30,
        bound="at most",
        note=f"{scale.farmers} farmers, 5 steps, {facts:,} facts; median {quantile(times, 0.5) * 1000:.1f} ms",
    )


def feed(valley: Valley, farmers: int) -> str:
    """State the whole way of a container and return its lot."""
    known = len(valley.growers)
    valley.settle(farmers)
    growers = valley.growers[known:]
    _bind(valley, growers)
    lots = {valley.thing(): grower for grower in growers}
    valley.accept([valley.harvest(lot, grower) for lot, grower in lots.items()])
    # 1 pooled at ten centres, 2 brought together, 3 hulled, 4 sorted, 5 packed as a container
    names = list(lots)
    share = -(-len(names) // CENTRES)
    pools = {valley.thing(): names[first : first + share] for first in range(0, len(names), share)}
    grams = {pool: len(into) * SACK_GRAMS for pool, into in pools.items()}
    together, hulled, sorted_, container = (valley.thing() for _ in range(4))
    whole = sum(grams.values())
    hulling, green = valley.hulled(together, whole, hulled)
    valley.accept([valley.pooled(dict.fromkeys(into, SACK_GRAMS), pool) for pool, into in pools.items()])
    valley.accept(
        [
            valley.pooled(grams, together),
            hulling,
            valley.worked("sorting", {hulled: green}, {sorted_: ("green", "main", green)}),
            valley.packed(sorted_, {container: green}, "container"),
        ]
    )
    return container


def _bind(valley: Valley, growers: list[Grower]) -> None:
    """A conservation agreement and a certificate for all of them."""
    agreement, certificate = valley.thing(), valley.thing()
    valley.accept([valley.agreed(agreement), valley.certified(certificate, valley.exporter)])
    for grower in growers:
        valley.accept([valley.joined(agreement, grower), valley.listed(certificate, grower)])
