"""Everything the seasons say has Spanish, and es.po holds nothing that is never said."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

import ledger.seasons
from ledger.seasons.voice import Voice, silent

ROOM = Path(ledger.seasons.__file__).parent


def spanish() -> dict[str, str]:
    with (ROOM / "es.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file, locale="es") if each.id}


def said() -> set[str]:
    """First arguments of `tell` and `phrase`."""
    found = set()
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                first = node.args[0]
                if node.func.attr in ("tell", "phrase") and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_everything_said_has_spanish() -> None:
    assert sorted(said() - spanish().keys()) == []


def test_nothing_is_kept_that_is_never_said() -> None:
    code = {
        str(node.value)
        for path in ROOM.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }

    assert sorted(spanish().keys() - code) == []


def test_both_languages_name_the_same_values() -> None:
    for english, other in spanish().items():
        assert _values(english) == _values(other), english


def test_a_phrase_is_said_in_the_language_of_the_voice() -> None:
    heard: list[str] = []

    Voice(heard.append, "es").tell("Next: {command}", command="x")
    Voice(heard.append).tell("Next: {command}", command="x")

    assert heard == ["Ahora: x", "Next: x"]
    assert Voice(silent, "es").phrase("never written down {x}", x=1) == "never written down 1"


def _values(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text)} - {None}
