"""Facts about parties: organisations, their places, who acts for whom, and documents."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import Anything, Facility, Lot, Mandate, NewFacility, NewMandate, NewParty, Party
from ledger.values import (
    Code,
    Count,
    Country,
    Day,
    Digest,
    OwnCode,
    PlaceName,
    PublicName,
    Sealed,
    SomeGrams,
)


class PartyRegistered(Fact):
    """A registrar entered an organisation (its name is public) or a person (name sealed)."""

    TYPE: ClassVar[str] = "party.registered/1"
    party: NewParty
    kind: Literal[
        "cooperative",
        "central",
        "association",
        "community",
        "buyer",
        "exporter",
        "processor",
        "carrier",
        "certifier",
        "authority",
        "institution",
        "lender",
        "person",
    ]
    country: Country
    name: PublicName | None = None
    person: Sealed | None = None
    district: PlaceName | None = None
    tax_number: OwnCode | None = None


class FacilityRegistered(Fact):
    """A place where lots are kept or worked, or a vessel in it (box, silo, tank)."""

    TYPE: ClassVar[str] = "facility.registered/1"
    facility: NewFacility
    party: Party
    kind: Literal[
        "collection-centre",
        "store",
        "wet-mill",
        "dry-mill",
        "fermentary",
        "dryer",
        "packhouse",
        "sorting-centre",
        "plant",
        "port",
        "vessel",
    ]
    code: OwnCode
    name: PublicName | None = None
    country: Country = "PE"
    district: PlaceName | None = None
    within: Facility | None = None
    capacity_grams: SomeGrams | None = None


class VesselEmptied(Fact):
    """Nothing is left in a box, silo or tank: origins run back to here and no further."""

    TYPE: ClassVar[str] = "vessel.emptied/1"
    vessel: Facility
    last_lot: Lot | None = None


class MandateGiven(Fact):
    """A principal lets an agent state facts of these themes for it, at these places, for a time."""

    TYPE: ClassVar[str] = "mandate.given/1"
    mandate: NewMandate
    principal: Party
    agent: Party
    themes: Annotated[tuple[Code, ...], Field(min_length=1)]
    facilities: tuple[Facility, ...] = ()
    valid_from: Day
    valid_to: Day | None = None
    document: Digest | None = None


class MandateEnded(Fact):
    """A mandate ended on a day."""

    TYPE: ClassVar[str] = "mandate.ended/1"
    mandate: Mandate
    effective_from: Day


class DocumentAttached(Fact):
    """A document, by the digest of its bytes, was attached to what it is about."""

    TYPE: ClassVar[str] = "document.attached/1"
    document: Digest
    kind: Code
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=80)]
    size: Count
    about: tuple[Anything, ...] = ()
    number: OwnCode | None = None
    issuer: Party | None = None
    issued_on: Day | None = None
    personal: bool = False
    file_name: Sealed | None = None


PartyFact = PartyRegistered | FacilityRegistered | VesselEmptied | MandateGiven | MandateEnded | DocumentAttached
