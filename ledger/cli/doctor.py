"""`chaski doctor`: whether this machine is fit to run the ledger, and what to mend first."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import typer

from ledger.cli.exits import Exit
from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking
from ledger.errors import LedgerError

if TYPE_CHECKING:
    from ledger.book import Ledger

CHECKS: Final = {
    "config": "Settings",
    "disk": "Disk",
    "keys": "Key files",
    "database": "Database",
    "ledger": "Ledger",
    "clock": "Clock",
    "witnesses": "Witnesses",
    "backup": "Backup",
    "erasures": "Erasures due",
    "growth": "Growth",
}
STATES: Final = {"ok": "good", "warn": "soon", "bad": "now"}
FIGURES: Final = {
    "config": "{count} settings, {given} given",
    "disk": "{free} free, {used} used",
    "keys": "{files} files",
    "database": "on {kind}",
    "ledger": "{origin}, {size} entries",
    "clock": "{now} on this machine",
    "witnesses": "{witnessed} of {size} entries cosigned",
    "backup": "last {at}",
    "erasures": "{due} due",
    "growth": "{entries} entries in {days} days",
}


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("doctor")(doctor)


def doctor(database: Database = None) -> int:
    """Look at settings, clock, disk, keys, database, witnesses, backups and growth; exit 1 if something cannot wait."""
    from ledger.book.health import Check, examine
    from ledger.cli.plain import plain
    from ledger.settings import load, shown
    from ledger.store.clock import system_clock
    from ledger.store.companions import Companions

    talk = talking()
    checks: list[Check] = []
    with ExitStack() as stack:

        def open_ledger() -> Ledger:
            return stack.enter_context(opened(database))

        try:
            settings = load(database=database)
            settings.policy()
            given = [line for line in shown(database=database) if line.source != "default"]
            checks.append(Check("config", (), {"count": len(shown(database=database)), "given": len(given)}))
            companions = Companions.beside(settings.database, settings.state_dir)
        except LedgerError as error:
            checks.append(Check("config", error.problems))
        else:
            checks += examine(settings.database, companions, open_ledger, clock=system_clock)
    talk.table(
        ["Check", "Needs doing", "Found"],
        [
            [
                talk.phrase(CHECKS[each.name]),
                talk.phrase(STATES[each.state]),
                talk.phrase(FIGURES[each.name], **each.figures) if each.figures else "",
            ]
            for each in checks
        ],
    )
    for each in checks:
        talk.problems(each.problems)
    worst = next((state for state in ("bad", "warn") if any(each.state == state for each in checks)), "ok")
    talk.document(
        {
            "state": worst,
            "checks": [
                {
                    "name": each.name,
                    "state": each.state,
                    "figures": dict(each.figures),
                    "problems": plain(each.problems, talk.language),
                }
                for each in checks
            ],
        }
    )
    return Exit.REFUSED if worst == "bad" else Exit.OK
