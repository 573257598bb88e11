"""Stock on its way: who has it, who sends and receives it, what is held, and what goes missing."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted import goods
from ledger.seasons.planted.planting import Planting, plant


@plant(
    "sent-by-nobody",
    "fraud",
    "Una acopiadora despacha café que nunca tuvo.",
    "A trader dispatches coffee it never had.",
    "custodian_holds_lot",
)
def sent_by_nobody(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    p.refused(goods.send(p, p.cast.rival, p.cast.buyer, (lot, grams)), "not-the-custodian")


@plant(
    "cup-score-invented",
    "fraud",
    "Una acopiadora pone puntaje de taza a un lote que no tiene.",
    "A trader gives a cup score to a lot it does not have.",
    "holder_or_role_speaks_of_lot",
)
def cup_score_invented(p: Planting) -> None:
    lot, _ = goods.delivered(p)
    measures = [{"kind": "cup-score", "value": 8_800, "scale": 2, "unit": "points"}]
    body = {"lot": lot, "inspected_on": p.today, "measures": measures, "result": "passed"}
    p.refused(p.say(p.cast.rival, "lot.inspected", body), "not-the-custodian")


@plant(
    "held-and-sent",
    "fraud",
    "Se intenta despachar un lote retenido por humedad.",
    "Somebody tries to dispatch a lot held for moisture.",
    "nothing_blocked_leaves",
)
def held_and_sent(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    held = goods.hold(p, p.cast.coop, lot)
    p.refused(goods.send(p, p.cast.coop, p.cast.buyer, (lot, grams)), "lot-held")
    p.days_later(p.dice.roll(1, 4))
    goods.release(p, p.cast.coop, held)


@plant(
    "recalled",
    "mistake",
    "Un lote con moho ya entregado es llamado de vuelta.",
    "A lot with mould that had left is called back.",
)
def recalled(p: Planting) -> None:
    part = goods.delivered(p)
    goods.receive(p, p.cast.rival, goods.send(p, p.cast.coop, p.cast.rival, part))
    p.say(p.cast.coop, "lot.recalled", {"recall": p.thing("recall"), "lots": [part[0]], "reason": "mould"})
    p.blocked(part[0], "recalled")
    p.claimed(part[0], "lot-recalled")


@plant(
    "sent-to-itself",
    "mistake",
    "Una guía nombra como destino al mismo remitente.",
    "A dispatch names its own sender as the receiver.",
    "dispatch_names_a_lot_once",
)
def sent_to_itself(p: Planting) -> None:
    part = goods.delivered(p)
    p.refused(goods.send(p, p.cast.coop, p.cast.coop, part), "receiver-is-sender")


@plant(
    "received-twice",
    "fraud",
    "El comprador registra dos veces la llegada del mismo lote.",
    "The buyer records the arrival of the same lot twice.",
    "receiver_is_named",
)
def received_twice(p: Planting) -> None:
    sent = goods.send(p, p.cast.coop, p.cast.buyer, goods.delivered(p))
    p.days_later(p.dice.roll(2, 6))
    goods.receive(p, p.cast.buyer, sent)
    p.refused(goods.receive(p, p.cast.buyer, sent), "not-in-transit")


@plant(
    "received-by-thief",
    "fraud",
    "Una acopiadora se queda con un envío que iba a otro.",
    "A trader takes a shipment that was meant for somebody else.",
    "receiver_is_named",
)
def received_by_thief(p: Planting) -> None:
    sent = goods.send(p, p.cast.coop, p.cast.buyer, goods.delivered(p))
    p.days_later(2)
    p.refused(goods.receive(p, p.cast.rival, sent), "not-the-receiver")
    goods.receive(p, p.cast.buyer, sent)


@plant(
    "more-back-than-refused",
    "fraud",
    "Vuelve más café del que el comprador rechazó.",
    "More coffee comes back than the buyer refused.",
    "return_has_a_way",
)
def more_back_than_refused(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    sent = goods.send(p, p.cast.coop, p.cast.buyer, (lot, grams))
    p.days_later(2)
    goods.receive(p, p.cast.buyer, sent, {"lot": lot, "accepted": grams - 10_000, "refused": 10_000})
    back = {"lot": lot, "grams": 10_001, "reason": "moisture", "dispatch": sent["dispatch"]}
    p.refused(p.say(p.cast.coop, "lot.returned", back), "return-exceeds-refused")
    p.say(p.cast.coop, "lot.returned", {**back, "grams": 10_000})


@plant(
    "held-by-rival",
    "fraud",
    "Una competidora manda retener un lote ajeno para frenar la venta.",
    "A competitor has somebody else's lot held to stop its sale.",
    "holder_or_role_holds",
)
def held_by_rival(p: Planting) -> None:
    lot, _ = goods.delivered(p)
    p.refused(goods.hold(p, p.cast.rival, lot), "not-the-custodian")


@plant(
    "recalled-by-rival",
    "fraud",
    "Una competidora llama de vuelta un lote que nunca tuvo.",
    "A competitor recalls a lot it never had.",
    "who_had_it_recalls",
)
def recalled_by_rival(p: Planting) -> None:
    lot, _ = goods.delivered(p)
    body = {"recall": p.thing("recall"), "lots": [lot], "reason": "mould"}
    p.refused(p.say(p.cast.rival, "lot.recalled", body), "not-the-custodian")


@plant(
    "hold-lifted-by-holder",
    "fraud",
    "La cooperativa levanta por su cuenta la retención que puso la certificadora.",
    "The co-operative lifts by itself the hold the certifier put.",
    "who_held_releases",
)
def hold_lifted_by_holder(p: Planting) -> None:
    lot, _ = goods.delivered(p)
    held = goods.hold(p, p.cast.certifier, lot)
    p.refused(goods.release(p, p.cast.coop, held), "not-your-hold")
    p.days_later(p.dice.roll(1, 5))
    goods.release(p, p.cast.certifier, held)


@plant(
    "missing-on-arrival",
    "fraud",
    "A la llegada faltan kilos y nadie dice por qué.",
    "Kilograms are missing on arrival and nobody says why.",
    "shortage_is_explained",
)
def missing_on_arrival(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    sent = goods.send(p, p.cast.coop, p.cast.buyer, (lot, grams))
    p.days_later(3)
    short = p.dice.roll(5, 12) * 500
    arrived = goods.receive(p, p.cast.buyer, sent, {"lot": lot, "accepted": grams - short, "missing": short})
    p.flagged(arrived, "shortage-unexplained", lot)


@plant(
    "scale-gains",
    "fraud",
    "El lote pesa al llegar más de lo que salió, muy por encima de la balanza.",
    "A lot weighs more on arrival than it left with, far beyond the scale.",
    "scale_stays_in_tolerance",
)
def scale_gains(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    sent = goods.send(p, p.cast.coop, p.cast.buyer, (lot, grams))
    p.days_later(3)
    line = {"lot": lot, "accepted": grams, "weighed_grams": grams + grams * p.dice.roll(8, 30) // 1_000}
    p.flagged(goods.receive(p, p.cast.buyer, sent, line), "scale-gain", lot)


@plant(
    "scale-within-tolerance",
    "honest",
    "El lote pesa un poco más al llegar: justo lo que una balanza puede diferir.",
    "A lot weighs a little more on arrival: exactly what a scale may differ.",
)
def scale_within_tolerance(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    sent = goods.send(p, p.cast.coop, p.cast.buyer, (lot, grams))
    p.days_later(3)
    goods.receive(p, p.cast.buyer, sent, {"lot": lot, "accepted": grams, "weighed_grams": grams + grams // 200})
    p.is_about(lot)
    p.stands(lot, "eudr")


@plant(
    "told-by-sender",
    "honest",
    "El remitente cuenta la llegada con el conocimiento de embarque: el comprador no usa el libro.",
    "The sender tells of the arrival from the bill of lading: the buyer does not use the log.",
)
def told_by_sender(p: Planting) -> None:
    part = goods.delivered(p)
    sent = goods.send(p, p.cast.coop, p.cast.buyer, part)
    p.days_later(20)
    goods.receive(p, p.cast.coop, sent, evidence="bill-of-lading")
    p.is_about(part[0])
    p.stands(part[0], "eudr")


@plant(
    "carrier-for-three",
    "honest",
    "Un transportista trae el mismo día el café de tres socios, con sus tres boletas.",
    "One carrier brings the coffee of three members on one day, with three receipts.",
)
def carrier_for_three(p: Planting) -> None:
    for family in p.dice.sample(p.cast.neighbours, 3):
        draft = goods.deliver(p, family, by=p.cast.scale, delivered_by="carrier")
        p.is_about(draft["lot"])
        p.stands(draft["lot"], "eu-organic", "forest-agreement", "eudr")


@plant(
    "late-delivery",
    "honest",
    "La balanza de un caserío sin señal sincroniza sus entregas con días de retraso.",
    "A scale in a hamlet without network synchronises its deliveries days late.",
)
def late_delivery(p: Planting) -> None:
    family = p.neighbour()
    body: dict[str, Any] = goods.delivery_of(p, family, p.dice.roll(300, 700) * 100)
    weighed_at = p.now
    p.days_later(p.dice.roll(7, 19))
    p.say(p.cast.second_scale, "lot.harvested", body, at=weighed_at)
    p.is_about(body["lot"])
    p.stands(body["lot"], "eu-organic", "forest-agreement", "eudr")
