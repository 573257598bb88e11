"""A coffee season: 463 families in and around a protected forest, two collection centres, a dry mill, containers.

Modelled on the programme of conservation agreements in the Alto Mayo (examples/README.md), with invented
people, organisations and events. Families pledge no felling; most under family agreements, some under
community ones; about one in eight has let its agreement lapse or never signed. Certified coffee is kept apart from
the rest all season. Coffee of families whose agreement runs is kept apart only once a buyer asks for it: of earlier
containers the share is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from ledger.seasons import shipping
from ledger.seasons.calendar import EUROPE_SUMMER, at, day, later
from ledger.seasons.coffee_enrolment import FAMILIES, GOODS, NORTHERN, SECTORS, Cast, Enrolled, cast_of, enrolment
from ledger.seasons.coffee_forest import family_fells, keeps_in_part, patrols, strangers_fell
from ledger.seasons.coffee_sales import FOREST, ORDINARY, ORGANIC_ONLY, STREAMS, Sales
from ledger.seasons.desk import Desk, Habit, Turn, Visit, brought_by, plan
from ledger.seasons.families import Family
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held, Made, Store, Weighing, dried, share, take
from ledger.seasons.story import Attempt, Story
from ledger.seasons.trade import pledge
from ledger.seasons.world import World

NAME = "coffee"
BAG = 69_000
BAGS = 275
WEEKS = 16
FIRST_MONDAY = day(5, 4)
MOISTURE_IN_STORE = 115
"""Tenths of a percent."""

HABIT = Habit(lowest=450, highest=920, visits=(2, 3), gap=(3, 5), smallest=28_000)
KEPT_APART_FROM = 6
"""From this week on the forest families' coffee has pools of its own: a buyer has asked for it."""

TRACED = 1
"""Of the containers of forest coffee."""

FELLER_FROM = 9
"""The family that fells is one that delivers nothing before this week."""

PLEDGED_BATCH = 3
RICH_HARVEST = 77
"""The number of the family whose harvest ends a little above its estimate."""

HELD_BATCH = 2
OFFLINE, MISTYPED, TOO_WET = {(5, 0), (9, 1)}, {(3, 1), (11, 0)}, {(2, 0), (6, 1), (9, 0)}
"""Weeks and sides (0 north, 1 south) in which the small things happen that happen every season."""


def tell(world: World) -> Story:
    """The whole season, in the order in which it happened."""
    scribe = Scribe(world, NAME)
    cast = cast_of(scribe)
    enrolled = enrolment(scribe, cast)
    patrols(scribe, cast, enrolled)
    harvest = _Harvest(scribe, cast, enrolled)
    harvest.run()
    attempt = harvest.after()
    traced = harvest.traced
    return Story(
        name=NAME,
        commodity=GOODS.commodity,
        families=FAMILIES,
        cooperative=cast.cooperative.party,
        cooperative_name=cast.cooperative.name,
        buyer=cast.buyer.party,
        traced=traced.lot,
        lots={
            "first container": harvest.sales.sold[0][1].lot,
            "held and released": harvest.held_lot,
            "second grade": harvest.seconds[0].lot,
            "husk": harvest.husk[0].lot,
            "of the family that felled": harvest.apart_lot,
            "ordinary": attempt.draft.body["lots"][0]["lot"],
        },
        sources=harvest.store.sources[traced.lot],
        brought_in=harvest.store.brought_in,
        drafts=tuple(scribe.drafts),
        world=world,
        shared=harvest.sales.sold[0][1].lot,
        leans_on=enrolled.organic,
        attempts=(attempt,),
    )


class _Harvest:
    """Sixteen weeks of deliveries, pools per centre, week and stream, a milling every second week, full containers."""

    def __init__(self, scribe: Scribe, cast: Cast, enrolled: Enrolled) -> None:
        self.scribe = scribe
        self.cast = cast
        self.enrolled = enrolled
        families = enrolled.families
        self.store = Store(scribe, cast.cooperative.hand, GOODS)
        self.sales = Sales(scribe, cast, enrolled, self.store)
        self.dice = scribe.dice("harvest")
        self.desks = [Desk(self.store, cast.centres[side], cast.handhelds[side]) for side in (0, 1)]
        self.visits = [plan(scribe, _of_side(families, side), WEEKS, HABIT) for side in (0, 1)]
        self.rich = families[RICH_HARVEST - 1]
        self.rich_week = self._let_bear_more(self.rich)
        self.feller = self._who_fells()
        self.apart: list[Held] = []
        self.apart_lot = ""
        self.pools: dict[str, list[Held]] = {stream: [] for stream in STREAMS}
        self.green: dict[str, list[Held]] = {stream: [] for stream in STREAMS}
        self.seconds: list[Held] = []
        self.husk: list[Held] = []
        self.held_lot = ""

    @property
    def traced(self) -> Held:
        """The container a buyer asks about."""
        return [bags for stream, bags, _, _ in self.sales.sold if stream == FOREST][TRACED]

    def run(self) -> None:
        """The whole harvest."""
        for week in range(WEEKS):
            monday = later(FIRST_MONDAY, 7 * week)
            for side in (0, 1):
                self._week(week, monday, side)
            if week % 2:
                self._milling(week // 2, later(monday, 10))
        self._local_sale(later(FIRST_MONDAY, 7 * WEEKS + 9))

    def after(self) -> Attempt:
        """What is told once all of it has happened; returns the sale that is refused."""
        end = later(FIRST_MONDAY, 7 * WEEKS + 4)
        self._set_apart(end)
        in_it = {receipt.producer for receipt in self.store.sources[self.traced.lot].values()}
        unharmed = [f for f in self.enrolled.families if f.producer in in_it and f not in (self.rich, self.feller)]
        strangers_fell(self.scribe, self.cast, self.enrolled, unharmed[0])
        keeps_in_part(self.scribe, self.cast, self.enrolled, unharmed[1])
        self.sales.contracts()
        self.sales.settle(later(end, 3))
        self.sales.premium()
        return self.sales.refused(self.green[ORDINARY][-1], at(later(end, 5), 11))

    def _who_fells(self) -> Family:
        """A signatory that comes late in the season; a patrol is there before its harvest."""
        first: dict[int, int] = {}
        for row in self.visits:
            for week, visits in enumerate(row):
                for visit in visits:
                    first.setdefault(visit.family.number, week)
        chosen = next(
            family
            for family in self.enrolled.families
            if family.certified and family.signatory and first[family.number] >= FELLER_FROM and family != self.rich
        )
        family_fells(self.scribe, self.cast, self.enrolled, chosen, later(FIRST_MONDAY, 7 * first[chosen.number]))
        return chosen

    def _stream(self, family: Family, week: int) -> str:
        if not family.certified:
            return ORDINARY
        return FOREST if family.signatory and week >= KEPT_APART_FROM else ORGANIC_ONLY

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
        whose = self.store.brought_by
        self.apart += [one for one in lots if whose[one.lot] == self.feller]
        others = [one for one in lots if whose[one.lot] != self.feller]
        for place, stream in enumerate(STREAMS):
            kept = [one for one in others if self._stream(whose[one.lot], week) == stream]
            if kept:
                label = f"pool/{week}/{side}/{stream}"
                self.pools[stream].append(self._dry(label, kept, side, when + timedelta(minutes=place * 5)))
        self._words(lots, week, later(monday, 8))

    def _dry(self, label: str, lots: Sequence[Held], side: int, when: datetime) -> Held:
        """Deliveries become one lot with the moisture of the store."""
        after, moisture, handling, before = dried(lots, MOISTURE_IN_STORE, 2)
        measure = (("moisture", MOISTURE_IN_STORE, 1, "percent"),)
        made = Made(label, "dry-parchment", "main", after, measure)
        losses = {"moisture": moisture, "handling": handling}
        measures = (("moisture-in", before, 1, "percent"), ("moisture-out", MOISTURE_IN_STORE, 1, "percent"))
        place = self.cast.centres[side].facility
        (pool,) = self.store.process("re-drying", place, lots, [made], when, losses=losses, measures=measures)
        return pool

    def _set_apart(self, when: date) -> None:
        """What the family that felled has brought stays a small lot of its own, and spoils nobody else's."""
        if self.apart:
            self.apart_lot = self._dry("apart", self.apart, _side(self.feller), at(when, 16)).lot

    def _words(self, lots: Sequence[Held], week: int, when: date) -> None:
        """Farmers with a telephone say that the paper is right; the one harvest above its estimate is explained."""
        for held in lots:
            (receipt,) = self.store.sources[held.lot].values()
            farmer = self.cast.farmers.get(receipt.producer_code)
            if farmer is not None:
                body = {"lot": receipt.lot, "producer": receipt.producer}
                self.scribe.state(farmer, "delivery.confirmed", at(when, 20), body, about=receipt.statement)
                self.sales.advance(held, at(when, 20, 10))
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
        """Hull the pools of two weeks, stream by stream with the mill cleaned in between, and fill containers."""
        for place, stream in enumerate(STREAMS):
            lots, self.pools[stream] = self.pools[stream], []
            if lots:
                self._hull(batch, stream, lots, at(day_of_mill, 15, place * 50))
            while sum(one.grams for one in self.green[stream]) >= BAGS * BAG:
                self._container(later(day_of_mill, 4), stream)

    def _hull(self, batch: int, stream: str, lots: Sequence[Held], when: datetime) -> None:
        grams, label = sum(one.grams for one in lots), f"{batch}/{stream}"
        main, second = share(grams, self.dice.roll(757, 771)), share(grams, self.dice.roll(37, 44))
        husk = share(grams, self.dice.roll(175, 183))
        made = [
            Made(f"green/{label}", "green", "main", main),
            Made(f"seconds/{label}", "seconds", "second", second),
            Made(f"husk/{label}", "husk", "by-product", husk),
        ]
        losses = {"process": grams - main - second - husk}
        green, seconds, rest = self.store.process("hulling", self.cast.mill, lots, made, when, losses=losses)
        sample = f"MU-{batch * len(STREAMS) + STREAMS.index(stream) + 1:03d}"
        green = self.store.sample(green, 1_000, sample, "pre-shipment", when + timedelta(minutes=20))
        today = when.date()
        if (batch, stream) == (HELD_BATCH, ORGANIC_ONLY):
            self._hold(green, today)
        if (batch, stream) == (PLEDGED_BATCH, FOREST):
            days = (at(later(today, 1), 10), at(later(today, 3), 15))
            pledge(self.scribe, self.cast.cooperative.hand, self.cast.lender.hand, green, days)
        score = (("cup-score", self.dice.around(8375, 75), 2, "points"), ("moisture", 113, 1, "percent"))
        self.store.inspect(green.lot, score, "passed", at(later(today, 2), 11))
        self.green[stream].append(green)
        self.seconds.append(seconds)
        self.husk.append(rest)

    def _hold(self, green: Held, when: date) -> None:
        """A sack smelled of smoke: the lot waits for a second cupping, and goes on."""
        self.held_lot = green.lot
        hold = self.store.hold([green.lot], "cup-defect-suspected", at(later(when, 1), 9))
        self.store.inspect(green.lot, (("cup-score", 8325, 2, "points"),), "observed", at(later(when, 2), 10))
        self.store.release(hold, [green.lot], "second-cupping-clean", at(later(when, 2), 10, 30))

    def _container(self, when: date, stream: str) -> None:
        """275 bags of 69 kg: packed, labelled, sold, sent, and weighed by the buyer five weeks later."""
        scribe, cast, number = self.scribe, self.cast, len(self.sales.sold)
        traced = stream == FOREST and sum(kind == FOREST for kind, *_ in self.sales.sold) == TRACED
        lots = take(self.green[stream], BAGS * BAG)
        packed_at = at(when, 8, number % 3 * 90)
        (bags,) = self.store.pack(cast.mill, lots, [(f"container/{number}", "bag", BAGS * BAG, BAGS)], packed_at)
        self.store.labels(bags.lot, BAGS, at(when, 8, number % 3 * 90 + 30))
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
        self.sales.container(stream, bags, leaves - timedelta(hours=3))
        load = shipping.dispatch(scribe, cast.cooperative.hand, [bags], leaves, lorry)
        short, back = (1_200, 2 * BAG) if traced else (0, 0)
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
        self.sales.seconds(self.seconds, at(when, 8))
        load = shipping.dispatch(self.scribe, hand, self.seconds, at(when, 9), lorry)
        shipping.tell_arrival(self.scribe, hand, load, at(later(when, 1), 12))


def _side(family: Family) -> int:
    """0 delivers to the northern centre, 1 to the southern one."""
    return int(SECTORS.index(family.sector) >= NORTHERN)


def _of_side(families: Sequence[Family], side: int) -> list[Family]:
    return [family for family in families if _side(family) == side]
