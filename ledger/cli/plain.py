"""The ledger's records as plain values, the same way for every command: what `--json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

from ledger.canonical import Plain
from ledger.errors import Problem
from ledger.queries import ClaimReason, ReasonTotal
from ledger.words import say
from ledger.words.reasons import say_reason


def plain(value: object, language: str = "en") -> Plain:
    """A record, mapping or list as JSON values.

    Field names stay; a Problem and the reason of a claim get their words; seconds become whole milliseconds, for there
    are no floats here.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Problem):
        return plain_problem(value, language)
    if isinstance(value, Mapping):
        return {str(key): plain(item, language) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, language) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((each.name, getattr(value, each.name)) for each in fields(value))
        said = {"words": say_reason(value.code, language)} if isinstance(value, ClaimReason | ReasonTotal) else {}
        return {**dict(_pair(name, item, language) for name, item in pairs), **said}
    if isinstance(value, Path):
        return str(value)
    msg = f"no plain form of {type(value).__name__}"
    raise TypeError(msg)


def plain_problem(problem: Problem, language: str) -> Plain:
    """A Problem with its words."""
    said = say(problem, language)
    return {
        "code": problem.code,
        "where": problem.where,
        "found": problem.found,
        "expected": problem.expected,
        "retry": problem.retry,
        "effect": problem.effect,
        "title": said.title,
        "remedy": said.remedy,
    }


def _pair(name: str, value: object, language: str) -> tuple[str, Plain]:
    if isinstance(value, float):
        return ("milliseconds" if name == "seconds" else f"{name}_thousandths"), round(value * 1000)
    return name, plain(value, language)
