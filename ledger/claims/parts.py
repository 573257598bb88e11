"""The parts of a lot: grams of one delivery each, with where they grew and which family they are of."""

from __future__ import annotations

from typing import NamedTuple

from ledger.claims.evidence import Delivery, Place, StepTaken
from ledger.claims.lot_evidence import Evidence
from ledger.state import Origin

_UNKNOWN = Delivery("", "", "", "", "", "", "", "", "", 0, 0)


class LotPart(NamedTuple):
    """Grams of one delivery in the lot; a producer without a household is a family of its own.

    Parts of several lots that come from one delivery have the same `row` and `place`, and are judged once.
    """

    row: Origin
    place: Place
    grams: int
    family: str


class Covered:
    """The grams and families of parts that carry a claim by themselves."""

    def __init__(self) -> None:
        """Begin with none."""
        self.grams = 0
        self.families: set[str] = set()

    def add(self, part: LotPart) -> None:
        """One more part carries it."""
        self.grams += part.grams
        if part.family:
            self.families.add(part.family)


def parts_of(evidence: Evidence) -> tuple[LotPart, ...]:
    """The parts of a lot, one for every delivery that went into it.

    A part of less than half a gram has no grams and no family, and counts all the same: else a delivery that carries
    nothing would be washed out of a lot by dividing it small enough.
    """
    places = evidence.appraiser.places
    parts: list[LotPart] = []
    for row, grams in evidence.shares:
        key = (row.delivery, row.grown, row.producer)
        place = places.get(key)
        if place is None:
            place = places[key] = _place(evidence, row)
        parts.append(LotPart(row, place, grams, (place.household or row.producer) if grams else ""))
    return tuple(parts)


def _place(evidence: Evidence, row: Origin) -> Place:
    appraiser = evidence.appraiser
    delivery = evidence.deliveries.get(row.delivery) or _UNKNOWN._replace(lot=row.delivery)
    household = appraiser.household(row.producer, delivery.delivered_on)
    community = str(appraiser.birth(row.producer).get("community") or "")
    return Place(row.producer, household, community, row.grown, delivery)


def as_step(delivery: Delivery) -> StepTaken:
    """A delivery as a step: the place it was taken in at is a site too."""
    return StepTaken(
        delivery.lot,
        delivery.how,
        "",
        delivery.delivered_on,
        delivery.facility,
        delivery.party,
        delivery.form,
        delivery.at_index,
    )
