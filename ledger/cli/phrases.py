"""What the command line itself says: written in English in the code, said in Spanish from es.po beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ledger.words import fill


def phrase(text: str, language: str, /, **values: str | int) -> str:
    """The text in the language, with its placeholders filled; what has no Spanish yet is said in English."""
    return fill(_spanish().get(text, text) if language == "es" else text, values)


@cache
def _spanish() -> Mapping[str, str]:
    from babel.messages.pofile import read_po

    with files("ledger.cli").joinpath("es.po").open("rb") as file:
        read = read_po(file, locale="es")
    return {str(each.id): str(each.string) for each in read if each.id and each.string}
