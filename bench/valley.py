"""A co-operative on a ledger of its own, and the facts of its season, signed and ready to be offered."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.coop import SACK_GRAMS, Coop
from bench.voice import Voice
from ledger import canonical
from ledger.book import Ledger

ORIGIN = "chaski.example/log/bench"
DATABASE = "chaski.db"
POOL = 22
"""Deliveries that go into one pool."""


class Valley(Coop):
    """One co-operative known to a ledger; what it signs follows from a seed."""

    def __init__(self, ledger: Ledger, folder: Path, seed: int = 1) -> None:
        """Register the co-operative, its key, its centre and the exporter it sends to; the ledger lies in `folder`."""
        super().__init__(ledger.origin, random.Random(seed))
        self.ledger = ledger
        self.folder = folder
        introduce(ledger, self, "Cooperativa Inventada")
        register(ledger, self.exporter, "exporter", "Exportadora Inventada")
        self.accept([self.opened(), self.outlined()])

    def accept(self, submissions: list[bytes]) -> None:
        """State submissions; all of them must be accepted."""
        for first in range(0, len(submissions), 100):
            for outcome in self.ledger.state(*submissions[first : first + 100], bulk=True):
                assert outcome.status == "accepted", outcome

    def settle(self, growers: int) -> None:
        """Enrol growers and have it accepted."""
        self.accept([said for _ in range(growers) for said in self.enrol()])

    def weeks(self) -> Iterator[bytes]:
        """The season without end, a hundred facts a week.

        One new grower (4 facts), 88 deliveries, four pools of 22, one pool of those four, one hulling,
        one packing in ten bags, one dispatch. Deliveries come from any grower enrolled so far.
        """
        while True:
            week = self.enrol()
            pools: dict[str, int] = {}
            for _ in range(4):
                lots = [self.thing() for _ in range(POOL)]
                week += [self.harvest(lot, self.any_grower()) for lot in lots]
                pool = self.thing()
                pools[pool] = POOL * SACK_GRAMS
                week.append(self.pooled(dict.fromkeys(lots, SACK_GRAMS), pool))
            yield from week
            yield from self._export(pools)

    def _export(self, pools: Mapping[str, int]) -> Iterator[bytes]:
        together, green, husk = self.thing(), self.thing(), self.thing()
        grams = sum(pools.values())
        yield self.pooled(pools, together)
        kept = grams * 78 // 100
        bags = {self.thing(): kept // 10 for _ in range(10)}
        kept = sum(bags.values())
        outputs = {green: ("green", "main", kept), husk: ("husk", "by-product", grams * 20 // 100)}
        yield self.worked("hulling", {together: grams}, outputs, grams - kept - grams * 20 // 100)
        yield self.packed(green, bags)
        yield self.dispatched(bags)


def register(ledger: Ledger, party: str, kind: str, name: str) -> None:
    """The operator enters an organisation."""
    body = {"party": party, "kind": kind, "country": "PE", "name": name}
    ledger.state_as_operator("party.registered/1", body)


def introduce(ledger: Ledger, voice: Voice, name: str, kind: str = "cooperative") -> None:
    """The operator enters a party and authorises its key."""
    register(ledger, voice.party, kind, name)
    body = {
        "party": voice.party,
        "key": canonical.b64url(voice.key.public),
        "kind": "organisation",
        "proof": voice.possession(),
    }
    ledger.state_as_operator("key.authorised/1", body)


def new_valley(folder: Path, seed: int = 1) -> Valley:
    """A new ledger in a folder of its own, with a co-operative."""
    folder.mkdir(parents=True)
    ledger = Ledger.create(str(folder / DATABASE), origin=ORIGIN, operator="Operador Inventado")
    return Valley(ledger, folder, seed)
