"""`chaski init`: a new ledger, and what its operator must know on the first day."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.opening import read
from ledger.cli.options import Database
from ledger.cli.talk import talking
from ledger.errors import FormatError, Problem

if TYPE_CHECKING:
    from ledger.log import SignedCheckpoint


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("init")(init)


def init(
    *,
    database: Database = None,
    origin: Annotated[
        str | None,
        typer.Option(
            "--origin",
            metavar="NAME",
            help="The log's name for ever, a host and path you control: ledger.example/log/valle.",
        ),
    ] = None,
    operator: Annotated[
        str | None, typer.Option("--operator", metavar="NAME", help="The organisation that runs the ledger.")
    ] = None,
    country: Annotated[str, typer.Option("--country", metavar="CC", help="Its country, two letters.")] = "PE",
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", metavar="URL", help="The address the public will reach; QR codes point there."),
    ] = None,
    predecessor: Annotated[
        Path | None,
        typer.Option("--predecessor", metavar="FILE", help="The final checkpoint of the log this one continues."),
    ] = None,
    predecessor_key: Annotated[
        str | None, typer.Option("--predecessor-key", metavar="VERIFIERKEY", help="That log's key.")
    ] = None,
    predecessor_database: Annotated[
        str | None,
        typer.Option(
            "--predecessor-database",
            metavar="PATH|URL",
            help="That log's database: verified whole, and that it was closed at this checkpoint.",
        ),
    ] = None,
) -> None:
    """Create a ledger: its keys, its books and the first entry of its log."""
    from ledger.book import Ledger
    from ledger.settings import load, masked

    talk = talking()
    name = origin or _ask("--origin", "Name of the log, for example ledger.example/log/valle")
    who = operator or _ask("--operator", "Organisation that runs the ledger")
    settings = load(database=database, public_url=public_url)
    before = None if predecessor is None else _before(predecessor, predecessor_key)
    if predecessor_database is not None:
        _must_be_closed(before, predecessor_database, name)
    with Ledger.create(
        settings.database,
        origin=name,
        operator=who,
        country=country,
        public_url=settings.public_url,
        state_dir=settings.state_dir,
        predecessor=before,
    ) as ledger:
        facts = {
            "database": masked(settings.database),
            "origin": ledger.origin,
            "verifier_key": ledger.verifier_key,
            "operator_party": ledger.operator_party,
            "node_key": ledger.node_kid,
        }
    talk.tell("The ledger is there. It is yours: nobody else holds its keys.")
    talk.rows(
        [
            ("Ledger", facts["database"]),
            ("Log", facts["origin"]),
            ("Verifier key", facts["verifier_key"]),
            ("Operator", f"{who} ({facts['operator_party']})"),
        ]
    )
    if before is not None and predecessor_database is None:
        talk.remark(
            "Whether {origin} was really closed there was not checked: --predecessor-database would.",
            origin=before.checkpoint.origin,
        )
    talk.tell("Give the verifier key to your buyers and auditors: with it they check every receipt without you.")
    where = (
        settings.state_dir or f"{settings.database}.*" if _on_a_server(settings.database) else f"{settings.database}.*"
    )
    talk.tell(
        "Keys, vault and documents lie in {where}. Back up all of it, in two places, together with the ledger.",
        where=masked(str(where)),
    )
    talk.tell("Whoever has the keys can sign for you; whoever loses the master key loses all names and outlines.")
    talk.tell("Next: chaski serve --database {database}", database=facts["database"])
    talk.document(facts)


def _before(file: Path, key: str | None) -> SignedCheckpoint:
    """The predecessor's final checkpoint, which its key must have signed; cosignatures stay on it as they are."""
    from ledger.log import VerifierKey, open_checkpoint

    if key is None:
        raise FormatError(Problem("option-missing", expected="--predecessor-key", details={"command": "chaski init"}))
    return open_checkpoint(read(file), VerifierKey.parse(key))


def _must_be_closed(before: SignedCheckpoint | None, database: str, name: str) -> None:
    """Where the predecessor's books are at hand, nobody has to take its end on trust."""
    from ledger.book.predecessor import must_be_closed

    if before is None:
        raise FormatError(Problem("option-missing", expected="--predecessor", details={"command": "chaski init"}))
    with talking().progress("Verifying"):
        must_be_closed(database, before, name)


def _ask(option: str, question: str) -> str:
    """Ask a person; a script gets the missing option named."""
    talk = talking()
    if talk.as_json or not sys.stdin.isatty():
        details = {"command": "chaski init"}
        raise FormatError(Problem("option-missing", expected=option, details=details, retry="after-change"))
    return str(typer.prompt(talk.phrase(question), err=True))


def _on_a_server(database: str) -> bool:
    return "://" in database and not database.startswith("sqlite")
