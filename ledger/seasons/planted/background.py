"""The season's own trade: the families of the background deliver; their coffee is milled, sold and paid in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from ledger.seasons.calendar import at, day, later
from ledger.seasons.planted import goods
from ledger.seasons.planted.case import HONEST, Case
from ledger.seasons.planted.cast import EUDR, FOREST, ORGANIC, Cast
from ledger.seasons.planted.planting import Planting
from ledger.seasons.planted.valley import SEASON, Family, Valley

NAME: Final = "ordinary-families"
_SENTENCE: Final = {
    "es": "Las demás familias entregan, y su café se muele, se vende y se paga como debe ser.",
    "en": "The other families deliver, and their coffee is milled, sold and paid as it should be.",
}
ESTIMATE: Final = 1_200_000
"""Grams of parchment every plot of the background is expected to give: far more than it delivers."""


def background(valley: Valley, cast: Cast) -> Case:
    """Tell it before the first case begins; returns what must stand of it."""
    nobody = Case("", HONEST, _SENTENCE, "")
    p = Planting(valley, cast, nobody, at(day(4, 20), 8), valley.dice("background"))
    for family in (*cast.neighbours, *cast.northerners):
        _estimate(p, family)
    dice = p.dice
    mornings = [later(day(5, 20), 3 * turn + dice.roll(0, 2)) for turn in range(9)]
    parts: list[tuple[str, int]] = []
    for place, family in enumerate(dice.shuffled(cast.neighbours)):
        p.now = max(p.now, at(mornings[place * len(mornings) // len(cast.neighbours)], 8))
        parts.append(goods.delivered(p, family, by=cast.scale))
    p.now = at(day(6, 18), 9)
    half = len(parts) // 2
    first, second = (goods.pool(p, cast.coop, *some) for some in (parts[:half], parts[half:]))
    green = goods.hull(p, cast.coop, first, permille=p.dice.roll(760, 830))
    _sold_and_paid(p, green, cast.neighbours)
    for lot in (first, second, green):
        p.stands(lot[0], ORGANIC, FOREST, EUDR)
    return replace(nobody, id=NAME, subject=green[0], carried=tuple(p.carried))


def _estimate(p: Planting, family: Family) -> None:
    body = {
        "estimate": p.thing("estimate"),
        "grown": family.plot,
        "commodity": "coffee",
        "form": goods.PARCHMENT,
        "season": SEASON,
        "grams": ESTIMATE,
        "method": "inspection",
    }
    p.say(family.group, "estimate.made", body)


def _sold_and_paid(p: Planting, green: tuple[str, int], families: Sequence[Family]) -> None:
    """Contract, sale with every claim, shipment, arrival, and the premium down to two members."""
    cast = p.cast
    lot, grams = green
    contract = p.thing("contract")
    signed = {
        "contract": contract,
        "number": f"C-{p.dice.roll(100, 999)}",
        "seller": cast.coop.id,
        "buyer": cast.buyer.id,
        "lines": [{"commodity": "coffee", "form": "green", "grams": grams}],
        "price_terms": "fixed",
        "price": {"minor": 450, "scale": 0, "currency": "USD", "per_grams": 1_000},
        "deliver_from": "2026-06-01",
        "deliver_to": "2026-12-31",
        "signed_on": "2026-06-18",
    }
    p.say(cast.coop, "contract.signed", signed)
    claims = (
        goods.claim(p, "certificate", ORGANIC),
        goods.claim(p, "conservation", FOREST),
        goods.claim(p, "eudr", EUDR),
    )
    part = (lot, grams * p.dice.roll(60, 90) // 100)
    goods.sell(p, cast.coop, cast.buyer, part, *claims, contract=contract)
    p.now += timedelta(days=1)
    sent = goods.send(p, cast.coop, cast.buyer, part)
    p.now += timedelta(days=4)
    goods.receive(p, cast.buyer, sent)
    premium = p.thing("premium")
    amount = {"minor": 100_000, "currency": "USD"}
    received = {"premium": premium, "kind": "fairtrade", "amount": amount, "contract": contract}
    p.say(cast.coop, "premium.received", {**received, "received_on": p.today})
    shares = [{"producer": family.producer, "minor": 20_000} for family in families[:2]]
    line = {"use": "member-payment", "minor": 40_000, "rule": "equal", "producers": shares}
    body = {"premium": premium, "season": SEASON, "currency": "USD", "lines": [line], "minutes": "ab" * 32}
    p.say(cast.coop, "premium.allocated", body)
