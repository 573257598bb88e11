"""Whoever judges claims: one set of marks, and everything that was worked out from them and may be asked again.

Lots of a co-operative share producers, land and papers; what a delivery is worth under a scheme is worked out once
however many lots its grams are in. An appraiser is good for as long as no mark in it changes; marks may be added
for things it has not met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ledger.claims.certification import CertifiedDeliveries, SchemeRegister, Served, step_certified
from ledger.claims.conservation import Conservation
from ledger.claims.eudr import delivery_evidenced
from ledger.claims.evidence import Place, StepTaken
from ledger.claims.frameworks import FrameworksNear
from ledger.claims.reasons import Reason
from ledger.packs.framework import FrameworkPack
from ledger.packs.pack import CommodityPack
from ledger.packs.scheme import SchemePack
from ledger.state import Standing


class _Land(NamedTuple):
    producer: str
    household: str
    community: str
    grown: str


class Appraiser:
    """Answers for deliveries, steps and land, remembered by what the answer depends on."""

    def __init__(self) -> None:
        """Begin without marks; whoever loads them puts them into `marks`."""
        self.marks: dict[str, Sequence[Standing]] = {}
        self._registers: dict[str, SchemeRegister] = {}
        self._deliveries: dict[tuple[str, str, str], CertifiedDeliveries] = {}
        self._steps: dict[tuple[str, ...], Served] = {}
        self._conservation: dict[str, Conservation] = {}
        self._near = FrameworksNear(self.marks)
        self._frameworks: dict[_Land, frozenset[str]] = {}
        self.places: dict[tuple[str, str, str], Place] = {}
        self._answers: dict[tuple[str, str, str], dict[tuple[str, str, str], Any]] = {}
        self._homes: dict[str, Sequence[tuple[str, int, str, bool]]] = {}

    def register(self, scheme: SchemePack) -> SchemeRegister:
        """A scheme's certificates."""
        found = self._registers.get(scheme.digest)
        if found is None:
            found = self._registers[scheme.digest] = SchemeRegister(self.marks, scheme)
        return found

    def deliveries(self, scheme: SchemePack, commodity: str, at: str) -> CertifiedDeliveries:
        """A scheme's judgement of deliveries of a commodity, asked on a day."""
        key = (scheme.digest, commodity, at)
        found = self._deliveries.get(key)
        if found is None:
            register = self.register(scheme)
            found = CertifiedDeliveries(self.marks, scheme, commodity, on=at, register=register)
            self._deliveries[key] = found
        return found

    def step(self, step: StepTaken, scheme: SchemePack, pack: CommodityPack | None, at: str) -> Served:
        """Whether a step's place was covered on its day."""
        key = (scheme.digest, step.facility, step.party, step.process or step.how, step.day, at)
        found = self._steps.get(key)
        if found is None:
            register = self.register(scheme)
            found = step_certified(step, self.marks, scheme, pack=pack, register=register, on=at)
            self._steps[key] = found
        return found

    def conservation(self, framework: FrameworkPack) -> Conservation:
        """A framework's judgement of land."""
        found = self._conservation.get(framework.digest)
        if found is None:
            found = self._conservation[framework.digest] = Conservation(self.marks, framework)
        return found

    def frameworks_at(self, place: Place) -> frozenset[str]:
        """The frameworks that concern a place."""
        land = _Land(place.producer, place.household, place.community, place.grown)
        found = self._frameworks.get(land)
        if found is None:
            found = self._frameworks[land] = self._near.at(place)
        return found

    def evidenced(self, place: Place) -> tuple[Reason, ...]:
        """What the EUDR evidence of a delivery lacks."""
        return delivery_evidenced(place, self.marks)

    def answers(self, question: tuple[str, str, str]) -> dict[tuple[str, str, str], Any]:
        """Where a question about single deliveries keeps its answers, by (delivery, land, producer)."""
        return self._answers.setdefault(question, {})

    def household(self, producer: str, day: str) -> str:
        """A producer's household on a day. The first one counts before it was written down: families are older."""
        changes = self._homes.get(producer)
        if changes is None:
            changes = self._homes[producer] = _home_changes(self.marks.get(producer, ()))
        found = changes[0][2] if changes and changes[0][3] else ""
        for effective_from, _, household, member in changes:
            if effective_from <= day:
                found = household if member else ""
        return found

    def birth(self, thing: str) -> Mapping[str, object]:
        """What was said at a thing's birth; empty where nobody bore it."""
        return next((mark.value for mark in reversed(self.marks.get(thing, ())) if mark.kind == "born"), {})


def _home_changes(marks: Sequence[Standing]) -> Sequence[tuple[str, int, str, bool]]:
    return sorted(
        (mark.effective_from, mark.index, str(mark.value["household"]), bool(mark.value["member"]))
        for mark in marks
        if mark.kind == "household"
    )
