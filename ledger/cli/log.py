"""`chaski log export`: the public log as files that any web server can serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="The public log: export it as files.")
    group.command("export")(export)
    # One command alone would be taken for the group itself.
    group.callback()(_log)
    app.add_typer(group, name="log")


def _log() -> None:
    """The public log: export it as files."""


def export(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Where to write them; what stands there is brought up to date."),
    ],
    database: Database = None,
) -> None:
    """Write checkpoint and tiles to a folder that any web server or object store can serve."""
    from ledger.audit.public.export import export as write_out
    from ledger.cli.plain import plain

    talk = talking()
    with opened(database) as ledger, talk.progress("Exporting") as progress:
        done = write_out(ledger, folder, progress=progress)
    talk.tell("{folder} holds the log {origin} at size {size}.", folder=done.folder, origin=done.origin, size=done.size)
    talk.rows(
        [
            ("Files written", f"{done.written:,}"),
            ("Files there already", f"{done.kept:,}"),
            ("Files removed", f"{done.removed:,}" if done.removed else ""),
        ]
    )
    talk.document(plain(done))
