"""`chaski config show`: every setting in force, and whether a variable, chaski.toml or the default said so."""

from __future__ import annotations

import typer

from ledger.cli.options import Database
from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="The settings in force.")
    group.command("show")(show)
    app.add_typer(group, name="config")


def show(database: Database = None) -> None:
    """Show every setting, its value and where it comes from; passwords are masked."""
    from ledger.settings import shown

    talk = talking()
    lines = shown(database=database)
    sources = {"flag": "flag", "environment": "environment", "file": "chaski.toml", "default": "default"}
    talk.table(
        ["Setting", "Value", "Comes from", "Variable"],
        [[line.name, line.value, talk.phrase(sources[line.source]), line.variable] for line in lines],
    )
    talk.document({line.name: {"value": line.value, "source": line.source} for line in lines})
