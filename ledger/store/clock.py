"""The system's clock; everything else is given the time."""

from __future__ import annotations

import time


def system_clock() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000  # noqa: TID251 - the one place that asks what time it is
