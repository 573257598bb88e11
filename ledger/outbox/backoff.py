"""When a notice is tried again."""

from __future__ import annotations

from typing import Final

FIRST_SECONDS: Final = 10
LONGEST_SECONDS: Final = 6 * 3600


def pause_milliseconds(attempts: int, jitter: float) -> int:
    """How long to wait after so many attempts: doubling from ten seconds to six hours, less up to half of it.

    `jitter` in [0, 1) comes from outside: receivers that failed together are not all called together again.
    """
    whole = min(FIRST_SECONDS * 2 ** min(attempts - 1, 20), LONGEST_SECONDS)
    return int(whole * 1000 * (1 - jitter / 2))
