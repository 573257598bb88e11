"""Herds: more animals shorn than live, more fibre than they carry, the same ones again; estimates raised too late."""

from __future__ import annotations

from ledger.seasons.planted import goods
from ledger.seasons.planted.cases.scale import estimated, trader_family
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Stated


def herd_of(p: Planting, animals: int) -> str:
    """A herd of the trader's register, counted in May."""
    family = trader_family(p)
    herd = p.thing("herd")
    body = {"herd": herd, "holder": family.producer, "code": "R-2", "species": "alpaca", "district": "Pitumarca"}
    p.say(p.cast.rival, "herd.registered", body)
    p.say(p.cast.rival, "herd.counted", {"herd": herd, "counted_on": "2026-05-04", "animals": animals})
    return herd


def shorn(p: Planting, herd: str, animals: int, grams: int) -> Stated:
    """Animals are shorn."""
    body = {
        "herd": herd,
        "shorn_on": p.day(0),
        "age": "adult",
        "breed": p.dice.pick(("huacaya", "suri")),
        "colour": "white",
        "animals": animals,
        "fleeces": animals,
        "grams": grams,
    }
    return p.say(p.cast.rival, "herd.shorn", body)


@plant(
    "shorn-above-alive",
    "fraud",
    "Se esquilan más alpacas de las que hay.",
    "More alpacas are shorn than there are.",
    "shorn_animals_are_alive",
)
def shorn_above_alive(p: Planting) -> None:
    alive = p.dice.roll(30, 60)
    herd = herd_of(p, alive)
    p.flagged(shorn(p, herd, alive + p.dice.roll(1, 9), alive * 2_000), "shorn-above-alive", herd)


@plant(
    "too-much-fibre",
    "fraud",
    "La esquila da más fibra de la que los animales pueden llevar.",
    "A shearing gives more fibre than its animals can carry.",
    "fleeces_are_within_cap",
)
def too_much_fibre(p: Planting) -> None:
    alive = p.dice.roll(30, 60)
    herd = herd_of(p, alive)
    p.flagged(shorn(p, herd, 20, 20 * p.dice.roll(4_100, 6_000)), "cap-exceeded", herd)


@plant(
    "shorn-again",
    "fraud",
    "Los mismos animales se esquilan dos veces en la campaña: la fibra es de otro lado.",
    "The same animals are shorn twice in a season: the fibre is from elsewhere.",
    "animals_are_shorn_once_a_season",
)
def shorn_again(p: Planting) -> None:
    alive = p.dice.roll(30, 60)
    herd = herd_of(p, alive)
    shorn(p, herd, alive, alive * 2_200)
    p.days_later(p.dice.roll(5, 20))
    p.flagged(shorn(p, herd, p.dice.roll(5, alive), 10_000), "shorn-again", herd)


@plant(
    "shorn-in-two-days",
    "honest",
    "El rebaño se esquila en dos días: cada día otros animales.",
    "A herd is shorn on two days, other animals each day.",
)
def shorn_in_two_days(p: Planting) -> None:
    alive = p.dice.roll(30, 60)
    herd = herd_of(p, alive)
    first = alive // 2
    shorn(p, herd, first, first * 4_000)
    p.days_later(1)
    shorn(p, herd, alive - first, (alive - first) * 4_000)
    p.is_about(herd)


@plant(
    "estimate-raised-late",
    "fraud",
    "El estimado se sube cuando ya entró más de lo estimado.",
    "The estimate is raised after more came in than it said.",
    "estimate_comes_before_the_excess",
)
def estimate_raised_late(p: Planting) -> None:
    family = trader_family(p)
    expected = p.dice.roll(500, 900) * 100
    estimated(p, family, expected)
    over = goods.deliver(p, family, expected + expected // 20)
    p.flagged(over, "estimate-exceeded", family.producer)
    p.days_later(2)
    raised = {
        "estimate": p.thing("estimate"),
        "grown": family.plot,
        "commodity": "coffee",
        "form": goods.PARCHMENT,
        "season": "2026",
        "grams": expected * 2,
        "method": "declared",
    }
    p.flagged(p.say(p.cast.rival, "estimate.made", raised), "estimate-raised-after-excess", family.plot)


@plant(
    "estimate-to-the-gram",
    "honest",
    "La familia entrega exactamente lo estimado, al gramo.",
    "A family delivers exactly what was estimated, to the gram.",
)
def estimate_to_the_gram(p: Planting) -> None:
    family = p.family()
    expected = p.dice.roll(900, 1_500) * 100 + p.dice.roll(1, 99)
    estimated(p, family, expected)
    goods.deliver(p, family, 40_000)
    p.days_later(6)
    rest = goods.deliver(p, family, expected - 40_000)
    p.is_about(rest["lot"])
    p.stands(rest["lot"], "eu-organic", "forest-agreement", "eudr")
