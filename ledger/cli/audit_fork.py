"""`chaski audit fork FILE`: the evidence a monitor kept, as the body of a finding."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.opening import read
from ledger.cli.talk import talking


def add(group: typer.Typer) -> None:
    """Register the command."""
    group.command("fork")(fork)


def fork(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The evidence of a fork that a monitor wrote.")],
    key: Annotated[str, typer.Option("--key", metavar="KEY", help="The log's key, as you pinned it.")],
) -> None:
    """Check the evidence of a fork and turn it into a finding, to be signed with the auditor's own key."""
    from ledger.audit.fieldwork.forks import finding_of
    from ledger.cli.plain import plain
    from ledger.log.fork import Fork
    from ledger.log.note import VerifierKey
    from ledger.values import crockford

    talk = talking()
    found = Fork.parse(read(file))
    smaller, larger = found.verify(VerifierKey.parse(key))
    talk.tell(
        "The log {origin} signed two histories: size {old} and size {new} cannot both be true.",
        origin=smaller.checkpoint.origin,
        old=smaller.checkpoint.size,
        new=larger.checkpoint.size,
    )
    talk.tell("With --json comes the body of finding.recorded, ready to be signed.")
    talk.document({"body": plain(finding_of(found, crockford(os.urandom(10))))})
