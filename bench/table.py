"""Printing numbers as they are measured."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table

from bench.figures import Number


def said(number: Number) -> str:
    """One line, as soon as a number is known."""
    if math.isnan(number.value):
        return f"{number.name}: {number.note} ({_target(number)})"
    met = "met" if number.met else "MISSED"
    ratio = "" if number.ratio is None else f", {number.ratio:.2f} x {_short(number.limit)} {number.limit_name}"
    return f"{number.name}: {_short(number.value)} {number.unit}{ratio} ({_target(number)}: {met})"


def show(numbers: list[Number], console: Console) -> None:
    """All of them in one table."""
    table = Table(title="Chaski, measured on this machine")
    table.add_column("number")
    for column in ("value", "limit", "ratio"):
        table.add_column(column, justify="right")
    for column in ("target", "met"):
        table.add_column(column)
    for number in numbers:
        table.add_row(
            number.name,
            number.note if math.isnan(number.value) else f"{_short(number.value)} {number.unit}",
            _short(number.limit),
            "" if number.ratio is None else f"{number.ratio:.2f}",
            _target(number),
            "yes" if number.met else "no",
        )
    console.print(table)
    for number in numbers:
        about = "; ".join(part for part in (number.limit_name and f"limit = {number.limit_name}", number.note) if part)
        if about:
            console.print(f"{number.name}: {about}", highlight=False)


def _target(number: Number) -> str:
    unit = " x" if number.of == "ratio" else f" {number.unit}"
    sign = ">=" if number.bound == "at least" else "<="
    aim = "" if number.aim is None else f" (aim {_short(number.aim)})"
    return f"{sign} {_short(number.target)}{unit}{aim}"


def _short(value: float | None) -> str:
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
