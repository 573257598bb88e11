"""The EUDR evidence claim: is every gram traced to a plot, with known harvest days and evidence on its land?

We never conclude that a lot is in order: the claim says that what the regulation asks for is recorded, and what is
missing. Legality evidence (tenure, permits) has a pack of its own and is not judged here yet; an open tenure
incident is.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.claims.evidence import Marks, Place
from ledger.claims.reasons import Effect, Reason
from ledger.state import Standing

_UNPROVED = ("bought", "opened")


class LandEvidence:
    """Answers for many deliveries over one set of marks; each producer's land is looked at once."""

    def __init__(self, marks: Marks) -> None:
        """Nothing is read before it is asked for."""
        self._marks = marks
        self._on_land: dict[tuple[str, str], tuple[Reason, ...]] = {}

    def of(self, place: Place) -> tuple[Reason, ...]:
        """What the evidence of one delivery's grams lacks; empty where nothing is missing."""
        producer, grown, delivery = place.producer, place.grown, place.delivery
        on_land: tuple[Reason, ...] = ()
        if grown:
            found = self._on_land.get((producer, grown))
            if found is None:
                lacks = _of_land(place, self._marks.get(grown, ()))
                found = self._on_land[producer, grown] = (*lacks, *_open_incidents(place, self._marks))
            on_land = found
        if producer and grown and delivery.how == "harvested" and delivery.harvested_from:
            return on_land
        return (*_of_delivery(place), *on_land)


def _of_delivery(place: Place) -> list[Reason]:
    delivery = place.delivery
    here = (delivery.lot, delivery.delivered_on, delivery.at_index)
    reasons: list[Reason] = []
    if not place.producer:
        reasons.append(Reason("origin-untraced", "not-carried", *here))
    elif not place.grown:
        reasons.append(Reason("plot-not-named", "not-carried", *here))
    if delivery.how in _UNPROVED and delivery.origin != "proved":
        effect: Effect = "not-carried" if delivery.origin == "none" else "held"
        reasons.append(Reason("origin-declared-only", effect, *here))
    if delivery.how == "harvested" and not delivery.harvested_from:
        reasons.append(Reason("harvest-days-unknown", "held", *here))
    return reasons


def _of_land(place: Place, on_plot: Sequence[Standing]) -> list[Reason]:
    assessed = [mark for mark in on_plot if mark.kind == "evidence" and mark.value.get("about") == "deforestation"]
    if not assessed:
        return [Reason("deforestation-not-assessed", "held", place.grown)]
    latest = max(assessed, key=lambda mark: (mark.effective_from, mark.index))
    result = latest.value.get("result")
    if result == "low":
        return []
    if result == "high":
        return [Reason("deforestation-found", "not-carried", place.grown, latest.effective_from, latest.index)]
    return [Reason("deforestation-unclear", "held", place.grown, latest.effective_from, latest.index)]


def _open_incidents(place: Place, marks: Marks) -> list[Reason]:
    found: list[Reason] = []
    for subject in (place.grown, place.producer):
        for mark in marks.get(subject, ()):
            if mark.kind != "incident":
                continue
            closed = [m for m in marks.get(str(mark.value["incident"]), ()) if m.kind == "closed"]
            if closed:
                continue
            effect: Effect = "not-carried" if mark.value.get("kind") == "tenure" else "held"
            found.append(Reason("incident-open", effect, subject, mark.effective_from, mark.index))
    return found
