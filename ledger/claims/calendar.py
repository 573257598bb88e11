"""Days as text: the next one, and so many months later; a day is `YYYY-MM-DD` and "" stands for no day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache


@lru_cache(maxsize=4096)
def days_later(day: str, days: int = 1) -> str:
    """The day so many days later; the last day there is stays where it is."""
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except OverflowError:
        return date.max.isoformat()


@lru_cache(maxsize=4096)
def months_later(day: str, months: int) -> str:
    """The same day of the month so many months later, or that month's last day where it is shorter."""
    begin = date.fromisoformat(day)
    month = begin.year * 12 + begin.month - 1 + months
    year, month = divmod(month, 12)
    if year > date.max.year:
        return date.max.isoformat()
    return date(year, month + 1, min(begin.day, monthrange(year, month + 1)[1])).isoformat()
