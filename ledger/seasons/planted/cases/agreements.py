"""Words on conservation agreements that nobody was entitled to, or that cannot be."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted.cast import agreement, agreement_body
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Stated
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
