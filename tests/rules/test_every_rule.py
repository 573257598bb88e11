"""No rule without both sides shown: every rule has a test that it lets through and one that it turns away or flags."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.rules import all_rules
from tests.words.source import uses

HERE = Path(__file__).parent
TURNED = {"refuse": "refuses", "flag": "flags"}


def marked() -> Iterator[tuple[str, str, set[str]]]:
    """(rule, word, strings in the test) of every marked test beside this file."""
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef):
                continue
            said = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.rule":
                    rule, word = (ast.literal_eval(argument) for argument in mark.args)
                    yield rule, word, said


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: str(rule.name))
def test_a_rule_is_shown_from_both_sides(rule: object) -> None:
    name, effect = str(getattr(rule, "name", "")), str(getattr(rule, "effect", ""))
    shown = {word for found, word, _ in marked() if found == name}
    assert shown == {"accepts", TURNED[effect]}


def test_no_mark_names_a_rule_that_is_not_there() -> None:
    assert {name for name, _, _ in marked()} <= {rule.name for rule in all_rules()}


def test_rules_have_different_names() -> None:
    names = [rule.name for rule in all_rules()]
    assert len(names) == len(set(names))


def test_every_code_a_rule_yields_is_met_in_a_test() -> None:
    yielded = {use.code for use in uses() if use.file.startswith("ledger/rules/")}
    met = {text for _, word, said in marked() if word != "accepts" for text in said}
    assert yielded - met == set()
