"""A bell between threads: whoever waits is woken when it rings, or when it has rung since they last looked."""

from __future__ import annotations

import threading


class Bell:
    """Rung by one thread, waited for by others; a ring is never missed and several may count as one."""

    def __init__(self) -> None:
        """Silent at first."""
        self._condition = threading.Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        """How often it has rung; look before the work, wait with it after."""
        return self._rings

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, seen: int, seconds: float) -> bool:
        """Wait until it has rung more than `seen` times, at most so long; says whether it has."""
        with self._condition:
            return self._condition.wait_for(lambda: self._rings > seen, seconds)
