"""The words of the pages, from locales/<language>/LC_MESSAGES/pages.po, read once at first use.

The catalogues are read as they are written: nothing has to be compiled, in a checkout or in a wheel.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

from ledger.words import Language


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """The messages of one language by key."""
    path = files("api").joinpath("locales", language, "LC_MESSAGES", "pages.po")
    with path.open("rb") as file:
        read = read_po(file, locale=language)
    return {str(each.id): str(each.string) for each in read if each.id and each.string}


def word(language: Language, key: str, **values: object) -> str:
    """The message under a key with its {placeholders} filled; raises KeyError for a key nobody translated."""
    return catalogue(language)[key].format(**values)


def has_word(language: Language, key: str) -> bool:
    """Whether there is a message under a key made from data (a commodity that is spoken of in words of its own)."""
    return key in catalogue(language)


def word_or(language: Language, key: str, otherwise: str) -> str:
    """The message under a key made from data (a reason, a kind of step), else what the data says itself."""
    return catalogue(language).get(key, otherwise)
