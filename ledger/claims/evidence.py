"""What claims are judged on: deliveries, the steps a lot went through, the places it grew, and the marks on all.

Whoever loads them decides what was known; the functions of this room are pure over them and a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ledger.state import Standing

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
