"""Facts about lots in hand: transformed, packed, inspected, dispatched, received, lost, held, labelled."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import Dispatch, Facility, Hold, Lot, NewDispatch, NewHold, NewLot, NewRecall, Owner, Party
from ledger.values import (
    Attribute,
    Code,
    Count,
    Day,
    Digest,
    Grams,
    Measure,
    Origin,
    OwnCode,
    Positive,
    Sealed,
    SomeGrams,
    Value,
)

LossKind = Literal["moisture", "handling", "process", "pest", "theft", "accident", "destroyed", "sample", "unexplained"]
OutputKind = Literal["main", "second", "by-product", "waste"]


class Input(Value):
    """Book grams taken from a lot, with the scale's word beside them.

    `empties` says that the lot is used up; `loss_grams` is then exactly the rest of its book weight.
    """

    lot: Lot
    grams: SomeGrams
    weighed_grams: Grams | None = None
    empties: bool = False
    loss_grams: Grams = 0
    loss_kind: LossKind = "unexplained"
    owner: Owner | None = None


class Output(Value):
    """A new lot that came out, of which kind and whose it is."""

    lot: NewLot
    form: Code
    kind: OutputKind
    grams: SomeGrams
    weighed_grams: Grams | None = None
    owner: Owner | None = None
    vessel: Facility | None = None
    attributes: tuple[Attribute, ...] = ()
    measures: tuple[Measure, ...] = ()


class Loss(Value):
    """Grams that went (merma), by kind."""

    kind: LossKind
    grams: SomeGrams


class LotTransformed(Fact):
    """Inputs became outputs: pooling, topping up, splitting, fermenting, drying, hulling, sorting are all this."""

    TYPE: ClassVar[str] = "lot.transformed/1"
    commodity: Code
    process: Code
    facility: Facility
    inputs: Annotated[tuple[Input, ...], Field(min_length=1)]
    outputs: Annotated[tuple[Output, ...], Field(min_length=1)]
    losses: tuple[Loss, ...] = ()
    started_on: Day | None = None
    measures: tuple[Measure, ...] = ()


class Package(Value):
    """A package that is a lot of its own: a bag, box, pallet or container with its own label."""

    lot: NewLot
    kind: Literal["bag", "box", "bale", "jar", "pallet", "container"]
    grams: SomeGrams
    units: Positive = 1
    owner: Owner | None = None


class LotPacked(Fact):
    """Stock was packed; every package is a lot, and mass is conserved."""

    TYPE: ClassVar[str] = "lot.packed/1"
    commodity: Code
    form: Code
    facility: Facility
    inputs: Annotated[tuple[Input, ...], Field(min_length=1)]
    packages: Annotated[tuple[Package, ...], Field(min_length=1)]


class LotUnpacked(Fact):
    """Packages were opened and their content became a new lot."""

    TYPE: ClassVar[str] = "lot.unpacked/1"
    commodity: Code
    form: Code
    facility: Facility
    inputs: Annotated[tuple[Input, ...], Field(min_length=1)]
    output: NewLot
    grams: SomeGrams
    owner: Owner | None = None


class LotInspected(Fact):
    """Quality or condition of a lot as somebody measured it."""

    TYPE: ClassVar[str] = "lot.inspected/1"
    lot: Lot
    inspected_on: Day
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]
    result: Literal["passed", "failed", "observed"]
    document: Digest | None = None


class LotSampled(Fact):
    """A sample was taken out of a lot."""

    TYPE: ClassVar[str] = "lot.sampled/1"
    lot: Lot
    sample: OwnCode
    grams: SomeGrams
    owner: Owner | None = None
    purpose: Code


class ConditionsRecorded(Fact):
    """Temperature, humidity and gaps from a logger, with the digest of its file."""

    TYPE: ClassVar[str] = "conditions.recorded/1"
    lots: Annotated[tuple[Lot, ...], Field(min_length=1)]
    recorded_from: Day
    recorded_to: Day
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]
    gap_minutes: Count = 0
    file: Digest | None = None


class Sent(Value):
    """Grams of a lot on a dispatch."""

    lot: Lot
    grams: SomeGrams
    weighed_grams: Grams | None = None


class LotDispatched(Fact):
    """Stock left for a named receiver and is in transit until it is received."""

    TYPE: ClassVar[str] = "lot.dispatched/1"
    dispatch: NewDispatch
    receiver: Party
    lots: Annotated[tuple[Sent, ...], Field(min_length=1)]
    facility: Facility
    vehicle: OwnCode | None = None
    seals: tuple[OwnCode, ...] = ()
    container: OwnCode | None = None
    documents: tuple[Digest, ...] = ()
    guides: tuple[OwnCode, ...] = ()
    expected_on: Day | None = None
    destination_log: Origin | None = None


class Arrived(Value):
    """What became of a dispatched lot on arrival."""

    lot: Lot
    accepted: Grams
    refused: Grams = 0
    missing: Grams = 0
    weighed_grams: Grams | None = None


class LotReceived(Fact):
    """The receiver (or the sender from a bill of lading) says what arrived, was refused or is missing."""

    TYPE: ClassVar[str] = "lot.received/1"
    dispatch: Dispatch
    receiver: Party
    lots: Annotated[tuple[Arrived, ...], Field(min_length=1)]
    facility: Facility | None = None
    seals: tuple[OwnCode, ...] = ()
    evidence: Literal["weighed", "bill-of-lading", "told"] = "weighed"


class LotReturned(Fact):
    """Stock went back: refused stock to its sender's store, or accepted stock from the receiver to a party."""

    TYPE: ClassVar[str] = "lot.returned/1"
    lot: Lot
    grams: SomeGrams
    dispatch: Dispatch | None = None
    to: Party | None = None
    reason: Code


class LotLost(Fact):
    """Stock is gone, and how."""

    TYPE: ClassVar[str] = "lot.lost/1"
    lot: Lot
    grams: SomeGrams
    kind: LossKind
    owner: Owner | None = None
    document: Digest | None = None
    note: Sealed | None = None


class LotHeld(Fact):
    """Lots must not move until they are released."""

    TYPE: ClassVar[str] = "lot.held/1"
    hold: NewHold
    lots: Annotated[tuple[Lot, ...], Field(min_length=1)]
    reason: Code
    document: Digest | None = None


class LotReleased(Fact):
    """A hold or recall was lifted for these lots, on stated grounds."""

    TYPE: ClassVar[str] = "lot.released/1"
    hold: Hold
    lots: Annotated[tuple[Lot, ...], Field(min_length=1)]
    grounds: Code
    document: Digest | None = None


class LotRecalled(Fact):
    """Lots, wherever they are, are called back."""

    TYPE: ClassVar[str] = "lot.recalled/1"
    recall: NewRecall
    lots: Annotated[tuple[Lot, ...], Field(min_length=1)]
    reason: Code
    document: Digest | None = None


class LabelPrinted(Fact):
    """Labels of a lot were printed."""

    TYPE: ClassVar[str] = "label.printed/1"
    lot: Lot
    count: Positive
    format: Literal["svg", "png", "a4", "thermal"]


class LabelSpoiled(Fact):
    """Printed labels were destroyed unused."""

    TYPE: ClassVar[str] = "label.spoiled/1"
    lot: Lot
    count: Positive


LotFact = (
    LotTransformed
    | LotPacked
    | LotUnpacked
    | LotInspected
    | LotSampled
    | ConditionsRecorded
    | LotDispatched
    | LotReceived
    | LotReturned
    | LotLost
    | LotHeld
    | LotReleased
    | LotRecalled
    | LabelPrinted
    | LabelSpoiled
)
