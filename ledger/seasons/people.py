"""Invented people and places: composed of syllables nobody bears, and marked as invented wherever they appear.

Nobody in a season lives. Districts are real, so that a page reads as it will; everything that happens there is not.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.seasons.dice import Dice

MARK = "(ejemplo)"
"""Stands in the name of every invented organisation."""

_GIVEN_HEAD = ("Quil", "Yaru", "Tami", "Wen", "Oru", "Sil", "Pacha", "Ilu", "Nay", "Chuy", "Amaru", "Riku")
_GIVEN_TAIL = ("nda", "mira", "sel", "tari", "wena", "lio", "quen", "dor", "nay", "suma")
_FAMILY_HEAD = ("Tis", "Arun", "Chal", "Mosq", "Huay", "Yupa", "Quir", "Sacha", "Lamp", "Ocar", "Wiru", "Pumar")
_FAMILY_TAIL = ("palo", "deza", "colma", "tirán", "yacu", "quimbo", "tonda", "rinco", "salén", "marca")


def person(dice: Dice, number: int) -> Mapping[str, object]:
    """The sealed value of a person: an invented name, an invented document number, and the word that says so."""
    given = dice.pick(_GIVEN_HEAD) + dice.pick(_GIVEN_TAIL)
    families = [dice.pick(_FAMILY_HEAD) + dice.pick(_FAMILY_TAIL) for _ in range(2)]
    return {"name": " ".join([given, *families]), "document": f"EJEMPLO-{number:06d}", "invented": True}


def organisation(name: str) -> str:
    """The public name of an invented organisation."""
    return f"{name} {MARK}"
