"""Verifying the whole log: signatures and hashes, the strict re-parse on top, hashes alone, one core and two."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from statistics import median
from unittest import mock

from bench.figures import Number, paired
from bench.limits import libsodium_rate
from bench.scale import Scale
from bench.valley import Valley
from ledger import keys
from ledger.queries import Verification


def measure(valley: Valley, scale: Scale) -> Iterator[Number]:
    """The four ways in turn, round after round, each beside libsodium's own rate."""
    ledger = valley.ledger
    ways: dict[str, Callable[[], Verification]] = {
        "lean": lambda: ledger.verify(workers=1, strict=False),
        "strict": lambda: ledger.verify(workers=1),
        "hashes": lambda: _without_signatures(valley),
        "two": lambda: ledger.verify(workers=2),
    }
    rates: dict[str, list[float]] = {way: [] for way in ways}
    limits: list[float] = []
    for _ in range(min(scale.rounds, 5)):
        for way, verify in ways.items():
            found = verify()
            rates[way].append(found.size / found.seconds)
        limits.append(libsodium_rate())
    size = ledger.head().size
    for way, name, target in (("lean", "verify: signatures and hashes", 0.8), ("strict", "verify: the default", 0.6)):
        yield Number(
            name,
            median(rates[way]),
            "facts/s",
            target=target,
            bound="at least",
            of="ratio",
            limit=median(limits),
            limit_name="Ed25519 checks/s, libsodium, one core",
            ratio=paired(rates[way], limits),
            note="every statement parsed again strictly" if way == "strict" else "",
        )
    yield Number(
        "verify: hashes alone",
        median(rates["hashes"]),
        "facts/s",
        target=100_000,
        bound="at least",
        note="statement, entry, leaf and nodes; one core, rows read from the database",
    )
    yield Number(
        "verify: two cores",
        median(rates["two"]),
        "facts/s",
        target=1.7,
        bound="at least",
        of="ratio",
        limit=median(rates["strict"]),
        limit_name="facts/s on one core",
        ratio=paired(rates["two"], rates["strict"]),
        note=f"{size:,} facts, {os.cpu_count()} cores",
    )


def _without_signatures(valley: Valley) -> Verification:
    # A function of ours, not a Mock: a Mock's own call takes longer than the hashes.
    with mock.patch.object(keys, "verify", _unchecked):
        return valley.ledger.verify(workers=1, strict=False)


def _unchecked(public: bytes, signature: bytes, data: bytes) -> None:
    del public, signature, data
