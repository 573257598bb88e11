"""Facts about a premium's way: received, allocated by a stated rule, paid, confirmed."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import Contract, NewPayment, NewPremium, Party, Payment, Premium, Producer, Sale
from ledger.values import MAX_INTEGER, Code, Currency, Day, Digest, Grams, Money, OwnCode, Sealed, Season, Value

PremiumUse = Literal["member-payment", "project", "productivity", "reserve"]
DivisionRule = Literal["per-kilo", "equal", "assembly"]


class PremiumReceived(Fact):
    """A premium came in under a contract or for a sale; it stays open until it is allocated."""

    TYPE: ClassVar[str] = "premium.received/1"
    premium: NewPremium
    kind: Code
    amount: Money
    contract: Contract | None = None
    sale: Sale | None = None
    payer: Party | None = None
    received_on: Day
    document: Digest | None = None


class PremiumShare(Value):
    """One producer's part of a line, with the grams it was divided by where the rule is per kilo."""

    producer: Producer
    grams: Grams | None = None
    minor: Annotated[int, Field(ge=0, le=MAX_INTEGER)]


class PremiumLine(Value):
    """A part of a premium for one use; the shares are a pure function of the rule, or what the assembly decided."""

    use: PremiumUse
    minor: Annotated[int, Field(ge=1, le=MAX_INTEGER)]
    rule: DivisionRule
    purpose: Code | None = None
    producers: tuple[PremiumShare, ...] = ()


class PremiumAllocated(Fact):
    """The members, or who decides for them, said what a premium is used for and who gets how much."""

    TYPE: ClassVar[str] = "premium.allocated/1"
    premium: Premium
    season: Season
    currency: Currency
    lines: Annotated[tuple[PremiumLine, ...], Field(min_length=1)]
    minutes: Digest | None = None


class PremiumPaid(Fact):
    """A part of an allocated premium was paid: to a producer, or to whoever carries out a use."""

    TYPE: ClassVar[str] = "premium.paid/1"
    premium: Premium
    payment: NewPayment
    use: PremiumUse
    producer: Producer | None = None
    party: Party | None = None
    amount: Money
    paid_on: Day
    number: OwnCode | None = None
    account: Sealed | None = None
    document: Digest | None = None


class PremiumConfirmed(Fact):
    """The producer, the committee or the supplier says that a part of a premium arrived."""

    TYPE: ClassVar[str] = "premium.confirmed/1"
    payment: Payment


PremiumFact = PremiumReceived | PremiumAllocated | PremiumPaid | PremiumConfirmed
