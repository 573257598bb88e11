"""The parts of a lot: grams of one delivery each, with where they grew and which family they are of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.claims.evidence import Delivery, Evidence, Place
from ledger.lineage import Share
from ledger.state import Standing

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
    homes: dict[str, Sequence[tuple[str, int, str, bool]]] = {}
    return tuple(_part(evidence, share, homes) for share in evidence.shares if share.grams)


def _part(evidence: Evidence, share: Share, homes: dict[str, Sequence[tuple[str, int, str, bool]]]) -> LotPart:
    row = share.origin
    delivery = evidence.deliveries.get(row.delivery) or _UNKNOWN._replace(lot=row.delivery)
    changes = homes.get(row.producer)
    if changes is None:
        changes = homes[row.producer] = _home_changes(evidence.of(row.producer))
    household = _home_on(changes, delivery.delivered_on)
    community = str(evidence.birth(row.producer).get("community") or "")
    place = Place(row.producer, household, community, row.grown, delivery)
    return LotPart(place, share.grams, household or row.producer)


def _home_changes(marks: Sequence[Standing]) -> Sequence[tuple[str, int, str, bool]]:
    return sorted(
        (mark.effective_from, mark.index, str(mark.value["household"]), bool(mark.value["member"]))
        for mark in marks
        if mark.kind == "household"
    )


def _home_on(changes: Sequence[tuple[str, int, str, bool]], day: str) -> str:
    """The household on a day. The first one counts before it was written down: a family is older than its file."""
    found = changes[0][2] if changes and changes[0][3] else ""
    for effective_from, _, household, member in changes:
        if effective_from <= day:
            found = household if member else ""
    return found
