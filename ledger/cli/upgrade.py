"""`chaski upgrade`: brings a ledger made by an older Chaski into today's form; the log itself never changes."""

from __future__ import annotations

import typer

from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("upgrade")(upgrade)


def upgrade(database: Database = None) -> None:
    """Bring a ledger made by an older Chaski into today's form. Back it up first."""
    talk = talking()
    # Before version 1.0 there is one form only: what opens is in it.
    with opened(database) as ledger:
        size = ledger.head().size
    talk.tell("The ledger ({size} entries) was in today's form already.", size=size)
    talk.document({"upgraded": False, "size": size})
