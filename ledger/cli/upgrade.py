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
    from ledger.settings import load

    talk = talking()
    done = Ledger.upgrade(load(database=database).database)
    talk.tell("The ledger is in today's form." if done else "The ledger was in today's form already.")
    talk.document({"upgraded": bool(done)})
