"""Audit bundles: how fast one is made, and how fast its own verify.py checks it with nothing but Python."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from zipfile import ZipFile

import orjson

from bench.figures import Number, seconds
from bench.scale import Scale
from bench.valley import Valley
from ledger.audit.bundles.make import make_bundle
from ledger.audit.bundles.scope import Scope, scope_of
from ledger.audit.bundles.source import BundleSource
from ledger.audit.bundles.standalone import verify as program
from ledger.keys import SigningKey

PERIOD = 10_000
"""Facts of the period that is bundled."""

DEMO = 12_333
"""Facts of the demo, whose whole bundle a stranger should have checked in a quarter of a minute."""


def measure(valley: Valley, scale: Scale) -> Iterator[Number]:
    """Signatures alone, on one core; a period bundled; a bundle the size of the demo unpacked and checked."""
    rounds = max(1, min(scale.rounds, 3))
    yield Number(
        "verify.py: signatures",
        median(_signatures(scale) for _ in range(rounds)),
        "signatures/s",
        target=1_500,
        bound="at least",
        note="pure Python, per second of processor time, a table for the key",
    )
    source = BundleSource(valley.ledger)
    last = source.size
    first = max(0, last - PERIOD)
    path = valley.folder / "period.zip"
    period = scope_of(f"{first}..{last - 1}", last, valley.ledger)
    took = [seconds(lambda: make_bundle(source, period, path)) for _ in range(rounds)]
    yield Number(
        "bundle of a period",
        median(took),
        "s",
        target=10,
        bound="at most",
        note=f"{period.after - period.first:,} facts, {path.stat().st_size:,} bytes",
    )
    yield _checked(valley, source, Scope("period", max(0, last - DEMO), last))


def _signatures(scale: Scale) -> float:
    """Signatures a second, tables already made, over messages as long as a statement."""
    key = SigningKey.from_seed(b"b" * 32)
    messages = [b"%850d" % number for number in range(max(50, scale.reads))]
    signed = [key.sign(message) for message in messages]
    program.ed25519(key.public, signed[0], messages[0], program.WIDE)
    # Processor time: what one core gives that nobody else is using.
    started = time.process_time()
    for message, signature in zip(messages, signed, strict=True):
        assert program.ed25519(key.public, signature, message, program.WIDE)
    return len(messages) / (time.process_time() - started)


def _checked(valley: Valley, source: BundleSource, scope: Scope) -> Number:
    path, folder = valley.folder / "checked.zip", valley.folder / "checked"
    make_bundle(source, scope, path)
    with ZipFile(path) as zipped:
        zipped.extractall(folder)
    started = time.perf_counter()
    found = _verify(folder)
    took = time.perf_counter() - started
    return Number(
        "verify.py: a bundle",
        took,
        "s",
        target=15,
        bound="at most",
        note=f"{found['signatures']:,} signatures, {path.stat().st_size:,} bytes, from start to end of the process",
    )


def _verify(folder: Path) -> dict[str, int]:
    command = [sys.executable, "-I", "-S", "verify.py", "--json"]
    run = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    said: dict[str, int] = orjson.loads(run.stdout)
    return said
