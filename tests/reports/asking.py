"""What the tests of reports share: a report of a told world, and its lines by name."""

from __future__ import annotations

from typing import Any

from ledger.reports import Question, Report, make_report
from tests.world import World

DAY = "2026-08-06"


def ask(world: World, name: str, *, size: int | None = None, at: str = DAY, **more: Any) -> Report:
    """A report of the world's ledger, as known at a size."""
    with world.ledger.books_and_packs(size) as (books, packs):
        return make_report(name, books, packs, world.ledger.origin, Question(at, **more))


def lines(report: Report, table: str) -> list[dict[str, str | int]]:
    """The rows of a table by column."""
    found = report.table(table)
    assert found is not None
    return found.records()


def column(report: Report, table: str, name: str) -> list[str | int]:
    """One column of a table."""
    return [line[name] for line in lines(report, table)]


def picked(line: dict[str, str | int], *names: str) -> tuple[str | int, ...]:
    """Some cells of a line."""
    return tuple(line[name] for name in names)
