"""`chaski report NAME`: approved producers, certified volume, conservation, corrections, passbooks, premiums."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ledger.cli.opening import STANDARD, opened_to_read, write
from ledger.cli.options import Database, Output, Size
from ledger.cli.talk import Talk, talking

if TYPE_CHECKING:
    from ledger.reports import Report
    from ledger.reports.written import Form as Written


class Form(StrEnum):
    """How a report is handed over."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("report")(report)


def report(  # noqa: PLR0913 - one per option
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="approved-producers, volume-balance, conservation-register, corrections, passbook, premium-account.",
        ),
    ],
    *,
    database: Database = None,
    party: Annotated[
        str, typer.Option("--party", metavar="ID", help="The programme, holder or seller asked about.")
    ] = "",
    season: Annotated[str, typer.Option("--season", metavar="YEAR", help="The season, as in 2026 or 2025-2026.")] = "",
    framework: Annotated[
        str, typer.Option("--framework", metavar="CODE", help="Conservation register: only this framework.")
    ] = "",
    producer: Annotated[str, typer.Option("--producer", metavar="ID", help="Passbook: only this member's.")] = "",
    since: Annotated[
        int | None,
        typer.Option("--since", min=1, metavar="N", help="Approved producers: compare with an earlier log size."),
    ] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="DAY", help="The day asked for; default today.")] = None,
    size: Size = None,
    form: Annotated[Form, typer.Option("--format", metavar="FORMAT", help="table, json, csv or xlsx.")] = Form.TABLE,
    table: Annotated[str, typer.Option("--table", metavar="CODE", help="Only this table (CSV: the first one).")] = "",
    output: Output = None,
) -> None:
    """Work out a report at a log size: as tables on the screen, or as a file for a spreadsheet or a program."""
    from ledger.book.asked import day_asked
    from ledger.reports import Question, make_report
    from ledger.reports.written import plain, written

    talk = talking()
    with opened_to_read(database) as ledger:
        day = ledger.today() if at is None else day_asked(at, "/at")
        question = Question(day, party, season, framework, producer, since)
        with ledger.books_and_packs(size) as (books, packs):
            found = make_report(name, books, packs, ledger.origin, question)
    if form is Form.TABLE:
        _show(talk, found, table)
        talk.document(plain(found, talk.language))
        return
    data = written(found, cast("Written", form.value), talk.language, table)
    write(output, data + b"\n" if form is Form.JSON and _is_screen(output) else data)
    if not _is_screen(output):
        talk.tell("The report is in {file}; version {version}.", file=str(output), version=found.version)
        talk.document({"report": found.name, "file": str(output), "version": found.version, "digest": found.digest})


def _is_screen(output: Path | None) -> bool:
    return output is None or str(output) == STANDARD


def _show(talk: Talk, found: Report, only: str) -> None:
    from ledger.reports.headings import heading, stamp_lines, table_title, title
    from ledger.reports.written import table_of

    talk.show(title(found.name, talk.language))
    for name, value in stamp_lines(found, talk.language):
        talk.show(f"  {name}: {value}")
    for table in [table_of(found, only)] if only else found.tables:
        talk.show()
        talk.show(f"{table_title(table.code, talk.language)} ({len(table.rows)})")
        if table.rows:
            numbers = [place for place, column in enumerate(table.columns) if column.unit not in ("text", "day")]
            heads = [heading(column, talk.language) for column in table.columns]
            talk.table(heads, ([_cell(cell) for cell in row] for row in table.rows), right=numbers)


def _cell(cell: str | int) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell
