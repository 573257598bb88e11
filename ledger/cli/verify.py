"""`chaski verify`: re-hashes and re-checks the whole log, and says what that proves and what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.opening import opened_to_read, read
from ledger.cli.options import Database
from ledger.cli.talk import talking

PROVED: Final = {
    "statements": "Every statement is, byte for byte, the one that was logged.",
    "signatures": "Every signature is good, by a key that was authorised before.",
    "entries": "Every entry follows from its statement and from the entry before it.",
    "tree": "Every node of the tree follows from the entries.",
    "head": "The checkpoint is over exactly this tree.",
    "remembered-head": "The log continues what this machine has seen before.",
    "kept-checkpoint": "The log continues the checkpoint that was kept.",
}
NOT_PROVED: Final = {
    "rules": "that the books are right: chaski rebuild --check compares them, an audit judges every fact again.",
    "flags": "that every flag raised when a fact was judged is still listed: an audit judges again.",
    "key": "whose log it is: the key was taken from the log itself; give it from outside with --key.",
    "truth": "that what was stated is true.",
    "no-second-log": "that nobody was shown another log under the same key: that takes witnesses.",
    "withheld": "what the withheld statements said: their text is gone, what they mean is the operator's word.",
    "older-copy": "that this is no older copy: give a checkpoint kept elsewhere with --checkpoint.",
}


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("verify")(verify)


def verify(
    database: Database = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint", metavar="FILE", help="A checkpoint kept earlier: shows that the log only grew since."
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="VERIFIERKEY", help="The log's key, from a source you trust."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, metavar="N", help="Processes to use; default one per core.")
    ] = None,
) -> None:
    """Verify the whole log: statements, signatures, entries, tree and checkpoint."""
    from dataclasses import replace

    from ledger.book import Copy
    from ledger.cli.plain import plain
    from ledger.settings import load

    talk = talking()
    kept = None if checkpoint is None else read(checkpoint).decode(errors="replace")
    processes = workers or load().verify_workers or None
    with opened_to_read(database, verifier_key=key) as ledger, talk.progress("Verifying") as progress:
        found = ledger.verify(checkpoint=kept, workers=processes, progress=progress)
        if key is None and isinstance(ledger, Copy):
            found = replace(found, not_proved=(*found.not_proved, "key"))
    talk.tell("The log is intact.")
    talk.rows(
        [
            ("Log", found.origin),
            ("Size", f"{found.size:,}"),
            ("Root", found.root),
            ("Statements", f"{found.statements:,}"),
            ("Signatures", f"{found.signatures:,}"),
            ("Entries", f"{found.entries:,}"),
            ("Nodes", f"{found.nodes:,}"),
            ("Withheld", f"{len(found.withheld):,}" if found.withheld else ""),
            ("Persons hidden", f"{found.hidden:,}" if found.hidden else ""),
            ("Persons erased", f"{found.erased:,}" if found.erased else ""),
            ("Time", f"{found.seconds:.1f} s"),
        ]
    )
    talk.tell("This proves:")
    for each in found.proved:
        talk.show(f"  + {talk.phrase(PROVED.get(each, each))}")
    talk.tell("This does not prove:")
    for each in found.not_proved:
        talk.show(f"  - {talk.phrase(NOT_PROVED.get(each, each))}")
    talk.document(plain(found, talk.language))
