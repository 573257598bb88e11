"""The words for every Problem, in Spanish and in English: what is wrong, and how to mend it.

The catalogues es.po and en.po are package data, read at first use. The key is the code; `<code>.remedy` is the way
out. Words may name {found}, {expected}, {where} and whatever the Problem's details hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Final, Literal

from ledger.errors import Problem

Language = Literal["es", "en"]

LANGUAGES: Final[tuple[Language, ...]] = ("es", "en")
DEFAULT: Final[Language] = "en"
REMEDY: Final = ".remedy"


@dataclass(frozen=True, slots=True)
class Said:
    """A Problem in words: `title` says what was found against what was expected, `remedy` how to mend it."""

    code: str
    language: Language
    where: str
    title: str
    remedy: str

    @property
    def detail(self) -> str:
        """The title with the place in front of it, where there is one."""
        return f"{self.where}: {self.title}" if self.where else self.title


def say(problem: Problem, language: str = DEFAULT) -> Said:
    """The Problem in the reader's language, else in English, else by its bare code. Never fails."""
    spoken = nearest(language)
    values: dict[str, str | int] = {**problem.details, "code": problem.code, "where": problem.where}
    if problem.found is not None:
        values["found"] = problem.found
    if problem.expected is not None:
        values["expected"] = problem.expected
    title = _words(problem.code, spoken) or _plainly(problem)
    remedy = _words(problem.code + REMEDY, spoken)
    return Said(problem.code, spoken, problem.where, fill(title, values), fill(remedy, values))


def say_all(problems: Iterable[Problem], language: str = DEFAULT) -> list[Said]:
    """Every Problem in words, in order."""
    return [say(problem, language) for problem in problems]


def nearest(language: str) -> Language:
    """The language of the project nearest to a tag such as `es-PE`; English for all others."""
    first = language.replace("_", "-").partition("-")[0].lower()
    return next((known for known in LANGUAGES if known == first), DEFAULT)


def codes(language: Language) -> Mapping[str, tuple[str, str]]:
    """(title, remedy) of every code in a catalogue, unfilled, in the order of the codes."""
    words = catalogue(language)
    return {code: (words[code], words.get(code + REMEDY, "")) for code in words if not code.endswith(REMEDY)}


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """The messages of one language by key."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 - most runs never need a catalogue

    with files("ledger.words").joinpath(f"{language}.po").open("rb") as file:
        read = read_po(file, locale=language)
    return {str(each.id): str(each.string) for each in read if each.id and each.string}


def fill(text: str, values: Mapping[str, str | int]) -> str:
    """The text with its placeholders filled; one without a value reads `?`, and a stray brace stays as it is."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return text
    return "".join(
        literal if name is None else f"{literal}{_value(values.get(name.partition('.')[0].partition('[')[0]))}"
        for literal, name, _, _ in parts
    )


def _value(value: str | int | None) -> str:
    """Only plain values are written, with nothing of Python's format language: a placeholder reaches no attribute."""
    return "?" if value is None else str(value)


def _words(key: str, language: Language) -> str:
    return catalogue(language).get(key) or catalogue(DEFAULT).get(key, "")


def _plainly(problem: Problem) -> str:
    found = "" if problem.found is None else " {found}"
    expected = "" if problem.expected is None else " ({expected})"
    return f"{{code}}{found}{expected}"
