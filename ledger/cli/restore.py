"""`chaski restore`: a backup put back, never behind what anybody has seen, with recorded erasures carried out again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.opening import opened, read
from ledger.cli.options import Database
from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("restore")(restore)


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder chaski backup wrote.")],
    *,
    keys: Annotated[
        Path | None,
        typer.Option("--keys", metavar="DIR", help="The folder with the keys; without it the ledger can only be read."),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint", metavar="FILE", help="A checkpoint kept elsewhere, the newest there is; may be repeated."
        ),
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", metavar="VERIFIERKEY", help="The log's key, from a source you trust.")
    ] = None,
    nothing_newer: Annotated[
        bool,
        typer.Option("--nothing-newer", help="I answer for it that nobody has seen the log beyond this backup."),
    ] = False,
    sealed_only: Annotated[
        bool,
        typer.Option("--sealed-only", help="The ledger is there: put back vault, persons' keys and documents alone."),
    ] = False,
    database: Database = None,
) -> None:
    """Put a backup back, verify it, and destroy again what was erased; refused behind what was seen elsewhere."""
    from ledger.book.restore import restore as put_back
    from ledger.cli.plain import plain
    from ledger.settings import load

    talk = talking()
    settings = load(database=database)
    there = put_back(
        folder,
        keys_folder=keys,
        database=settings.database,
        state_dir=settings.state_dir,
        kept=[read(path).decode(errors="replace") for path in checkpoint or ()],
        log_key=key,
        nothing_newer=nothing_newer,
        sealed_only=sealed_only,
        workers=settings.verify_workers or None,
    )
    if not there.to_read:
        # Where a policy names witnesses, they are asked before anybody writes: they may have seen more than we hold.
        with opened(database) as ledger:
            if ledger.before_writing is not None:
                ledger.before_writing()
    found = there.verification
    talk.tell("The ledger is back, and intact.")
    talk.rows(
        [
            ("Log", found.origin),
            ("Size", f"{found.size:,}"),
            ("Root", found.root),
            ("Backed up at", there.manifest.at),
            ("Erasures carried out again", str(there.erased_again) if there.erased_again else ""),
        ]
    )
    if there.to_read:
        talk.tell("It can be read and checked, not written to: the keys are not here.")
    else:
        talk.tell("Next: chaski doctor, then chaski serve. Facts accepted after the backup must be sent again.")
    talk.document(
        {
            "origin": found.origin,
            "size": found.size,
            "root": found.root,
            "backed_up_at": there.manifest.at,
            "erased_again": there.erased_again,
            "to_read": there.to_read,
            "proved": plain(found.proved),
        }
    )
