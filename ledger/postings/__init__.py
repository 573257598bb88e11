"""What each fact means in the books: pure, from the fact alone, and never failing.

`post` finds the theme's file by the module of the fact's class, so a new theme needs only new files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from ledger.facts import THEMES
from ledger.facts.log import StatementVouched
from ledger.postings.born import noted
from ledger.postings.shapes import Account, Edge, Mark, Move, Postings
from ledger.statement import Statement, parse_statement

_POST: dict[str, Callable[[Any, Statement], Postings]] = {
    f"ledger.facts.{theme}": import_module(f"{__name__}.{theme}").post for theme in THEMES
}


def post(statement: Statement) -> Postings:
    """The postings of a statement; a correction also ends those of what it replaces."""
    fact = statement.fact
    if isinstance(fact, StatementVouched):
        # What another key of the party stands for means what it says.
        inner = parse_statement(fact.jws.encode())
        meant = post(inner)
        return replace(meant, marks=(*meant.marks, noted(statement, inner.digest, "vouched")))
    postings = _POST[type(fact).__module__](fact, statement)
    replaced = statement.envelope.replaces
    return replace(postings, ends=replaced) if replaced is not None else postings


__all__ = ["Account", "Edge", "Mark", "Move", "Postings", "post"]
