"""What a report is: tables of codes and whole numbers, stamped with the log they were worked out from.

The same log size, root and question give the same tables, byte for byte in every form. There are no names of people:
whoever may see those asks for the disclosures of the facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal, NamedTuple, cast

from ledger import canonical

Cell = str | int
Row = tuple[Cell, ...]
Unit = Literal["text", "day", "grams", "minor", "count", "area-m2"]
UNITS: Final = ("text", "day", "grams", "minor", "count", "area-m2")


class Column(NamedTuple):
    """A column: its code, for headings and programs, and what its cells count.

    Grams are millilitres or pieces where the form is counted so; `minor` are minor units of the row's currency.
    """

    code: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; a cell nobody said anything for is ""."""

    code: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, code: str, columns: str, rows: Iterable[Sequence[Cell]]) -> Table:
        """A table from a line like `producer delivered_on:day net:grams`; columns that say no unit are text."""
        named = []
        for each in columns.split():
            name, _, unit = each.partition(":")
            named.append(Column(name, cast("Unit", unit or "text")))
        made = tuple(tuple(row) for row in rows)
        assert all(len(row) == len(named) for row in made)  # noqa: S101 - a report of ours with a cell too many
        return cls(code, tuple(named), made)

    def records(self) -> list[dict[str, Cell]]:
        """The rows with their cells by name."""
        names = [column.code for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: on which day, and of whom; "" leaves open. `since`: an earlier log size to compare with."""

    at: str
    party: str = ""
    season: str = ""
    framework: str = ""
    producer: str = ""
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """The log a report was worked out from: whoever has a checkpoint of that size checks the root against it."""

    origin: str
    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Report:
    """A finished report."""

    name: str
    stamp: Stamp
    question: Question
    tables: tuple[Table, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over question and rows: the same whatever was added to the log that does not concern it."""
        rows = {table.code: [list(row) for row in table.rows] for table in self.tables}
        asked = {name: value for name, value in asdict(self.question).items() if value not in ("", None)}
        return hashlib.sha256(canonical.encode({"name": self.name, "question": asked, "tables": rows})).hexdigest()

    @property
    def version(self) -> str:
        """The log size and the beginning of the digest, to tell two lists apart at a glance."""
        return f"{self.stamp.size}-{self.digest[:12]}"

    def table(self, code: str) -> Table | None:
        """A table by its code."""
        return next((table for table in self.tables if table.code == code), None)
