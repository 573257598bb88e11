"""`chaski claims LOT`: what a lot carries on a day, as was known at a size or moment, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli.amounts import amount
from ledger.cli.claim_table import show_claims
from ledger.cli.opening import opened_to_read
from ledger.cli.options import At, Database
from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("claims")(claims)


def claims(
    lot_id: Annotated[str, typer.Argument(metavar="LOT", help="The lot's id.")],
    *,
    database: Database = None,
    at: At = None,
    known_at: Annotated[
        str | None,
        typer.Option(
            "--known-at",
            metavar="SIZE|MOMENT",
            help="What the log knew: with so many entries, or at a moment (2026-08-05T18:00:00-05:00); default now.",
        ),
    ] = None,
    party: Annotated[
        str | None, typer.Option("--party", metavar="ID", help="As the lot would stand with this owner.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every fact a reason rests on, not one line per reason.")
    ] = False,
) -> None:
    """Show what a lot carries on a day under each scheme and agreement, and why not where it does not."""
    from ledger.book.asked import day_asked, known_asked
    from ledger.cli.plain import plain

    talk = talking()
    day = None if at is None else day_asked(at, "--at")
    known = None if known_at is None else known_asked(known_at, "--known-at")
    with opened_to_read(database) as ledger:
        found = ledger.claims(lot_id, day, known_at=known, party=party)
        view = ledger.lot(lot_id, size=found.size, at=found.at)
        names = {owner.party: ledger.name_of(owner.party) for claim in found.claims for owner in claim.owners}
    talk.rows(
        [
            ("Lot", lot_id),
            ("Amount", amount(found.grams, view.unit)),
            ("Known at", talk.phrase("{size} entries", size=found.size)),
        ]
    )
    if not found.claimable:
        talk.tell("By-product: it carries no agreements or certificates.")
    elif found.claims:
        show_claims(talk, found.claims, found.at, view.unit, names, every_fact=everything)
    else:
        talk.tell("No agreement or certificate is linked to the families of this lot.")
    talk.document(plain(found, talk.language))
