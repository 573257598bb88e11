"""Facts about conservation, production and best-practice agreements."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import Agreement, Area, Household, NewAgreement, Party, Signatory
from ledger.values import Code, Day, Digest, OwnCode, Sealed, Value


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
    level: Literal["family", "community", "cooperative", "jurisdiction"]
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
    document: Digest | None = None


class AgreementJoined(Fact):
    """Families or communities joined an agreement, one by one."""

    TYPE: ClassVar[str] = "agreement.joined/1"
    agreement: Agreement
    signatory: Signatory
    household: Household | None = None
    joined_on: Day
    document: Digest | None = None


AgreementFact = AgreementSigned | AgreementJoined
