"""`chaski upgrade`: brings a ledger made by an older Chaski into today's form; the log itself never changes."""

from __future__ import annotations

import typer

from ledger.cli.options import Database
from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("upgrade")(upgrade)


def upgrade(database: Database = None) -> None:
    """Bring a ledger made by an older Chaski into today's form. Back it up first."""
    from ledger.book import Ledger
    from ledger.cli.plain import plain
    from ledger.settings import load

    talk = talking()
    settings = load(database=database)
    done = Ledger.upgrade(settings.database, state_dir=settings.state_dir)
    if done.changed:
        talk.tell("The ledger was brought from form {found} to form {now}.", found=done.found, now=done.now)
    else:
        talk.tell("The ledger was in today's form ({now}) already.", now=done.now)
    talk.document({"upgraded": done.changed, "forms": plain(done)})
