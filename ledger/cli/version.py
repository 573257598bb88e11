"""`chaski version`: which Chaski this is, and with --json what it runs on."""

from __future__ import annotations

import typer

from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("version")(version)


def version() -> None:
    """Say the version; with --json also Python, SQLite, rules version and how many fact types there are."""
    from ledger import __version__

    talk = talking()
    talk.show(f"chaski {__version__}")
    # Counting the fact types loads all of them: only who asks for the document waits for it.
    if talk.as_json:
        talk.document(_all(__version__))


def _all(own: str) -> dict[str, str | int]:
    import platform
    import sqlite3

    from ledger.facts import known_types
    from ledger.rules import RULES_VERSION

    return {
        "version": own,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "rules_version": RULES_VERSION,
        "fact_types": len(known_types()),
    }
