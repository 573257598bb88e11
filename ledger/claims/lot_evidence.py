"""One lot with everything its claims rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.claims.appraiser import Appraiser
from ledger.claims.evidence import Delivery, Marks, StepTaken
from ledger.lineage import Share
from ledger.packs.framework import FrameworkPack
from ledger.packs.pack import CommodityPack
from ledger.packs.scheme import SchemePack
from ledger.state import Blocking, Standing


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
    appraiser: Appraiser
    pack: CommodityPack | None
    schemes: Mapping[str, SchemePack]
    frameworks: Mapping[str, FrameworkPack]

    @property
    def marks(self) -> Marks:
        """All standing marks that bear on the lot's claims (and perhaps those of other lots)."""
        return self.appraiser.marks

    def of(self, subject: str) -> Sequence[Standing]:
        """The standing marks of a subject."""
        return self.marks.get(subject, ())

    def birth(self, thing: str) -> Mapping[str, object]:
        """What was said at a thing's birth; empty where nobody bore it."""
        return next((mark.value for mark in reversed(self.of(thing)) if mark.kind == "born"), {})
