"""Every rule in force, every problem at once: the only place where a fact is accepted or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from ledger.errors import Problem
from ledger.facts.log import StatementVouched
from ledger.rules import Heard, Packs, rules_for
from ledger.state import State
from ledger.statement import parse_statement


class Verdict(NamedTuple):
    """What the rules say: refused where there is any problem; flags are written with the fact and stay open."""

    problems: tuple[Problem, ...]
    flags: tuple[Problem, ...]


def judge(heard: Heard, state: State, packs: Packs, rules_version: int, *, without: str = "") -> Verdict:
    """Judge one statement against the books as they stand, by the rules and packs in force. Pure.

    `without` leaves one rule out, for tests (`rules_for`).
    """
    problems: list[Problem] = []
    flags: list[Problem] = []
    for rule in rules_for(type(heard.fact), rules_version, correcting=heard.is_correction, without=without):
        # Nearly every rule finds nothing: that must cost next to nothing.
        found = [*rule.check(heard, state, packs)]
        if found:
            (problems if rule.effect == "refuse" else flags).extend(rule.marked(found))
    if isinstance(heard.fact, StatementVouched) and not problems:
        # What is vouched for must pass every rule but that of its own key.
        inner = replace(heard, statement=parse_statement(heard.fact.jws.encode()), vouched=True)
        verdict = judge(inner, state, packs, rules_version, without=without)
        return Verdict(verdict.problems, (*flags, *verdict.flags))
    return Verdict(tuple(problems), tuple(flags))
