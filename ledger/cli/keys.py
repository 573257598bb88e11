"""`chaski keys`: which keys may sign for whom, since when, and which are revoked."""

from __future__ import annotations

import typer

from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("keys")(keys)


def keys(database: Database = None) -> None:
    """List the keys of the ledger: whose, of which kind, authorised and revoked at which index."""
    from ledger.cli.plain import plain

    talk = talking()
    with opened(database) as ledger:
        rows = ledger.keys()
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
    talk.document({"origin": origin, "verifier_key": verifier_key, "keys": plain(rows)})
