"""How long personal data must be kept: periods as data, each with its source and date."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from ledger.errors import FormatError, Problem

_START: Final = ("last-fact", "year-after")
_KEYS: Final = frozenset({"code", "names", "years", "counted_from", "source", "dated", "verified"})


@dataclass(frozen=True, slots=True)
class RetentionPeriod:
    """One law's period: so many years, from the last fact or from 1 January after it."""

    code: str
    names: Mapping[str, str]
    years: int
    counted_from: Literal["last-fact", "year-after"]
    source: str
    dated: str
    verified: bool

    def ends_on(self, last_fact: str) -> str:
        """The first day on which nothing has to be kept any more, for a last fact on a day (YYYY-MM-DD)."""
        day = date.fromisoformat(last_fact)
        if self.counted_from == "year-after":
            return date(day.year + 1 + self.years, 1, 1).isoformat()
        try:
            return day.replace(year=day.year + self.years).isoformat()
        except ValueError:
            # 29 February in a year that has none: the day after the 28th.
            return (date(day.year + self.years, 2, 28) + timedelta(days=1)).isoformat()


def parse_retention(data: bytes) -> tuple[RetentionPeriod, ...]:
    """Read periods strictly; raises FormatError naming the period without a source, a date or a number of years."""
    try:
        loaded = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise FormatError(Problem("retention-malformed")) from None
    found = loaded.get("period")
    if loaded.keys() != {"period"} or not isinstance(found, list) or not found:
        raise FormatError(Problem("retention-malformed", "/period"))
    return tuple(_period(each, f"/period/{place}") for place, each in enumerate(found))


def _period(said: object, where: str) -> RetentionPeriod:
    if not isinstance(said, Mapping) or said.keys() != _KEYS:
        missing = sorted(_KEYS - said.keys()) if isinstance(said, Mapping) else []
        raise FormatError(Problem("retention-malformed", where, expected=", ".join(missing) or None))
    wrong = [
        name
        for name, good in (
            ("years", type(said["years"]) is int and 1 <= said["years"] <= 100),
            ("counted_from", said["counted_from"] in _START),
            ("source", isinstance(said["source"], str) and said["source"].strip()),
            ("dated", _is_day(said["dated"])),
            ("verified", isinstance(said["verified"], bool)),
            ("names", isinstance(said["names"], Mapping) and {"es", "en"} <= said["names"].keys()),
        )
        if not good
    ]
    if wrong:
        raise FormatError(Problem("retention-malformed", f"{where}/{wrong[0]}"))
    return RetentionPeriod(
        str(said["code"]),
        said["names"],
        said["years"],
        said["counted_from"],
        said["source"],
        said["dated"],
        said["verified"],
    )


def _is_day(text: object) -> bool:
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@cache
def retention_periods() -> tuple[RetentionPeriod, ...]:
    """The periods of this program's rules."""
    return parse_retention(files(__package__).joinpath("retention.toml").read_bytes())


def retention_ends(last_fact: str) -> tuple[str, RetentionPeriod]:
    """(first free day, the period that decides) for somebody whose grams moved last on a day."""
    longest = max(retention_periods(), key=lambda period: (period.ends_on(last_fact), period.code))
    return longest.ends_on(last_fact), longest
