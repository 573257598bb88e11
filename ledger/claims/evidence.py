"""What a lot's claims are judged on: its grams by delivery, the steps it went through, and everything said of them.

Whoever loads it decides what was known; the functions of this room are pure over it and a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.lineage import Share
from ledger.packs.framework import FrameworkPack
from ledger.packs.pack import CommodityPack
from ledger.packs.scheme import SchemePack
from ledger.state import Blocking, Standing

Marks = Mapping[str, Sequence[Standing]]
"""All standing marks per subject, in log order; a subject that is missing has none."""


class Delivery(NamedTuple):
    """A root of the lot: a delivery, purchase or opening. Unknown harvest days are ""."""

    lot: str
    how: str
    delivered_on: str
    harvested_from: str
    harvested_to: str
    season: str
    form: str
    facility: str
    party: str
    grams: int
    at_index: int
    origin: str = ""


class StepTaken(NamedTuple):
    """A delivery at a place, or a process, packing or unpacking, that bore a lot; `inputs` are the lots it took."""

    lot: str
    how: str
    process: str
    day: str
    facility: str
    party: str
    form: str
    at_index: int
    inputs: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where the grams of one delivery of one producer grew, and when they were picked and handed over."""

    producer: str
    household: str
    community: str
    grown: str
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Evidence:
    """One lot with all that its claims rest on; `holders` are parties with grams of it in stock."""

    lot: str
    commodity: str
    form: str
    kind: str
    grams: int
    claimable: bool
    shares: Sequence[Share]
    deliveries: Mapping[str, Delivery]
    steps: Sequence[StepTaken]
    blocks: Sequence[Blocking]
    holders: Mapping[str, int]
    owners: Mapping[str, int]
    marks: Marks
    pack: CommodityPack | None
    schemes: Mapping[str, SchemePack]
    frameworks: Mapping[str, FrameworkPack]

    def of(self, subject: str) -> Sequence[Standing]:
        """The standing marks of a subject."""
        return self.marks.get(subject, ())

    def birth(self, thing: str) -> Mapping[str, object]:
        """What was said at a thing's birth; empty where nobody bore it."""
        return next((mark.value for mark in reversed(self.of(thing)) if mark.kind == "born"), {})
