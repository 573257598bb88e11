"""`chaski import FILE`: takes a whole ledger over from an export, judging every fact again as it comes in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.audit_replay import tell_deviations
from ledger.cli.exits import Exit
from ledger.cli.options import Database
from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("import")(take_over)


def take_over(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What chaski export ALL wrote.")],
    database: Database = None,
    key: Annotated[
        str | None, typer.Option("--key", metavar="VERIFIERKEY", help="The log's key, from a source you trust.")
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Leave out sealed values and documents; needs no keys.")
    ] = False,
) -> int:
    """Take a whole ledger over: the same log, with the same root at every size, in a new database."""
    from ledger.audit.whole.export_file import ExportFile
    from ledger.audit.whole.importing import import_whole
    from ledger.cli.plain import plain
    from ledger.log import VerifierKey
    from ledger.settings import load

    talk = talking()
    settings = load(database=database)
    with ExportFile(file) as export, talk.progress("Judging again") as progress:
        done = import_whole(
            export,
            settings.database,
            state_dir=settings.state_dir,
            key=None if key is None else VerifierKey.parse(key),
            sealed=not public,
            progress=progress,
        )
    found = done.replayed
    talk.tell("The log was taken over.")
    talk.rows(
        [
            ("Ledger", settings.database),
            ("Log", found.origin),
            ("Size", f"{found.size:,}"),
            ("Root", found.root),
            ("Sealed values", f"{done.disclosures:,}"),
            ("Documents", f"{done.documents:,}"),
        ]
    )
    tell_deviations(talk, found)
    if not done.has_keys:
        talk.remark("Its keys are not beside it: it can be read and checked, and nobody can write to it.")
    code = Exit.REFUSED if found.deviations else Exit.OK
    talk.document({**_document(plain(done, talk.language)), "exit": int(code)})
    return code


def _document(said: object) -> dict[str, str]:
    return dict(said) if isinstance(said, dict) else {}
