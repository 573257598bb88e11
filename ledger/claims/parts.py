"""The parts of a lot: grams of one delivery each, with where they grew and which family they are of."""

from __future__ import annotations

from typing import NamedTuple

from ledger.claims.behind import Weighed
from ledger.claims.evidence import Place
from ledger.claims.lot_evidence import Evidence
from ledger.state import Origin


class LotPart(NamedTuple):
    """Grams of one delivery in the lot; a producer without a household is a family of its own."""

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

    def add(self, part: Weighed) -> None:
        """More grams carry it."""
        self.grams += part.grams
        self.families |= part.families


def parts_of(evidence: Evidence) -> tuple[LotPart, ...]:
    """The parts of a lot, one for every delivery that went into it.

    A part of less than half a gram has no grams and no family, and counts all the same: else a delivery that carries
    nothing would be washed out of a lot by dividing it small enough.
    """
    behind = evidence.behind
    rows = zip(behind.rows, behind.places, evidence.parts, behind.families, strict=True)
    return tuple(LotPart(row, place, grams, family if grams else "") for row, place, grams, family in rows)
