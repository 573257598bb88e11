"""Enters organisations in the log: who they are, the places they run, and the keys they sign with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ledger import canonical
from ledger.facts import known_types
from ledger.keys import SigningKey, possession_message
from ledger.rules.identity import NEVER_DELEGABLE
from ledger.seasons.draft import Hand
from ledger.seasons.people import organisation, person
from ledger.seasons.scribe import Scribe

Role = Literal["certifier", "authority", "buyer", "lender"]
FacilityKind = Literal["collection-centre", "store", "dry-mill", "dryer", "packhouse", "sorting-centre"]


_TYPED = (
    "lot",
    "delivery",
    "producer",
    "household",
    "plot",
    "herd",
    "estimate",
    "stock",
    "vessel",
    "label",
    "conditions",
)
TYPED_FACTS = tuple(
    sorted(name for name in known_types() if name.partition(".")[0] in _TYPED and name not in NEVER_DELEGABLE)
)
"""What an organisation lets the node sign for it: the daily work, never keys, agreements or certificates."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A party of the log with the key of its office; parties without a key cannot sign."""

    party: str
    name: str
    hand: Hand


@dataclass(frozen=True, slots=True)
class Centre:
    """A collection centre: its scale signs with a key of its own, and its receipts have a series."""

    facility: str
    code: str
    name: str
    district: str
    scale: Hand


def register(
    scribe: Scribe,
    label: str,
    kind: str,
    name: str,
    when: datetime,
    *,
    country: str = "PE",
    district: str | None = None,
) -> str:
    """The registrar enters a party that states nothing itself; returns its id."""
    party = scribe.thing(f"party/{label}")
    body = {"party": party, "kind": kind, "country": country, "name": organisation(name), "district": district}
    scribe.state(scribe.world.operator, "party.registered", when, body)
    return party


def found(
    scribe: Scribe,
    label: str,
    kind: str,
    name: str,
    when: datetime,
    *,
    country: str = "PE",
    district: str | None = None,
    role: Role | None = None,
) -> Organisation:
    """The registrar enters a party, authorises the key of its office, and grants it a role where it has one."""
    party = register(scribe, label, kind, name, when, country=country, district=district)
    key = scribe.world.key(f"{scribe.story}/{label}")
    authorise(scribe, scribe.world.operator, party, key, "organisation", when)
    if role is not None:
        body = {"party": party, "role": role, "effective_from": when.date().isoformat()}
        scribe.state(scribe.world.operator, "role.granted", when, body)
    return Organisation(party, organisation(name), Hand(party, key))


def farmer(scribe: Scribe, number: int, when: datetime) -> Hand:
    """The registrar enters a farmer as a person of the log with a key of its own; the name is sealed."""
    party = scribe.thing(f"person/{number}")
    body = {"party": party, "kind": "person", "country": "PE"}
    sealed = {"/person": person(scribe.dice(f"person/{number}"), number)}
    scribe.state(scribe.world.operator, "party.registered", when, body, sealed=sealed)
    key = scribe.world.key(f"{scribe.story}/person/{number}")
    authorise(scribe, scribe.world.operator, party, key, "person", when)
    return Hand(party, key)


def lend_pen(scribe: Scribe, owner: Organisation, when: datetime) -> None:
    """Let the node sign for an organisation what its people type without a key of their own."""
    node = scribe.world.node_key
    authorise(scribe, owner.hand, owner.party, node, "node", when, fact_types=TYPED_FACTS)


def authorise(
    scribe: Scribe,
    by: Hand,
    party: str,
    key: SigningKey,
    kind: Literal["organisation", "device", "person", "node"],
    when: datetime,
    *,
    fact_types: Sequence[str] = (),
) -> None:
    """Authorise a key for a party, with the proof that its holder has it."""
    proof = key.sign(possession_message(scribe.world.origin, party, key.public))
    body = {
        "party": party,
        "key": canonical.b64url(key.public),
        "kind": kind,
        "proof": canonical.b64url(proof),
        "fact_types": list(fact_types),
    }
    scribe.state(by, "key.authorised", when, body)


def facility(  # noqa: PLR0917 - a place is told in one breath
    scribe: Scribe, owner: Organisation, code: str, kind: FacilityKind, name: str, district: str, when: datetime
) -> str:
    """The organisation enters one of its places; returns its id."""
    place = scribe.thing(f"facility/{code}")
    body = {
        "facility": place,
        "party": owner.party,
        "kind": kind,
        "code": code,
        "name": organisation(name),
        "district": district,
    }
    scribe.state(owner.hand, "facility.registered", when, body)
    return place


def vessel(scribe: Scribe, owner: Organisation, within: Centre, code: str, capacity_grams: int, when: datetime) -> str:
    """The organisation enters a box, silo or tank of a centre; returns its id."""
    place = scribe.thing(f"facility/{code}")
    body = {
        "facility": place,
        "party": owner.party,
        "kind": "vessel",
        "code": code,
        "district": within.district,
        "within": within.facility,
        "capacity_grams": capacity_grams,
    }
    scribe.state(owner.hand, "facility.registered", when, body)
    return place


def centre(scribe: Scribe, owner: Organisation, code: str, name: str, district: str, when: datetime) -> Centre:
    """A collection centre whose scale has a device key, authorised by the organisation itself."""
    place = facility(scribe, owner, code, "collection-centre", name, district, when)
    key = scribe.world.key(f"{scribe.story}/scale/{code}")
    authorise(scribe, owner.hand, owner.party, key, "device", when)
    return Centre(place, code, name, district, Hand(owner.party, key, device=True))


def handheld(scribe: Scribe, owner: Organisation, beside: Centre, code: str, when: datetime) -> Centre:
    """A second device of a centre, with a series of receipts of its own, for places without network."""
    key = scribe.world.key(f"{scribe.story}/handheld/{code}")
    authorise(scribe, owner.hand, owner.party, key, "device", when)
    return Centre(beside.facility, code, beside.name, beside.district, Hand(owner.party, key, device=True))
