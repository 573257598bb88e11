"""Facts about certificates: their validity, members, volume, credits, papers, checks and releases."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import (
    Certificate,
    Facility,
    Lot,
    NewCertificate,
    NewRelease,
    NewTransactionCertificate,
    Party,
    Plot,
    Producer,
    Sale,
    TransactionCertificate,
)
from ledger.values import (
    MAX_INTEGER,
    Code,
    Day,
    Digest,
    Origin,
    OwnCode,
    PublicName,
    Sealed,
    Season,
    SomeGrams,
    Value,
)

TransactionPaper = Literal["tc", "coi", "nop", "ra"]
"""Transaction certificate, certificate of inspection (EU), import certificate (NOP), transaction (Rainforest)."""


class CertifiedUnit(Value):
    """A site inside the certificate, whose it is and what it may do there."""

    party: Party
    facility: Facility | None = None
    activities: Annotated[tuple[Code, ...], Field(min_length=1)]
    subcontractor: bool = False


class CertifiedProduct(Value):
    """A product in the certificate's scope; no form means every form of the commodity."""

    commodity: Code
    form: Code | None = None


class GrantedVolume(Value):
    """Licensed volume of a form in a season."""

    commodity: Code
    form: Code
    season: Season
    grams: SomeGrams


class CertificateRecorded(Fact):
    """A certificate as its document reads: scheme, holder, scope, validity and volume."""

    TYPE: ClassVar[str] = "certificate.recorded/1"
    certificate: NewCertificate
    scheme: Code
    scheme_version: OwnCode
    number: OwnCode
    holder: Party
    sellers: tuple[Party, ...] = ()
    units: tuple[CertifiedUnit, ...] = ()
    body: Party
    products: Annotated[tuple[CertifiedProduct, ...], Field(min_length=1)]
    models: Annotated[
        tuple[Literal["identity-preserved", "segregated", "controlled-blending", "mass-balance"], ...],
        Field(min_length=1),
    ]
    valid_from: Day
    valid_to: Day | None = None
    volumes: tuple[GrantedVolume, ...] = ()
    document: Digest | None = None


class MemberStatusSet(Fact):
    """A certificate lists, removes or suspends a producer (with plots) for a season."""

    TYPE: ClassVar[str] = "member.status-set/1"
    certificate: Certificate
    producer: Producer
    plots: tuple[Plot, ...] = ()
    season: Season
    status: Literal["listed", "removed", "suspended"]
    effective_from: Day
    document: Digest | None = None


class CertificateStatusSet(Fact):
    """A certificate was suspended, restored, withdrawn by its body, or surrendered by its holder."""

    TYPE: ClassVar[str] = "certificate.status-set/1"
    certificate: Certificate
    status: Literal["suspended", "restored", "withdrawn", "surrendered"]
    effective_from: Day
    reason: Code | None = None
    document: Digest | None = None


class CertificateExtended(Fact):
    """A certificate is valid longer: on without a gap, or again from a later day."""

    TYPE: ClassVar[str] = "certificate.extended/1"
    certificate: Certificate
    valid_from: Day | None = None
    valid_to: Day
    document: Digest | None = None


class VolumeAdjusted(Fact):
    """The body granted more licensed volume, or took some back; what is below nothing stops debits."""

    TYPE: ClassVar[str] = "volume.adjusted/1"
    certificate: Certificate
    commodity: Code
    form: Code
    season: Season
    delta_grams: Annotated[int, Field(ge=-MAX_INTEGER, le=MAX_INTEGER)]
    reason: Code
    document: Digest | None = None


class VolumeAllocated(Fact):
    """The holder handed a part of the licensed volume to a seller of this log, or to another seller's log."""

    TYPE: ClassVar[str] = "volume.allocated/1"
    certificate: Certificate
    commodity: Code
    form: Code
    season: Season
    grams: SomeGrams
    seller: Party | None = None
    to_log: Origin | None = None
    party_there: PublicName | None = None
    document: Digest | None = None


class PaperLine(Value):
    """What a transaction certificate is for: a sale or a lot, and how much of it."""

    sale: Sale | None = None
    lot: Lot | None = None
    grams: SomeGrams


class TransactionCertificateRecorded(Fact):
    """A body issued its document for one consignment: TC, COI, NOP import certificate or RA transaction."""

    TYPE: ClassVar[str] = "transaction-certificate.recorded/1"
    transaction_certificate: NewTransactionCertificate
    kind: TransactionPaper
    number: OwnCode
    body: Party
    certificate: Certificate
    buyer: Party | None = None
    issued_on: Day
    lines: Annotated[tuple[PaperLine, ...], Field(min_length=1)]
    document: Digest | None = None


class TransactionCertificateWithdrawn(Fact):
    """The body took a transaction certificate back."""

    TYPE: ClassVar[str] = "transaction-certificate.withdrawn/1"
    transaction_certificate: TransactionCertificate
    effective_from: Day
    reason: Code
    document: Digest | None = None


class RegistryChecked(Fact):
    """Somebody looked a certificate up in a public register and says what stood there."""

    TYPE: ClassVar[str] = "registry.checked/1"
    certificate: Certificate
    register_code: Code
    result: Literal["agrees", "contradicts", "not-found"]
    status_found: Code | None = None
    checked_on: Day
    file: Digest | None = None


class ReleaseRecorded(Fact):
    """The certificate's body frees lots, members or a period that a lapse or sanction holds, on stated grounds."""

    TYPE: ClassVar[str] = "release.recorded/1"
    release: NewRelease
    certificate: Certificate
    lots: tuple[Lot, ...] = ()
    producers: tuple[Producer, ...] = ()
    released_from: Day | None = None
    released_to: Day | None = None
    grounds: Code
    note: Sealed | None = None
    document: Digest | None = None


class ClaimRelinquished(Fact):
    """The holder of a lot gives up a scheme's claim for good: from then on it is ordinary goods."""

    TYPE: ClassVar[str] = "claim.relinquished/1"
    lot: Lot
    scheme: Code
    certificate: Certificate | None = None
    reason: Code | None = None


class CreditedLot(Value):
    """Grams of a lot whose physical claim is given up for the credit."""

    lot: Lot
    grams: SomeGrams


class MassBalanceCredited(Fact):
    """Certified grams entered a site's mass-balance account; the lots they came from keep no physical claim."""

    TYPE: ClassVar[str] = "mass-balance.credited/1"
    certificate: Certificate
    scheme: Code
    facility: Facility
    commodity: Code
    form: Code
    season: Season
    lots: Annotated[tuple[CreditedLot, ...], Field(min_length=1)]
    grams: SomeGrams
    expires_on: Day


CertificateFact = (
    CertificateRecorded
    | MemberStatusSet
    | CertificateStatusSet
    | CertificateExtended
    | VolumeAdjusted
    | VolumeAllocated
    | TransactionCertificateRecorded
    | TransactionCertificateWithdrawn
    | RegistryChecked
    | ReleaseRecorded
    | ClaimRelinquished
    | MassBalanceCredited
)
