"""At the scale: who brought how much of what, from where and when, and on which paper."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ledger.seasons.planted import goods
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import DigestOf
from ledger.seasons.planted.valley import SEASON, Family


def trader_family(p: Planting) -> Family:
    """A family that sells to the trader: nothing is claimed of its coffee but the evidence of its land."""
    return p.enrolled(group=p.cast.rival)


def estimated(p: Planting, family: Family, grams: int) -> None:
    """The inspector says what the plot should give."""
    body = {
        "estimate": p.thing("estimate"),
        "grown": family.plot,
        "commodity": "coffee",
        "form": goods.PARCHMENT,
        "season": SEASON,
        "grams": grams,
        "method": "inspection",
    }
    p.say(family.group, "estimate.made", body)


@plant(
    "ghost-farmer",
    "fraud",
    "A nombre de un socio entra más café del que su parcela puede dar: es de otro.",
    "More coffee comes in under a member's name than the plot was estimated to give: it is somebody else's.",
    "delivery_is_within_estimate",
)
def ghost_farmer(p: Planting) -> None:
    family = p.family()
    expected = p.dice.roll(800, 1_500) * 100
    estimated(p, family, expected)
    goods.deliver(p, family, expected)
    p.days_later(3)
    more = goods.deliver(p, family, p.dice.roll(300, 600) * 100)
    p.flagged(more, "estimate-far-exceeded", family.producer)


@plant(
    "wrong-unit",
    "mistake",
    "El digitador escribió miligramos en lugar de gramos: mil veces el peso.",
    "The clerk typed milligrams instead of grams: a thousand times the weight.",
    "delivery_is_within_cap",
)
def wrong_unit(p: Planting) -> None:
    family = trader_family(p)
    grams = p.dice.roll(40, 60) * 1_000
    typed = goods.deliver(p, family, grams * 1_000)
    p.flagged(typed, "cap-exceeded", typed["lot"])


@plant(
    "net-differs",
    "fraud",
    "El peso neto anotado no es bruto menos tara: al agricultor le faltan kilos.",
    "The net weight is not gross less tare: the farmer is short of kilograms.",
    "net_is_gross_less_tare",
)
def net_differs(p: Planting) -> None:
    body = goods.delivery_of(p, p.neighbour(), 70_000)
    p.refused(p.say(p.cast.scale, "lot.harvested", {**body, "net": 66_000}), "net-differs")


@plant(
    "duplicated-number",
    "fraud",
    "Dos entregas con el mismo número de boleta: quizá los mismos sacos dos veces.",
    "Two deliveries under one receipt number: perhaps the same sacks twice.",
    "receipt_number_is_used_once",
)
def duplicated_number(p: Planting) -> None:
    first = goods.deliver(p, p.neighbour())
    p.days_later(p.dice.roll(0, 6))
    second = goods.deliver(p, p.neighbour(), receipt=first["receipt"])
    p.flagged(second, "receipt-number-repeated", second["receipt"])


@plant(
    "no-plot",
    "mistake",
    "Una entrega sin decir de qué parcela viene: se recibe, pero nada se puede declarar de ella.",
    "A delivery that does not say from which plot: it is taken, and nothing can be claimed of it.",
    "origin_is_named",
)
def no_plot(p: Planting) -> None:
    draft = goods.deliver(p, trader_family(p), plot=None)
    p.flagged(draft, "origin-unnamed", draft["lot"])
    p.claimed(draft["lot"], "plot-not-named")


@plant(
    "two-origins",
    "mistake",
    "Una entrega dice venir de una parcela y de un rebaño a la vez.",
    "A delivery says it comes from a plot and a herd at once.",
    "delivery_has_one_origin",
)
def two_origins(p: Planting) -> None:
    family = p.neighbour()
    herd = p.thing("herd")
    body = {"herd": herd, "holder": family.producer, "code": "R-1", "species": "alpaca", "district": "Pitumarca"}
    p.say(p.cast.coop, "herd.registered", body)
    p.refused(goods.deliver(p, family, herd=herd), "origin-twofold")


@plant(
    "unknown-commodity",
    "mistake",
    "Se registra quinua donde el libro no tiene reglas para ella.",
    "Quinoa is recorded where the log has no rules for it.",
    "commodity_is_known",
)
def unknown_commodity(p: Planting) -> None:
    p.refused(goods.deliver(p, p.neighbour(), commodity="quinoa"), "commodity-unknown")


@plant(
    "unknown-attribute",
    "mistake",
    "Se describe un lote de fruta con un calibre que no existe.",
    "A lot of fruit is described with a calibre that does not exist.",
    "attributes_are_known",
)
def unknown_attribute(p: Planting) -> None:
    said = [{"code": "calibre", "value": "gigante"}]
    draft = goods.purchase(p, p.cast.rival, 10_000, commodity="dragon-fruit", form="fresh", attributes=said)
    p.refused(draft, "attribute-value-unknown")


@plant(
    "picked-tomorrow",
    "mistake",
    "Una entrega cosechada después de haber sido entregada.",
    "A delivery picked after it was handed over.",
    "harvest_precedes_delivery",
)
def picked_tomorrow(p: Planting) -> None:
    p.refused(goods.deliver(p, p.neighbour(), harvested_to=p.day(-2)), "harvest-after-delivery")


@plant(
    "days-reversed",
    "mistake",
    "La cosecha termina antes de empezar: las fechas están cambiadas.",
    "The harvest ends before it begins: the days have changed places.",
    "periods_run_forward",
)
def days_reversed(p: Planting) -> None:
    days: dict[str, Any] = {"harvested_from": p.day(3), "harvested_to": p.day(9)}
    p.refused(goods.deliver(p, p.neighbour(), **days), "period-reversed")


@plant(
    "old-coffee",
    "fraud",
    "Café de hace años entra como cosecha de esta campaña.",
    "Coffee of years ago comes in as this season's harvest.",
    "harvest_fits_the_season",
)
def old_coffee(p: Planting) -> None:
    year = p.dice.roll(2019, 2023)
    days: dict[str, Any] = {"harvested_from": f"{year}-06-02", "harvested_to": f"{year}-06-20"}
    draft = goods.deliver(p, trader_family(p), **days)
    p.flagged(draft, "harvest-outside-season", draft["lot"])


@plant(
    "clock-ahead",
    "mistake",
    "El reloj de una balanza va días adelantado.",
    "The clock of a scale runs days ahead.",
    "clock_can_be_believed",
)
def clock_ahead(p: Planting) -> None:
    family = trader_family(p)
    body = goods.delivery_of(p, family, 30_000)
    draft = p.say(family.group, "lot.harvested", body, at=p.now + timedelta(days=p.dice.roll(2, 5)))
    p.flagged(draft, "clock-suspect", draft["lot"])


@plant(
    "season-opened-twice",
    "mistake",
    "Los totales anteriores de un acopio se anotan dos veces.",
    "What a centre had taken in before is entered twice.",
    "season_is_opened_once",
)
def season_opened_twice(p: Planting) -> None:
    body = {
        "facility": p.cast.rival.place,
        "commodity": "coffee",
        "season": "2025",
        "sold": [{"form": "green", "grams": 80_000}],
    }
    p.say(p.cast.rival, "season.opened", body)
    p.refused(p.say(p.cast.rival, "season.opened", body), "season-already-opened")


@plant(
    "origins-exceed",
    "fraud",
    "Se declara más café de una familia de lo que pesa el lote comprado.",
    "More coffee of a family is declared than the bought lot weighs.",
    "declared_origins_fit_the_lot",
)
def origins_exceed(p: Planting) -> None:
    family = p.neighbour()
    origins = [{"grams": 90_000, "producer": family.producer, "grown": family.plot}]
    draft = goods.purchase(p, p.cast.rival, 80_000, origin="declared", origins=origins)
    p.refused(draft, "origins-exceed-lot")


@plant(
    "false-confirmation",
    "fraud",
    "Se presenta la conformidad de un agricultor sobre una entrega que no es la suya.",
    "A farmer's confirmation is handed in for a delivery that is not theirs.",
    "named_statement_stands",
)
def false_confirmation(p: Planting) -> None:
    draft = goods.deliver(p, p.neighbour())
    other = p.enrolled(group=p.cast.rival)
    body = {"lot": draft["lot"], "statement": DigestOf(draft.id), "producer": other.producer}
    p.refused(p.say(p.cast.farmer, "delivery.confirmed", body), "delivery-differs")
