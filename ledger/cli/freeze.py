"""`chaski freeze`: the end of a log. It is read and proved for ever; a successor with a name of its own may go on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.opening import opened, write
from ledger.cli.options import Database
from ledger.cli.talk import talking
from ledger.errors import FormatError, Problem, RefusedError


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("freeze")(freeze)


def freeze(
    origin: Annotated[
        str,
        typer.Option("--origin", metavar="NAME", help="The log to close, typed out: there is no way back."),
    ],
    successor: Annotated[
        str | None, typer.Option("--successor", metavar="NAME", help="The origin of the log that will continue it.")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="FILE", help="Also write the final checkpoint, for chaski init."),
    ] = None,
    database: Database = None,
) -> None:
    """Close the log for ever: no fact is accepted after that, by anybody. Reading, proofs and witnesses go on."""
    from ledger.cli.plain import plain

    talk = talking()
    with opened(database) as ledger:
        if origin != ledger.origin:
            problem = Problem("freeze-other-log", "--origin", origin, ledger.origin, retry="after-change")
            raise FormatError(problem)
        open_ones = [line.state for line in ledger.erasures() if line.state != "done"]
        if "due" in open_ones:
            # After the end nothing can be recorded, the destruction of what is due neither.
            problem = Problem("doctor-erasures-due", found=open_ones.count("due"), retry="after-change")
            raise RefusedError(problem)
        outcome = ledger.freeze(successor=successor)
        head, note, verifier_key = ledger.head(), ledger.checkpoint(), ledger.verifier_key
    if open_ones:
        talk.remark(
            "{count} requests for erasure are still open: docs/operations.md says what to do.", count=len(open_ones)
        )
    if checkpoint is not None:
        write(checkpoint, note)
    talk.tell("{origin} is closed at {size} entries. Nothing more is accepted.", origin=origin, size=head.size)
    talk.tell("Let the witnesses cosign it before you pass it on: chaski serve, then fetch /checkpoint.")
    if successor is not None:
        talk.tell("Next: chaski init --origin {name} --predecessor FILE --predecessor-key KEY", name=successor)
    talk.document(
        {
            "outcome": plain(outcome, talk.language),
            "size": head.size,
            "root": head.root,
            "checkpoint": note.decode(),
            "verifier_key": verifier_key,
            "successor": successor,
        }
    )
