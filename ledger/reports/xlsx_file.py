"""A report as a workbook: a sheet that says what it is and what it was worked out from, then one sheet per table.

The same report gives the same bytes: every date inside is fixed, and so are the dates of the archive's files. Text is
written as text, so that nothing in it is a formula or a link.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]  # it ships annotations, but not the marker that says so

from ledger.reports.headings import heading, sentence, stamp_lines, table_title, title
from ledger.reports.report import Cell, Report, Table
from ledger.words import Language

_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_WIDEST: Final = 44
_LONGEST: Final = 32_767
"""A spreadsheet's cell holds no more characters; the whole text is in the other forms."""

_LOOKED_AT: Final = 200
"""Rows that decide how wide a column is."""


def xlsx_bytes(report: Report, language: Language) -> bytes:
    """The whole report, headings in the language."""
    target = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": title(report.name, language), "created": _MADE, "author": report.stamp.origin})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        number = book.add_format({"num_format": "#,##0"})
        front = book.add_worksheet(sentence("about", language))
        front.set_column(0, 0, 24)
        front.set_column(1, 1, 72)
        front.write_string(0, 0, title(report.name, language), bold)
        for place, (name, value) in enumerate(stamp_lines(report, language), 1):
            front.write_string(place, 0, name)
            front.write_string(place, 1, value)
        for table in report.tables:
            sheet = book.add_worksheet(table_title(table.code, language)[:31])
            sheet.freeze_panes(1, 0)
            for column, head in enumerate(_heads(table, language)):
                sheet.write_string(0, column, head, bold)
                sheet.set_column(column, column, _width(head, table, column))
            for line, row in enumerate(table.rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, int):
                        sheet.write_number(line, column, cell, number)
                    elif cell:
                        sheet.write_string(
                            line, column, cell if len(cell) <= _LONGEST else f"{cell[: _LONGEST - 4]} ..."
                        )
            if table.rows:
                sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    return target.getvalue()


def _heads(table: Table, language: Language) -> list[str]:
    return [heading(column, language) for column in table.columns]


def _width(head: str, table: Table, column: int) -> int:
    cells: list[Cell] = [row[column] for row in table.rows[:_LOOKED_AT]]
    return min(_WIDEST, 2 + max(len(head) // 2, *(len(str(cell)) for cell in (*cells, ""))))
