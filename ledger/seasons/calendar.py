"""Days and hours of the seasons: fixed in 2026, written with the offset of whoever signs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

PERU = timezone(timedelta(hours=-5))
EUROPE_SUMMER = timezone(timedelta(hours=2))
YEAR = 2026


def day(month: int, of_month: int) -> date:
    """A day of the year in which all seasons happen."""
    return date(YEAR, month, of_month)


def at(when: date, hour: int, minute: int = 0, *, zone: timezone = PERU) -> datetime:
    """A moment of a day; minutes beyond 59 run on into the next hours."""
    return datetime(when.year, when.month, when.day, hour, tzinfo=zone) + timedelta(minutes=minute)


def later(when: date, days: int) -> date:
    """So many days later."""
    return when + timedelta(days=days)


def in_utc(moment: datetime) -> datetime:
    """The same moment as the log writes it."""
    return moment.astimezone(UTC)
