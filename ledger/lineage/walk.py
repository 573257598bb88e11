"""Walks over lineage, level by level: every lot is visited once, however often it was split and pooled again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from ledger.errors import Problem, ProofError


def levels(start: Iterable[str], following: Callable[[list[str]], Mapping[str, Iterable[str]]]) -> list[list[str]]:
    """The lots reached from `start`, in levels; `following` answers for a whole level at once.

    A recursive query would walk every path (4.2 million for 20 levels of split and repool); this
    asks once per level and remembers where it has been.
    """
    seen = set(start)
    level = sorted(seen)
    found: list[list[str]] = []
    while level:
        found.append(level)
        reached = {lot for lots in following(level).values() for lot in lots}
        level = sorted(reached - seen)
        seen.update(level)
    return found


def closure(start: Iterable[str], following: Callable[[list[str]], Mapping[str, Iterable[str]]]) -> list[str]:
    """Every lot reached from `start`, itself included."""
    return [lot for level in levels(start, following) for lot in level]


def topological(inputs: Mapping[str, Iterable[str]]) -> list[str]:
    """The lots so ordered that each comes after its inputs; inputs outside the mapping are ignored."""
    sorter = TopologicalSorter({lot: [i for i in ins if i in inputs] for lot, ins in sorted(inputs.items())})
    try:
        return list(sorter.static_order())
    except CycleError:
        raise ProofError(Problem("lineage-cycle")) from None
