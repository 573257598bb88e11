"""What the seasons say while they run: written in English in the code, said in Spanish from es.po beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from ledger.words import fill

Say = Callable[[str], None]


class Voice:
    """Says phrases in one language, line by line, through whatever prints them."""

    def __init__(self, say: Say, language: str = "en") -> None:
        """`say` is given each line as it comes."""
        self._say = say
        self._language = language

    def tell(self, text: str, /, **values: str | int) -> None:
        """Say a phrase."""
        self._say(self.phrase(text, **values))

    def line(self, text: str = "") -> None:
        """Say a line that is the same in every language."""
        self._say(text)

    def phrase(self, text: str, /, **values: str | int) -> str:
        """The phrase in the language of this voice; what has no Spanish is said in English."""
        return fill(_spanish().get(text, text) if self._language == "es" else text, values)


def silent(line: str) -> None:
    """Say nothing."""
    del line


@cache
def _spanish() -> Mapping[str, str]:
    from babel.messages.pofile import read_po  # noqa: PLC0415 - only Spanish needs it

    with files("ledger.seasons").joinpath("es.po").open("rb") as file:
        read = read_po(file, locale="es")
    return {str(each.id): str(each.string) for each in read if each.id and each.string}
