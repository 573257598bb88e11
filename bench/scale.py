"""How much is measured: in full, quickly, or just enough to see that a benchmark runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes of all benchmarks."""

    name: str
    facts: int
    """Facts of the ingest run."""
    round: int
    """Facts between two measurements of the limit."""
    log: int
    """Facts in the log that verify, proofs and traces are measured on."""
    tree: int
    """Leaves of the large tree."""
    rounds: int
    singles: int
    """Facts stated one by one in a round."""
    reads: int
    """Proofs or traces asked for in a round."""
    farmers: int
    requests: int
    """HTTP requests in a round."""
    clients: int


FULL = Scale("full", 200_000, 10_000, 100_000, 1_000_000, 5, 400, 200, 500, 4_000, 64)
QUICK = Scale("quick", 20_000, 2_000, 10_000, 200_000, 5, 200, 100, 500, 1_500, 64)
TINY = Scale("tiny", 200, 100, 200, 1_000, 1, 5, 5, 20, 64, 4)
SCALES = {scale.name: scale for scale in (FULL, QUICK, TINY)}
