"""Facts about prices set and payments made and confirmed."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import Facility, Lot, NewPayment, Party, Payment, Producer, Sale
from ledger.values import MAX_INTEGER, Code, Day, Digest, Money, OwnCode, Price, Sealed, Season, Value


class PricedSeason(Value):
    """Everything of a form that a facility takes in during a season."""

    facility: Facility
    commodity: Code
    form: Code
    season: Season


class PriceSet(Fact):
    """A price was set for one delivery, one sale, or a season at a facility; the final one follows provisional ones."""

    TYPE: ClassVar[str] = "price.set/1"
    kind: Literal["provisional", "final"]
    lot: Lot | None = None
    sale: Sale | None = None
    season: PricedSeason | None = None
    price: Price
    effective_from: Day
    document: Digest | None = None


class PaymentDeduction(Value):
    """Money kept back from a payment (input credit paid back, member's contribution, freight)."""

    kind: Code
    minor: Annotated[int, Field(ge=1, le=MAX_INTEGER)]


class PaymentMade(Fact):
    """The stating party paid a producer or a party: `amount` less the deductions is what changed hands."""

    TYPE: ClassVar[str] = "payment.made/1"
    payment: NewPayment
    producer: Producer | None = None
    party: Party | None = None
    kind: Literal["advance", "input-credit", "first", "settlement", "reintegro", "premium"]
    amount: Money
    deductions: tuple[PaymentDeduction, ...] = ()
    season: Season | None = None
    lots: tuple[Lot, ...] = ()
    sale: Sale | None = None
    paid_on: Day
    number: OwnCode | None = None
    account: Sealed | None = None
    document: Digest | None = None


class PaymentConfirmed(Fact):
    """The payee says that a payment arrived."""

    TYPE: ClassVar[str] = "payment.confirmed/1"
    payment: Payment


PaymentFact = PriceSet | PaymentMade | PaymentConfirmed
