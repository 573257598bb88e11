"""The frozen records of a certification scheme's pack: who must be listed, which day decides, what a suspension does.

Made only by `parse_scheme`; every ruling carries its source and whether somebody saw it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ledger.packs.figure import Figure
from ledger.packs.pack import Names, Source

Model = Literal["identity-preserved", "segregated", "controlled-blending", "mass-balance"]
Effect = Literal["carried", "held", "not-carried"]
Lapse = Literal["suspended", "withdrawn", "surrendered", "expired", "gap"]
LAPSES: tuple[Lapse, ...] = ("suspended", "withdrawn", "surrendered", "expired", "gap")


@dataclass(frozen=True, slots=True)
class Ruling:
    """A word of the scheme with its trust: `value` as stated by `source` (a key of the pack's sources)."""

    value: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class AllowedProduct:
    """Which custody models a commodity (and form; none = every form) may be sold under."""

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
class SchemePack:
    """A certification scheme as the rules read it; `digest` is the SHA-256 (hex) of the bytes it was read from.

    `members_listed`: only producers a certificate lists carry its claim. `ics_status_counts`: the programme's own
    `producer.status-set` counts too. `plot_status` is the status every plot must have on every harvest day ("" =
    none asked). `member_suspended`, `member_removed`: what a member's sanction does to lots with that member's
    grams from its day on. `parallel_production`: what a member with plots of two statuses means.
    `unknown_harvest`: what unknown harvest days mean (the delivery day is judged). `volume` is "licensed" or "none".
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

    def models_for(self, commodity: str, form: str) -> tuple[Model, ...]:
        """The custody models a product may be sold under; empty where the scheme does not cover it."""
        for row in self.products:
            if row.commodity == commodity and (not row.forms or form in row.forms):
                return row.models
        return ()
