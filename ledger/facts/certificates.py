"""Facts about certificates and the members they list."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import Certificate, Facility, NewCertificate, Party, Plot, Producer
from ledger.values import Code, Day, Digest, OwnCode, Season, SomeGrams, Value


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


CertificateFact = CertificateRecorded | MemberStatusSet
