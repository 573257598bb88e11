"""Tracing a container that 500 farmers fed over five steps, each with an agreement and a certificate."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.figures import Number, quantile
from bench.scale import Scale
from bench.valley import SACK_GRAMS, Valley

CENTRES = 10


def measure(valley: Valley, scale: Scale) -> Iterator[Number]:
    """Every trace is read anew from the database; nothing of the answer is kept between calls."""
    container = feed(valley, scale.farmers)
    facts = valley.ledger.head().size
    found = valley.ledger.trace(container)
    assert len(found.contributions) == scale.farmers
    assert sum(share.grams for share in found.contributions) == found.grams
    assert all(share.links for share in found.contributions)
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
    _bind(valley, [grower.producer for grower in growers])
    lots = {valley.thing(): grower for grower in growers}
    valley.accept([valley.harvest(lot, grower) for lot, grower in lots.items()])
    # 1 pooled at ten centres, 2 brought together, 3 hulled, 4 sorted, 5 packed as a container
    names = list(lots)
    share = -(-len(names) // CENTRES)
    pools = {valley.thing(): names[first : first + share] for first in range(0, len(names), share)}
    grams = {pool: len(into) * SACK_GRAMS for pool, into in pools.items()}
    together, hulled, husk, sorted_, container = (valley.thing() for _ in range(5))
    whole = sum(grams.values())
    green = whole * 78 // 100
    valley.accept(
        [
            valley.worked("pooling", dict.fromkeys(into, SACK_GRAMS), {pool: ("dry-parchment", "main", grams[pool])})
            for pool, into in pools.items()
        ]
    )
    valley.accept(
        [
            valley.worked("pooling", grams, {together: ("dry-parchment", "main", whole)}),
            valley.worked(
                "hulling",
                {together: whole},
                {hulled: ("green", "main", green), husk: ("husk", "by-product", whole * 20 // 100)},
                whole - green - whole * 20 // 100,
            ),
            valley.worked("sorting", {hulled: green}, {sorted_: ("green", "main", green)}),
            valley.packed(sorted_, green, {container: green}, "container"),
        ]
    )
    return container


def _bind(valley: Valley, producers: list[str]) -> None:
    """A conservation agreement and a certificate for all of them."""
    agreement, certificate = valley.thing(), valley.thing()
    signed = {
        "agreement": agreement,
        "framework": "forest-conservation",
        "level": "cooperative",
        "code": "AC-2026-001",
        "institutions": [{"party": valley.coop, "role": "cooperative"}],
        "commitments": [{"code": "no-felling", "kind": "prohibit", "critical": True}],
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
    }
    recorded = {
        "certificate": certificate,
        "scheme": "organic",
        "scheme_version": "2024",
        "number": "PE-BIO-001",
        "holder": valley.coop,
        "body": valley.exporter,
        "products": [{"commodity": "coffee"}],
        "models": ["segregated"],
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
    }
    valley.accept([valley.said("agreement.signed", signed), valley.said("certificate.recorded", recorded)])
    for producer in producers:
        joined = {"agreement": agreement, "signatory": producer, "joined_on": "2026-02-01"}
        listed = {
            "certificate": certificate,
            "producer": producer,
            "season": "2026",
            "status": "listed",
            "effective_from": "2026-02-01",
        }
        valley.accept([valley.said("agreement.joined", joined), valley.said("member.status-set", listed)])
