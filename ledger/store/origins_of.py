"""What lies behind a lot, as pages and traces tell it: deliveries with their grams, families, districts, seasons."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from ledger.claims import Delivery, Evidence, LotPart, part_claims, parts_of
from ledger.queries import Contribution, PartClaim

_NONE = Delivery("", "", "", "", "", "", "", "", "", 0, 0)


class OriginsOf:
    """One lot's origins, read from the evidence of its claims."""

    def __init__(self, evidence: Evidence) -> None:
        """Nothing is asked of the books again."""
        self._evidence = evidence
        self.grams = evidence.grams

    @cached_property
    def _parts(self) -> tuple[LotPart, ...]:
        return parts_of(self._evidence)

    def families(self) -> int:
        """How many families the grams come from; a producer without household counts as one."""
        return len({part.family for part in self._parts if part.family})

    def districts(self) -> tuple[str, ...]:
        """The districts of the producers, the largest share first."""
        grams: dict[str, int] = {}
        for part in self._parts:
            district = str(self._evidence.birth(part.place.producer).get("district", ""))
            if district:
                grams[district] = grams.get(district, 0) + part.grams
        return tuple(sorted(grams, key=lambda name: (-grams[name], name)))

    def season(self) -> str:
        """The seasons of the deliveries, as one text."""
        return ", ".join(sorted({one.season for one in self._deliveries.values() if one.season}))

    def harvest(self) -> tuple[str, str]:
        """First and last known harvest day of all deliveries."""
        firsts = [one.harvested_from for one in self._deliveries.values() if one.harvested_from]
        lasts = [one.harvested_to for one in self._deliveries.values() if one.harvested_to]
        return min(firsts, default=""), max(lasts, default="")

    def delivered(self) -> tuple[int, dict[str, int]]:
        """How many harvest deliveries lie behind the lot, and their whole grams by form."""
        harvested = [one for one in self._deliveries.values() if one.how == "harvested"]
        grams: dict[str, int] = {}
        for one in harvested:
            grams[one.form] = grams.get(one.form, 0) + one.grams
        return len(harvested), grams

    def untraced_grams(self) -> int:
        """Grams nobody named a producer for."""
        return sum(share.grams for share in self._evidence.shares if not share.origin.producer)

    def contributions(self, at: str) -> tuple[Contribution, ...]:
        """Every origin row with its grams of this lot and what these carry by themselves, the largest first."""
        carried = part_claims(self._evidence, at)
        made = [self._contribution(part, carried) for part in self._parts]
        return tuple(sorted(made, key=lambda c: (-c.grams, c.delivery, c.grown)))

    def _contribution(
        self, part: LotPart, carried: Mapping[tuple[str, str, str], tuple[PartClaim, ...]]
    ) -> Contribution:
        row = part.row
        delivery = self._deliveries.get(row.delivery, _NONE)
        producer = self._evidence.birth(row.producer)
        return Contribution(
            delivery=row.delivery,
            producer=row.producer,
            producer_code=str(producer.get("code", "")),
            grown=row.grown,
            district=str(producer.get("district", "")),
            grams=part.grams,
            at_most_grams=min(self.grams, delivery.grams or part.grams),
            how=delivery.how,
            harvested_from=delivery.harvested_from,
            harvested_to=delivery.harvested_to,
            delivered_on=delivery.delivered_on,
            measured="weighed" if len(self._parts) == 1 else "pro-rata",
            claims=carried.get((row.delivery, row.grown, row.producer), ()),
        )

    @property
    def _deliveries(self) -> Mapping[str, Delivery]:
        return self._evidence.deliveries
