"""Whoever judges claims: one set of marks, and everything that was worked out from them and may be asked again.

Lots of a co-operative share producers, land and papers; what a delivery is worth under a scheme is worked out once
however many lots its grams are in. An appraiser is good for as long as no mark in it changes; marks may be added
for things it has not met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ledger.claims.certification import CertifiedDeliveries, SchemeRegister, Served, step_certified
from ledger.claims.conservation import Conservation
from ledger.claims.eudr import LandEvidence
from ledger.claims.evidence import Place, StepTaken
from ledger.claims.frameworks import FrameworksNear
from ledger.claims.home import Home, home_of
from ledger.packs.framework import FrameworkPack
from ledger.packs.pack import CommodityPack
from ledger.packs.scheme import SchemePack
from ledger.state import Standing

_DAYS_KEPT = 8


class _Day(NamedTuple):
    """What was worked out for one asked day."""

    deliveries: dict[tuple[str, str], CertifiedDeliveries]
    steps: dict[tuple[str, ...], Served]


class Appraiser:
    """Answers for deliveries, steps and land, remembered by what the answer depends on."""

    def __init__(self) -> None:
        """Begin without marks; whoever loads them puts them into `marks`."""
        self.marks: dict[str, Sequence[Standing]] = {}
        self._registers: dict[str, SchemeRegister] = {}
        self._days: dict[str, _Day] = {}
        self._conservation: dict[str, Conservation] = {}
        self._near = FrameworksNear(self.marks)
        self._frameworks: dict[tuple[str, str, str, str], frozenset[str]] = {}
        self._homes: dict[str, Home] = {}
        self.land = LandEvidence(self.marks)

    def register(self, scheme: SchemePack) -> SchemeRegister:
        """A scheme's certificates."""
        found = self._registers.get(scheme.digest)
        if found is None:
            found = self._registers[scheme.digest] = SchemeRegister(self.marks, scheme)
        return found

    def deliveries(self, scheme: SchemePack, commodity: str, at: str) -> CertifiedDeliveries:
        """A scheme's judgement of deliveries of a commodity, asked on a day."""
        asked, key = self._day(at).deliveries, (scheme.digest, commodity)
        found = asked.get(key)
        if found is None:
            register = self.register(scheme)
            found = asked[key] = CertifiedDeliveries(self.marks, scheme, commodity, on=at, register=register)
        return found

    def step(self, step: StepTaken, scheme: SchemePack, pack: CommodityPack | None, at: str) -> Served:
        """Whether a step's place was covered on its day."""
        asked, key = self._day(at).steps, (scheme.digest, step.facility, step.party, step.process or step.how, step.day)
        found = asked.get(key)
        if found is None:
            register = self.register(scheme)
            found = asked[key] = step_certified(step, self.marks, scheme, pack=pack, register=register, on=at)
        return found

    def _day(self, at: str) -> _Day:
        found = self._days.get(at)
        if found is None:
            if len(self._days) >= _DAYS_KEPT:
                # Whoever asks about ever new days must not fill the memory with them.
                self._days = {}
            found = self._days[at] = _Day({}, {})
        return found

    def conservation(self, framework: FrameworkPack) -> Conservation:
        """A framework's judgement of land."""
        found = self._conservation.get(framework.digest)
        if found is None:
            found = self._conservation[framework.digest] = Conservation(self.marks, framework, self._near)
        return found

    def frameworks_at(self, place: Place) -> frozenset[str]:
        """The frameworks that concern a place."""
        land = place[:4]
        found = self._frameworks.get(land)
        if found is None:
            found = self._frameworks[land] = self._near.at(place)
        return found

    def home(self, producer: str) -> Home:
        """Where a producer lives."""
        found = self._homes.get(producer)
        if found is None:
            found = self._homes[producer] = home_of(producer, self.marks)
        return found

    def household(self, producer: str, day: str) -> str:
        """A producer's household on a day."""
        return self.home(producer).household(day)

    def birth(self, thing: str) -> Mapping[str, object]:
        """What was said at a thing's birth; empty where nobody bore it."""
        return next((mark.value for mark in reversed(self.marks.get(thing, ())) if mark.kind == "born"), {})
