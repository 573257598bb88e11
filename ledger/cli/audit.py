"""`chaski audit`: what an auditor does with a log that is somebody else's; one file per command beside this one."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import typer

PARTS: Final = ("audit_replay", "audit_attested", "audit_drills", "audit_sample", "audit_fork", "audit_show")
"""Modules with `add(group)`, in the order of --help."""


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="Audits: judge a log again, exercises, samples.")
    for part in PARTS:
        import_module(f"ledger.cli.{part}").add(group)
    app.add_typer(group, name="audit")
