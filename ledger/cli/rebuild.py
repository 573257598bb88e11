"""`chaski rebuild --check`: posts every fact again into empty books and compares the stored ones with them."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli.exits import Exit
from ledger.cli.opening import opened_to_read
from ledger.cli.options import Database
from ledger.cli.talk import talking
from ledger.errors import Problem


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("rebuild")(rebuild)


def rebuild(
    database: Database = None,
    check: Annotated[bool, typer.Option("--check", help="Compare and write nothing; must be given.")] = False,
    until: Annotated[
        int | None, typer.Option("--until", min=0, metavar="N", help="Compare the books as of N entries.")
    ] = None,
) -> int:
    """Post every fact again into empty books and compare the stored ones with them, row for row."""
    from ledger.cli.plain import plain, plain_problem

    if not check:
        # The stored books are written in the fact's own transaction and by nothing else.
        raise typer.BadParameter("--check")
    talk = talking()
    with opened_to_read(database) as ledger:
        report = ledger.rebuild(until=until)
    talk.rows([("Size", f"{report.size:,}")])
    talk.table(["Books", "Rows"], [[name, f"{count:,}"] for name, count in report.rows.items()], right=(1,))
    problems = [Problem("books-differ", found=len(report.differences))] if report.differences else []
    if problems:
        for each in report.differences[:40]:
            talk.show(f"  {each}")
        talk.problems(problems)
    else:
        talk.tell("The books say what the statements say.")
    code = Exit.REFUSED if problems else Exit.OK
    said = [plain_problem(each, talk.language) for each in problems]
    talk.document({"report": plain(report), "problems": said, "exit": int(code)})
    return code
