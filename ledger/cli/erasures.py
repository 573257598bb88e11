"""`chaski erasures`: who asked for erasure, what is hidden, when retention ends; with --run it destroys what is due."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from ledger.cli.exits import Exit
from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking

STATES: Final = {"hidden": "hidden", "due": "due", "done": "destroyed"}


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("erasures")(erasures)


def erasures(
    database: Database = None,
    run: Annotated[bool, typer.Option("--run", help="Destroy what is due, and say so in the log.")] = False,
) -> int:
    """List requests for erasure: what is hidden, until when the law wants it kept, and what is due to be destroyed."""
    from ledger.cli.plain import plain

    talk = talking()
    with opened(database) as ledger:
        destroyed = ledger.erase_due() if run else []
        lines = ledger.erasures()
    if lines:
        talk.table(
            ["Request", "Person", "Asked on", "Status", "Kept until", "Because of", "Destroys"],
            [
                [
                    line.erasure,
                    line.person,
                    line.asked_on,
                    talk.phrase(STATES[line.state]),
                    line.ends_on,
                    line.kept_for,
                    ", ".join(f"{count} {kind}" for kind, count in line.destroys.items() if count),
                ]
                for line in lines
            ],
        )
    else:
        talk.tell("Nobody has asked for erasure.")
    if run:
        talk.tell("Destroyed now: {count}. Older backups still hold it until they expire.", count=len(destroyed))
    elif any(line.state == "due" for line in lines):
        talk.tell("To destroy what is due: chaski erasures --run")
    talk.document({"erasures": plain(lines), "destroyed": [outcome.id for _, outcome in destroyed]})
    return Exit.OK
