"""Conservation agreements: felling, invasion, sanctions that cascade, and words nobody was entitled to."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted import goods
from ledger.seasons.planted.cast import FOREST, agreement, agreement_body
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import DigestOf, Stated
from ledger.seasons.planted.valley import Family, Party


def breach(p: Planting, bond: str, by: Party | None = None, **changes: Any) -> Stated:
    """The authority records a felling."""
    first = p.dice.roll(30, 60)
    body = {
        "breach": p.thing("breach"),
        "agreement": bond,
        "commitment": "no-felling",
        "severity": "serious",
        "attributed_to": "producer",
        "window_from": p.day(first),
        "window_to": p.day(first - 12),
        "area_m2": p.dice.roll(2, 9) * 1_000,
    }
    return p.say(by or p.cast.authority, "breach.recorded", body | changes)


def decided(p: Planting, bond: str, status: str, by: Party | None = None, **changes: Any) -> Stated:
    """The authority decides."""
    body = {
        "agreement": bond,
        "status": status,
        "effective_from": p.today,
        "decided_by": p.cast.authority.id,
    }
    return p.say(by or p.cast.authority, "agreement.status-set", body | changes)


def spare(p: Planting, **changes: Any) -> str:
    """An agreement of the forest that no family has joined yet."""
    return agreement(p.valley, p.cast, **changes)


def bound(p: Planting, bond: str, **changes: Any) -> Family:
    """A family of its own in another agreement."""
    return p.family(agreement=bond, **changes)


# ---------------------------------------------------------------- what befalls forest and families


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


# ---------------------------------------------------------------- who may say what


@plant(
    "agreement-of-others",
    "fraud",
    "Una acopiadora prorroga el acuerdo entre la jefatura y las familias.",
    "A trader extends the agreement between the authority and the families.",
    "agreement_is_spoken_of_by_its_parties",
)
def agreement_of_others(p: Planting) -> None:
    body = {"agreement": p.cast.agreement, "valid_to": "2027-06-30"}
    p.refused(p.say(p.cast.rival, "agreement.extended", body), "agreement-not-yours")


@plant(
    "own-sanction-lifted",
    "fraud",
    "La cooperativa decide ella misma que el acuerdo vuelve a estar activo.",
    "The co-operative itself decides that the agreement is active again.",
    "decision_is_by_an_institution_entitled",
)
def own_sanction_lifted(p: Planting) -> None:
    draft = decided(p, p.cast.agreement, "active", by=p.cast.coop, decided_by=p.cast.coop.id)
    p.refused(draft, "decision-not-entitled")


@plant(
    "parent-not-wider",
    "mistake",
    "Un acuerdo de comunidad se pone debajo de uno de familia.",
    "A community's agreement is put under a family's.",
    "parent_is_of_a_wider_level",
)
def parent_not_wider(p: Planting) -> None:
    body = agreement_body(p.valley, p.cast, level="community", parent=p.cast.agreement)
    p.refused(p.say(p.cast.authority, "agreement.signed", body), "parent-not-wider")


@plant(
    "agreement-above-itself",
    "mistake",
    "Un acuerdo se nombra a sí mismo como superior.",
    "An agreement names itself as the one above it.",
    "no_agreement_is_above_itself",
)
def agreement_above_itself(p: Planting) -> None:
    body = agreement_body(p.valley, p.cast)
    body["parent"] = body["agreement"]
    p.refused(p.say(p.cast.authority, "agreement.signed", body), "agreement-above-itself")


@plant(
    "joined-twice",
    "mistake",
    "La misma familia se adhiere dos veces al mismo acuerdo.",
    "The same family joins the same agreement twice.",
    "signatory_joins_once_and_leaves_what_it_joined",
)
def joined_twice(p: Planting) -> None:
    family = p.neighbour()
    body = {"agreement": p.cast.agreement, "signatory": family.producer, "joined_on": p.day(20)}
    p.refused(p.say(p.cast.coop, "agreement.joined", body), "agreement-already-joined")


@plant(
    "term-cut-short",
    "mistake",
    "Una prórroga que acorta el acuerdo.",
    "An extension that makes the agreement shorter.",
    "term_is_not_made_shorter",
)
def term_cut_short(p: Planting) -> None:
    body = {"agreement": p.cast.agreement, "valid_to": "2026-11-30"}
    p.refused(p.say(p.cast.authority, "agreement.extended", body), "agreement-shortened")


@plant(
    "succeeds-itself",
    "mistake",
    "Un acuerdo ocupa el lugar de sí mismo.",
    "An agreement takes its own place.",
    "successor_is_another_agreement",
)
def succeeds_itself(p: Planting) -> None:
    body = {"agreement": p.cast.agreement, "by": p.cast.agreement, "effective_from": p.today}
    p.refused(p.say(p.cast.authority, "agreement.superseded", body), "agreement-succeeds-itself")


@plant(
    "breach-of-no-promise",
    "fraud",
    "Se acusa a una familia de romper un compromiso que nunca firmó.",
    "A family is accused of breaking a promise it never signed.",
    "commitment_is_in_the_agreement",
)
def breach_of_no_promise(p: Planting) -> None:
    draft = breach(p, p.cast.agreement, plot=p.neighbour().plot, commitment="no-fishing")
    p.refused(draft, "commitment-unknown")


@plant(
    "breach-of-nobody",
    "mistake",
    "Se atribuye una tala a un productor sin decir a cuál: castigaría a todos.",
    "A felling is laid at a producer's door without saying whose: it would punish everybody.",
    "producers_breach_names_somebody",
)
def breach_of_nobody(p: Planting) -> None:
    p.refused(breach(p, p.cast.agreement), "breach-without-name")


@plant(
    "breach-elsewhere",
    "fraud",
    "Se registra una tala en una parcela que está fuera del área del acuerdo.",
    "A felling is recorded on a plot outside the agreement's area.",
    "land_and_household_can_be_under_the_agreement",
)
def breach_elsewhere(p: Planting) -> None:
    family = p.family(organic="", agreement="", region="town", group=p.cast.rival, status="")
    p.refused(breach(p, p.cast.agreement, plot=family.plot), "land-elsewhere")


@plant(
    "sanction-for-another-breach",
    "mistake",
    "Se sanciona con la falta de otro acuerdo.",
    "A sanction names a breach of another agreement.",
    "breach_is_of_this_agreement",
)
def sanction_for_another_breach(p: Planting) -> None:
    first, other = spare(p), spare(p)
    record = breach(p, first, attributed_to="natural")
    p.refused(decided(p, other, "under-review", breach=record["breach"]), "breach-of-another")


@plant(
    "cured-before-broken",
    "mistake",
    "La cura lleva fecha anterior a la falta.",
    "The cure is dated before the breach.",
    "closing_fits_its_breach",
)
def cured_before_broken(p: Planting) -> None:
    bond = spare(p)
    record = breach(p, bond, attributed_to="natural")
    body = {
        "breach": record["breach"],
        "agreement": bond,
        "outcome": "cured",
        "effective_from": "2026-01-15",
        "decided_by": p.cast.authority.id,
    }
    p.refused(p.say(p.cast.authority, "breach.closed", body), "cure-before-breach")


@plant(
    "suspended-before-signed",
    "mistake",
    "Un acuerdo se suspende con fecha anterior a su firma.",
    "An agreement is suspended as of a day before it began.",
    "agreement_had_begun",
)
def suspended_before_signed(p: Planting) -> None:
    p.refused(decided(p, spare(p), "suspended", effective_from="2025-12-01"), "before-agreement")


@plant(
    "sanction-not-agreed",
    "fraud",
    "Se aplica una multa que el acuerdo no prevé.",
    "A fine is imposed that the agreement does not know.",
    "sanction_is_a_step_of_the_ladder",
)
def sanction_not_agreed(p: Planting) -> None:
    p.refused(decided(p, spare(p), "suspended", sanction="multa"), "sanction-not-in-ladder")


@plant(
    "two-family-agreements",
    "fraud",
    "Una familia está en dos acuerdos del bosque y cobra beneficios de ambos.",
    "A family stands in two forest agreements and draws benefits from both.",
    "family_keeps_one_agreement_of_a_framework",
)
def two_family_agreements(p: Planting) -> None:
    family = p.family()
    body = {"agreement": spare(p), "signatory": family.producer, "joined_on": p.today}
    p.flagged(p.say(p.cast.coop, "agreement.joined", body), "two-family-agreements", family.producer)
