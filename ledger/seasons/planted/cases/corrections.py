"""Corrections: of what does not stand, of another's words, and behind the back of whoever acted on them."""

from __future__ import annotations

from ledger.seasons.planted import goods
from ledger.seasons.planted.cases.scale import estimated
from ledger.seasons.planted.planting import Planting, plant, retract
from ledger.seasons.planted.stated import DigestOf


@plant(
    "corrected-twice",
    "mistake",
    "Se retira dos veces la misma entrega.",
    "The same delivery is taken back twice.",
    "only_a_standing_fact_is_corrected",
)
def corrected_twice(p: Planting) -> None:
    draft = goods.deliver(p, p.neighbour())
    retract(p, p.cast.coop, draft)
    p.days_later(1)
    p.refused(retract(p, p.cast.coop, draft, reason="duplicate"), "already-corrected")


@plant(
    "anothers-words",
    "fraud",
    "Una competidora retira la entrega que registró la cooperativa.",
    "A competitor takes back a delivery the co-operative recorded.",
    "correction_is_by_its_stater_or_above",
)
def anothers_words(p: Planting) -> None:
    draft = goods.deliver(p, p.neighbour())
    p.refused(retract(p, p.cast.rival, draft), "not-your-fact")


@plant(
    "confirmed-and-denied",
    "fraud",
    "La cooperativa retira una entrega que el agricultor ya había confirmado.",
    "The co-operative takes back a delivery the farmer had confirmed.",
    "counterparty_has_endorsed",
)
def confirmed_and_denied(p: Planting) -> None:
    draft = goods.deliver(p, p.neighbour())
    body = {"lot": draft["lot"], "statement": DigestOf(draft.id), "producer": draft["producer"]}
    p.say(p.cast.farmer, "delivery.confirmed", body)
    p.days_later(p.dice.roll(1, 9))
    p.refused(retract(p, p.cast.coop, draft), "counterparty-not-endorsed")


@plant(
    "mistyped-and-mended",
    "honest",
    "Un peso mal digitado, corregido la misma tarde: la primera versión ya no cuenta.",
    "A weight mistyped and corrected the same evening: the first version no longer counts.",
)
def mistyped_and_mended(p: Planting) -> None:
    family = p.family()
    estimated(p, family, 200_000)
    body = goods.delivery_of(p, family, 60_000)
    wrong = p.say(p.cast.coop, "lot.harvested", {**body, "gross": 600_600, "net": 600_000})
    p.say(p.cast.coop, "lot.harvested", body, around={"replaces": DigestOf(wrong.id)})
    p.is_about(body["lot"])
    p.stands(body["lot"], "eu-organic", "eudr")


@plant(
    "taken-back-together",
    "honest",
    "La entrega se retira con la conformidad del agricultor que la había confirmado.",
    "The delivery is taken back with the consent of the farmer who had confirmed it.",
)
def taken_back_together(p: Planting) -> None:
    draft = goods.deliver(p, p.neighbour())
    about = {"statement": DigestOf(draft.id)}
    p.say(p.cast.farmer, "delivery.confirmed", {**about, "lot": draft["lot"], "producer": draft["producer"]})
    p.days_later(1)
    p.say(p.cast.farmer, "fact.endorsed", {**about, "role": "retraction"})
    retract(p, p.cast.coop, draft)
    p.is_about(draft["lot"])


@plant(
    "new-planting",
    "honest",
    "La parcela dio más de lo estimado; el técnico lo explicó: entró en producción la parte alta.",
    "A plot gave more than estimated; the technician explained it: the upper part came into bearing.",
)
def new_planting(p: Planting) -> None:
    family = p.family()
    estimated(p, family, 60_000)
    draft = goods.deliver(p, family, 64_000)
    p.days_later(2)
    body = {"statement": DigestOf(draft.id), "flag": "estimate-exceeded", "grounds": "new-planting"}
    p.say(p.cast.coop, "flag.justified", body)
    p.is_about(draft["lot"])
    p.stands(draft["lot"], "eu-organic", "forest-agreement", "eudr")
