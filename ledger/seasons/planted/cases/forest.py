"""What befalls forest and families under an agreement: felling, invasion, cascading sanctions, terms that run out."""

from __future__ import annotations

from ledger.seasons.planted import goods
from ledger.seasons.planted.cases.agreements import bound, breach, decided, spare
from ledger.seasons.planted.cast import FOREST
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import DigestOf


@plant(
    "felled",
    "fraud",
    "Una familia taló en su parcela: lo cosechado desde entonces no lleva la declaración del bosque.",
    "A family felled on its plot: what it picked since carries no forest claim.",
    "sold_claims_are_carried",
)
def felled(p: Planting) -> None:
    family = p.family()
    breach(p, p.cast.agreement, plot=family.plot, producer=family.producer)
    p.days_later(2)
    pooled = goods.pool(p, p.cast.coop, goods.delivered(p, family), goods.delivered(p))
    draft = goods.sell(
        p, p.cast.coop, p.cast.buyer, pooled, goods.claim(p, "conservation", FOREST), form=goods.PARCHMENT
    )
    p.refused(draft, "claim-not-carried")
    p.claimed(family.plot, "breach-critical")


@plant(
    "invaded",
    "honest",
    "Invasores talaron en la parcela de una familia: ella no responde por eso.",
    "Invaders felled on a family's plot: the family does not answer for it.",
)
def invaded(p: Planting) -> None:
    family = p.family()
    breach(p, p.cast.agreement, plot=family.plot, attributed_to="third-party")
    p.days_later(3)
    lot, _ = goods.delivered(p, family)
    p.is_about(lot)
    p.stands(lot, FOREST)


@plant(
    "picked-before-felling",
    "honest",
    "La familia taló después: lo que había cosechado antes conserva la declaración.",
    "The family felled later: what it had picked before keeps the claim.",
)
def picked_before_felling(p: Planting) -> None:
    family = p.family()
    lot, _ = goods.delivered(p, family)
    p.days_later(30)
    breach(p, p.cast.agreement, plot=family.plot, window_from=p.day(9), window_to=p.day(5))
    p.is_about(lot)
    p.stands(lot, FOREST)


@plant(
    "community-suspended",
    "fraud",
    "Se suspende el acuerdo de toda una comunidad; el texto dice que alcanza a cada familia adherida.",
    "A whole community's agreement is suspended; the text says that it reaches every family that joined.",
)
def community_suspended(p: Planting) -> None:
    bond = spare(
        p,
        level="community",
        areas=[p.cast.commons],
        cascades=["suspension"],
        institutions=[
            {"party": p.cast.authority.id, "role": "authority"},
            {"party": p.cast.community.id, "role": "community"},
            {"party": p.cast.coop.id, "role": "cooperative"},
        ],
    )
    families = [bound(p, bond, region="commons") for _ in range(2)]
    decided(p, bond, "suspended")
    p.days_later(16)
    for family in families:
        goods.deliver(p, family)
    p.claimed(bond, "agreement-suspension-cascades")


@plant(
    "community-without-cascade",
    "honest",
    "Se suspende el acuerdo de una comunidad, pero su texto no castiga a cada familia.",
    "A community's agreement is suspended, but its text does not punish every family.",
)
def community_without_cascade(p: Planting) -> None:
    bond = spare(
        p,
        level="community",
        areas=[p.cast.commons],
        institutions=[
            {"party": p.cast.authority.id, "role": "authority"},
            {"party": p.cast.community.id, "role": "community"},
            {"party": p.cast.coop.id, "role": "cooperative"},
        ],
    )
    family = bound(p, bond, region="commons")
    decided(p, bond, "suspended")
    p.days_later(16)
    lot, _ = goods.delivered(p, family)
    p.is_about(lot)
    p.stands(lot, FOREST)


@plant(
    "renewal-signed-late",
    "honest",
    "La renovación se firmó semanas tarde, con efecto desde el día siguiente al vencimiento.",
    "The renewal was signed weeks late, with effect from the day after the old term ended.",
)
def renewal_signed_late(p: Planting) -> None:
    bond = spare(p, valid_from="2025-07-01", valid_to="2026-06-30")
    family = bound(p, bond)
    p.days_later(15)
    lot, _ = goods.delivered(p, family)
    p.days_later(p.dice.roll(5, 20))
    body = {"agreement": bond, "signed_on": p.today, "valid_from": "2026-07-01", "valid_to": "2027-06-30"}
    renewed = p.say(p.cast.authority, "agreement.renewed", body)
    p.say(p.cast.coop, "fact.endorsed", {"statement": DigestOf(renewed.id), "role": "agreement"})
    p.is_about(lot)
    p.stands(lot, FOREST)


@plant(
    "term-ran-out",
    "mistake",
    "El acuerdo venció y nadie lo renovó: lo cosechado después queda retenido.",
    "The agreement ran out and nobody renewed it: what is picked later is held.",
)
def term_ran_out(p: Planting) -> None:
    bond = spare(p, valid_from="2025-07-01", valid_to="2026-06-20")
    family = bound(p, bond)
    p.days_later(15)
    goods.deliver(p, family)
    p.claimed(bond, "agreement-lapsed")


@plant(
    "felled-by-whom",
    "mistake",
    "Nadie sabe todavía quién taló: la declaración espera, no se niega.",
    "Nobody knows yet who felled: the claim waits, it is not denied.",
)
def felled_by_whom(p: Planting) -> None:
    family = p.family()
    breach(p, p.cast.agreement, plot=family.plot, attributed_to="unknown")
    p.days_later(2)
    goods.deliver(p, family)
    p.claimed(family.plot, "breach-unattributed")


@plant(
    "satellite-alert",
    "honest",
    "Una alerta de satélite sobre la parcela: motivo para ir a ver, no una falta.",
    "A satellite alert over the plot: a reason to go and look, not a breach.",
)
def satellite_alert(p: Planting) -> None:
    family = p.family()
    body = {
        "monitoring": p.thing("alert"),
        "agreement": p.cast.agreement,
        "kind": "remote-alert",
        "monitored_on": p.today,
        "assessed": [{"commitment": "no-felling", "result": "not-assessed"}],
        "plot": family.plot,
    }
    p.say(p.cast.authority, "agreement.monitored", body)
    p.days_later(12)
    lot, _ = goods.delivered(p, family)
    p.is_about(lot)
    p.stands(lot, FOREST)


@plant(
    "felling-mended",
    "honest",
    "La familia reforestó y la jefatura aceptó la cura; lo cosechado después vuelve a llevar la declaración.",
    "The family replanted and the authority accepted the cure; what is picked later carries the claim again.",
)
def felling_mended(p: Planting) -> None:
    family = p.family()
    record = breach(p, p.cast.agreement, plot=family.plot)
    p.days_later(4)
    body = {
        "breach": record["breach"],
        "agreement": p.cast.agreement,
        "outcome": "cured",
        "effective_from": p.today,
        "decided_by": p.cast.authority.id,
    }
    p.say(p.cast.authority, "breach.closed", body)
    p.days_later(20)
    lot, _ = goods.delivered(p, family)
    p.is_about(lot)
    p.stands(lot, FOREST)
