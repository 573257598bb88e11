"""Facts about how stock comes in: deliveries at the scale, purchases, opening stock."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.land import PlotStatus
from ledger.facts.names import Facility, Grown, Herd, Lot, NewLot, Owner, Party, Plot, Producer
from ledger.values import (
    Attribute,
    Code,
    Count,
    Day,
    Digest,
    Grams,
    Measure,
    OwnCode,
    PlaceName,
    Price,
    Sealed,
    Season,
    SomeGrams,
    Value,
)


class Deduction(Value):
    """Grams that are not paid for (moisture, impurities); they stay in stock."""

    kind: Code
    grams: SomeGrams


class LotHarvested(Fact):
    """A delivery: a producer's harvest was weighed in and became a lot."""

    TYPE: ClassVar[str] = "lot.harvested/1"
    lot: NewLot
    commodity: Code
    form: Code
    season: Season
    facility: Facility
    producer: Producer
    plot: Plot | None = None
    herd: Herd | None = None
    status: PlotStatus | None = None
    harvested_from: Day | None = None
    harvested_to: Day | None = None
    gross: SomeGrams
    tare: Grams = 0
    net: SomeGrams
    sacks: Count | None = None
    attributes: tuple[Attribute, ...] = ()
    measures: tuple[Measure, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    receipt: OwnCode
    delivered_by: Literal["self", "family", "neighbour", "carrier"] = "self"
    terms: Literal["purchase", "deposit", "service"] = "purchase"
    vessel: Facility | None = None
    price: Price | None = None
    photo: Digest | None = None
    note: Sealed | None = None


class DeliveryRejected(Fact):
    """A delivery was not taken; nothing entered stock."""

    TYPE: ClassVar[str] = "delivery.rejected/1"
    facility: Facility
    producer: Producer
    commodity: Code
    form: Code
    gross: SomeGrams
    reason: Code
    note: Sealed | None = None


class DeliveryConfirmed(Fact):
    """The farmer agrees with the delivery as recorded."""

    TYPE: ClassVar[str] = "delivery.confirmed/1"
    lot: Lot
    statement: Digest
    producer: Producer


class DeliveryDisputed(Fact):
    """The farmer disagrees with the delivery as recorded."""

    TYPE: ClassVar[str] = "delivery.disputed/1"
    lot: Lot
    statement: Digest
    producer: Producer
    reason: Code
    note: Sealed | None = None


class DeclaredOrigin(Value):
    """A share of a lot's grams somebody declares to come from here."""

    grams: SomeGrams
    producer: Producer | None = None
    grown: Grown | None = None
    district: PlaceName | None = None


class LotBought(Fact):
    """Third-party goods came in; their origin is unknown, declared, or proved by another log's receipt."""

    TYPE: ClassVar[str] = "lot.bought/1"
    lot: NewLot
    commodity: Code
    form: Code
    season: Season | None = None
    facility: Facility
    seller: Party | None = None
    seller_person: Sealed | None = None
    gross: SomeGrams
    tare: Grams = 0
    net: SomeGrams
    origin: Literal["none", "declared", "proved"]
    origins: tuple[DeclaredOrigin, ...] = ()
    proof: Digest | None = None
    attributes: tuple[Attribute, ...] = ()
    measures: tuple[Measure, ...] = ()
    price: Price | None = None
    documents: tuple[Digest, ...] = ()
    receipt: OwnCode | None = None


class LotOpened(Fact):
    """Go-live: stock that lay in a facility when the ledger began."""

    TYPE: ClassVar[str] = "lot.opened/1"
    lot: NewLot
    commodity: Code
    form: Code
    season: Season
    facility: Facility
    grams: SomeGrams
    origin: Literal["none", "declared"]
    origins: tuple[DeclaredOrigin, ...] = ()
    owner: Owner | None = None
    attributes: tuple[Attribute, ...] = ()
    document: Digest | None = None


class AlreadyDelivered(Value):
    """What a plot or herd had delivered before the ledger began."""

    producer: Producer
    grown: Grown
    form: Code
    grams: SomeGrams


class AlreadySold(Value):
    """What had been sold before the ledger began."""

    form: Code
    grams: SomeGrams
    scheme: Code | None = None


class SeasonOpened(Fact):
    """Go-live in mid-season: what was already delivered and sold, once per facility and season."""

    TYPE: ClassVar[str] = "season.opened/1"
    facility: Facility
    commodity: Code
    season: Season
    delivered: tuple[AlreadyDelivered, ...] = ()
    sold: tuple[AlreadySold, ...] = ()
    document: Digest | None = None


class Counted(Value):
    """One line of a stock count."""

    lot: Lot
    grams: Grams


class StockCounted(Fact):
    """Somebody counted what lies in a facility; a shortage is booked by lot.lost."""

    TYPE: ClassVar[str] = "stock.counted/1"
    facility: Facility
    counted_on: Day
    counts: Annotated[tuple[Counted, ...], Field(min_length=1)]


DeliveryFact = (
    LotHarvested
    | DeliveryRejected
    | DeliveryConfirmed
    | DeliveryDisputed
    | LotBought
    | LotOpened
    | SeasonOpened
    | StockCounted
)
