"""The clock of a season: it stands where the story stands, so that the same seed gives the same log."""

from __future__ import annotations

from datetime import datetime


class SeasonClock:
    """Tells the ledger the moment the story has reached, in milliseconds since 1970; it only ever moves forward."""

    def __init__(self, start: datetime) -> None:
        """Begin at a moment."""
        self._milliseconds = _milliseconds(start)

    def __call__(self) -> int:
        """The moment reached."""
        return self._milliseconds

    def move_to(self, moment: datetime) -> None:
        """Move forward to a moment; one that lies behind changes nothing."""
        self._milliseconds = max(self._milliseconds, _milliseconds(moment))


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp()) * 1000
