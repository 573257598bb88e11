"""A coffee season: 463 families in and around a protected forest, two collection centres, a dry mill, containers.

Modelled on the programme of conservation agreements in the Alto Mayo (examples/README.md), with invented
people, organisations and events. Families pledge no felling; most under family agreements, some under
community ones; about one in eight has let its agreement lapse or never signed, so the share is honest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ledger.seasons import shipping
from ledger.seasons.calendar import EUROPE_SUMMER, at, day, later
from ledger.seasons.coffee_enrolment import FAMILIES, GOODS, NORTHERN, SECTORS, Cast, cast_of, enrolment
from ledger.seasons.desk import Desk, Habit, Turn, Visit, brought_by, plan
from ledger.seasons.families import Family
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held, Made, Store, Weighing, dried, share, take
from ledger.seasons.story import Story
from ledger.seasons.world import World

NAME = "coffee"
BAG = 69_000
BAGS = 275
WEEKS = 16
FIRST_MONDAY = day(5, 4)
MOISTURE_IN_STORE = 115
"""Tenths of a percent."""

HABIT = Habit(lowest=450, highest=920, visits=(2, 3), gap=(3, 5), smallest=28_000)
TRACED = 4
RICH_HARVEST = 77
"""The number of the family whose harvest ends a little above its estimate."""

HELD_BATCH = 2
OFFLINE, MISTYPED, TOO_WET = {(5, 0), (9, 1)}, {(3, 1), (11, 0)}, {(2, 0), (6, 1), (9, 0)}
"""Weeks and sides (0 north, 1 south) in which the small things happen that happen every season."""


def tell(world: World) -> Story:
    """The whole season, in the order in which it happened."""
    scribe = Scribe(world, NAME)
    cast = cast_of(scribe)
    families = enrolment(scribe, cast)
    harvest = _Harvest(scribe, cast, families)
    harvest.run()
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
            "held and released": harvest.held_lot,
            "second grade": harvest.seconds[0].lot,
            "husk": harvest.husk[0].lot,
        },
        sources=harvest.store.sources[traced.lot],
        brought_in=harvest.store.brought_in,
        drafts=tuple(scribe.drafts),
        world=world,
    )


class _Harvest:
    """Sixteen weeks of deliveries, a pool per centre and week, a milling every second week, containers when full."""

    def __init__(self, scribe: Scribe, cast: Cast, families: Sequence[Family]) -> None:
        self.scribe = scribe
        self.cast = cast
        self.store = Store(scribe, cast.cooperative.hand, GOODS)
        self.dice = scribe.dice("harvest")
        self.desks = [Desk(self.store, cast.centres[side], cast.handhelds[side]) for side in (0, 1)]
        self.visits = [plan(scribe, _of_side(families, side), WEEKS, HABIT) for side in (0, 1)]
        self.rich = families[RICH_HARVEST - 1]
        self.rich_week = self._let_bear_more(self.rich)
        self.pools: list[Held] = []
        self.green: list[Held] = []
        self.seconds: list[Held] = []
        self.husk: list[Held] = []
        self.containers: list[Held] = []
        self.held_lot = ""

    def run(self) -> None:
        """The whole harvest."""
        for week in range(WEEKS):
            monday = later(FIRST_MONDAY, 7 * week)
            for side in (0, 1):
                self._week(week, monday, side)
            if week % 2:
                self._milling(week // 2, later(monday, 10))
        self._local_sale(later(FIRST_MONDAY, 7 * WEEKS + 9))

    def _let_bear_more(self, family: Family) -> int:
        """Give one family a last visit that ends four percent above its estimate; returns the week of it.

        The family comes first on its days, because whoever comes first meets none of the small mishaps.
        """
        weeks = self.visits[_side(family)]
        before = last = 0
        for week, row in enumerate(weeks):
            own = [visit for visit in row if visit.family == family]
            weeks[week] = own + [visit for visit in row if visit.family != family]
            if own:
                before, last = before + own[0].grams, week
        missing = share(family.estimate, 1040) - (before - weeks[last][0].grams)
        weeks[last][0] = replace(weeks[last][0], grams=missing)
        return last

    def _week(self, week: int, monday: date, side: int) -> None:
        """Deliveries from Monday to Saturday; on the Tuesday after, what came is pooled and dried for the store."""
        turn = Turn(
            label=f"delivery/{week}/{side}",
            days=[later(monday, step) for step in range(6)],
            offline=(3, 4, 5) if (week, side) in OFFLINE else (),
            mistyped=2 if (week, side) in MISTYPED else None,
            too_bad=(1, "moisture-too-high") if (week, side) in TOO_WET else None,
        )
        desk = self.desks[side]
        known = desk.take_in(turn, [self._weigh(visit, monday, week) for visit in self.visits[side][week]])
        when = at(later(monday, 8), 15, side * 20)
        lots = desk.arrived(when) + known
        if not lots:
            return
        after, moisture, handling, before = dried(lots, MOISTURE_IN_STORE, 2)
        made = Made(
            f"pool/{week}/{side}", "dry-parchment", "main", after, (("moisture", MOISTURE_IN_STORE, 1, "percent"),)
        )
        losses = {"moisture": moisture, "handling": handling}
        measures = (("moisture-in", before, 1, "percent"), ("moisture-out", MOISTURE_IN_STORE, 1, "percent"))
        place = self.cast.centres[side].facility
        self.pools += self.store.process("re-drying", place, lots, [made], when, losses=losses, measures=measures)
        self._words(lots, week, later(monday, 8))

    def _words(self, lots: Sequence[Held], week: int, when: date) -> None:
        """Farmers with a telephone say that the paper is right; the one harvest above its estimate is explained."""
        for held in lots:
            (receipt,) = self.store.sources[held.lot].values()
            farmer = self.cast.farmers.get(receipt.producer_code)
            if farmer is not None:
                body = {"lot": receipt.lot, "producer": receipt.producer}
                self.scribe.state(farmer, "delivery.confirmed", at(when, 20), body, about=receipt.statement)
            if receipt.producer == self.rich.producer and week == self.rich_week:
                hand = self.cast.cooperative.hand
                shipping.explain(
                    self.scribe, hand, receipt.statement, "estimate-exceeded", "young-trees-bear-more", at(when, 21)
                )

    def _weigh(self, visit: Visit, monday: date, week: int) -> Weighing:
        moisture = self.dice.around(128, 12)
        deductions = [("moisture", share(visit.grams, moisture - 120))] if moisture > 122 else []
        sacks = -(-visit.grams // 55_000)
        picked = (later(monday, -self.dice.roll(19, 26)), later(monday, -self.dice.roll(8, 12)))
        measures = (("moisture", moisture, 1, "percent"), ("cup-score", self.dice.around(8250, 200), 2, "points"))
        return Weighing(
            visit.family,
            net=visit.grams,
            sacks=sacks,
            tare=sacks * 600,
            picked=picked,
            measures=measures if week % 4 == 0 else measures[:1],
            delivered_by=brought_by(self.dice),
            deductions=deductions,
        )

    def _milling(self, batch: int, day_of_mill: date) -> None:
        """Hull the pools of two weeks, sample the green coffee, and fill what containers it fills."""
        lots, self.pools = self.pools, []
        grams = sum(one.grams for one in lots)
        main, second = share(grams, self.dice.roll(757, 771)), share(grams, self.dice.roll(37, 44))
        husk = share(grams, self.dice.roll(175, 183))
        made = [
            Made(f"green/{batch}", "green", "main", main),
            Made(f"seconds/{batch}", "seconds", "second", second),
            Made(f"husk/{batch}", "husk", "by-product", husk),
        ]
        losses = {"process": grams - main - second - husk}
        when = at(day_of_mill, 17)
        green, seconds, rest = self.store.process("hulling", self.cast.mill, lots, made, when, losses=losses)
        green = self.store.sample(green, 1_000, f"MU-{batch + 1:03d}", "pre-shipment", at(day_of_mill, 17, 30))
        if batch == HELD_BATCH:
            self._hold(green, day_of_mill)
        score = (("cup-score", self.dice.around(8375, 75), 2, "points"), ("moisture", 113, 1, "percent"))
        self.store.inspect(green.lot, score, "passed", at(later(day_of_mill, 2), 11))
        self.green.append(green)
        self.seconds.append(seconds)
        self.husk.append(rest)
        while sum(one.grams for one in self.green) >= BAGS * BAG:
            self._container(later(day_of_mill, 4), len(self.containers))

    def _hold(self, green: Held, when: date) -> None:
        """A sack smelled of smoke: the lot waits for a second cupping, and goes on."""
        self.held_lot = green.lot
        hold = self.store.hold([green.lot], "cup-defect-suspected", at(later(when, 1), 9))
        self.store.inspect(green.lot, (("cup-score", 8325, 2, "points"),), "observed", at(later(when, 2), 10))
        self.store.release(hold, [green.lot], "second-cupping-clean", at(later(when, 2), 10, 30))

    def _container(self, when: date, number: int) -> None:
        """275 bags of 69 kg: packed, labelled, sent, and weighed by the buyer five weeks later."""
        scribe, cast = self.scribe, self.cast
        lots = take(self.green, BAGS * BAG)
        packed_at = at(when, 8, number % 3 * 90)
        (bags,) = self.store.pack(cast.mill, lots, [(f"container/{number}", "bag", BAGS * BAG, BAGS)], packed_at)
        self.store.labels(bags.lot, BAGS, at(when, 8, number % 3 * 90 + 30))
        self.containers.append(bags)
        seals = (f"EJ-{700_100 + number}", f"EJ-{800_100 + number}")
        lorry = shipping.Lorry(
            number=f"container/{number}",
            leaves_from=cast.mill,
            receiver=cast.buyer.party,
            waybill=f"T001-{number + 1:07d}",
            expected=at(later(when, 36), 9, zone=EUROPE_SUMMER),
            container=f"EJMU 26{number:04d}-{number % 9}",
            seals=seals,
        )
        leaves = at(later(when, 1), 14, number % 3 * 60)
        load = shipping.dispatch(scribe, cast.cooperative.hand, [bags], leaves, lorry)
        short, back = (1_200, 2 * BAG) if number == TRACED else (0, 0)
        arrives = at(later(when, 36), 11, number % 3 * 20, zone=EUROPE_SUMMER)
        receipt = shipping.receive(scribe, cast.buyer, load, arrives, refused=back, missing=short, seals=seals)
        if short:
            shipping.explain(scribe, cast.buyer.hand, receipt, "shortage-unexplained", "torn-bag", arrives)

    def _local_sale(self, when: date) -> None:
        """The second grade goes to a roaster in town; no key of its own, so the co-op tells what the waybill says."""
        cast = self.cast
        lorry = shipping.Lorry(
            number="seconds",
            leaves_from=cast.mill,
            receiver=cast.roaster,
            waybill="T001-0009001",
            expected=at(when, 16),
            vehicle="EJM-260",
        )
        hand = cast.cooperative.hand
        load = shipping.dispatch(self.scribe, hand, self.seconds, at(when, 9), lorry)
        shipping.tell_arrival(self.scribe, hand, load, at(later(when, 1), 12))


def _side(family: Family) -> int:
    """0 delivers to the northern centre, 1 to the southern one."""
    return int(SECTORS.index(family.sector) >= NORTHERN)


def _of_side(families: Sequence[Family], side: int) -> list[Family]:
    return [family for family in families if _side(family) == side]
