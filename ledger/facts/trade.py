"""Facts about trade: contracts, sales and their reversal, and stock pledged to a lender."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import (
    Certificate,
    Contract,
    Facility,
    Lot,
    NewContract,
    NewPledge,
    NewSale,
    Owner,
    Party,
    Pledge,
    Sale,
)
from ledger.values import Code, Day, Digest, Grams, OwnCode, Permille, Price, Season, SomeGrams, Value

CustodyModel = Literal["identity-preserved", "segregated", "controlled-blending", "mass-balance"]
Incoterm = Literal["EXW", "FCA", "FAS", "FOB", "CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP"]
"""Incoterms 2020 of the International Chamber of Commerce."""


class TradedClaim(Value):
    """A claim asked for in a contract or sold with a lot; a certificate's claim says under which custody model."""

    kind: Literal["certificate", "conservation", "eudr"]
    name: Code
    model: CustodyModel | None = None
    certificate: Certificate | None = None


class ContractLine(Value):
    """How much of a product the seller will ship."""

    commodity: Code
    form: Code
    season: Season | None = None
    grams: SomeGrams


class Differential(Value):
    """A price still to be fixed: so much above or below a market's quotation."""

    reference: OwnCode
    side: Literal["above", "below"]
    price: Price


class ContractSigned(Fact):
    """Seller and buyer agreed on a contract: products, claims, price terms, delivery window."""

    TYPE: ClassVar[str] = "contract.signed/1"
    contract: NewContract
    number: OwnCode
    seller: Party
    buyer: Party
    lines: Annotated[tuple[ContractLine, ...], Field(min_length=1)]
    claims: tuple[TradedClaim, ...] = ()
    price_terms: Literal["fixed", "to-be-fixed"]
    price: Price | None = None
    differential: Differential | None = None
    deliver_from: Day
    deliver_to: Day
    incoterm: Incoterm | None = None
    tolerance_permille: Permille | None = None
    signed_on: Day
    document: Digest | None = None


class ContractPriceFixed(Fact):
    """The price of a contract, or of a part of its grams, was fixed."""

    TYPE: ClassVar[str] = "contract.price-fixed/1"
    contract: Contract
    price: Price
    grams: SomeGrams | None = None
    fixed_on: Day
    reference: OwnCode | None = None
    document: Digest | None = None


class ContractChange(Value):
    """A line's grams before and after; before is 0 for a product that was not in the contract."""

    commodity: Code
    form: Code
    season: Season | None = None
    grams_before: Grams
    grams: Grams


class ContractAmended(Fact):
    """Seller and buyer changed a contract's grams or its delivery window."""

    TYPE: ClassVar[str] = "contract.amended/1"
    contract: Contract
    lines: tuple[ContractChange, ...] = ()
    deliver_from: Day | None = None
    deliver_to: Day | None = None
    document: Digest | None = None


class ContractCancelled(Fact):
    """Nothing more is shipped under a contract; what was sold stays sold."""

    TYPE: ClassVar[str] = "contract.cancelled/1"
    contract: Contract
    reason: Code
    document: Digest | None = None


class ContractAssigned(Fact):
    """Another party took the buyer's or the seller's place in a contract."""

    TYPE: ClassVar[str] = "contract.assigned/1"
    contract: Contract
    side: Literal["seller", "buyer"]
    assignor: Party
    assignee: Party
    effective_from: Day
    document: Digest | None = None


class SoldLot(Value):
    """Grams of a lot that change their owner, as the book has them and as they are invoiced, and what was claimed."""

    lot: Lot
    grams: SomeGrams
    invoiced_grams: SomeGrams
    owner: Owner | None = None
    claims: tuple[TradedClaim, ...] = ()


class VolumeDebit(Value):
    """Licensed volume a sale uses up, by season of origin; with `seller` it is that seller's allocation."""

    certificate: Certificate
    seller: Party | None = None
    commodity: Code
    form: Code
    season: Season
    grams: SomeGrams


class CreditUsed(Value):
    """Mass-balance credit a sale uses up: a site's account for a product and period, and the day it expires."""

    certificate: Certificate
    facility: Facility
    commodity: Code
    form: Code
    period: Code
    expires_on: Day
    grams: SomeGrams


class LotSold(Fact):
    """Lots, or parts of them, were sold: title goes from the stating party to the buyer; custody moves separately."""

    TYPE: ClassVar[str] = "lot.sold/1"
    sale: NewSale
    contract: Contract | None = None
    buyer: Party
    commodity: Code
    form: Code
    lots: Annotated[tuple[SoldLot, ...], Field(min_length=1)]
    debits: tuple[VolumeDebit, ...] = ()
    credits: tuple[CreditUsed, ...] = ()
    price: Price | None = None
    number: OwnCode | None = None
    document: Digest | None = None


class ReversedLot(Value):
    """Grams of a sold lot that go back to who owned them."""

    lot: Lot
    grams: SomeGrams
    invoiced_grams: SomeGrams
    owner: Owner | None = None


class SaleReversed(Fact):
    """A sale that was true was undone, whole or in part: title, licensed volume and credits go back."""

    TYPE: ClassVar[str] = "sale.reversed/1"
    sale: Sale
    contract: Contract | None = None
    seller: Party
    buyer: Party
    commodity: Code
    form: Code
    lots: Annotated[tuple[ReversedLot, ...], Field(min_length=1)]
    debits: tuple[VolumeDebit, ...] = ()
    credits: tuple[CreditUsed, ...] = ()
    reason: Code
    document: Digest | None = None


class PledgeRecorded(Fact):
    """The owner of stock pledged grams of a lot to a lender: they stay until the lender releases them."""

    TYPE: ClassVar[str] = "pledge.recorded/1"
    pledge: NewPledge
    lot: Lot
    grams: SomeGrams
    lender: Party
    until: Day | None = None
    document: Digest | None = None


class PledgeReleased(Fact):
    """The lender let go of pledged grams, all or some."""

    TYPE: ClassVar[str] = "pledge.released/1"
    pledge: Pledge
    lot: Lot
    grams: SomeGrams
    lender: Party
    pledger: Party
    document: Digest | None = None


TradeFact = (
    ContractSigned
    | ContractPriceFixed
    | ContractAmended
    | ContractCancelled
    | ContractAssigned
    | LotSold
    | SaleReversed
    | PledgeRecorded
    | PledgeReleased
)
