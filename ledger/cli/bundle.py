"""`chaski bundle ALL|LOT|PERIOD`: one ZIP with which a stranger checks the log offline."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.opening import opened_to_read, read
from ledger.cli.options import Database
from ledger.cli.talk import Talk, talking

if TYPE_CHECKING:
    from ledger.audit.bundles.make import Made


class Audience(StrEnum):
    """Whom a bundle is made for."""

    READER = "reader"
    AUDITOR = "auditor"


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("bundle")(bundle)


def bundle(
    scope: Annotated[
        str,
        typer.Argument(metavar="ALL|LOT|PERIOD", help="ALL, a lot's id, or a period: days or indexes, as in A..B."),
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The ZIP to write.")],
    database: Database = None,
    role: Annotated[
        Audience,
        typer.Option("--role", metavar="ROLE", help="reader, or auditor: with what is sealed in the statements."),
    ] = Audience.READER,
    party: Annotated[
        str | None, typer.Option("--party", metavar="ID", help="With --role auditor: only what this party may see.")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="FILE", help="The signed checkpoint to make it at; a copy needs one."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="The witness policy to put in; default that of the settings."),
    ] = None,
) -> None:
    """Write an audit bundle: entries, statements, proofs, packs, a report, and the program that checks them."""
    from ledger.audit.bundles.make import make_bundle
    from ledger.audit.bundles.scope import scope_of
    from ledger.audit.bundles.source import BundleSource
    from ledger.log.policy import Policy
    from ledger.settings import load

    talk = talking()
    given = read(policy) if policy is not None else None
    if given is not None:
        Policy.parse(given)
    elif (standing := load().policy()) is not None:
        given = standing.format()
    with opened_to_read(database) as reading, talk.progress("Bundling") as progress:
        source = BundleSource(reading, None if checkpoint is None else read(checkpoint))
        made = make_bundle(
            source,
            scope_of(scope, source.size, reading),
            output,
            role=role.value,
            party=party,
            policy=given,
            language=talk.language,
            progress=progress,
        )
    _tell(talk, made)


def _tell(talk: Talk, made: Made) -> None:
    count, manifest = made.count, made.manifest
    talk.tell("The bundle is in {file}.", file=str(made.path))
    talk.rows(
        [
            ("Log", manifest.origin),
            ("Size", f"{manifest.size:,}"),
            ("Statements", f"{count.statements:,}"),
            ("Withheld", f"{count.withheld:,}" if count.withheld else ""),
            ("Not included", f"{count.not_included:,}" if count.not_included else ""),
            ("Disclosed values", f"{count.disclosures:,}" if count.disclosures else ""),
            ("Documents", f"{count.documents:,}" if count.documents else ""),
            ("Bytes", f"{made.bytes:,}"),
        ]
    )
    if not made.is_signed:
        talk.remark("Its list of files is not signed: the log's key is not at hand.")
    talk.tell("Whoever gets it unpacks it and runs there: python3 -I -S verify.py --key KEY")
    talk.tell("Tell them KEY, the log's verifier key, by another way than the bundle; chaski keys shows it.")
    talk.document(
        {
            "file": str(made.path),
            "origin": manifest.origin,
            "size": manifest.size,
            "root": manifest.root,
            "scope": manifest.scope.plain(),
            "role": manifest.role,
            "signed": made.is_signed,
            "statements": count.statements,
            "withheld": count.withheld,
            "not_included": count.not_included,
            "disclosures": count.disclosures,
            "documents": count.documents,
            "bytes": made.bytes,
        }
    )
