"""`chaski sign FILE`: a fact under somebody's own key, ready to be handed to a log that lies elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.opening import read, write
from ledger.cli.talk import talking
from ledger.errors import FormatError, Problem


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("sign")(sign)


def sign(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="One fact as JSON, as chaski submit takes it; - reads stdin.")
    ],
    *,
    signing_key: Annotated[
        Path, typer.Option("--signing-key", metavar="FILE", help="The key that signs, as chaski keys make wrote it.")
    ],
    party: Annotated[str, typer.Option("--party", metavar="ID", help="Whose key it is.")],
    log: Annotated[str, typer.Option("--log", metavar="NAME", help="The log the fact is for, by its origin.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write the submission.")],
    fact: Annotated[
        str | None,
        typer.Option(
            "--fact", metavar="TYPE", help="The file holds only a body of this type; id and time are made here."
        ),
    ] = None,
) -> None:
    """Sign a fact with your own key, away from the ledger; chaski submit or POST /v1/facts takes the file."""
    from ledger import canonical
    from ledger.book.node_signer import NodeSigner
    from ledger.cli.key_file import read_seed

    talk = talking()
    given = canonical.load(read(file))
    if not isinstance(given, dict):
        raise FormatError(Problem("submission-not-understood", retry="after-change"))
    # The node's way of signing, under another secret: nonce and salts follow from the content, so that signing the
    # same fact again gives the same statement and the log answers with its first receipt.
    signer = NodeSigner(log, read_seed(signing_key))
    said, disclosures = signer.statement(given if fact is None else _around(given, fact), party=party, hand=None)
    write(output, b"~".join([said.jws, *(each.text.encode() for each in disclosures)]) + b"\n")
    talk.tell("The fact is signed in {file}: submit it to the log.", file=str(output))
    talk.rows([("Fact", said.type), ("Id", said.envelope.id), ("Digest", said.digest)])
    talk.document({"file": str(output), "fact": said.type, "id": said.envelope.id, "digest": said.digest})


def _around(given: Mapping[str, object], fact: str) -> dict[str, object]:
    """A whole fact around a body, or around the `body` of what another command answered with --json."""
    import os

    from ledger.store.batch import moment
    from ledger.store.clock import system_clock
    from ledger.values import crockford

    body = given.get("body", given)
    if not isinstance(body, dict):
        raise FormatError(Problem("object-expected", "/body"))
    around = {"id": crockford(os.urandom(10)), "fact": fact, "at": moment(system_clock()), "body": body}
    return around | ({"sealed": given["sealed"]} if "sealed" in given else {})
