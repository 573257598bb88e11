"""A report in the form asked for: JSON, CSV (one table) or XLSX (all of them)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final, Literal

from ledger import canonical
from ledger.canonical import Plain
from ledger.errors import NotFoundError, Problem
from ledger.reports import csv_file
from ledger.reports.headings import heading, stamp_lines, table_title, title
from ledger.reports.report import Report, Table
from ledger.words import Language

Form = Literal["json", "csv", "xlsx"]
FORMS: Final[tuple[Form, ...]] = ("json", "csv", "xlsx")
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES: Final[Mapping[Form, str]] = {"json": "application/json", "csv": csv_file.MEDIA_TYPE, "xlsx": XLSX}


def plain(report: Report, language: Language) -> dict[str, Plain]:
    """The report as JSON values; codes are the same in every language, headings are not."""
    stamp: dict[str, Plain] = dict(asdict(report.stamp).items())
    question: dict[str, Plain] = dict(asdict(report.question).items())
    return {
        "report": report.name,
        "title": title(report.name, language),
        "log": stamp,
        "question": question,
        "version": report.version,
        "digest": report.digest,
        "tables": [
            {
                "table": table.code,
                "title": table_title(table.code, language),
                "columns": [
                    {"code": column.code, "unit": column.unit, "heading": heading(column, language)}
                    for column in table.columns
                ],
                "rows": [dict(record.items()) for record in table.records()],
            }
            for table in report.tables
        ],
    }


def table_of(report: Report, code: str) -> Table:
    """The table asked for, the first where none is named; raises NotFoundError."""
    found = report.table(code) if code else report.tables[0]
    if found is None:
        raise NotFoundError(
            Problem("report-table-unknown", "/table", code, ", ".join(each.code for each in report.tables))
        )
    return found


def csv_of(report: Report, language: Language, table: str = "") -> str:
    """One table; above its heads stand comment lines (`#`) that say what it was worked out from."""
    chosen = table_of(report, table)
    name = f"{title(report.name, language)}: {table_title(chosen.code, language)}"
    above = [("#", name), *(("#", *line) for line in stamp_lines(report, language))]
    return csv_file.csv_text([heading(column, language) for column in chosen.columns], chosen.rows, above=above)


def written(report: Report, form: Form, language: Language, table: str = "") -> bytes:
    """The bytes of a file: the same for the same report, form and language."""
    match form:
        case "json":
            return canonical.encode(plain(report, language))
        case "csv":
            return csv_of(report, language, table).encode()
        case "xlsx":
            # Imported when asked for: the other forms do not need the library.
            from ledger.reports.xlsx_file import xlsx_bytes  # noqa: PLC0415

            return xlsx_bytes(report, language)
