"""Lots: lists, views, traces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ledger.errors import Problem
from ledger.queries.claims import Claim, PartClaim


@dataclass(frozen=True, slots=True)
class LotLine:
    """A lot in a list."""

    lot: str
    commodity: str
    form: str
    season: str
    grams: int
    born_on: str
    index: int
    how: str
    holders: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contribution:
    """Grams of the asked lot that came from one delivery (or opening or purchase) of one producer.

    `producer` is "" where nobody declared an origin. `at_most_grams` is what the delivery could have given.
    """

    delivery: str
    producer: str
    producer_code: str
    grown: str
    district: str
    grams: int
    at_most_grams: int
    how: str
    harvested_from: str
    harvested_to: str
    delivered_on: str
    measured: Literal["weighed", "pro-rata"]
    claims: tuple[PartClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One fact on a lot's way: a birth, process, packing, dispatch, receipt, hold.

    A receipt says its `evidence` (weighed, bill-of-lading, told), the party that received, and what of the grams
    sent was refused or missing; `grams` are those accepted. Where `receiver` is not `party`, the sender stated it.
    """

    index: int
    statement: str
    type: str
    at: str
    lot: str
    how: str
    process: str
    form: str
    facility: str
    place: str
    party: str
    party_name: str
    grams: int
    inputs: tuple[tuple[str, int], ...] = ()
    evidence: str = ""
    receiver: str = ""
    refused_grams: int = 0
    missing_grams: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Why a lot must not move: `held`, `recalled`, or `in-question` after a correction; first on which lot, by what."""

    kind: str
    source: str
    lot: str
    reason: str


@dataclass(frozen=True, slots=True)
class AttributeWords:
    """An attribute of a lot (calibre, class, colour) with the pack's words for it in each language."""

    code: str
    value: str
    names: Mapping[str, str]
    value_names: Mapping[str, str]
    norm: str = ""


@dataclass(frozen=True, slots=True)
class LotView:
    """Everything the lot page and API show of a lot at a log size; no person, no plot outline.

    A lot of a form that is not `claimable` in its pack (husk) has no claims; `claims_at` is the day they were asked
    for, and `owner_names` names the owners they speak of. `deliveries` counts the harvest deliveries behind the lot,
    and `delivered` holds their whole grams by form: some may have gone elsewhere.
    """

    lot: str
    size: int
    commodity: str
    commodity_names: Mapping[str, str]
    form: str
    form_names: Mapping[str, str]
    unit: str
    season: str
    grams: int
    how: str
    kind: str
    born_on: str
    statement: str
    index: int
    harvested_from: str
    harvested_to: str
    holders: Mapping[str, int]
    holder_names: Mapping[str, str]
    in_transit: int
    families: int
    families_shown: str
    districts: tuple[str, ...]
    untraced_grams: int
    claims: tuple[Claim, ...]
    claims_at: str
    steps: tuple[Step, ...]
    blocks: tuple[Block, ...]
    attributes: tuple[AttributeWords, ...]
    measures: Mapping[str, object]
    flags: tuple[Problem, ...] = ()
    claimable: bool = True
    deliveries: int = 0
    delivered: Mapping[str, int] = field(default_factory=dict)
    owner_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Onward:
    """A lot downstream of the asked one, with the grams of the asked lot in it and who holds it."""

    lot: str
    form: str
    how: str
    grams: int
    expected_grams: int
    at_most_grams: int
    holders: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Trace:
    """Back to producers with grams contributed, forward to receivers, and the lineage between."""

    lot: str
    size: int
    grams: int
    contributions: tuple[Contribution, ...]
    steps: tuple[Step, ...]
    forward: tuple[Onward, ...]
