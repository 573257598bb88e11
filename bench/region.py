"""The shape of a large season: co-operatives, growers, containers, small lots, all from one seed and signed.

It needs no ledger, so a second process can say it while the first one writes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from itertools import islice

from bench.coop import Coop, Grower, Sack
from bench.voice import Voice

SEASON = "2025"
_FIRST_DAY, _DAYS = date(2025, 5, 1), 180
_SAID_BEFORE = "2025-03-01T08:00:00-05:00"
_SACK_GRAMS = 8_000
"""A delivery of 8 kg: 2,500 of them fill one container."""
_BAG_GRAMS = 69_000
_POOL = (40, 250)
_SMALL = 20
"""Deliveries in a small lot."""
_SMALL_LOTS, _STOCK_POOLS = 10, 3
"""How many small lots, and pools that stay in the store, stand between two containers."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large everything is. One small co-operative stands beside the large ones: its certificate is watched."""

    facts: int
    coops: int
    growers: int
    farmers: int
    deliveries: int
    containers: int
    turn: int

    @classmethod
    def of(cls, facts: int) -> Shape:
        """Of so many facts; a million have containers of 500 farmers and a certificate over 10,000 lots."""
        deliveries = min(2_500, max(50, facts // 20))
        coops = max(1, facts // 125_000)
        farmers = deliveries // 5
        return cls(
            facts=facts,
            coops=coops,
            growers=max(farmers, facts // 85 // (coops + 1)),
            farmers=farmers,
            deliveries=deliveries,
            containers=max(1, facts // 100 // deliveries),
            turn=8 if facts >= 100_000 else 2,
        )


@dataclass(slots=True)
class Landmarks:
    """What benchmarks ask about: ids of lots and certificates that the season has brought forth."""

    containers: list[str] = field(default_factory=list)
    small_lots: list[str] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)
    """The watched one comes first."""
    agreements: list[str] = field(default_factory=list)
    watched_producer: str = ""

    def as_json(self) -> dict[str, object]:
        """For the season's own note."""
        return asdict(self)


class Region:
    """All co-operatives of a season; the same seed says the same."""

    def __init__(self, origin: str, shape: Shape, seed: int = 1) -> None:
        """Nothing is said yet."""
        chance = random.Random(seed)
        self.shape = shape
        self.certifier = Voice(origin, chance)
        self.coops = [Coop(origin, chance, season=SEASON, valley=n) for n in range(1 + shape.coops)]
        self.landmarks = Landmarks()

    def said(self) -> Iterator[bytes]:
        """Everything in order, without end: registers first, then the harvest."""
        for coop in self.coops:
            yield coop.opened(at=_SAID_BEFORE)
            yield coop.outlined(at=_SAID_BEFORE)
        yield from self._registers()
        first, *rest = [
            _Harvest(coop, self.shape, self.landmarks, certificate)
            for coop, certificate in zip(self.coops, self.landmarks.certificates, strict=True)
        ]
        watched = first.containers(self.shape.containers)
        others = [harvest.campaign() for harvest in rest]
        while True:
            for number in range(self.shape.turn):
                for harvest in others:
                    yield from next(harvest)
                if number == 0:
                    yield from next(watched, [])

    def _registers(self) -> Iterator[bytes]:
        marks, numbers = self.landmarks, [self.shape.farmers, *[self.shape.growers] * self.shape.coops]
        for coop in self.coops:
            marks.agreements.append(coop.thing())
            marks.certificates.append(coop.thing())
            yield coop.agreed(marks.agreements[-1], at=_SAID_BEFORE)
            yield coop.certified(marks.certificates[-1], self.certifier.party, at=_SAID_BEFORE)
        for number in range(max(numbers)):
            for place, coop in enumerate(self.coops):
                if number < numbers[place]:
                    yield from coop.enrol(at=_SAID_BEFORE)
                    grower = coop.growers[-1]
                    yield coop.lives_in(grower, at=_SAID_BEFORE)
                    yield coop.organic(grower, at=_SAID_BEFORE)
                    yield coop.joined(marks.agreements[place], grower, at=_SAID_BEFORE)
                    yield coop.listed(marks.certificates[place], grower, at=_SAID_BEFORE)
        marks.watched_producer = self.coops[0].growers[0].producer


class _Harvest:
    """One co-operative's season, in portions of about a pool."""

    def __init__(self, coop: Coop, shape: Shape, marks: Landmarks, certificate: str) -> None:
        self._coop, self._shape, self._marks, self._certificate = coop, shape, marks, certificate
        self._chance = coop.chance
        self._facts = 0
        self._first = 0
        # Later facts can be on later days only: nothing is worked before it was delivered.
        self._expected = max(1, shape.facts // shape.coops)

    def _today(self) -> date:
        return _FIRST_DAY + timedelta(days=min(_DAYS, self._facts * _DAYS // self._expected))

    def campaign(self) -> Iterator[list[bytes]]:
        """Containers, small lots, and pools that stay in the store, without end."""
        while True:
            between = iter([self._small_lot] * _SMALL_LOTS + [self._stock_pool] * _STOCK_POOLS)
            for number, portion in enumerate(self.containers(1)):
                yield portion
                if number % 2:
                    yield from (made() for made in islice(between, 1))
            yield from (made() for made in between)

    def containers(self, count: int) -> Iterator[list[bytes]]:
        """Pools of one block of growers each, brought together, hulled, sorted, bagged, loaded, sold and shipped."""
        for _ in range(count):
            growers = self._block()
            queue = [grower for grower in growers for _ in range(self._shape.deliveries // len(growers))]
            self._chance.shuffle(queue)
            pools: dict[str, int] = {}
            while queue:
                size = self._chance.randint(*_POOL)
                # No pool is left that is smaller than the smallest.
                taken, queue = (queue, []) if len(queue) < size + _POOL[0] else (queue[:size], queue[size:])
                pool, grams, said = self._pool(taken)
                pools[pool] = grams
                yield said
            yield self._shipped(pools)

    def _block(self) -> list[Grower]:
        growers, farmers = self._coop.growers, self._shape.farmers
        first = self._first % len(growers)
        self._first += farmers
        return (growers + growers)[first : first + farmers]

    def _pool(self, growers: list[Grower]) -> tuple[str, int, list[bytes]]:
        coop, chance, today = self._coop, self._chance, self._today()
        at = _at(today)
        said: list[bytes] = []
        lots: dict[str, int] = {}
        for grower in growers:
            lot, grams = coop.thing(), _SACK_GRAMS + chance.randint(-900, 900)
            picked = today - timedelta(days=chance.randint(4, 12))
            until = picked + timedelta(days=chance.randint(0, 3))
            said.append(coop.harvest(lot, grower, Sack(grams, picked.isoformat(), until.isoformat(), at)))
            lots[lot] = grams
        pool = coop.thing()
        said.append(coop.pooled(lots, pool, at=at))
        self._facts += len(said)
        return pool, sum(lots.values()), said

    def _small_lot(self) -> list[bytes]:
        coop = self._coop
        growers = self._chance.sample(coop.growers, min(_SMALL, len(coop.growers)))
        pool, grams, said = self._pool(growers)
        at, green = _at(self._today()), coop.thing()
        hulled, kept = coop.hulled(pool, grams, green, at=at)
        bags = self._bags(kept)
        said += [
            hulled,
            coop.packed(green, bags, at=at),
            coop.sold(bags, self._certificate, at=at),
            coop.dispatched(bags, at=at),
        ]
        self._marks.small_lots.append(next(iter(bags)))
        return said

    def _stock_pool(self) -> list[bytes]:
        size = self._chance.randint(*_POOL)
        return self._pool([self._coop.any_grower() for _ in range(size)])[2]

    def _shipped(self, pools: dict[str, int]) -> list[bytes]:
        coop, at = self._coop, _at(self._today())
        together, green, fine, container, dispatch = (coop.thing() for _ in range(5))
        hulled, kept = coop.hulled(together, sum(pools.values()), green, at=at)
        bags = self._bags(kept)
        said = [
            coop.pooled(pools, together, at=at),
            hulled,
            coop.worked("sorting", {green: kept}, {fine: ("green", "main", kept)}, at=at),
            coop.packed(fine, bags, at=at),
            coop.loaded(bags, container, at=at),
            coop.sold({container: kept}, self._certificate, at=at),
            coop.dispatched({container: kept}, dispatch, at=at),
            coop.arrived(dispatch, [(container, kept)], at=at),
        ]
        self._facts += len(said)
        self._marks.containers.append(container)
        return said

    def _bags(self, grams: int) -> dict[str, int]:
        full, rest = divmod(grams, _BAG_GRAMS)
        bags = {self._coop.thing(): _BAG_GRAMS for _ in range(full)}
        return {**bags, self._coop.thing(): rest} if rest else bags


def _at(day: date) -> str:
    return f"{day.isoformat()}T16:20:00-05:00"
