"""Licensed volume and credits: one gram too many, handed on twice, credits for what carries nothing."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted import goods
from ledger.seasons.planted.cast import RAINFOREST, certificate, listing
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Stated
from ledger.seasons.planted.valley import Family, Party

COCOA: dict[str, Any] = {"commodity": "cocoa", "form": "wet-beans"}


def licensed(p: Planting, label: str, grams: int) -> tuple[Party, str, Family]:
    """A small group with a licensed volume of its own."""
    group = p.group(label)
    volume = [{"commodity": "coffee", "form": "green", "season": "2026", "grams": grams}]
    paper = certificate(p.valley, p.cast, group, RAINFOREST, volumes=volume)
    return group, paper, p.enrolled(group=group, paper=paper)


def drawn(p: Planting, by: Party, part: tuple[str, int], paper: str) -> Stated:
    """Green coffee is sold under a licence, drawing exactly what is sold."""
    claim = goods.claim(p, "certificate", RAINFOREST, paper)
    debits = [goods.debit(p, part[1], certificate=paper)]
    return goods.sell(p, by, p.cast.buyer, part, claim, debits=debits)


@plant(
    "one-gram-too-many",
    "fraud",
    "Se vende un gramo más que el volumen licenciado.",
    "One gram more than the licensed volume is sold.",
    "volume_is_not_overdrawn",
)
def one_gram_too_many(p: Planting) -> None:
    grams = p.dice.roll(20_000, 30_000)
    group, paper, family = licensed(p, "Tope", grams)
    lot, _ = goods.green(p, family)
    p.refused(drawn(p, group, (lot, grams + 1), paper), "volume-overdrawn")


@plant(
    "quota-to-the-gram",
    "honest",
    "Se vende exactamente el volumen licenciado, al gramo.",
    "Exactly the licensed volume is sold, to the gram.",
)
def quota_to_the_gram(p: Planting) -> None:
    grams = p.dice.roll(20_000, 30_000)
    group, paper, family = licensed(p, "Justo", grams)
    lot, _ = goods.green(p, family)
    drawn(p, group, (lot, grams), paper)
    p.is_about(lot)
    p.stands(lot, RAINFOREST, "eudr")


@plant(
    "volume-not-drawn",
    "fraud",
    "Se vende como Rainforest Alliance sin descontar el volumen.",
    "Coffee is sold as Rainforest Alliance without drawing its volume.",
    "debits_follow_the_origins",
)
def volume_not_drawn(p: Planting) -> None:
    lot, grams = goods.green(p, p.northerner())
    claim = goods.claim(p, "certificate", RAINFOREST, p.cast.rainforest)
    p.refused(goods.sell(p, p.cast.north, p.cast.buyer, (lot, grams), claim), "debits-differ")


@plant(
    "allocation-to-nobody",
    "mistake",
    "Volumen licenciado que se cede sin decir a quién.",
    "Licensed volume handed on without saying to whom.",
    "allocation_has_one_receiver",
)
def allocation_to_nobody(p: Planting) -> None:
    body = {"certificate": p.cast.rainforest, "commodity": "coffee", "form": "green", "season": "2026", "grams": 1_000}
    p.refused(p.say(p.cast.north, "volume.allocated", body), "allocation-unclear")


@plant(
    "licence-lowered-after-sale",
    "honest",
    "La certificadora baja el volumen después de la venta: el dato entra, y lo vendido sigue valiendo.",
    "The body lowers the volume after the sale: the fact is taken, and what was sold stands.",
)
def licence_lowered_after_sale(p: Planting) -> None:
    group, paper, family = licensed(p, "Baja", 30_000)
    lot, _ = goods.green(p, family)
    drawn(p, group, (lot, 28_000), paper)
    p.days_later(4)
    body = {"certificate": paper, "commodity": "coffee", "form": "green", "season": "2026", "delta_grams": -10_000}
    p.say(p.cast.certifier, "volume.adjusted", {**body, "reason": "re-inspection"})
    p.is_about(lot)
    p.stands(lot, RAINFOREST)


# ---------------------------------------------------------------- credits of mass balance


def fermentary(p: Planting, label: str, **changes: Any) -> tuple[Party, str]:
    """A group with a cocoa certificate that admits mass balance."""
    group = p.group(label)
    paper = certificate(
        p.valley,
        p.cast,
        group,
        RAINFOREST,
        **{"products": [{"commodity": "cocoa"}], "models": ["segregated", "mass-balance"], **changes},
    )
    return group, paper


def beans(p: Planting, group: Party, paper: str, grams: int = 50_000) -> tuple[str, int]:
    """Wet beans of a family of the group, listed where a paper is named."""
    family = p.enrolled(group=group)
    if paper:
        p.valley.say(group.office, "member.status-set", listing(paper, family))
    days = {"harvested_from": p.today, "harvested_to": p.today}
    return goods.delivered(p, family, grams, **COCOA, **days)


def credit(p: Planting, group: Party, paper: str, part: tuple[str, int], **changes: Any) -> Stated:
    """Certified grams enter the group's account."""
    body = {
        "certificate": paper,
        "scheme": RAINFOREST,
        "facility": group.place,
        **COCOA,
        "season": "2026",
        "lots": [{"lot": part[0], "grams": part[1]}],
        "grams": part[1],
        "expires_on": "2027-06-30",
    }
    return p.say(group, "mass-balance.credited", body | changes)


@plant(
    "credit-for-ever",
    "fraud",
    "Un crédito de balance de masa que no vence nunca.",
    "A mass-balance credit that never expires.",
    "credit_fits_its_certificate",
)
def credit_for_ever(p: Planting) -> None:
    group, paper = fermentary(p, "Eterna")
    draft = credit(p, group, paper, beans(p, group, paper), expires_on="2036-01-01")
    p.refused(draft, "credit-life-impossible")


@plant(
    "credited-twice",
    "fraud",
    "Los mismos granos dan crédito dos veces.",
    "The same beans give a credit twice.",
    "credited_lots_are_held_and_unspent",
)
def credited_twice(p: Planting) -> None:
    group, paper = fermentary(p, "Doble")
    lot, grams = beans(p, group, paper)
    credit(p, group, paper, (lot, grams // 2))
    p.days_later(1)
    p.refused(credit(p, group, paper, (lot, grams)), "credit-not-backed", "claim-not-carried")
    p.claimed(lot, "claim-moved-to-mass-balance")


@plant(
    "credit-of-strangers",
    "fraud",
    "Cacao de quien no es socio se convierte en crédito certificado.",
    "Cocoa of somebody who is no member becomes a certified credit.",
    "credited_lots_carry_the_claim",
)
def credit_of_strangers(p: Planting) -> None:
    group, paper = fermentary(p, "Ajena")
    lot, grams = beans(p, group, "")
    p.refused(credit(p, group, paper, (lot, grams)), "claim-not-carried")
    p.claimed(lot, "member-not-listed")


@plant(
    "credits-overdrawn",
    "fraud",
    "Se vende con más créditos de los que la cuenta tiene.",
    "More credits are sold with than the account has.",
    "credits_are_not_overdrawn",
)
def credits_overdrawn(p: Planting) -> None:
    volume = [{**COCOA, "season": "2026", "grams": 1_000_000}]
    group, paper = fermentary(p, "Saldo", volumes=volume)
    lot, grams = beans(p, group, paper)
    credit(p, group, paper, (lot, grams // 2))
    plain, whole = beans(p, group, "")
    claim = goods.claim(p, "certificate", RAINFOREST, paper, "mass-balance")
    used = {
        "certificate": paper,
        "facility": group.place,
        **COCOA,
        "period": "2026",
        "expires_on": "2027-06-30",
        "grams": whole,
    }
    debits = [{"certificate": paper, **COCOA, "season": "2026", "grams": whole}]
    draft = goods.sell(p, group, p.cast.buyer, (plain, whole), claim, **COCOA, credits=[used], debits=debits)
    p.refused(draft, "credits-overdrawn")
    p.claimed(lot, "claim-moved-to-mass-balance")
    p.claimed(plain, "member-not-listed")
