"""Certificates and their papers: who speaks of them, what they may cover, numbers used twice, goods covered twice."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted import goods
from ledger.seasons.planted.cast import ORGANIC, RAINFOREST, certificate, certificate_body
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Stated


def recorded(p: Planting, **changes: Any) -> Stated:
    """The union records a certificate of its own; it touches no lot."""
    body = certificate_body(p.valley, p.cast, p.cast.union, RAINFOREST)
    return p.say(p.cast.union, "certificate.recorded", {**body, **changes})


@plant(
    "certifier-of-another",
    "fraud",
    "Una certificadora suspende el certificado que emitió otra.",
    "A certification body suspends a certificate another one issued.",
    "body_or_holder_speaks_of_certificate",
)
def certifier_of_another(p: Planting) -> None:
    body = {"certificate": p.cast.organic, "status": "suspended", "effective_from": p.today}
    p.refused(p.say(p.cast.other_certifier, "certificate.status-set", body), "not-the-body")


@plant(
    "restored-by-holder",
    "fraud",
    "La cooperativa se levanta ella misma la suspensión, sin documento.",
    "The co-operative lifts its own suspension, without a document.",
    "body_or_holder_speaks_of_certificate",
)
def restored_by_holder(p: Planting) -> None:
    paper = recorded(p)["certificate"]
    p.say(p.cast.certifier, "certificate.status-set", _status(p, paper, "suspended"))
    p.refused(p.say(p.cast.union, "certificate.status-set", _status(p, paper, "restored")), "not-the-body")


def _status(p: Planting, paper: str, word: str) -> dict[str, Any]:
    return {"certificate": paper, "status": word, "effective_from": p.today}


@plant(
    "paper-taken-back",
    "fraud",
    "El comprador anula el certificado de transacción que emitió la certificadora.",
    "The buyer takes back the transaction certificate the certification body issued.",
    "issuer_takes_its_paper_back",
)
def paper_taken_back(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    paper = transaction(p, {"lot": lot, "grams": grams})
    body = {
        "transaction_certificate": paper["transaction_certificate"],
        "effective_from": p.today,
        "reason": "wrong-container",
    }
    p.refused(p.say(p.cast.buyer, "transaction-certificate.withdrawn", body), "not-the-body")


def transaction(p: Planting, *lines: dict[str, Any], **changes: Any) -> Stated:
    """The certification body issues a transaction certificate."""
    body = {
        "transaction_certificate": p.thing("transaction certificate"),
        "kind": "coi",
        "number": f"COI-{p.dice.roll(10_000, 99_999)}",
        "body": p.cast.certifier.id,
        "certificate": p.cast.organic,
        "issued_on": p.today,
        "lines": list(lines),
    }
    return p.say(p.cast.certifier, "transaction-certificate.recorded", body | changes)


@plant(
    "claim-given-up-by-stranger",
    "fraud",
    "Una competidora renuncia a la certificación de un lote ajeno.",
    "A competitor gives up the claim of somebody else's lot.",
    "holder_gives_up_its_own_claim",
)
def claim_given_up_by_stranger(p: Planting) -> None:
    lot, _ = goods.delivered(p)
    p.refused(p.say(p.cast.rival, "claim.relinquished", {"lot": lot, "scheme": ORGANIC}), "not-the-custodian")


@plant(
    "certifies-itself",
    "fraud",
    "Una central se certifica a sí misma.",
    "A union certifies itself.",
    "body_is_not_the_holder",
)
def certifies_itself(p: Planting) -> None:
    draft = recorded(p, body=p.cast.union.id)
    p.flagged(draft, "certifies-itself", draft["certificate"])


@plant(
    "scope-misspelt",
    "mistake",
    "El alcance del certificado nombra una forma que no existe.",
    "A certificate's scope names a form that does not exist.",
    "scope_names_known_products",
)
def scope_misspelt(p: Planting) -> None:
    p.refused(recorded(p, products=[{"commodity": "coffee", "form": "gren"}]), "scope-form-unknown")


@plant(
    "mass-balance-paper",
    "mistake",
    "Un certificado de café dice admitir balance de masa; el estándar no lo admite.",
    "A coffee certificate says it admits mass balance; the scheme does not.",
    "models_are_allowed",
)
def mass_balance_paper(p: Planting) -> None:
    draft = recorded(p, models=["segregated", "mass-balance"])
    p.flagged(draft, "model-not-allowed", draft["certificate"])


@plant(
    "certificate-number-twice",
    "fraud",
    "El mismo número de certificado se registra dos veces.",
    "The same certificate number is recorded twice.",
    "certificate_number_is_used_once",
)
def certificate_number_twice(p: Planting) -> None:
    number = f"RA-{p.dice.roll(100_000, 999_999)}"
    recorded(p, number=number)
    p.days_later(p.dice.roll(1, 9))
    p.flagged(recorded(p, number=number), "certificate-number-repeated", number)


@plant(
    "suspended-before-birth",
    "mistake",
    "Una suspensión con fecha anterior al propio certificado.",
    "A suspension dated before the certificate itself.",
    "status_begins_with_the_certificate",
)
def suspended_before_birth(p: Planting) -> None:
    paper = recorded(p)["certificate"]
    body = {**_status(p, paper, "suspended"), "effective_from": "2025-12-30"}
    p.refused(p.say(p.cast.certifier, "certificate.status-set", body), "status-before-certificate")


@plant(
    "extension-of-nothing",
    "mistake",
    "Una prórroga que no alarga nada.",
    "An extension that adds no day.",
    "extension_adds_days",
)
def extension_of_nothing(p: Planting) -> None:
    paper = recorded(p)["certificate"]
    body = {"certificate": paper, "valid_to": "2026-12-31"}
    p.refused(p.say(p.cast.certifier, "certificate.extended", body), "extension-adds-nothing")


@plant(
    "released-wholesale",
    "fraud",
    "Una liberación que no dice qué libera.",
    "A release that does not say what it frees.",
    "release_frees_something",
)
def released_wholesale(p: Planting) -> None:
    body = {"release": p.thing("release"), "certificate": p.cast.organic, "grounds": "sampled"}
    p.refused(p.say(p.cast.certifier, "release.recorded", body), "release-unlimited")


@plant(
    "conversion-too-short",
    "fraud",
    "Una parcela pasa a orgánica antes de cumplir sus años de conversión.",
    "A plot becomes organic before its years of conversion are over.",
    "conversion_takes_its_time",
)
def conversion_too_short(p: Planting) -> None:
    family = p.enrolled(group=p.cast.union)
    body = {
        "plot": family.plot,
        "scheme": ORGANIC,
        "status": "organic",
        "effective_from": "2026-05-01",
        "conversion_started": f"202{p.dice.roll(4, 5)}-03-01",
    }
    p.flagged(p.say(p.cast.union, "plot.status-set", body), "conversion-too-short", family.plot)


@plant(
    "conversion-to-the-day",
    "honest",
    "Una parcela pasa a orgánica el mismo día en que cumple la conversión.",
    "A plot becomes organic on the very day its conversion is over.",
)
def conversion_to_the_day(p: Planting) -> None:
    family = p.enrolled(group=p.cast.union)
    body = {
        "plot": family.plot,
        "scheme": ORGANIC,
        "status": "organic",
        "effective_from": "2026-05-01",
        "conversion_started": "2023-05-01",
    }
    p.say(p.cast.union, "plot.status-set", body)
    p.is_about(family.plot)


@plant(
    "paper-covers-too-much",
    "fraud",
    "Un certificado de transacción ampara más kilos de los que el lote tiene.",
    "A transaction certificate covers more kilograms than the lot has.",
    "paper_covers_what_was_sold",
)
def paper_covers_too_much(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    p.refused(transaction(p, {"lot": lot, "grams": grams + 1}), "paper-exceeds-goods")


@plant(
    "paper-number-twice",
    "fraud",
    "Dos certificados de transacción llevan el mismo número.",
    "Two transaction certificates carry the same number.",
    "paper_number_is_used_once",
)
def paper_number_twice(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    first = transaction(p, {"lot": lot, "grams": grams // 2})
    p.days_later(p.dice.roll(1, 9))
    second = transaction(p, {"lot": lot, "grams": grams // 2}, number=first["number"])
    p.flagged(second, "paper-number-repeated", first["number"])


@plant(
    "register-contradicts",
    "fraud",
    "El registro público dice que el certificado no existe: lo de ese grupo queda retenido.",
    "The public register does not know the certificate: what is that group's is held.",
)
def register_contradicts(p: Planting) -> None:
    group = p.group("Mirador")
    paper = certificate(p.valley, p.cast, group, ORGANIC)
    family = p.family(group=group, organic=paper, agreement="", region="outside")
    goods.deliver(p, family)
    p.days_later(5)
    body = {"certificate": paper, "register_code": "buscador", "result": "contradicts", "checked_on": p.today}
    p.say(p.cast.certifier, "registry.checked", body)
    p.claimed(paper, "registry-contradicts")
