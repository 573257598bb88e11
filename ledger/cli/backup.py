"""`chaski backup`: the ledger into one folder, its keys and the persons' keys into another, while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.exits import Exit
from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("backup")(backup)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder for the ledger, vault and documents.")],
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", metavar="DIR", help="Another new folder, elsewhere, for the log's, node's and persons' keys."
        ),
    ] = None,
    database: Database = None,
) -> int:
    """Back the ledger up while it is in use; on PostgreSQL say which pg_dump to run, and check what it made."""
    from ledger.cli.plain import plain

    talk = talking()
    with opened(database) as ledger:
        made = ledger.back_up(folder, keys_folder=keys)
    talk.document(plain(made, talk.language))
    if made.commands:
        talk.tell("The folders are ready. Now run, in this order:")
        for command in made.commands:
            talk.show(f"  {command}")
        talk.tell("Then give the same command again: it checks the dumps and finishes the backup.")
        return Exit.REFUSED
    talk.tell("The backup is whole.")
    talk.rows(
        [
            ("Log", made.origin),
            ("Size", f"{made.size:,}"),
            ("Root", made.root),
            ("Files", f"{made.files:,}"),
            ("Bytes", f"{made.bytes:,}"),
            ("Ledger", str(folder)),
            ("Keys", str(keys) if keys is not None else ""),
        ]
    )
    if not made.with_keys:
        talk.remark("The keys are not in it: without them nothing is signed and no sealed value read. Use --keys.")
    elif made.same_disk:
        talk.remark("Both folders lie on one disk. Take them to different places: together they open everything.")
    talk.tell("Persons' keys: keep their copies for a short time only. An erasure is complete when the oldest expires.")
    return Exit.OK
