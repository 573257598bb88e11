"""Sales, their reversal, and pledges: sold twice, given back beyond the sale, sold although pledged."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted import goods
from ledger.seasons.planted.cast import ORGANIC
from ledger.seasons.planted.goods import PARCHMENT
from ledger.seasons.planted.planting import Planting, plant, retract
from ledger.seasons.planted.stated import Stated


def sold(p: Planting, part: tuple[str, int], **changes: Any) -> Stated:
    """Parchment is sold to the buyer without a claim."""
    return goods.sell(p, p.cast.coop, p.cast.buyer, part, form=PARCHMENT, **changes)


def reversal(p: Planting, sale: Stated, grams: int, **changes: Any) -> Stated:
    """So many grams of a sale are undone."""
    body = {
        **{name: sale[name] for name in ("sale", "buyer", "commodity", "form")},
        "seller": p.cast.coop.id,
        "lots": [{"lot": sale["lots"][0]["lot"], "grams": grams, "invoiced_grams": grams}],
        "reason": "quality",
    }
    return p.say(changes.pop("by", p.cast.coop), "sale.reversed", body | changes)


def pledge(p: Planting, part: tuple[str, int], **changes: Any) -> Stated:
    """The co-operative pledges grams of a lot to its lender."""
    body = {"pledge": p.thing("pledge"), "lot": part[0], "grams": part[1], "lender": p.cast.lender.id}
    return p.say(p.cast.coop, "pledge.recorded", body | changes)


@plant(
    "double-sale",
    "fraud",
    "El mismo café se vende a dos compradores.",
    "The same coffee is sold to two buyers.",
    "book_is_not_overdrawn",
)
def double_sale(p: Planting) -> None:
    part = goods.delivered(p)
    sold(p, part)
    p.days_later(p.dice.roll(1, 9))
    again = goods.sell(p, p.cast.coop, p.cast.roaster, part, form=PARCHMENT)
    p.refused(again, "title-overdrawn")


@plant(
    "sold-as-green",
    "fraud",
    "Se factura pergamino como café verde.",
    "Parchment is invoiced as green coffee.",
    "sold_lots_are_what_the_sale_says",
)
def sold_as_green(p: Planting) -> None:
    p.refused(goods.sell(p, p.cast.coop, p.cast.buyer, goods.delivered(p)), "form-differs")


@plant(
    "deposit-sold",
    "fraud",
    "Una acopiadora vende el café que un socio dejó en depósito en la cooperativa.",
    "A trader sells the coffee a member left in deposit with the co-operative.",
    "deposit_is_of_the_sellers_producer",
)
def deposit_sold(p: Planting) -> None:
    family = p.neighbour()
    lot, grams = goods.delivered(p, family, terms="deposit")
    line = {"lot": lot, "grams": grams, "invoiced_grams": grams, "owner": family.producer}
    draft = goods.sell(p, p.cast.rival, p.cast.buyer, (lot, grams), form=PARCHMENT, lots=[line])
    p.refused(draft, "not-your-deposit")


@plant(
    "claim-twice",
    "mistake",
    "La misma declaración se vende dos veces en una línea.",
    "The same claim is sold twice on one line.",
    "sold_claims_are_said_once_and_whole",
)
def claim_twice(p: Planting) -> None:
    claim = goods.claim(p, "certificate", ORGANIC)
    draft = goods.sell(p, p.cast.coop, p.cast.buyer, goods.delivered(p), claim, claim, form=PARCHMENT)
    p.refused(draft, "claim-named-twice")


@plant(
    "volume-without-claim",
    "mistake",
    "Se descuenta volumen licenciado de una venta que no declara nada.",
    "Licensed volume is drawn for a sale that claims nothing.",
    "volume_is_drawn_for_a_claim",
)
def volume_without_claim(p: Planting) -> None:
    part = goods.green(p, p.northerner())
    draft = goods.sell(p, p.cast.north, p.cast.buyer, part, debits=[goods.debit(p, 1_000)])
    p.refused(draft, "debit-without-claim")


@plant(
    "undone-by-stranger",
    "fraud",
    "Una competidora anula la venta de la cooperativa.",
    "A competitor undoes the co-operative's sale.",
    "reversal_names_the_sale",
)
def undone_by_stranger(p: Planting) -> None:
    part = goods.delivered(p)
    sale = sold(p, part)
    p.refused(reversal(p, sale, part[1], by=p.cast.rival), "not-a-party-to-sale")


@plant(
    "more-undone-than-sold",
    "fraud",
    "Se anulan más kilos de los que se vendieron.",
    "More kilograms are undone than were sold.",
    "reversal_stays_within_the_sale",
)
def more_undone_than_sold(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    sale = sold(p, (lot, grams // 2))
    sold(p, (lot, grams // 2))
    p.days_later(2)
    p.refused(reversal(p, sale, grams // 2 + 1), "reversal-exceeds-sale")


@plant(
    "sale-denied",
    "fraud",
    "Se retira una venta cuando el comprador ya revendió el café.",
    "A sale is taken back after the buyer has sold the coffee on.",
    "corrected_sale_takes_nothing_back_that_is_gone",
)
def sale_denied(p: Planting) -> None:
    part = goods.delivered(p)
    sale = sold(p, part)
    p.days_later(1)
    goods.sell(p, p.cast.buyer, p.cast.roaster, part, form=PARCHMENT)
    p.refused(retract(p, p.cast.coop, sale), "sale-used-since")


@plant(
    "sold-although-pledged",
    "fraud",
    "Se vende café que está en prenda.",
    "Coffee is sold that stands pledged.",
    "pledged_grams_stay",
)
def sold_although_pledged(p: Planting) -> None:
    part = goods.delivered(p)
    pledge(p, part)
    p.days_later(p.dice.roll(1, 9))
    p.refused(sold(p, part), "lot-pledged")


@plant(
    "pledged-and-worked",
    "mistake",
    "Se procesa café en prenda sin avisar a quien prestó.",
    "Pledged coffee is worked without a word to the lender.",
    "pledged_stock_is_left_alone",
)
def pledged_and_worked(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    pledge(p, (lot, grams))
    draft = goods.transform(p, p.cast.coop, [(lot, grams)], [(PARCHMENT, "main", grams)])
    p.flagged(draft, "pledged-stock-worked", lot)


@plant(
    "pledged-twice",
    "fraud",
    "El mismo café se da en prenda dos veces.",
    "The same coffee is pledged twice.",
    "pledger_owns_what_is_pledged",
)
def pledged_twice(p: Planting) -> None:
    part = goods.delivered(p)
    pledge(p, part)
    p.days_later(3)
    p.refused(pledge(p, part), "pledge-exceeds-title")


@plant(
    "pledge-freed-by-pledger",
    "fraud",
    "La cooperativa levanta ella misma la prenda.",
    "The co-operative lifts the pledge itself.",
    "lender_releases_its_pledge",
)
def pledge_freed_by_pledger(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    pledged = pledge(p, (lot, grams))
    body = {name: pledged[name] for name in ("pledge", "lot", "lender")}
    body |= {"grams": grams, "pledger": p.cast.coop.id}
    p.refused(p.say(p.cast.coop, "pledge.released", body), "not-the-lender")


@plant(
    "pledge-repaid",
    "honest",
    "El préstamo se pagó, la financiera soltó la prenda, y el café se vende.",
    "The loan was repaid, the lender let go, and the coffee is sold.",
)
def pledge_repaid(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    pledged = pledge(p, (lot, grams))
    p.days_later(12)
    body = {name: pledged[name] for name in ("pledge", "lot", "lender")}
    p.say(p.cast.lender, "pledge.released", {**body, "grams": grams, "pledger": p.cast.coop.id})
    sold(p, (lot, grams))
    p.is_about(lot)


@plant(
    "sale-undone-and-sold-again",
    "honest",
    "El pedido se canceló; el café se vende a otro comprador.",
    "The order was cancelled; the coffee is sold to another buyer.",
)
def sale_undone_and_sold_again(p: Planting) -> None:
    part = goods.delivered(p)
    sale = sold(p, part)
    p.days_later(2)
    reversal(p, sale, part[1], reason="order-cancelled")
    goods.sell(p, p.cast.coop, p.cast.roaster, part, goods.claim(p, "certificate", ORGANIC), form=PARCHMENT)
    p.is_about(part[0])
    p.stands(part[0], ORGANIC)
