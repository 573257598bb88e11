"""From the evidence a monitor kept to the finding that carries it into a log."""

from __future__ import annotations

from typing import Any

from ledger.log.fork import Fork


def finding_of(fork: Fork, finding: str) -> dict[str, Any]:
    """The body of `finding.recorded` for a fork, under the id of a new finding; verified by whoever states it."""
    shown: dict[str, Any] = {
        "first": fork.smaller.format().decode(),
        "second": fork.larger.format().decode(),
    }
    if fork.root:
        shown |= {"root": fork.root.hex(), "proof": [each.hex() for each in fork.proof]}
    return {"finding": finding, "kind": "log-fork", "severity": "critical", "contradiction": shown}
