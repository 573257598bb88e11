"""Goods and papers to look at: too old, of different days, fallen in quality, other seals, one number twice."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted import goods
from ledger.seasons.planted.cases.scale import trader_family
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Stated


def beans(p: Planting, picked_before: int) -> tuple[str, int, Stated]:
    """Wet cocoa of a family of the trader, picked so many days ago: lot, grams and the delivery."""
    days: dict[str, Any] = {"harvested_from": p.day(picked_before), "harvested_to": p.day(picked_before)}
    draft = goods.deliver(p, trader_family(p), 60_000, commodity="cocoa", form="wet-beans", **days)
    return draft["lot"], draft["net"], draft


def box(p: Planting, *parts: tuple[str, int]) -> Stated:
    """Wet beans together in one fermentation box."""
    whole = sum(grams for _, grams in parts)
    made = whole * 9 // 10
    losses = [{"kind": "process", "grams": whole - made}]
    outputs = [("fermented-beans", "main", made)]
    return goods.transform(p, p.cast.rival, parts, outputs, "box-fermenting", commodity="cocoa", losses=losses)


def cupped(p: Planting, lot: str, score: int) -> Stated:
    """The co-operative cups a sample; the score is in hundredths of a point."""
    measures = [{"kind": "cup-score", "value": score, "scale": 2, "unit": "points"}]
    return p.say(
        p.cast.coop, "lot.inspected", {"lot": lot, "inspected_on": p.today, "measures": measures, "result": "observed"}
    )


@plant(
    "beans-too-old",
    "mistake",
    "Cacao en baba de varios días entra como si fuera de hoy.",
    "Wet cocoa several days old comes in as if it were today's.",
    "harvest_is_fresh",
)
def beans_too_old(p: Planting) -> None:
    lot, _, draft = beans(p, p.dice.roll(3, 6))
    p.flagged(draft, "harvest-too-old", lot)


@plant(
    "box-of-two-days",
    "mistake",
    "Un cajón de fermentación junta cacao de días distintos.",
    "A fermentation box puts together beans of different days.",
    "inputs_are_of_one_day",
)
def box_of_two_days(p: Planting) -> None:
    first, second = beans(p, 2), beans(p, 0)
    made = box(p, first[:2], second[:2])
    p.flagged(made, "inputs-of-different-days", made["outputs"][0]["lot"])


@plant(
    "box-of-one-day",
    "honest",
    "Un cajón junta cacao de dos familias cosechado en dos días seguidos.",
    "A box puts together two families' beans picked on two days running.",
)
def box_of_one_day(p: Planting) -> None:
    first, second = beans(p, 1), beans(p, 0)
    made = box(p, first[:2], second[:2])
    p.is_about(made["outputs"][0]["lot"])
    p.stands(p.about, "eudr")


@plant(
    "cup-fallen",
    "fraud",
    "El puntaje de taza cae de golpe en el almacén: quizá cambiaron el café.",
    "The cup score falls suddenly in the store: perhaps the coffee was exchanged.",
    "quality_holds_in_custody",
)
def cup_fallen(p: Planting) -> None:
    lot, _ = goods.delivered(p)
    score = p.dice.roll(8_400, 8_700)
    cupped(p, lot, score)
    p.days_later(p.dice.roll(5, 20))
    p.flagged(cupped(p, lot, score - p.dice.roll(450, 800)), "quality-fallen", lot)


@plant(
    "cup-a-little-lower",
    "honest",
    "Dos catadores difieren en un par de puntos.",
    "Two cuppers differ by a couple of points.",
)
def cup_a_little_lower(p: Planting) -> None:
    lot, _ = goods.delivered(p)
    score = p.dice.roll(8_400, 8_700)
    cupped(p, lot, score)
    p.days_later(9)
    cupped(p, lot, score - p.dice.roll(50, 399))
    p.is_about(lot)


@plant(
    "cup-above-hundred",
    "mistake",
    "Un puntaje de taza por encima de cien.",
    "A cup score above a hundred.",
    "measures_are_possible",
)
def cup_above_hundred(p: Planting) -> None:
    lot, _ = goods.delivered(p)
    p.flagged(cupped(p, lot, p.dice.roll(10_100, 87_000)), "measure-impossible", lot)


@plant(
    "seals-changed",
    "fraud",
    "Los precintos del contenedor no son los que se pusieron.",
    "The container's seals are not those that were put on.",
    "seals_are_those_of_the_dispatch",
)
def seals_changed(p: Planting) -> None:
    part = goods.delivered(p)
    numbers = [f"EJ-{p.dice.roll(1_000, 4_999)}", f"EJ-{p.dice.roll(5_000, 9_999)}"]
    sent = goods.send(p, p.cast.coop, p.cast.buyer, part, seals=numbers)
    p.days_later(25)
    arrived = goods.receive(p, p.cast.buyer, sent, seals=[numbers[0], "EJ-0001"])
    p.flagged(arrived, "seals-differ", part[0])


def attached(p: Planting, number: str, content: str, **about: Any) -> Stated:
    """A phytosanitary certificate is attached."""
    body = {
        "document": p.valley.world.bytes_of(f"paper/{p.case.id}/{content}", 32).hex(),
        "kind": "phytosanitary",
        "media_type": "application/pdf",
        "size": 10_000,
        "number": number,
        "issuer": p.cast.authority.id,
    }
    return p.say(p.cast.coop, "document.attached", body | about)


@plant(
    "document-number-twice",
    "fraud",
    "El mismo número de certificado fitosanitario aparece en dos papeles distintos.",
    "The same phytosanitary certificate number stands on two different papers.",
    "document_number_is_used_once",
)
def document_number_twice(p: Planting) -> None:
    number = f"F-{p.dice.roll(10_000, 99_999)}"
    attached(p, number, "first")
    p.days_later(p.dice.roll(1, 30))
    p.flagged(attached(p, number, "second"), "document-number-repeated", number)


@plant(
    "same-paper-again",
    "honest",
    "El mismo papel se adjunta dos veces: es el mismo.",
    "The same paper is attached twice: it is the same.",
)
def same_paper_again(p: Planting) -> None:
    number = f"F-{p.dice.roll(10_000, 99_999)}b"
    attached(p, number, "only")
    p.days_later(2)
    attached(p, number, "only")
    p.is_about(number)
