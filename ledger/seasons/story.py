"""What a story hands over: its facts in order, the lots worth looking at, and the farmers' receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.seasons.draft import Draft
from ledger.seasons.world import World

SEASON = "2026"


@dataclass(frozen=True, slots=True)
class FarmerReceipt:
    """A delivery whose receipt a farmer took home: the lot, the statement's id, the number on the paper, and whose."""

    lot: str
    statement: str
    number: str
    producer: str
    producer_code: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sale that is offered and must be refused, with this code: it is only ever tried, never stated."""

    draft: Draft
    code: str


@dataclass(frozen=True, slots=True)
class Story:
    """One season of one commodity.

    `traced` is the lot a buyer asks about; `lots` are others of interest by what they show. `shared` is one of which
    only a share keeps an agreement. `leans_on` is the certificate that most of the season leans on, "" without one.
    `cooperative` and `buyer` are parties. `sources` are the deliveries behind the traced lot, by lot.
    `brought_in` is every gram that became stock by harvest.
    """

    name: str
    commodity: str
    families: int
    cooperative: str
    cooperative_name: str
    buyer: str
    traced: str
    lots: Mapping[str, str]
    sources: Mapping[str, FarmerReceipt]
    brought_in: int
    drafts: tuple[Draft, ...]
    world: World
    shared: str = ""
    leans_on: str = ""
    attempts: tuple[Attempt, ...] = ()

    def receipts(self, count: int) -> list[FarmerReceipt]:
        """The receipts of some farmers whose goods are in the traced lot."""
        return list(self.sources.values())[:count]
