"""Enters organisations in the log: who they are, the places they run, and the keys they sign with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ledger import canonical
from ledger.keys import SigningKey, possession_message
from ledger.seasons.draft import Hand
from ledger.seasons.people import organisation
from ledger.seasons.scribe import Scribe

Role = Literal["certifier", "authority", "buyer"]
FacilityKind = Literal[
    "collection-centre", "store", "dry-mill", "fermentary", "dryer", "packhouse", "sorting-centre", "plant", "vessel"
]


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
    scribe: Scribe, label: str, kind: str, name: str, when: datetime, *, country: str = "PE", district: str | None = None
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


def authorise(
    scribe: Scribe,
    by: Hand,
    party: str,
    key: SigningKey,
    kind: Literal["organisation", "device"],
    when: datetime,
) -> None:
    """Authorise a key for a party, with the proof that its holder has it."""
    proof = key.sign(possession_message(scribe.world.origin, party, key.public))
    body = {
        "party": party,
        "key": canonical.b64url(key.public),
        "kind": kind,
        "proof": canonical.b64url(proof),
    }
    scribe.state(by, "key.authorised", when, body)


def facility(
    scribe: Scribe,
    owner: Organisation,
    code: str,
    kind: FacilityKind,
    name: str,
    district: str,
    when: datetime,
    *,
    within: str | None = None,
    capacity_grams: int | None = None,
) -> str:
    """The organisation enters one of its places, or a vessel in it; returns its id."""
    place = scribe.thing(f"facility/{owner.party}/{code}")
    body = {
        "facility": place,
        "party": owner.party,
        "kind": kind,
        "code": code,
        "name": organisation(name) if kind != "vessel" else None,
        "district": district,
        "within": within,
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
