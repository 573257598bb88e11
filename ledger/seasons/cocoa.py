"""A cocoa season: 201 families, wet beans bought on two days a week, fermented in boxes, dried, sorted, bagged.

Modelled on a co-operative of San Martin that ferments and dries what its members bring (examples/README.md),
with invented people, organisations and events. Certified beans have boxes of their own. What is sold under Rainforest
Alliance draws on a licensed volume; the compact on production and protection covers most families, and the share of
every lot is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from ledger.seasons import shipping
from ledger.seasons.agreements import FAIR_TRADE, ORGANIC, RAINFOREST, adjust_volume
from ledger.seasons.calendar import EUROPE_SUMMER, at, day, later
from ledger.seasons.cocoa_enrolment import (
    BEANS,
    BOX_GRAMS,
    FAMILIES,
    FIRST_LICENCE,
    GOODS,
    IN_TOWN,
    SECTORS,
    Cast,
    Papers,
    cast_of,
    enrolment,
)
from ledger.seasons.desk import Desk, Habit, Turn, Visit, brought_by, plan
from ledger.seasons.families import Family
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held, Made, Store, Weighing, share, take
from ledger.seasons.story import Attempt, Story
from ledger.seasons.trade import EVIDENCED, Deal, Sold, attempt, certified, debit, sell, sign_contract
from ledger.seasons.world import World

NAME = "cocoa"
BAG, BAGS = 62_500, 400
TURNS = 16
FIRST_TUESDAY = day(4, 21)
HABIT = Habit(lowest=200, highest=320, visits=(2, 4), gap=(2, 4), smallest=60_000)
TRACED = 1
MISTYPED, TOO_OLD = {(4, 0), (10, 1)}, {(3, 1), (8, 0)}
"""Turns and sides (0 the town's centre, 1 the one across the river) where something goes otherwise."""

CERTIFIED, ORDINARY = "certified", "ordinary"
STREAMS = (CERTIFIED, ORDINARY)
"""What is kept apart, from the box on."""

LEFT_OF_LICENCE = 420_000
"""Grams of the licensed volume that the season leaves, unless less than that lies in store."""


def tell(world: World) -> Story:
    """The whole season, in the order in which it happened."""
    scribe = Scribe(world, NAME)
    cast = cast_of(scribe)
    families, papers = enrolment(scribe, cast)
    harvest = _Harvest(scribe, cast, families, papers)
    harvest.run()
    refused = harvest.after()
    traced = harvest.containers[TRACED]
    return Story(
        name=NAME,
        commodity=GOODS.commodity,
        families=FAMILIES,
        cooperative=cast.cooperative.party,
        cooperative_name=cast.cooperative.name,
        buyer=cast.buyer.party,
        traced=traced.lot,
        lots={
            "first container": harvest.containers[0].lot,
            "defects": harvest.defects[0].lot,
            "ordinary": harvest.sorted[ORDINARY][-1].lot,
        },
        sources=harvest.store.sources[traced.lot],
        brought_in=harvest.store.brought_in,
        drafts=tuple(scribe.drafts),
        world=world,
        shared=traced.lot,
        leans_on=papers.rainforest,
        attempts=(refused,),
    )


class _Harvest:
    """Sixteen buying days at two centres; six days in boxes, a week of sun, sorted by the fortnight."""

    def __init__(self, scribe: Scribe, cast: Cast, families: Sequence[Family], papers: Papers) -> None:
        self.scribe = scribe
        self.cast = cast
        self.papers = papers
        window = (day(5, 1), day(12, 31))
        self.deal = Deal("SR-2026-1", cast.cooperative.hand, cast.buyer.party, BEANS, 780, "USD", window)
        self.store = Store(scribe, cast.cooperative.hand, GOODS)
        self.dice = scribe.dice("harvest")
        self.desks = [Desk(self.store, post, post) for post in cast.centres]
        sides = [[f for f in families if (SECTORS.index(f.sector) >= IN_TOWN) == bool(side)] for side in (0, 1)]
        self.visits = [plan(scribe, side, TURNS, HABIT) for side in sides]
        self.filled = [0, 0]
        self.dry: dict[str, list[Held]] = {stream: [] for stream in STREAMS}
        self.sorted: dict[str, list[Held]] = {stream: [] for stream in STREAMS}
        self.defects: list[Held] = []
        self.containers: list[Held] = []
        self.sold_at: list[datetime] = []

    def run(self) -> None:
        """The whole harvest."""
        for turn in range(TURNS):
            buying = later(FIRST_TUESDAY, 7 * (turn // 2) + 3 * (turn % 2))
            for side in (0, 1):
                self._buying_day(turn, buying, side)
            if turn % 4 == 3:
                self._sorting(turn // 4, later(buying, 17))

    def _buying_day(self, turn: int, buying: date, side: int) -> None:
        """Wet beans in the day, boxes filled in the evening with beans of that day alone."""
        named = Turn(
            label=f"delivery/{turn}/{side}",
            days=[buying],
            mistyped=2 if (turn, side) in MISTYPED else None,
            too_bad=(1, "older-than-two-days") if (turn, side) in TOO_OLD else None,
        )
        lots = self.desks[side].take_in(named, [self._weigh(visit, buying) for visit in self.visits[side][turn]])
        for stream in STREAMS:
            kept = [one for one in lots if self.store.brought_by[one.lot].certified == (stream == CERTIFIED)]
            if kept:
                self._ferment_and_dry(f"{turn}/{side}/{stream}", kept, buying, side)

    def _ferment_and_dry(self, label: str, lots: Sequence[Held], buying: date, side: int) -> None:
        fermented = [
            self._box(f"{label}/{number}", group, buying, side, number) for number, group in enumerate(_boxfuls(lots))
        ]
        grams, stream = sum(one.grams for one in fermented), label.rpartition("/")[2]
        out = share(grams, self.dice.roll(434, 450))
        made = Made(f"dry/{label}", "dry-beans", "main", out, (("moisture", 69, 1, "percent"),))
        losses = {"moisture": grams - out - share(grams, 3), "handling": share(grams, 3)}
        measures = (("moisture-in", 520, 1, "percent"), ("moisture-out", 69, 1, "percent"))
        when = at(later(buying, 13), 16, side * 30 + STREAMS.index(stream) * 10)
        self.dry[stream] += self.store.process(
            "drying",
            self.cast.dryers,
            fermented,
            [made],
            when,
            losses=losses,
            measures=measures,
            started_on=later(buying, 6),
        )

    def _weigh(self, visit: Visit, buying: date) -> Weighing:
        sacks = -(-visit.grams // 60_000)
        return Weighing(
            visit.family,
            net=visit.grams,
            sacks=sacks,
            tare=sacks * 350,
            picked=(later(buying, -1), buying),
            delivered_by=brought_by(self.dice),
        )

    def _box(self, label: str, lots: Sequence[Held], buying: date, side: int, number: int) -> Held:
        """Beans of several families go into a box, ferment for six days, and come out; the box is empty again."""
        place, vessels = self.cast.centres[side].facility, self.cast.boxes[side]
        vessel = vessels[self.filled[side] % len(vessels)]
        self.filled[side] += 1
        grams = sum(one.grams for one in lots)
        full = Made(f"box/{label}", "wet-beans", "main", grams, vessel=vessel)
        (content,) = self.store.process("pooling", place, lots, [full], at(buying, 20, number * 5))
        out = share(grams, self.dice.roll(862, 898))
        done = at(later(buying, 6), 8, number * 10)
        (fermented,) = self.store.process(
            "box-fermenting",
            place,
            [content],
            [Made(f"fermented/{label}", "fermented-beans", "main", out)],
            done,
            losses={"process": grams - out},
            started_on=buying,
        )
        body = {"vessel": vessel, "last_lot": content.lot}
        self.scribe.state(self.cast.cooperative.hand, "vessel.emptied", at(later(buying, 6), 9, number * 10), body)
        return fermented

    def _sorting(self, number: int, when: date) -> None:
        """Sort what has dried, stream by stream, cut-test it, and fill what containers the certified beans fill."""
        for place, stream in enumerate(STREAMS):
            lots, self.dry[stream] = self.dry[stream], []
            if lots:
                self._sort(f"{number}/{stream}", lots, at(when, 15, place * 75))
        while sum(one.grams for one in self.sorted[CERTIFIED]) >= BAGS * BAG:
            self._container(later(when, 2), len(self.containers))

    def _sort(self, label: str, lots: Sequence[Held], when: datetime) -> None:
        grams, (number, _, stream) = sum(one.grams for one in lots), label.partition("/")
        main, defects = share(grams, 983), share(grams, 9)
        made = [
            Made(f"sorted/{label}", "dry-beans", "main", main),
            Made(f"defects/{label}", "descarte", "second", defects),
        ]
        losses = {"process": grams - main - defects}
        good, bad = self.store.process("sorting", self.cast.store, lots, made, when, losses=losses)
        cut = (
            ("fermented", self.dice.around(780, 40), 1, "percent"),
            ("mouldy", self.dice.roll(4, 15), 1, "percent"),
            ("slaty", self.dice.roll(6, 20), 1, "percent"),
            ("moisture", 69, 1, "percent"),
        )
        self.store.inspect(good.lot, cut, "passed", when + timedelta(minutes=40))
        sample = f"MC-{int(number) * len(STREAMS) + STREAMS.index(stream) + 1:02d}"
        self.sorted[stream].append(self.store.sample(good, 500, sample, "pre-shipment", when + timedelta(minutes=50)))
        self.defects.append(bad)

    def _container(self, when: date, number: int) -> None:
        """400 bags of 62.5 kg, sold with the licensed volume they draw, sent, and weighed a month later."""
        cast = self.cast
        lots = take(self.sorted[CERTIFIED], BAGS * BAG)
        packages = [(f"container/{number}", "bag", BAGS * BAG, BAGS)]
        (bags,) = self.store.pack(cast.store, lots, packages, at(when, 9, number % 2 * 60))
        self.store.labels(bags.lot, BAGS, at(when, 9, number % 2 * 60 + 20))
        self.containers.append(bags)
        seal = f"EJ-{610_300 + number}"
        lorry = shipping.Lorry(
            number=f"container/{number}",
            leaves_from=cast.store,
            receiver=cast.buyer.party,
            waybill=f"T002-{number + 1:07d}",
            expected=at(later(when, 33), 9, zone=EUROPE_SUMMER),
            container=f"EJCU 26{number:04d}-{number % 9}",
            seals=(seal,),
        )
        leaves = at(later(when, 1), 15, number % 2 * 60)
        self._sell(bags, number, leaves - timedelta(hours=4))
        load = shipping.dispatch(self.scribe, cast.cooperative.hand, [bags], leaves, lorry)
        short, back = (800, 3 * BAG) if number == TRACED else (0, 0)
        arrives = at(later(when, 34), 10, number % 2 * 45, zone=EUROPE_SUMMER)
        receipt = shipping.receive(self.scribe, cast.buyer, load, arrives, refused=back, missing=short, seals=(seal,))
        if short:
            shipping.explain(self.scribe, cast.buyer.hand, receipt, "shortage-unexplained", "spilled-at-port", arrives)

    def _sell(self, bags: Held, number: int, when: datetime) -> None:
        drawn = [debit(self.papers.rainforest, BEANS, GOODS.season, bags.grams)]
        sell(self.scribe, self.deal, f"container/{number}", [Sold(bags, self._claims())], when, debits=drawn)
        self.sold_at.append(when)

    def _claims(self) -> list[Mapping[str, str]]:
        papers = self.papers
        return [
            certified(ORGANIC, papers.organic),
            certified(FAIR_TRADE, papers.fair),
            certified(RAINFOREST, papers.rainforest),
            EVIDENCED,
        ]

    def after(self) -> Attempt:
        """The contract, the volume the body granted when the harvest was known, and a sale of one gram too many."""
        sold = sum(one.grams for one in self.containers)
        signed, granted = at(day(4, 17), 10), self.sold_at[1] - timedelta(days=6)
        sign_contract(self.scribe, self.deal, sold, self._claims(), signed)
        rest = self.sorted[CERTIFIED][-1]
        left = min(LEFT_OF_LICENCE, rest.grams // 2)
        goods = (*BEANS, GOODS.season)
        more = sold + left - FIRST_LICENCE
        adjust_volume(self.scribe, self.cast.certifier.hand, self.papers.rainforest, goods, more, granted)
        too_much = replace(rest, grams=left + 1)
        drawn = [debit(self.papers.rainforest, BEANS, GOODS.season, too_much.grams)]
        line = Sold(too_much, [certified(RAINFOREST, self.papers.rainforest)])
        when = self.sold_at[-1] + timedelta(days=20)
        return attempt(self.scribe, self.deal, line, "volume-overdrawn", when, debits=drawn)


def _boxfuls(lots: Sequence[Held]) -> list[list[Held]]:
    """Deliveries of a day, in the order they came, into as many boxes as they need."""
    boxes: list[list[Held]] = []
    room = 0
    for held in lots:
        if held.grams > room:
            boxes.append([])
            room = BOX_GRAMS
        boxes[-1].append(held)
        room -= held.grams
    return boxes
