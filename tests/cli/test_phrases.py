"""Everything the command line says by itself has Spanish, and es.po holds nothing that is never said."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

from ledger.cli.audit_drills import MOVED, SUMS
from ledger.cli.audit_replay import KINDS, LIMITS, RESULTS
from ledger.cli.claim_table import STATUS
from ledger.cli.command import USAGE, command, every
from ledger.cli.doctor import CHECKS, FIGURES
from ledger.cli.doctor import STATES as DOING
from ledger.cli.erasures import STATES
from ledger.cli.phrases import phrase
from ledger.cli.receipt import STANDINGS
from ledger.cli.steps import HOW, STEPS
from ledger.cli.verify import NOT_PROVED, PROVED

CLI = Path(str(files("ledger.cli")))

# Words that come out of records: a status, a kind, who said a setting.
OF_RECORDS = {
    "agreement",
    "certificate",
    "weighed",
    "pro-rata",
    "held",
    "recalled",
    "in-question",
    "flag",
    "environment",
    "default",
    "accepted",
    "already recorded",
    "refused",
    "would be accepted",
}
SAME_IN_BOTH = {"Variable", "Id", "chaski.toml"}
SAYING = {"tell", "remark", "phrase", "progress"}


def said() -> set[str]:
    """Every phrase that stands in the code or in the help."""
    found = {
        *OF_RECORDS,
        *STATUS.values(),
        *USAGE.values(),
        *PROVED.values(),
        *NOT_PROVED.values(),
        *HOW.values(),
        *STEPS.values(),
        *MOVED.values(),
        *SUMS.values(),
        *STANDINGS.values(),
        *CHECKS.values(),
        *DOING.values(),
        *FIGURES.values(),
        *KINDS.values(),
        *RESULTS.values(),
        *LIMITS.values(),
    }
    found |= {*STATES.values()}
    for path in CLI.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= set(_phrases_of(node))
    for each in every(command("en")):
        found |= {each.help or "", *((getattr(parameter, "help", None) or "") for parameter in each.params)}
    return (found | {"Show this message and exit."}) - {""}


def spanish() -> dict[str, str]:
    with (CLI / "es.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file, locale="es") if each.id}


def test_everything_said_has_spanish() -> None:
    assert sorted(said() - spanish().keys() - SAME_IN_BOTH) == []


def test_nothing_is_kept_that_is_never_said() -> None:
    assert sorted(spanish().keys() - said()) == []


def test_both_languages_name_the_same_values() -> None:
    for english, other in spanish().items():
        assert _values(english) == _values(other), english


def test_a_phrase_is_filled_in_either_language() -> None:
    assert phrase("{size} entries", "en", size=3) == "3 entries"
    assert phrase("{size} entries", "es", size=3) == "3 entradas"
    assert phrase("never written down {x}", "es", x=1) == "never written down 1"


def _values(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text)}


def _phrases_of(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    arguments = call.args
    if name in SAYING and arguments:
        yield from _texts(arguments[0])
    elif name == "_ask":
        yield from _texts(arguments[1])
    elif name == "rows" and arguments and isinstance(arguments[0], ast.List):
        for pair in arguments[0].elts:
            if isinstance(pair, ast.Tuple):
                yield from _texts(pair.elts[0])
    elif name == "table" and arguments and isinstance(arguments[0], ast.List):
        for head in arguments[0].elts:
            yield from _texts(head)


def _texts(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from (*_texts(value.body), *_texts(value.orelse))
