"""Every reason a claim gives has words in both languages, and nothing else stands in the catalogue."""

from __future__ import annotations

import ast
from pathlib import Path

import ledger.claims
from ledger.words.reasons import reason_words, say_reason

ROOM = Path(ledger.claims.__file__).parent


def _texts() -> set[str]:
    """Every text in the room of claims: reasons are among them, whether they stand in a call or in a table."""
    found: set[str] = set()
    for path in ROOM.glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found |= {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return found


def _given() -> set[str]:
    """Codes given to a Reason or a finding directly."""
    found: set[str] = set()
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = {"Reason": 0, "finding": 1}.get(node.func.id)
                if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
                    found.add(str(node.args[place].value))  # type: ignore[attr-defined]
    return found


def test_every_reason_has_words_in_both_languages() -> None:
    words = reason_words()
    assert len(_given()) > 30
    assert _given() - words.keys() == set()
    assert all(set(said) == {"es", "en"} and all(said.values()) for said in words.values())


def test_no_words_are_kept_for_reasons_nobody_gives() -> None:
    assert reason_words().keys() - _texts() == set()


def test_a_reason_is_said_in_the_readers_language() -> None:
    assert say_reason("member-removed", "es-PE").startswith("La familia")
    assert say_reason("never-heard-of", "es") == "never-heard-of"
