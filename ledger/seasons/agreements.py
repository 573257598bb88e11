"""Signs agreements and records certificates in a story, and looks whether what was promised is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.seasons.draft import Hand
from ledger.seasons.scribe import Scribe

ORGANIC = "eu-organic"
FAIR_TRADE = "fairtrade"
RAINFOREST = "rainforest-alliance"
"""Schemes as their packs name them; every certificate number, body and holder in a story is invented."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement is about: framework, level, own code, days, commitments (code, kind, critical), benefits."""

    framework: str
    level: str
    code: str
    valid_from: date
    valid_to: date
    commitments: Sequence[tuple[str, str, bool]]
    benefits: Sequence[str]
    cascades: Sequence[str] = ()


def sign_agreement(
    scribe: Scribe,
    hand: Hand,
    terms: Terms,
    institutions: Sequence[tuple[str, str]],
    when: datetime,
    *,
    areas: Sequence[str] = (),
) -> str:
    """State an agreement with its institutions (party, role); returns its id."""
    agreement = scribe.thing(f"agreement/{terms.code}")
    body = {
        "agreement": agreement,
        "framework": terms.framework,
        "level": terms.level,
        "code": terms.code,
        "institutions": [{"party": party, "role": role} for party, role in institutions],
        "areas": list(areas),
        "commitments": [
            {"code": code, "kind": kind, "critical": critical} for code, kind, critical in terms.commitments
        ],
        "benefits": [{"code": code} for code in terms.benefits],
        "valid_from": terms.valid_from.isoformat(),
        "valid_to": terms.valid_to.isoformat(),
        "cascades": list(terms.cascades),
    }
    scribe.state(hand, "agreement.signed", when, body, basis="document")
    return agreement


def countersign(scribe: Scribe, hand: Hand, about: str, role: str, when: datetime) -> None:
    """Another party puts its name to a statement (named by its id)."""
    scribe.state(hand, "fact.endorsed", when, {"role": role}, about=about)


def map_area(scribe: Scribe, hand: Hand, kind: str, name: str, place: tuple[str, int, str], when: datetime) -> str:
    """Map an area; `place` is its district, area in square metres and (sealed) outline. Returns its id."""
    district, area_m2, outline = place
    area = scribe.thing(f"area/{name}")
    body = {"area": area, "kind": kind, "name": name, "area_m2": area_m2, "district": district}
    scribe.state(hand, "area.mapped", when, body, sealed={"/geometry": outline}, basis="document")
    return area


@dataclass(frozen=True, slots=True)
class Paper:
    """What a certificate's document says: scheme, number, holder, days, products, sites, and licensed volume.

    Products are (commodity, form), sites (place, what it may do there), volumes (commodity, form, season, grams).
    """

    scheme: str
    version: str
    number: str
    holder: str
    valid_from: date
    valid_to: date
    products: Sequence[tuple[str, str]]
    sites: Sequence[tuple[str, tuple[str, ...]]]
    volumes: Sequence[tuple[str, str, str, int]] = ()


def record_certificate(scribe: Scribe, by: Hand, body_party: str, paper: Paper, when: datetime) -> str:
    """Record a certificate as its document reads; returns its id."""
    certificate = scribe.thing(f"certificate/{paper.number}")
    body = {
        "certificate": certificate,
        "scheme": paper.scheme,
        "scheme_version": paper.version,
        "number": paper.number,
        "holder": paper.holder,
        "sellers": [paper.holder],
        "units": [
            {"party": paper.holder, "facility": site, "activities": list(activities)}
            for site, activities in paper.sites
        ],
        "body": body_party,
        "products": [{"commodity": commodity, "form": form} for commodity, form in paper.products],
        "models": ["segregated"],
        "valid_from": paper.valid_from.isoformat(),
        "valid_to": paper.valid_to.isoformat(),
        "volumes": [
            {"commodity": commodity, "form": form, "season": season, "grams": grams}
            for commodity, form, season, grams in paper.volumes
        ],
    }
    scribe.state(by, "certificate.recorded", when, body, basis="document")
    return certificate


def adjust_volume(
    scribe: Scribe, by: Hand, certificate: str, goods: tuple[str, str, str], grams: int, when: datetime
) -> None:
    """The body grants more licensed volume of (commodity, form, season)."""
    commodity, form, season = goods
    body = {
        "certificate": certificate,
        "commodity": commodity,
        "form": form,
        "season": season,
        "delta_grams": grams,
        "reason": "harvest-above-forecast",
    }
    scribe.state(by, "volume.adjusted", when, body, basis="document")


@dataclass(frozen=True, slots=True)
class Seen:
    """Whom a look concerns: a household with its producer and plot; with none of them, the agreement as a whole."""

    household: str | None = None
    producer: str | None = None
    plot: str | None = None


WHOLE = Seen()
"""A look at an agreement as a whole."""


def monitor(
    scribe: Scribe,
    hand: Hand,
    agreement: str,
    kind: str,
    results: Sequence[tuple[str, str]],
    when: datetime,
    *,
    seen: Seen = WHOLE,
) -> str:
    """Somebody looked at commitments (code, what was found); returns the id of the monitoring."""
    monitoring = scribe.thing(f"monitoring/{agreement}/{when.isoformat()}/{seen.producer}")
    body = {
        "monitoring": monitoring,
        "agreement": agreement,
        "kind": kind,
        "monitored_on": when.date().isoformat(),
        "assessed": [{"commitment": code, "result": result} for code, result in results],
        "household": seen.household,
        "producer": seen.producer,
        "plot": seen.plot,
    }
    scribe.state(hand, "agreement.monitored", when, body, basis="witnessed")
    return monitoring


@dataclass(frozen=True, slots=True)
class Felling:
    """A felling: on whose land, by whom (`producer`, `third-party`), since when, how large, and who found it."""

    seen: Seen
    attributed_to: str
    window_from: date
    area_m2: int
    monitoring: str


def record_felling(scribe: Scribe, hand: Hand, agreement: str, felling: Felling, when: datetime) -> None:
    """A breach of the commitment not to fell; grams picked before its window stay what they were."""
    body = {
        "breach": scribe.thing(f"breach/{felling.seen.plot}"),
        "agreement": agreement,
        "commitment": "no-felling",
        "severity": "serious" if felling.attributed_to == "producer" else "moderate",
        "attributed_to": felling.attributed_to,
        "window_from": felling.window_from.isoformat(),
        "household": felling.seen.household,
        "producer": felling.seen.producer,
        "plot": felling.seen.plot,
        "area_m2": felling.area_m2,
        "monitoring": felling.monitoring,
    }
    scribe.state(hand, "breach.recorded", when, body, basis="witnessed")


def deliver_benefit(scribe: Scribe, hand: Hand, agreement: str, benefit: str, to: str, when: datetime) -> None:
    """A promised benefit reached a signatory or a committee."""
    body = {"agreement": agreement, "benefit": benefit, "to": to, "delivered_on": when.date().isoformat()}
    scribe.state(hand, "benefit.delivered", when, body, basis="document")
