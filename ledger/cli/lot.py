"""`chaski lot`: what a lot is, where it is and what it rests on; without an id, the list of lots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.amounts import amount
from ledger.cli.claim_table import show_claims
from ledger.cli.opening import opened_to_read
from ledger.cli.options import At, Database, Size
from ledger.cli.steps import HOW, form_name, form_unit, step_name
from ledger.cli.talk import Talk, talking
from ledger.words import say_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.packs.pack import CommodityPack
    from ledger.queries import AttributeWords, LotLine, LotView, Step


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("lot")(lot)


def lot(
    lot_id: Annotated[
        str | None, typer.Argument(metavar="LOT", help="The lot's id; without it all lots are listed.")
    ] = None,
    *,
    database: Database = None,
    size: Size = None,
    at: At = None,
    party: Annotated[
        str | None, typer.Option("--party", metavar="ID", help="List: only lots this party holds.")
    ] = None,
    commodity: Annotated[
        str | None, typer.Option("--commodity", metavar="CODE", help="List: only this commodity.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="List: at most so many.")] = 100,
    after: Annotated[str, typer.Option("--after", metavar="LOT", help="List: go on after this lot.")] = "",
) -> None:
    """Show a lot: weight, holders, families, claims, journey. Without an id: list lots."""
    from ledger.book.asked import day_asked
    from ledger.cli.plain import plain

    talk = talking()
    day = None if at is None else day_asked(at, "--at")
    with opened_to_read(database) as ledger:
        if lot_id is None:
            found = ledger.lots(party=party, commodity=commodity, after=after, limit=limit + 1)
            lines, cut = found[:limit], len(found) > limit
            _list(talk, lines, {code: ledger.pack(code) for code in {each.commodity for each in lines}})
            if cut:
                talk.remark("There are more lots: --after {lot} goes on.", lot=lines[-1].lot)
            talk.document({"lots": plain(lines, talk.language), "more": cut})
            return
        view = ledger.lot(lot_id, size=size, at=day)
        pack = ledger.pack(view.commodity)
    _view(talk, view, pack)
    talk.document(plain(view, talk.language))


def _list(talk: Talk, lines: list[LotLine], packs: Mapping[str, CommodityPack]) -> None:
    if not lines:
        talk.tell("There are no such lots.")
        return
    talk.table(
        ["Lot", "Commodity", "Form", "Season", "Amount", "Born", "By"],
        [
            [
                x.lot,
                getattr(packs[x.commodity].names, talk.language),
                form_name(x.form, packs[x.commodity], talk.language),
                x.season,
                amount(x.grams, form_unit(x.form, packs[x.commodity])),
                x.born_on,
                talk.phrase(HOW.get(x.how, x.how)),
            ]
            for x in lines
        ],
        right=(4,),
    )


def _view(talk: Talk, view: LotView, pack: CommodityPack) -> None:
    commodity = _named(view.commodity_names, talk.language, view.commodity)
    form = _named(view.form_names, talk.language, view.form)
    days = (
        view.harvested_from
        if view.harvested_from == view.harvested_to
        else f"{view.harvested_from} - {view.harvested_to}"
    )
    talk.rows(
        [
            ("Lot", view.lot),
            ("What", f"{commodity}, {form}"),
            ("Described as", ", ".join(_described(each, talk.language) for each in view.attributes)),
            ("Season", view.season),
            ("Amount", amount(view.grams, view.unit)),
            ("Harvested", days),
            ("Born", f"{view.born_on} ({talk.phrase(HOW.get(view.how, view.how))})"),
            ("Families", view.families_shown),
            ("Districts", ", ".join(view.districts)),
            ("Untraced", amount(view.untraced_grams, view.unit) if view.untraced_grams else ""),
            ("In transit", amount(view.in_transit, view.unit) if view.in_transit else ""),
            ("Known at", talk.phrase("{size} entries", size=view.size)),
        ]
    )
    if view.holders:
        held = [[view.holder_names.get(x, "") or x, x, amount(grams, view.unit)] for x, grams in view.holders.items()]
        talk.table(["Holder", "Id", "Amount"], held, right=(2,))
    if view.claims:
        show_claims(talk, view.claims, view.claims_at, view.unit, view.owner_names)
    if view.steps:
        talk.table(
            ["Index", "When", "Step", "Where", "Who", "Amount"],
            [
                [
                    str(x.index),
                    x.at[:16],
                    _step(talk, x, pack),
                    x.place,
                    x.party_name or x.party,
                    amount(x.grams, view.unit),
                ]
                for x in view.steps
            ],
            right=(0, 5),
        )
    for block in view.blocks:
        talk.tell("{kind}: lot {lot}, {reason}", kind=talk.phrase(block.kind), lot=block.lot, reason=block.reason)
    # A flag is part of what the lot is, so it goes where the result goes.
    for said in say_all(view.flags, talk.language):
        talk.show(f"! {said.title} [{said.code}]")


def _step(talk: Talk, step: Step, pack: CommodityPack) -> str:
    name, is_phrase = step_name(step, pack, talk.language)
    return talk.phrase(name) if is_phrase else name


def _described(attribute: AttributeWords, language: str) -> str:
    """An attribute with its norm, where it has one: names of classes moved between norms (clase superfina)."""
    name = _named(attribute.names, language, attribute.code)
    value = _named(attribute.value_names, language, attribute.value)
    return f"{name}: {value} ({attribute.norm})" if attribute.norm else f"{name}: {value}"


def _named(names: Mapping[str, str], language: str, code: str) -> str:
    return names.get(language) or names.get("en") or code
