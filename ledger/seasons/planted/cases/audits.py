"""Audits: access nobody gave, looks past their day, samples that were chosen, findings without proof."""

from __future__ import annotations

import hashlib
from typing import Any

from ledger.seasons.planted.cases.privacy import audit
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Hand, SizeThatMorning, Stated
from ledger.seasons.planted.valley import Party

SEED = "a5" * 32


def opened(p: Planting, *parties: Party, **changes: Any) -> Stated:
    """The auditor opens an audit and commits to a seed."""
    committed = hashlib.sha256(bytes.fromhex(SEED)).hexdigest()
    return audit(p, p.cast.auditor, *parties, **{"seed_digest": committed, **changes})


def granted(p: Planting, by: Party, **changes: Any) -> Stated:
    """A party lets the auditor look."""
    body = {
        "grant": p.thing("grant"),
        "auditor": p.cast.auditor.id,
        "parties": [by.id],
        "looks": ["fact", "trace-back"],
        "until": "2026-12-31",
    }
    return p.say(by, "access.granted", body | changes)


def ended(p: Planting, by: Party, grant: Stated) -> Stated:
    """A grant is taken back."""
    return p.say(by, "access.ended", {"grant": grant["grant"], "reason": "withdrawn"})


def looked(p: Planting, grant: Stated, by: Hand | None = None, **changes: Any) -> Stated:
    """Somebody was shown something through a grant."""
    body = {"grant": grant["grant"], "look": "trace-back", "log_size": 3, "answer": "cd" * 32}
    return p.say(by or p.valley.operator, "access.used", body | changes)


def drawn(p: Planting, audit_of: Stated, party: Party, **changes: Any) -> Stated:
    """The auditor draws four of sixteen, out of the log as it was when only its first entry stood."""
    body = {
        "sample": p.thing("sample"),
        "audit": audit_of["audit"],
        "party": party.id,
        "population": "producers",
        "purpose": "re-inspection",
        "seed": SEED,
        "log_size": 1,
        "root": "ab" * 32,
        "size_rule": "square-root",
        "weighting": "equal",
        "population_size": 16,
        "population_digest": "ef" * 32,
        "drawn": [family.producer for family in p.cast.neighbours[:4]],
    }
    return p.say(p.cast.auditor, "sample.drawn", body | changes)


def own_hand(p: Planting, party: Party) -> Hand:
    """A key of a party's own, authorised for this case."""
    key = p.valley.world.key(f"planted/auditor/{p.case.id}/{party.id}")
    p.say(p.valley.operator, "key.authorised", p.valley.authorisation(party.id, key, "person"))
    return Hand(party.id, key)


def found(p: Planting, hand: Hand, **changes: Any) -> Stated:
    """A finding is recorded."""
    body = {"finding": p.thing("finding"), "kind": "grams", "severity": "minor"}
    return p.say(hand, "finding.recorded", body | changes)


@plant(
    "access-to-anothers",
    "fraud",
    "Una competidora abre a la auditora los datos de la cooperativa.",
    "A competitor opens the co-operative's data to the auditor.",
    "access_is_given_by_whose_it_is",
)
def access_to_anothers(p: Planting) -> None:
    p.refused(granted(p, p.cast.rival, parties=[p.cast.coop.id]), "access-not-yours")


@plant(
    "access-for-a-buyer",
    "mistake",
    "La cooperativa abre sus datos como auditora a una empresa compradora.",
    "The co-operative opens its data to a buyer as if it were an auditor.",
    "access_goes_to_an_auditor",
)
def access_for_a_buyer(p: Planting) -> None:
    p.refused(granted(p, p.cast.coop, auditor=p.cast.buyer.id), "role-required")


@plant(
    "access-of-last-year",
    "mistake",
    "Se da un acceso que ya venció.",
    "Access is given that has run out already.",
    "access_runs_forward",
)
def access_of_last_year(p: Planting) -> None:
    p.refused(granted(p, p.cast.coop, until="2025-12-31"), "period-reversed")


@plant(
    "access-closed-by-stranger",
    "fraud",
    "Una competidora cierra el acceso que la cooperativa dio a su auditora.",
    "A competitor closes the access the co-operative gave its auditor.",
    "access_is_ended_once_by_either_side",
)
def access_closed_by_stranger(p: Planting) -> None:
    grant = granted(p, p.cast.coop)
    p.refused(ended(p, p.cast.rival, grant), "access-not-yours")


@plant(
    "look-made-up",
    "fraud",
    "Una competidora anota que la auditora miró datos que nadie le mostró.",
    "A competitor writes down that the auditor looked at what nobody showed it.",
    "look_is_told_by_the_operator",
)
def look_made_up(p: Planting) -> None:
    p.refused(looked(p, granted(p, p.cast.coop), by=p.cast.rival.own), "role-required")


@plant(
    "look-after-the-end",
    "fraud",
    "Se muestran datos por un acceso que la cooperativa ya había cerrado.",
    "Data is shown through access that the co-operative had closed.",
    "look_stays_within_its_grant",
)
def look_after_the_end(p: Planting) -> None:
    grant = granted(p, p.cast.coop)
    p.days_later(3)
    ended(p, p.cast.coop, grant)
    p.refused(looked(p, grant), "access-ended")


@plant(
    "access-in-order",
    "honest",
    "La cooperativa abre un acceso, la auditora mira, y el acceso se cierra.",
    "The co-operative gives access, the auditor looks, and it is closed.",
)
def access_in_order(p: Planting) -> None:
    audit_of = opened(p, p.cast.coop)
    grant = granted(p, p.cast.coop, audit=audit_of["audit"])
    looked(p, grant)
    p.days_later(p.dice.roll(1, 5))
    ended(p, p.cast.auditor, grant)
    p.is_about(grant["grant"])


@plant(
    "seed-chosen-afterwards",
    "fraud",
    "La auditora sortea con una semilla distinta de la que comprometió.",
    "The auditor draws with another seed than it committed to.",
    "sample_shows_the_seed_committed_to",
)
def seed_chosen_afterwards(p: Planting) -> None:
    audit_of = opened(p, p.cast.union)
    p.days_later(2)
    p.refused(drawn(p, audit_of, p.cast.union, seed="5a" * 32, log_size=SizeThatMorning()), "seed-not-committed")


@plant(
    "population-known-before",
    "fraud",
    "La población del sorteo se leyó antes de comprometer la semilla.",
    "The population was read before the seed was committed to.",
    "population_came_after_the_seed",
)
def population_known_before(p: Planting) -> None:
    p.refused(drawn(p, opened(p, p.cast.union), p.cast.union), "population-before-seed")


@plant(
    "drawn-until-it-pleases",
    "fraud",
    "La auditora sortea dos veces para el mismo fin.",
    "The auditor draws twice for the same purpose.",
    "sample_is_drawn_once",
)
def drawn_until_it_pleases(p: Planting) -> None:
    audit_of = opened(p, p.cast.union)
    p.days_later(2)
    drawn(p, audit_of, p.cast.union, log_size=SizeThatMorning())
    p.refused(drawn(p, audit_of, p.cast.union, log_size=SizeThatMorning()), "sample-already-drawn")


@plant(
    "drawn-too-few",
    "mistake",
    "La muestra tiene menos miembros de los que exige la regla.",
    "The sample holds fewer members than the size rule asks for.",
    "sample_is_large_enough",
)
def drawn_too_few(p: Planting) -> None:
    audit_of = opened(p, p.cast.union)
    p.days_later(2)
    p.refused(
        drawn(p, audit_of, p.cast.union, log_size=SizeThatMorning(), size_rule="eu-re-inspection"), "sample-too-small"
    )


@plant(
    "found-in-anothers-audit",
    "fraud",
    "Una certificadora registra hallazgos en la auditoría de otra.",
    "A certification body records findings in another's audit.",
    "finding_is_its_auditors_own",
)
def found_in_anothers_audit(p: Planting) -> None:
    audit_of = opened(p, p.cast.union)
    hand = own_hand(p, p.cast.other_certifier)
    p.refused(found(p, hand, audit=audit_of["audit"]), "audit-of-another")


@plant(
    "fork-out-of-air",
    "fraud",
    "Alguien acusa al libro de tener dos historias, sin prueba.",
    "Somebody accuses the log of two histories, without proof.",
    "contradiction_holds",
)
def fork_out_of_air(p: Planting) -> None:
    hand = own_hand(p, p.cast.auditor)
    p.refused(found(p, hand, kind="log-fork", severity="critical"), "contradiction-missing")


@plant(
    "found-in-order",
    "honest",
    "La auditora registra un hallazgo con su propia llave y lo cierra cuando se corrige.",
    "The auditor records a finding with its own key and closes it once it is corrected.",
)
def found_in_order(p: Planting) -> None:
    hand = own_hand(p, p.cast.auditor)
    finding = found(p, hand)
    p.days_later(p.dice.roll(1, 9))
    body = {"finding": finding["finding"], "outcome": "corrected", "closed_on": p.today}
    p.say(hand, "finding.closed", body)
    p.is_about(finding["finding"])
