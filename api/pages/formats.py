"""How numbers, days and ids read on a page, in both languages.

Thousands stand apart by a narrow space and decimals after a point, as in Peru: `18 975 kg` and `225.15 kg` mean the
same to a reader of Spanish and of English (ISO 80000-1 allows both signs for decimals).
"""

from __future__ import annotations

from datetime import date, timedelta, timezone
from decimal import Decimal
from typing import Final

from babel.dates import format_date, get_month_names

from ledger.values import instant
from ledger.words import Language

_LOCALES: Final = {"es": "es_PE", "en": "en_GB"}
_NARROW_SPACE: Final = "\u202f"
_WIDE: Final = {"es": {"piece": ("pieza", "piezas")}, "en": {"piece": ("piece", "pieces")}}
_PERU: Final = timezone(timedelta(hours=-5))
_PERU_TIME: Final = {"es": "hora del Perú", "en": "Peru time"}
_THOUSANDTHS: Final = {"g": "kg", "ml": "L"}


def number(value: int | Decimal) -> str:
    """A number with its thousands apart."""
    return f"{value:,}".replace(",", _NARROW_SPACE)


def percent(permille: int) -> str:
    """Thousandths as a percentage with at most one decimal: 755 is 75.5, 750 is 75."""
    whole, tenth = divmod(permille, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def amount(value: int, unit: str, language: Language) -> str:
    """Whole grams, millilitres or pieces as kilograms, litres or pieces, exact to the gram."""
    if unit in _THOUSANDTHS:
        kilograms = Decimal(value) / 1000
        whole = kilograms == kilograms.to_integral_value()
        shown = number(int(kilograms)) if whole else number(kilograms.normalize() + 0)
        return f"{shown}\u00a0{_THOUSANDTHS[unit]}"
    names = _WIDE[language].get(unit, (unit, unit))
    return f"{number(value)}\u00a0{names[0] if value == 1 else names[1]}"


def day(text: str, language: Language) -> str:
    """`2026-06-02` as 2 June 2026 or 2 de junio de 2026."""
    return format_date(date.fromisoformat(text[:10]), "long", locale=_LOCALES[language]) if text else ""


def days(first: str, last: str, language: Language) -> str:
    """A span of days, its common month and year said once: 20 May – 2 June 2026."""
    if not first or not last or first[:10] == last[:10]:
        return day(first or last, language)
    start, end = date.fromisoformat(first[:10]), date.fromisoformat(last[:10])
    if start.year != end.year:
        return f"{day(first, language)} – {day(last, language)}"
    if start.month == end.month:
        return f"{start.day}–{day(last, language)}"
    month = get_month_names("wide", locale=_LOCALES[language])[start.month]
    return f"{start.day}{' de ' if language == 'es' else ' '}{month} – {day(last, language)}"


def moment(text: str, language: Language) -> str:
    """A moment in UTC, to the minute."""
    at = instant(text)
    return f"{format_date(at.date(), 'long', locale=_LOCALES[language])}, {at:%H:%M} UTC"


def moment_here(text: str, language: Language) -> str:
    """A moment by the clock in the room of whoever delivered, in Peru: 4 August 2026, 16:31 (Peru time).

    Peru keeps UTC-5 all year. In UTC an afternoon's delivery would carry an hour nobody remembers, or the next day.
    """
    at = instant(text).astimezone(_PERU)
    return f"{format_date(at.date(), 'long', locale=_LOCALES[language])}, {at:%H:%M} ({_PERU_TIME[language]})"


def fours(text: str) -> str:
    """An id in groups of four, as people read it out: 9D3W 0XKZ 5T7M 2QAB."""
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def plain(code: str) -> str:
    """A code nobody has words for, as a person would write it: `shade-grown` is Shade grown."""
    text = code.replace("-", " ")
    return text[:1].upper() + text[1:]
