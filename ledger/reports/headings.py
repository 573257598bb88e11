"""What reports, tables and columns are called, in Spanish and English: headings.toml beside this file.

Values of a vocabulary (approved, carried) stay the codes they are: programs compare them, and docs/reports.md says
what they mean.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from ledger.reports.report import Column, Report
from ledger.words import Language

_UNIT: Final[Mapping[str, Mapping[Language, str]]] = {
    "grams": {"es": "g", "en": "g"},
    "area-m2": {"es": "m²", "en": "m²"},
    "minor": {"es": "céntimos", "en": "minor units"},
}


def title(report: str, language: Language) -> str:
    """The name of a report."""
    return _said("report", report, language)


def table_title(table: str, language: Language) -> str:
    """The name of a table, short enough for a sheet."""
    return _said("table", table, language)


def heading(column: Column, language: Language) -> str:
    """The head of a column, with what it counts."""
    unit = _UNIT.get(column.unit)
    name = _said("column", column.code, language)
    return name if unit is None else f"{name} ({unit[language]})"


def sentence(code: str, language: Language) -> str:
    """Any other word of a report."""
    return _said("word", code, language)


def stamp_lines(report: Report, language: Language) -> list[tuple[str, str]]:
    """What a report was worked out from, and what was asked: name and value."""
    asked, stamp = report.question, report.stamp
    lines = [
        ("log", stamp.origin),
        ("size", str(stamp.size)),
        ("root", stamp.root),
        ("day", asked.at),
        ("party", asked.party),
        ("season", asked.season),
        ("framework", asked.framework),
        ("producer", asked.producer),
        ("since", "" if asked.since is None else str(asked.since)),
        ("version", report.version),
        ("digest", report.digest),
    ]
    return [(_said("stamp", name, language), value) for name, value in lines if value]


def _said(group: str, code: str, language: Language) -> str:
    return _words()[group][code][language]


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads(files("ledger.reports").joinpath("headings.toml").read_text(encoding="utf-8"))
