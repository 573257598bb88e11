"""Personal data and audits: erased too early or by strangers, texts taken out with a lie, audits of oneself."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted import goods
from ledger.seasons.planted.cases.scale import trader_family
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import DigestOf, Hand, RestatedOf, Stated
from ledger.seasons.planted.valley import Party

SEED = "5e" * 32


def asked(p: Planting, person: str, by: Party | None = None) -> Stated:
    """A person asks for erasure through the trader that enrolled it."""
    body = {"erasure": p.thing("erasure"), "person": person, "asked_on": p.today, "grounds": "objected"}
    return p.say(by or p.cast.rival, "erasure.requested", body)


def done(p: Planting, request: Stated, by: Hand | None = None, **changes: Any) -> Stated:
    """Somebody says that it is destroyed."""
    body = {
        "erasure": request["erasure"],
        "person": request["person"],
        "done_on": p.today,
        "destroyed": [{"kind": "person-key", "count": 1}],
    }
    return p.say(by or p.valley.operator, "erasure.done", body | changes)


def audit(p: Planting, by: Party, *parties: Party, **changes: Any) -> Stated:
    """An audit is opened."""
    body = {
        "audit": p.thing("audit"),
        "parties": [party.id for party in parties],
        "period_from": "2026-01-01",
        "period_to": "2026-06-30",
        "ends_on": "2026-12-31",
        "seed_digest": SEED,
    }
    return p.say(by, "audit.opened", body | changes)


def attested(p: Planting, by: Party, **changes: Any) -> Stated:
    """Somebody attests to the log."""
    body = {"size": 3, "root": "ab" * 32, "rules_version": 1, "result": "passed"}
    return p.say(by, "audit.attested", body | changes)


@plant(
    "erased-by-stranger",
    "fraud",
    "Una competidora pide borrar los datos de un socio de la cooperativa.",
    "A competitor asks for a member's data to be erased.",
    "erasure_is_asked_by_whom_it_concerns",
)
def erased_by_stranger(p: Planting) -> None:
    p.refused(asked(p, p.neighbour().producer), "erasure-not-yours")


@plant(
    "erased-twice",
    "mistake",
    "Se pide dos veces borrar los datos de la misma persona.",
    "The erasure of one person's data is asked for twice.",
    "erasure_is_of_a_person_and_asked_once",
)
def erased_twice(p: Planting) -> None:
    person = trader_family(p).producer
    asked(p, person)
    p.days_later(3)
    p.refused(asked(p, person), "erasure-already-asked")


@plant(
    "destroyed-by-stranger",
    "fraud",
    "Quien no opera el libro dice haber destruido los datos.",
    "Somebody who does not run the log says the data is destroyed.",
    "erasure_is_done_by_the_operator",
)
def destroyed_by_stranger(p: Planting) -> None:
    request = asked(p, trader_family(p).producer)
    p.refused(done(p, request, by=p.cast.rival.own), "role-required")


@plant(
    "another-destroyed",
    "fraud",
    "Con la solicitud de una persona se destruyen los datos de otra.",
    "Under one person's request the data of another is destroyed.",
    "erasure_follows_its_request",
)
def another_destroyed(p: Planting) -> None:
    request, other = asked(p, trader_family(p).producer), trader_family(p)
    p.refused(done(p, request, person=other.producer), "erasure-of-another")


@plant(
    "destroyed-too-early",
    "fraud",
    "Se destruyen los datos detrás de una entrega antes de que venza el plazo de guardarlos.",
    "The data behind a delivery is destroyed before it may be.",
    "retention_has_ended",
)
def destroyed_too_early(p: Planting) -> None:
    family = trader_family(p)
    goods.deliver(p, family)
    p.days_later(2)
    p.refused(done(p, asked(p, family.producer)), "retention-running")


@plant(
    "destroyed-under-audit",
    "fraud",
    "Se destruyen datos mientras la organización está en auditoría.",
    "Data is destroyed while the organisation is audited.",
    "no_audit_is_open",
)
def destroyed_under_audit(p: Planting) -> None:
    group = p.group("Auditada")
    family = p.enrolled(group=group)
    audit(p, p.cast.auditor, group)
    p.days_later(4)
    p.refused(done(p, asked(p, family.producer, by=group)), "audit-open")


@plant(
    "erased-in-order",
    "honest",
    "Quien nunca entregó pide que se borren sus datos, y se borran.",
    "Somebody who never delivered asks for erasure, and it is done.",
)
def erased_in_order(p: Planting) -> None:
    family = trader_family(p)
    request = asked(p, family.producer)
    p.days_later(p.dice.roll(1, 15))
    done(p, request)
    p.is_about(family.producer)


def withheld(p: Planting, said: Stated, by: Hand | None = None, more_grams: int = 0, **changes: Any) -> Stated:
    """A statement's text is taken out and its postings restated."""
    body = {
        "statement": DigestOf(said.id),
        "reason": "personal-data-in-open-field",
        "restated": RestatedOf(said.id, more_grams),
    }
    return p.say(by or p.valley.operator, "statement.withheld", body | changes)


@plant(
    "text-out-by-stranger",
    "fraud",
    "Una acopiadora hace desaparecer el texto de su propia entrega.",
    "A trader makes the text of its own delivery disappear.",
    "text_is_withheld_by_the_operator",
)
def text_out_by_stranger(p: Planting) -> None:
    said = goods.deliver(p, trader_family(p))
    p.days_later(1)
    p.refused(withheld(p, said, by=p.cast.rival.own), "role-required")


@plant(
    "role-hidden",
    "fraud",
    "Se quiere ocultar el hecho por el que alguien tiene un cargo.",
    "Somebody tries to hide the fact that gave a role.",
    "withheld_statement_has_a_text_to_lose",
)
def role_hidden(p: Planting) -> None:
    granted = next(draft for draft in p.valley.drafts if draft.fact == "role.granted/1")
    p.refused(withheld(p, granted), "not-withholdable")


@plant(
    "restated-with-a-lie",
    "fraud",
    "Al ocultar un texto, el operador lo repite con más kilos.",
    "Taking a text out, the operator restates it with more kilograms.",
    "restated_postings_are_the_same",
)
def restated_with_a_lie(p: Planting) -> None:
    said = goods.deliver(p, trader_family(p))
    p.days_later(1)
    p.refused(withheld(p, said, more_grams=40_000), "restated-differently")


@plant(
    "text-out-in-order",
    "honest",
    "Un nombre quedó en un campo abierto: el operador lo retira y lo demás sigue igual.",
    "A name stood in an open field: the operator takes it out, and all else stays.",
)
def text_out_in_order(p: Planting) -> None:
    said = goods.deliver(p, trader_family(p))
    p.days_later(p.dice.roll(1, 9))
    withheld(p, said)
    p.is_about(said["lot"])
    p.stands(said["lot"], "eudr")


@plant(
    "report-of-tomorrow",
    "mistake",
    "Un informe dice haberse hecho con entradas que aún no existen.",
    "A report says it was made of entries that do not exist yet.",
    "document_is_issued_from_what_was_known",
)
def report_of_tomorrow(p: Planting) -> None:
    body = {"document": "cd" * 32, "kind": "report", "size": 9_000, "log_size": 9_000_000}
    p.refused(p.say(p.cast.coop, "document.issued", body), "size-unknown")


@plant(
    "audits-itself",
    "fraud",
    "La cooperativa abre la auditoría de sí misma.",
    "The co-operative opens an audit of itself.",
    "auditor_speaks",
)
def audits_itself(p: Planting) -> None:
    p.refused(audit(p, p.cast.coop, p.cast.coop), "role-required")


@plant(
    "audit-backwards",
    "mistake",
    "Una auditoría que termina antes de empezar.",
    "An audit that ends before it begins.",
    "audit_runs_forward",
)
def audit_backwards(p: Planting) -> None:
    p.refused(audit(p, p.cast.auditor, p.cast.union, period_to="2025-12-31"), "period-reversed")


@plant(
    "attested-unseen",
    "fraud",
    "Un auditor da fe de entradas que el libro no tiene.",
    "An auditor attests to entries the log does not have.",
    "attested_log_was_there",
)
def attested_unseen(p: Planting) -> None:
    p.refused(attested(p, p.cast.auditor, size=9_000_000), "size-unknown")
