"""Facts about producers and households: enrolment, status, inspections, declarations, consents."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import (
    Anything,
    Consent,
    Grown,
    Household,
    NewConsent,
    NewHousehold,
    NewInspection,
    NewProducer,
    Party,
    Plot,
    Producer,
)
from ledger.values import Code, Day, Digest, Grams, OwnCode, PlaceName, Sealed, Season, Value


class ProducerEnrolled(Fact):
    """A co-operative or association took a producer on its register under its own code."""

    TYPE: ClassVar[str] = "producer.enrolled/1"
    producer: NewProducer
    code: OwnCode
    person: Sealed
    district: PlaceName
    sector: PlaceName | None = None
    community: Party | None = None
    also_enrolled: tuple[Producer, ...] = ()


class ProducerSucceeded(Fact):
    """Another producer follows (death, inheritance, sale of the farm)."""

    TYPE: ClassVar[str] = "producer.succeeded/1"
    producer: Producer
    successor: Producer
    reason: Literal["death", "inheritance", "transfer"]
    effective_from: Day


class HouseholdRegistered(Fact):
    """Producers who live and farm together: the unit that keeps a conservation agreement."""

    TYPE: ClassVar[str] = "household.registered/1"
    household: NewHousehold
    code: OwnCode
    producers: Annotated[tuple[Producer, ...], Field(min_length=1)]
    district: PlaceName
    sector: PlaceName | None = None


class HouseholdChanged(Fact):
    """Producers joined or left a household."""

    TYPE: ClassVar[str] = "household.changed/1"
    household: Household
    joined: tuple[Producer, ...] = ()
    left: tuple[Producer, ...] = ()
    effective_from: Day


class ProducerStatusSet(Fact):
    """The programme's own internal control system set a producer's status."""

    TYPE: ClassVar[str] = "producer.status-set/1"
    producer: Producer
    programme: Party
    status: Literal["approved", "conditional", "suspended", "expelled", "left"]
    effective_from: Day
    season: Season | None = None
    reason: Sealed | None = None


class Finding(Value):
    """One finding of an inspection, by the code of the standard it rests on."""

    code: OwnCode
    severity: Literal["critical", "major", "minor", "observation"]
    cure_by: Day | None = None
    note: Sealed | None = None


class InspectedEstimate(Value):
    """What the inspector expects a plot or herd to give in a season."""

    grown: Grown
    commodity: Code
    form: Code
    season: Season
    grams: Grams


class InspectionMade(Fact):
    """Somebody inspected a producer, plot, facility or herd and says what was found."""

    TYPE: ClassVar[str] = "inspection.made/1"
    inspection: NewInspection
    kind: Literal["internal", "re-inspection", "purchase-centre", "certifier", "authority"]
    subject: Anything
    visited_on: Day
    result: Literal["passed", "passed-with-findings", "failed"]
    inspector: Sealed
    conflict_of_interest: bool
    plots: tuple[Plot, ...] = ()
    findings: tuple[Finding, ...] = ()
    estimates: tuple[InspectedEstimate, ...] = ()
    document: Digest | None = None


class Declaration(Value):
    """One line of the yearly declaration; `unknown` is never read as no."""

    code: Code
    answer: Literal["yes", "no", "unknown"]


class ProducerDeclared(Fact):
    """A producer's yearly declaration."""

    TYPE: ClassVar[str] = "producer.declared/1"
    producer: Producer
    year: Annotated[int, Field(ge=2000, le=2200)]
    declarations: Annotated[tuple[Declaration, ...], Field(min_length=1)]
    document: Digest | None = None


class ConsentGiven(Fact):
    """A producer let somebody see stated data for a stated purpose."""

    TYPE: ClassVar[str] = "consent.given/1"
    consent: NewConsent
    producer: Producer
    to: Party
    purpose: Code
    scope: Annotated[tuple[Code, ...], Field(min_length=1)]
    valid_to: Day | None = None
    document: Digest | None = None


class ConsentWithdrawn(Fact):
    """A consent ended."""

    TYPE: ClassVar[str] = "consent.withdrawn/1"
    consent: Consent
    effective_from: Day


ProducerFact = (
    ProducerEnrolled
    | ProducerSucceeded
    | HouseholdRegistered
    | HouseholdChanged
    | ProducerStatusSet
    | InspectionMade
    | ProducerDeclared
    | ConsentGiven
    | ConsentWithdrawn
)
