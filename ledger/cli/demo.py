"""`chaski demo`: four invented seasons in one ledger, traced, verified and tampered with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("demo")(demo)


def demo(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where to write the ledger, labels, receipts and page.")
    ] = Path("demo"),
    seed: Annotated[
        str, typer.Option("--seed", metavar="TEXT", help="Another seed makes other invented seasons.")
    ] = "chaski",
) -> None:
    """Build four invented seasons, trace a lot of each, verify everything, and show what catches which tampering."""
    from ledger.cli.plain import plain
    from ledger.seasons import demo as seasons

    talk = talking()
    report = seasons.run(out, seed, talk.remark)
    talk.document(plain(report, talk.language))
