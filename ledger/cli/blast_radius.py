"""`chaski blast-radius SUBJECT`: what falls with a certificate, agreement, family, land, place, lot or key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.amounts import amount
from ledger.cli.claim_table import STATUS
from ledger.cli.opening import opened_to_read
from ledger.cli.options import Database, Size
from ledger.cli.talk import Talk, talking

if TYPE_CHECKING:
    from ledger.queries import BlastRadius


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("blast-radius")(blast_radius)


def blast_radius(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="Id of what is asked about, SHA-256 of a document, or a key.")
    ],
    database: Database = None,
    size: Size = None,
    at: Annotated[str | None, typer.Option("--at", metavar="DAY", help="The day claims are asked for.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, max=100_000, help="At most so many lots are listed.")] = 200,
) -> None:
    """List every lot downstream of something, how much of it is in each, who holds it and which claims rest on it."""
    from ledger.cli.plain import plain

    talk = talking()
    with opened_to_read(database) as ledger:
        found = ledger.blast_radius(subject, at=at, size=size, limit=limit)
        units = {lot.commodity: ledger.pack(lot.commodity).forms for lot in found.affected}
    _show(talk, found, {(code, form.code): form.unit for code, forms in units.items() for form in forms.values()})
    talk.document(plain(found, talk.language))


def _show(talk: Talk, found: BlastRadius, units: dict[tuple[str, str], str]) -> None:
    talk.tell(
        "{kind} {subject}: {lots} lots. Of what is left, {expected} are expected to come from it, {most} at most.",
        kind=talk.phrase(found.kind),
        subject=found.subject,
        lots=found.lots,
        expected=amount(found.expected_grams, "g"),
        most=amount(found.at_most_grams, "g"),
    )
    if found.held_grams:
        held = [[found.holder_names.get(party, party), amount(g, "g")] for party, g in found.held_grams.items()]
        talk.table(["Holder", "Amount"], held, right=(1,))
    talk.table(
        ["Lot", "Form", "Amount", "Expected", "At most", "Left", "Claims at stake"],
        [
            [
                lot.lot,
                lot.form,
                amount(lot.grams, units.get((lot.commodity, lot.form), "g")),
                amount(lot.expected_grams, units.get((lot.commodity, lot.form), "g")),
                amount(lot.at_most_grams, units.get((lot.commodity, lot.form), "g")),
                amount(sum(lot.holders.values()), units.get((lot.commodity, lot.form), "g")),
                ", ".join(f"{stake.name} ({talk.phrase(STATUS[stake.status])})" for stake in lot.stakes),
            ]
            for lot in found.affected
        ],
        right=(2, 3, 4, 5),
    )
    if len(found.affected) < found.lots:
        talk.tell("... and {count} more; --limit shows them.", count=found.lots - len(found.affected))
