"""One lot with everything its claims rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.claims.appraiser import Appraiser
from ledger.claims.behind import Behind
from ledger.claims.evidence import Delivery, Marks, StepTaken
from ledger.lineage import Share
from ledger.packs.framework import FrameworkPack
from ledger.packs.pack import CommodityPack
from ledger.packs.scheme import SchemePack
from ledger.state import Blocking, Standing


@dataclass(frozen=True, slots=True)
class Evidence:
    """One lot with all that its claims rest on; `holders` are parties with grams of it in stock.

    `behind` are its deliveries, shared with other lots. `way` holds the marks on the lot itself, on all it was made of
    and on those of its deliveries of which more is said than their birth.
    """

    lot: str
    commodity: str
    form: str
    kind: str
    grams: int
    claimable: bool
    behind: Behind
    steps: Sequence[StepTaken]
    blocks: Sequence[Blocking]
    holders: Mapping[str, int]
    owners: Mapping[str, int]
    way: Mapping[str, Sequence[Standing]]
    appraiser: Appraiser
    pack: CommodityPack | None
    schemes: Mapping[str, SchemePack]
    frameworks: Mapping[str, FrameworkPack]

    @property
    def parts(self) -> Sequence[int]:
        """The lot's grams, divided among the rows of `behind`."""
        return self.behind.divided(self.grams)

    @property
    def families(self) -> frozenset[str]:
        """The families whose grams are in the lot."""
        return self.behind.families_of(self.parts)

    @property
    def shares(self) -> tuple[Share, ...]:
        """The same with the row that each part comes from."""
        return tuple(map(Share, self.behind.rows, self.parts))

    @property
    def deliveries(self) -> Mapping[str, Delivery]:
        """The deliveries behind the lot."""
        return self.behind.deliveries

    @property
    def marks(self) -> Marks:
        """All standing marks that bear on claims, of this lot and of others; those on lots are in `way`."""
        return self.appraiser.marks

    def of(self, subject: str) -> Sequence[Standing]:
        """The standing marks of a subject."""
        on_lot = self.way.get(subject)
        return self.marks.get(subject, ()) if on_lot is None else on_lot

    def birth(self, thing: str) -> Mapping[str, object]:
        """What was said at a thing's birth; empty where nobody bore it."""
        return next((mark.value for mark in reversed(self.of(thing)) if mark.kind == "born"), {})
