"""The one place that reads the machine's clock, and the day it makes in Peru."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Final

LIMA: Final = timezone(timedelta(hours=-5))
"""Peru has kept one offset all year since 1994: no time-zone data is needed to know its day."""


def system_clock() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000  # noqa: TID251 - the one place that asks what time it is


def today(clock: Callable[[], int]) -> str:
    """The day it is in Lima."""
    return datetime.fromtimestamp(clock() / 1000, LIMA).date().isoformat()
