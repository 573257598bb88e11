"""`chaski keys`: which keys may sign for whom, since when, which are revoked; and letting the node sign for a party."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking
from ledger.errors import FormatError, Problem


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(keys)
    group.command("delegate")(delegate)
    app.add_typer(group, name="keys")


def keys(context: typer.Context, database: Database = None) -> None:
    """List the keys of the ledger: whose, of which kind, authorised and revoked at which index."""
    from ledger.cli.plain import plain

    if context.invoked_subcommand is not None:
        context.obj = database
        return
    talk = talking()
    with opened(database) as ledger:
        rows, delegations = ledger.keys(), ledger.delegations()
        origin, verifier_key = ledger.origin, ledger.verifier_key
    talk.rows([("Log", origin), ("Verifier key", verifier_key)])
    talk.table(
        ["Key", "Party", "Kind", "Authorised at", "Revoked at", "For"],
        [
            [
                row.kid,
                row.party,
                row.kind,
                str(row.authorised_at),
                "" if row.revoked_at is None else str(row.revoked_at),
                str(len(row.fact_types)) if row.fact_types else talk.phrase("all"),
            ]
            for row in rows
        ],
        right=(3, 4, 5),
    )
    if delegations:
        talk.tell("The node signs for:")
        talk.table(["Party", "For"], [[party, str(len(types))] for party, types in delegations.items()], right=(1,))
    talk.document(
        {
            "origin": origin,
            "verifier_key": verifier_key,
            "keys": plain(rows),
            "delegations": {party: list(types) for party, types in delegations.items()},
        }
    )


def delegate(
    context: typer.Context,
    party: Annotated[str, typer.Option("--party", metavar="ID", help="The party the node shall sign for.")],
    facts: Annotated[
        str,
        typer.Option(
            "--facts",
            metavar="TYPES",
            help="Only these types of facts, separated by commas, instead of those delegated before. Default: all.",
        ),
    ] = "",
    database: Database = None,
) -> None:
    """Let the node sign facts for a party that has no key of its own (sent with a token, or by submit --party)."""
    from ledger.cli.plain import plain

    talk = talking()
    types = _types(facts) if facts else None
    # `chaski keys --database X delegate` means the same ledger.
    with opened(database or context.obj) as ledger:
        outcome = ledger.delegate(party, types)
        signs = ledger.delegations().get(party, ())
    talk.tell("The node now signs for {party}. Types of facts: {count}.", party=party, count=len(signs))
    talk.document({"party": party, "fact_types": list(signs), "outcome": plain(outcome, talk.language)})


def _types(text: str) -> list[str]:
    """The types of facts in a list with commas; a misspelt one would be delegated for nothing."""
    from ledger.book.genesis import delegable
    from ledger.facts import known_types

    types = list(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
    unknown = [Problem("fact-unknown", "--facts", each) for each in types if each not in known_types()]
    kept = [Problem("fact-not-delegable", "--facts", each) for each in types if each not in delegable()]
    if unknown or kept:
        raise FormatError(unknown or kept)
    if not types:
        raise FormatError(Problem("delegation-empty", "--facts"))
    return types
