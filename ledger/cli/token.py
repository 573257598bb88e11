"""`chaski token`: bearer tokens for the API. Only their hashes are kept: a token is shown once."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="Tokens for the API: create, list, revoke.")
    group.command("create")(create)
    group.command("list")(listed)
    group.command("revoke")(revoke)
    app.add_typer(group, name="token")


def create(
    party: Annotated[str, typer.Option("--party", metavar="ID", help="The party in whose name the token acts.")],
    scope: Annotated[
        list[str], typer.Option("--scope", metavar="SCOPE", help="What it may do; may be given several times.")
    ],
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How many days it is good for.")] = 90,
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="What it is for, for your own list.")] = "",
    database: Database = None,
) -> None:
    """Create a token and show it once."""
    talk = talking()
    with opened(database) as ledger:
        text = ledger.create_token(party=party, scopes=scope, days=days, label=label)
        signs = party in ledger.delegations()
    talk.show(text)
    if not talk.as_json:
        talk.remark("Keep it now: it is shown only this once. It is good for {days} days.", days=days)
    if not signs and "facts:write" in scope:
        talk.remark("The node cannot sign for {party} yet: chaski keys delegate --party {party}", party=party)
    talk.document({"token": text, "party": party, "scopes": list(scope), "days": days, "label": label})


def listed(database: Database = None) -> None:
    """List all tokens with their powers and end, never their text."""
    from ledger.cli.plain import plain

    talk = talking()
    with opened(database) as ledger:
        found = ledger.tokens()
    talk.table(
        ["Id", "Party", "May", "Until", "Status", "Label"],
        [
            [
                each.id,
                each.party,
                ", ".join(each.scopes),
                each.expires_at,
                talk.phrase("revoked" if each.revoked else "in force"),
                each.label,
            ]
            for each in found
        ],
    )
    talk.document({"tokens": plain(found)})


def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, from the list.")],
    database: Database = None,
) -> None:
    """Revoke a token at once."""
    talk = talking()
    with opened(database) as ledger:
        ledger.revoke_token(token_id)
    talk.tell("The token {token} is revoked.", token=token_id)
    talk.document({"revoked": token_id})
