"""`chaski demo`: four invented seasons in one ledger, traced, verified and tampered with."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.talk import talking

if TYPE_CHECKING:
    from ledger.book import Ledger


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
    public_url: Annotated[
        str | None, typer.Option("--public-url", metavar="URL", help="Where it will be served; QR codes point there.")
    ] = None,
) -> None:
    """Build four invented seasons, trace a lot of each, verify everything, and show what catches which tampering."""
    from ledger.cli.plain import plain
    from ledger.seasons import demo as seasons
    from ledger.seasons.stage import PUBLIC_URL

    talk = talking()
    report = seasons.run(
        out,
        seed,
        talk.show,
        public_url=public_url or PUBLIC_URL,
        render_page=_page,
        language=talk.language,
        program=_program(),
    )
    talk.document(plain(report, talk.language))


def _program() -> str:
    """How this program is typed here: by name where the shell would find it, else by the way it was called."""
    called = Path(sys.argv[0])
    return "chaski" if shutil.which("chaski") or called.name != "chaski" else os.path.relpath(called)


def _page(ledger: Ledger, lot: str) -> str:
    """The page behind a label, drawn by the same hand that serves it."""
    from api.pages.document import lot_document
    from api.pages.lot import lot_file
    from api.routes.log import log_path

    view = ledger.lot(lot)
    document = lot_document(
        view,
        ledger.head(),
        ledger.pack(view.commodity),
        log_path=log_path(ledger.origin),
        public_url=ledger.public_url,
        verifier_key=ledger.verifier_key,
        demonstration=ledger.is_demo,
        asked_size=None,
    )
    return lot_file(document, talking().language)
