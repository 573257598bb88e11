"""People on registers: the same person twice, codes used again, names where none belong, approvals nobody earned."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted.cases.scale import trader_family
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Stated
from ledger.seasons.planted.valley import Family, Party


def enrolment(p: Planting, code: str, document: str) -> Stated:
    """A person with a document number goes on the trader's register."""
    body = {"producer": p.thing("producer"), "code": code, "district": "Moyobamba"}
    someone = {"name": "Persona Inventada", "document": document, "invented": True}
    return p.say(p.cast.rival, "producer.enrolled", body, sealed={"/person": someone})


def approval(p: Planting, family: Family, programme: Party, by: Party | None = None, **changes: Any) -> Stated:
    """A programme approves a producer."""
    body = {
        "producer": family.producer,
        "programme": programme.id,
        "status": "approved",
        "effective_from": p.today,
    }
    return p.say(by or programme, "producer.status-set", body | changes)


def visit(p: Planting, family: Family, by: Party) -> None:
    """An internal inspection that was passed."""
    body = {
        "inspection": p.thing("inspection"),
        "kind": "internal",
        "subject": family.producer,
        "visited_on": p.day(p.dice.roll(5, 60)),
        "result": "passed",
        "conflict_of_interest": False,
    }
    p.say(by, "inspection.made", body, sealed={"/inspector": "Persona Inventada"})


@plant(
    "person-twice",
    "fraud",
    "La misma persona entra dos veces al padrón con dos códigos.",
    "The same person goes on the register twice under two codes.",
    "person_is_enrolled_once",
)
def person_twice(p: Planting) -> None:
    number = p.dice.roll(10_000_000, 79_999_999)
    enrolment(p, f"R-{number % 997}a", f"PE-DNI {number}")
    p.days_later(p.dice.roll(1, 20))
    second = enrolment(p, f"R-{number % 997}b", f"PE-DNI {number}")
    p.flagged(second, "person-enrolled-twice", second["producer"])


@plant(
    "code-twice",
    "mistake",
    "Dos personas reciben el mismo código de socio.",
    "Two people are given the same member code.",
    "producer_code_is_used_once",
)
def code_twice(p: Planting) -> None:
    code = f"R-{p.dice.roll(1_000, 9_999)}"
    enrolment(p, code, f"PE-DNI {p.dice.roll(10_000_000, 79_999_999)}")
    second = enrolment(p, code, f"PE-DNI {p.dice.roll(10_000_000, 79_999_999)}9")
    p.flagged(second, "producer-code-repeated", second["code"])


@plant(
    "person-named-openly",
    "mistake",
    "El nombre de una persona se escribe donde todos lo leen.",
    "A person's name is written where everybody reads it.",
    "party_has_a_name",
)
def person_named_openly(p: Planting) -> None:
    body = {"party": p.thing("person"), "kind": "person", "country": "PE", "name": "Persona Inventada"}
    p.refused(p.say(p.valley.operator, "party.registered", body), "person-named-openly")


@plant(
    "status-of-another",
    "fraud",
    "Una acopiadora suspende a un socio en el programa de la cooperativa.",
    "A trader suspends a member in the co-operative's programme.",
    "programme_speaks_for_itself",
)
def status_of_another(p: Planting) -> None:
    draft = approval(p, p.neighbour(), p.cast.coop, by=p.cast.rival, status="suspended")
    p.refused(draft, "programme-not-yours")


@plant(
    "approved-unseen",
    "fraud",
    "Se aprueba a un productor que nadie ha visitado.",
    "A producer is approved whom nobody has visited.",
    "approval_follows_an_inspection",
)
def approved_unseen(p: Planting) -> None:
    family = trader_family(p)
    p.flagged(approval(p, family, p.cast.rival), "approved-without-inspection", family.producer)


@plant(
    "in-two-programmes",
    "fraud",
    "Un productor está aprobado en dos programas a la vez.",
    "A producer is approved in two programmes at once.",
    "producer_is_in_one_group",
)
def in_two_programmes(p: Planting) -> None:
    family = trader_family(p)
    visit(p, family, p.cast.rival)
    approval(p, family, p.cast.rival)
    p.days_later(p.dice.roll(1, 12))
    p.flagged(approval(p, family, p.cast.union), "producer-in-two-groups", family.producer)


@plant(
    "changed-programme",
    "honest",
    "Un productor deja un programa y entra a otro: en ningún día está en los dos.",
    "A producer leaves one programme and joins another: on no day in both.",
)
def changed_programme(p: Planting) -> None:
    family = trader_family(p)
    visit(p, family, p.cast.rival)
    approval(p, family, p.cast.rival)
    p.days_later(10)
    approval(p, family, p.cast.rival, status="left")
    p.days_later(1)
    approval(p, family, p.cast.union)
    p.is_about(family.producer)


@plant(
    "same-number-elsewhere",
    "honest",
    "La misma persona vende a dos organizaciones, cada una con su propio padrón.",
    "The same person sells to two organisations, each with a register of its own.",
)
def same_number_elsewhere(p: Planting) -> None:
    number = f"PE-DNI {p.dice.roll(10_000_000, 79_999_999)}8"
    first = enrolment(p, f"R-{p.dice.roll(1, 999)}c", number)
    body = {"producer": p.thing("producer"), "code": first["code"], "district": "Moyobamba"}
    someone = {"name": "Persona Inventada", "document": number, "invented": True}
    p.say(p.cast.union, "producer.enrolled", body, sealed={"/person": someone})
    p.is_about(body["producer"])
