"""Claims sold that are not carried: suspended, expired, upgraded, blended, or by mass balance where there is none."""

from __future__ import annotations

from ledger.seasons.planted import goods
from ledger.seasons.planted.cast import EUDR, FOREST, ORGANIC, RAINFOREST, certificate
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Stated
from ledger.seasons.planted.valley import Family, Party


def group_of(p: Planting, label: str, **paper: str) -> tuple[Party, str, Family]:
    """A small association with an organic certificate and one family, outside every area."""
    group = p.group(label)
    found = certificate(p.valley, p.cast, group, ORGANIC, **paper)
    return group, found, p.family(group=group, organic=found, agreement="", region="outside")


def sold(p: Planting, by: Party, part: tuple[str, int], paper: str) -> Stated:
    """Parchment is sold as organic under a certificate."""
    claim = goods.claim(p, "certificate", ORGANIC, paper)
    return goods.sell(p, by, p.cast.buyer, part, claim, form=goods.PARCHMENT)


@plant(
    "suspended-certificate",
    "fraud",
    "Se vende como orgánico con el certificado suspendido.",
    "Coffee is sold as organic while the certificate is suspended.",
    "sold_claims_are_carried",
)
def suspended_certificate(p: Planting) -> None:
    group, paper, family = group_of(p, "Cumbre")
    part = goods.delivered(p, family)
    p.days_later(10)
    body = {"certificate": paper, "status": "suspended", "effective_from": p.today}
    p.say(p.cast.certifier, "certificate.status-set", body)
    p.days_later(2)
    p.refused(sold(p, group, part, paper), "claim-held")
    p.claimed(paper, "certificate-suspended")


@plant(
    "expired-certificate",
    "fraud",
    "Se vende como orgánico con el certificado vencido.",
    "Coffee is sold as organic after the certificate has expired.",
    "sold_claims_are_carried",
)
def expired_certificate(p: Planting) -> None:
    group, paper, family = group_of(p, "Ocaso", valid_to=p.day(-2))
    part = goods.delivered(p, family)
    p.days_later(p.dice.roll(4, 12))
    p.refused(sold(p, group, part, paper), "claim-held")
    p.claimed(paper, "certificate-expired")


@plant(
    "restored-certificate",
    "honest",
    "El certificado estuvo suspendido y fue restituido; lo cosechado después vuelve a valer.",
    "The certificate was suspended and restored; what is picked later is good again.",
)
def restored_certificate(p: Planting) -> None:
    group, paper, family = group_of(p, "Alba")
    body = {"certificate": paper, "status": "suspended", "effective_from": p.today}
    p.say(p.cast.certifier, "certificate.status-set", body)
    p.days_later(p.dice.roll(3, 8))
    restored = {"certificate": paper, "status": "restored", "effective_from": p.today}
    p.say(p.cast.certifier, "certificate.status-set", restored)
    p.days_later(20)
    lot, grams = goods.delivered(p, family)
    sold(p, group, (lot, grams // 2), paper)
    p.is_about(lot)
    p.stands(lot, ORGANIC)


@plant(
    "extended-in-time",
    "honest",
    "El certificado vencía, y la prórroga llegó antes de vender.",
    "The certificate was running out, and its extension came before the sale.",
)
def extended_in_time(p: Planting) -> None:
    group, paper, family = group_of(p, "Puente", valid_to="2026-06-30")
    p.say(p.cast.certifier, "certificate.extended", {"certificate": paper, "valid_to": "2026-12-31"})
    p.days_later(15)
    lot, grams = goods.delivered(p, family)
    sold(p, group, (lot, grams), paper)
    p.is_about(lot)
    p.stands(lot, ORGANIC)


@plant(
    "claim-upgrade",
    "fraud",
    "Café solo orgánico se vende además como Rainforest Alliance.",
    "Coffee that is organic alone is sold as Rainforest Alliance as well.",
    "sold_claims_are_carried",
)
def claim_upgrade(p: Planting) -> None:
    part = goods.green(p, p.neighbour(), p.neighbour())
    claim = goods.claim(p, "certificate", RAINFOREST, p.cast.rainforest)
    draft = goods.sell(p, p.cast.coop, p.cast.buyer, part, claim)
    p.refused(draft, "claim-not-carried", "debits-differ")


@plant(
    "blended-into-organic",
    "fraud",
    "Café convencional de un comerciante se mezcla en el lote orgánico.",
    "A trader's conventional coffee is blended into the organic lot.",
    "sold_claims_are_carried",
)
def blended_into_organic(p: Planting) -> None:
    bought = goods.purchase(p, p.cast.coop, p.dice.roll(5, 20) * 1_000)
    lot = bought["lot"]
    mixed = goods.pool(p, p.cast.coop, goods.delivered(p), (lot, bought["net"]))
    draft = goods.sell(
        p, p.cast.coop, p.cast.buyer, mixed, goods.claim(p, "certificate", ORGANIC), form=goods.PARCHMENT
    )
    p.refused(draft, "claim-not-carried")
    p.claimed(lot, "origin-untraced", "origin-declared-only")
    p.claimed(mixed[0], "origin-untraced", "origin-declared-only", "land-unnamed")


@plant(
    "in-conversion",
    "fraud",
    "Café de una parcela en conversión se vende como orgánico.",
    "Coffee of a plot in conversion is sold as organic.",
    "sold_claims_are_carried",
)
def in_conversion(p: Planting) -> None:
    family = p.family(status="in-conversion")
    part = goods.delivered(p, family)
    claim = goods.claim(p, "certificate", ORGANIC)
    p.refused(goods.sell(p, p.cast.coop, p.cast.buyer, part, claim, form=goods.PARCHMENT), "claim-not-carried")
    p.claimed(family.plot, "plot-in-conversion")


@plant(
    "mass-balance-coffee",
    "fraud",
    "Café se vende por balance de masa, que para café no existe.",
    "Coffee is sold by mass balance, which does not exist for coffee.",
    "credits_cover_mass_balance",
)
def mass_balance_coffee(p: Planting) -> None:
    part = goods.green(p, p.northerner())
    claim = goods.claim(p, "certificate", RAINFOREST, p.cast.rainforest, "mass-balance")
    draft = goods.sell(p, p.cast.north, p.cast.buyer, part, claim)
    p.refused(draft, "model-not-allowed", "credits-differ")


@plant(
    "mill-off-the-paper",
    "mistake",
    "El café orgánico se pila en un molino que el certificado no nombra.",
    "Organic coffee is hulled at a mill the certificate does not name.",
)
def mill_off_the_paper(p: Planting) -> None:
    part = goods.delivered(p)
    lot, _ = goods.hull(p, p.cast.coop, part, facility=p.cast.roaster.place)
    p.claimed(lot, "site-not-covered")


@plant(
    "sold-in-order",
    "honest",
    "Café orgánico, del bosque y con evidencia se vende con todo lo que lleva.",
    "Organic coffee under agreement and with evidence is sold with all it carries.",
)
def sold_in_order(p: Planting) -> None:
    part = goods.green(p, p.neighbour(), p.neighbour())
    claims = (
        goods.claim(p, "certificate", ORGANIC),
        goods.claim(p, "conservation", FOREST),
        goods.claim(p, "eudr", EUDR),
    )
    goods.sell(p, p.cast.coop, p.cast.buyer, part, *claims)
    p.is_about(part[0])
    p.stands(part[0], ORGANIC, FOREST, EUDR)


@plant(
    "downgraded",
    "honest",
    "La cooperativa renuncia a la declaración orgánica de un lote y lo vende sin ella.",
    "The co-operative gives up a lot's organic claim and sells it without.",
)
def downgraded(p: Planting) -> None:
    part = goods.green(p, p.neighbour())
    p.say(p.cast.coop, "claim.relinquished", {"lot": part[0], "scheme": ORGANIC})
    goods.sell(p, p.cast.coop, p.cast.buyer, part, goods.claim(p, "conservation", FOREST), goods.claim(p, "eudr", EUDR))
    p.is_about(part[0])
    p.stands(part[0], FOREST, EUDR)
