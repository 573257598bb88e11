"""`chaski trace LOT`: back to the producers with grams contributed, forward to the receivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.amounts import amount
from ledger.cli.claim_table import STATUS
from ledger.cli.opening import opened_to_read
from ledger.cli.options import Database, Size
from ledger.cli.steps import HOW, form_name, form_unit
from ledger.cli.talk import Talk, talking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.packs.pack import CommodityPack
    from ledger.queries import Contribution, Trace

_SHOWN: Final = 40


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("trace")(trace)


def trace(
    lot_id: Annotated[str, typer.Argument(metavar="LOT", help="The lot's id.")],
    database: Database = None,
    size: Size = None,
    everything: Annotated[bool, typer.Option("--all", help="Every line, not only the first 40.")] = False,
) -> None:
    """Trace a lot back to its producers, to the gram, and forward to whoever received it."""
    from ledger.cli.plain import plain

    talk = talking()
    with opened_to_read(database) as ledger:
        found = ledger.trace(lot_id, size=size)
        view = ledger.lot(lot_id, size=size)
        pack = ledger.pack(view.commodity)
        names = {holder: ledger.name_of(holder) for each in found.forward for holder in each.holders}
    _show(talk, found, view.unit, pack, names, None if everything else _SHOWN)
    talk.document(plain(found, talk.language))


def _show(talk: Talk, found: Trace, unit: str, pack: CommodityPack, names: Mapping[str, str], most: int | None) -> None:
    producers = {x.producer for x in found.contributions if x.producer}
    talk.tell(
        "Lot {lot}: {amount}. Deliveries: {deliveries}. Families: {families}. Steps: {steps}.",
        lot=found.lot,
        amount=amount(found.grams, unit),
        deliveries=len(found.contributions),
        families=len(producers),
        steps=len(found.steps),
    )
    talk.table(
        ["Producer", "District", "Harvested", "Delivered", "Amount", "At most", "Measured", "Claims"],
        [
            [
                x.producer_code or x.producer or talk.phrase("not declared"),
                x.district,
                x.harvested_from if x.harvested_from == x.harvested_to else f"{x.harvested_from} - {x.harvested_to}",
                x.delivered_on,
                amount(x.grams, unit),
                amount(x.at_most_grams, unit),
                talk.phrase(x.measured),
                _claims(talk, x),
            ]
            for x in found.contributions[:most]
        ],
        right=(4, 5),
    )
    if most is not None and len(found.contributions) > most:
        talk.tell("... and {count} more; --all shows them.", count=len(found.contributions) - most)
    if found.forward:
        talk.tell("Forward:")
        talk.table(
            ["Lot", "Form", "By", "Amount", "Of this lot", "Holder"],
            [
                [
                    x.lot,
                    form_name(x.form, pack, talk.language),
                    talk.phrase(HOW.get(x.how, x.how)),
                    amount(x.grams, form_unit(x.form, pack)),
                    amount(x.expected_grams, unit),
                    ", ".join(names[holder] for holder in x.holders),
                ]
                for x in found.forward[:most]
            ],
            right=(3, 4),
        )


def _claims(talk: Talk, contribution: Contribution) -> str:
    return ", ".join(f"{claim.name}: {talk.phrase(STATUS[claim.status])}" for claim in contribution.claims)
