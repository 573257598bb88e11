"""The parts of a lot: grams of one delivery each, with where they grew and which family they are of."""

from __future__ import annotations

from typing import NamedTuple

from ledger.claims.evidence import Delivery, Place
from ledger.claims.lot_evidence import Evidence
from ledger.lineage import Share

_UNKNOWN = Delivery("", "", "", "", "", "", "", "", "", 0, 0)


class LotPart(NamedTuple):
    """Grams of one delivery in the lot; a producer without a household is a family of its own."""

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
    """The parts of a lot that have any grams."""
    return tuple(_part(evidence, share) for share in evidence.shares if share.grams)


def _part(evidence: Evidence, share: Share) -> LotPart:
    row, appraiser = share.origin, evidence.appraiser
    delivery = evidence.deliveries.get(row.delivery) or _UNKNOWN._replace(lot=row.delivery)
    household = appraiser.household(row.producer, delivery.delivered_on)
    community = str(appraiser.birth(row.producer).get("community") or "")
    place = Place(row.producer, household, community, row.grown, delivery)
    return LotPart(place, share.grams, household or row.producer)
