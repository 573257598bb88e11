"""Facts about conservation, production and best-practice agreements: from signature to breach, cure and sanction."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import (
    Agreement,
    Area,
    Breach,
    Herd,
    Household,
    Monitoring,
    NewAgreement,
    NewBreach,
    NewMonitoring,
    Party,
    Plot,
    Producer,
    Signatory,
)
from ledger.values import AreaM2, Code, Day, Digest, Money, OwnCode, Sealed, Value

Level = Literal["family", "community", "cooperative", "jurisdiction"]
Attribution = Literal["producer", "third-party", "natural", "unknown"]


class Institution(Value):
    """An institution that signs, and in which role."""

    party: Party
    role: Literal["authority", "implementer", "funder", "cooperative", "community", "committee", "witness"]


class Commitment(Value):
    """What the signatories promise: not to do, to do, or to keep within a limit."""

    code: Code
    kind: Literal["prohibit", "do", "limit"]
    critical: bool
    text: Sealed | None = None


class Benefit(Value):
    """What they get in return."""

    code: Code
    text: Sealed | None = None


class AgreementSigned(Fact):
    """An agreement was signed: by whom, over which area, with which commitments, for how long."""

    TYPE: ClassVar[str] = "agreement.signed/1"
    agreement: NewAgreement
    framework: Code
    level: Level
    code: OwnCode
    parent: Agreement | None = None
    institutions: Annotated[tuple[Institution, ...], Field(min_length=1)]
    areas: tuple[Area, ...] = ()
    commitments: Annotated[tuple[Commitment, ...], Field(min_length=1)]
    benefits: tuple[Benefit, ...] = ()
    valid_from: Day
    valid_to: Day | None = None
    life_plan: Digest | None = None
    cascades: tuple[Literal["suspension", "termination"], ...] = ()
    ladder: tuple[Code, ...] = ()
    document: Digest | None = None


class AgreementJoined(Fact):
    """Families or communities joined an agreement, one by one."""

    TYPE: ClassVar[str] = "agreement.joined/1"
    agreement: Agreement
    signatory: Signatory
    household: Household | None = None
    joined_on: Day
    document: Digest | None = None


class AgreementLeft(Fact):
    """A family or community left an agreement. (What is decided against a signatory is a status, not a leaving.)"""

    TYPE: ClassVar[str] = "agreement.left/1"
    agreement: Agreement
    signatory: Signatory
    household: Household | None = None
    left_on: Day
    reason: Literal["own-wish", "moved-away", "land-transferred", "joined-another", "died"] | None = None
    document: Digest | None = None
    note: Sealed | None = None


class AgreementExtended(Fact):
    """The running term of an agreement was made longer, without a gap."""

    TYPE: ClassVar[str] = "agreement.extended/1"
    agreement: Agreement
    valid_to: Day
    document: Digest | None = None


class AgreementRenewed(Fact):
    """An agreement was renewed for a further term. Signed late, the term may begin before the day of signature."""

    TYPE: ClassVar[str] = "agreement.renewed/1"
    agreement: Agreement
    signed_on: Day
    valid_from: Day
    valid_to: Day | None = None
    life_plan: Digest | None = None
    document: Digest | None = None


class AgreementSuperseded(Fact):
    """Another agreement took an agreement's place; whoever had joined the old one stands under the new one."""

    TYPE: ClassVar[str] = "agreement.superseded/1"
    agreement: Agreement
    by: Agreement
    effective_from: Day
    document: Digest | None = None


class BenefitDelivered(Fact):
    """A promised benefit reached a signatory, or a committee or other party of the agreement."""

    TYPE: ClassVar[str] = "benefit.delivered/1"
    agreement: Agreement
    benefit: Code
    to: Signatory
    delivered_on: Day
    value: Money | None = None
    document: Digest | None = None
    note: Sealed | None = None


class Assessment(Value):
    """What a monitoring found of one commitment; what was not looked at is said to be so, never left to be guessed."""

    commitment: Code
    result: Literal["met", "partly", "breached", "not-assessed"]
    note: Sealed | None = None


class AgreementMonitored(Fact):
    """Somebody looked whether commitments are kept: on patrol, at an inspection, from afar, or by own report.

    Without household, producer, plot or herd it is about the agreement as a whole. A remote alert is a reason to go
    and look; it is no breach and no monitoring of what was promised. Land shows what was done to it: whoever looked
    may say from which day on (`covers_from`) what was seen speaks for the time before the look.
    """

    TYPE: ClassVar[str] = "agreement.monitored/1"
    monitoring: NewMonitoring
    agreement: Agreement
    kind: Literal["patrol", "inspection", "remote-alert", "self-report"]
    monitored_on: Day
    covers_from: Day | None = None
    assessed: Annotated[tuple[Assessment, ...], Field(min_length=1)]
    household: Household | None = None
    producer: Producer | None = None
    plot: Plot | None = None
    herd: Herd | None = None
    provider: Code | None = None
    provider_version: OwnCode | None = None
    observer: Sealed | None = None
    evidence: tuple[Digest, ...] = ()


class BreachRecorded(Fact):
    """A commitment was broken: how gravely, by whom as far as is known, when, and on which land."""

    TYPE: ClassVar[str] = "breach.recorded/1"
    breach: NewBreach
    agreement: Agreement
    commitment: Code
    severity: Literal["minor", "moderate", "serious"]
    attributed_to: Attribution
    window_from: Day
    window_to: Day | None = None
    household: Household | None = None
    producer: Producer | None = None
    plot: Plot | None = None
    herd: Herd | None = None
    area_m2: AreaM2 | None = None
    monitoring: Monitoring | None = None
    evidence: tuple[Digest, ...] = ()
    note: Sealed | None = None


class BreachClosed(Fact):
    """A breach was cured, dismissed, or laid at another's door.

    It is a fact of its own because a cure is an event with a day, not a correction: the breach was true, was rightly
    stated, and ended. A correction of the breach would say that it never happened.
    """

    TYPE: ClassVar[str] = "breach.closed/1"
    breach: Breach
    agreement: Agreement
    outcome: Literal["cured", "dismissed", "re-attributed"]
    attributed_to: Attribution | None = None
    effective_from: Day
    decided_by: Party
    document: Digest | None = None
    reason: Sealed | None = None


class AgreementStatusSet(Fact):
    """An agreement's status was set: for the whole of it, or for one household, one plot or one herd."""

    TYPE: ClassVar[str] = "agreement.status-set/1"
    agreement: Agreement
    status: Literal["active", "under-review", "suspended", "terminated"]
    household: Household | None = None
    plot: Plot | None = None
    herd: Herd | None = None
    breach: Breach | None = None
    sanction: Code | None = None
    cure_by: Day | None = None
    decided_by: Party
    effective_from: Day
    document: Digest | None = None
    reason: Sealed | None = None


AgreementFact = (
    AgreementSigned
    | AgreementJoined
    | AgreementLeft
    | AgreementExtended
    | AgreementRenewed
    | AgreementSuperseded
    | BenefitDelivered
    | AgreementMonitored
    | BreachRecorded
    | BreachClosed
    | AgreementStatusSet
)
