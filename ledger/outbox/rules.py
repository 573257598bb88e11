"""What an operator lets webhooks do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Which ports may be called, whether this very machine may (for tests), and for how long a notice is tried."""

    ports: tuple[int, ...] = (443, 8443)
    allow_local: bool = False
    days: int = 3
