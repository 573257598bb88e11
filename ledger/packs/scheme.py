"""The frozen records of a certification scheme's pack: who must be listed, which day decides, what a suspension does.

Made only by `parse_scheme`; every ruling carries its source and whether somebody saw it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from ledger.packs.figure import Figure
from ledger.packs.pack import Names, Source
from ledger.packs.ruling import NO_GUIDE, Guide, Ruling, Words

Model = Literal["identity-preserved", "segregated", "controlled-blending", "mass-balance"]
MODELS: tuple[Model, ...] = ("identity-preserved", "segregated", "controlled-blending", "mass-balance")
Effect = Literal["carried", "held", "not-carried"]
EFFECTS: tuple[Effect, ...] = ("carried", "held", "not-carried")
Lapse = Literal["suspended", "withdrawn", "surrendered", "expired", "gap"]
LAPSES: tuple[Lapse, ...] = ("suspended", "withdrawn", "surrendered", "expired", "gap")
EVERY_COMMODITY = "*"
"""In a row of products: whatever has no row of its own."""

LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "group-members": "members",
        "groups-per-person": "groups",
        "member-hectares": "ha",
        "reinspection-least": "members",
        "reinspection-share": "ratio",
        "sample-share": "ratio",
        "suspension-months": "months",
    }
)
"""The limits a scheme may state, with the unit of each."""

_DATED = Ruling("dated", "", verified=False)


@dataclass(frozen=True, slots=True)
class AllowedProduct:
    """Which custody models a commodity (and form; none = every form) may be sold under; no model = not covered."""

    commodity: str
    forms: tuple[str, ...]
    models: tuple[Model, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class AfterLapse:
    """What a certificate's lapse does from its day on: to new sales, sales on older contracts, and stock from before.

    `stock_before` is what becomes of the claim of stock that was produced while all was well.
    """

    new_sales: Effect
    contracted_sales: Effect
    stock_before: Effect
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class MassBalance:
    """Mass-balance accounts: how long one period runs and how long a credit lives after it, in months."""

    period_months: Figure
    credit_months: Figure


@dataclass(frozen=True, slots=True)
class Successor:
    """The standard that takes a scheme's place, and the day (ISO 8601) from which it is mandatory."""

    code: str
    names: Names
    mandatory_from: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemePack:
    """A certification scheme as the rules read it; `digest` is the SHA-256 (hex) of the bytes it was read from.

    `members_listed`: only producers a certificate lists carry its claim. `ics_status_counts`: the programme's own
    `producer.status-set` counts too. `plot_status` is the status every plot must have on every harvest day ("" =
    none asked). `member_suspended`, `member_removed`: what a member's sanction does to that member's grams from its
    day on; goods that are kept apart share the fate of the worst gram in the lot. `parallel_production`: what a member
    who also has a conventional plot means.
    `unknown_harvest`: what unknown harvest days mean (the delivery day is judged). `volume` is "licensed" or "none".
    `members_listed` and `ics_status_counts` are "yes" or "no"; `member_suspended`, `member_removed`,
    `parallel_production` and `unknown_harvest` are effects. Only told, never judged: `validity`, "dated" or "open"
    (certificates without an end), `transaction_certificate`, "tc", "coi", "nop", "ra" or "" (none asked),
    `premium_kinds`, `registry_age_days`, `successor`. `trust` says how far the plain lists among these can be trusted.
    """

    code: str
    version: str
    names: Names
    standard: str
    products: tuple[AllowedProduct, ...]
    members_listed: Ruling
    ics_status_counts: Ruling
    member_days: tuple[Literal["harvest", "delivery"], ...]
    plot_status: Ruling
    conversion_months: Figure | None
    member_suspended: Ruling
    member_removed: Ruling
    parallel_production: Ruling
    unknown_harvest: Ruling
    lapses: Mapping[Lapse, AfterLapse]
    volume: Ruling
    mass_balance: MassBalance | None
    registry_age_days: Figure | None
    transaction_certificate: str
    premium_kinds: tuple[str, ...]
    limits: Mapping[str, Figure]
    sources: Mapping[str, Source]
    digest: str
    validity: Ruling = _DATED
    successor: Successor | None = None
    trust: Mapping[str, Words] = field(default_factory=dict)
    guide: Guide = NO_GUIDE

    def models_for(self, commodity: str, form: str) -> tuple[Model, ...]:
        """The custody models a product may be sold under; empty where the scheme does not cover it."""
        for stated in (commodity, EVERY_COMMODITY):
            rows = [row for row in self.products if row.commodity == stated]
            for row in rows:
                if not row.forms or form in row.forms:
                    return row.models
            if rows:
                return ()
        return ()
