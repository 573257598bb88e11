"""A cocoa season: 201 families, wet beans bought on two days a week, fermented in boxes, dried, sorted, bagged.

Modelled on a co-operative of San Martin that ferments and dries what its members bring (examples/README.md),
with invented people, organisations and events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.seasons import shipping
from ledger.seasons.agreements import FAIR_TRADE, ORGANIC, Paper, Terms, record_certificate, sign_agreement
from ledger.seasons.calendar import EUROPE_SUMMER, at, day, later
from ledger.seasons.desk import Desk, Habit, Turn, Visit, brought_by, plan
from ledger.seasons.families import Family, Goods, Register, Sector
from ledger.seasons.organisations import Centre, Organisation, centre, facility, found, lend_pen, vessel
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held, Made, Store, Weighing, share, take
from ledger.seasons.story import Story
from ledger.seasons.world import World

NAME = "cocoa"
FAMILIES = 201
GOODS = Goods("cocoa", "wet-beans")
BAG, BAGS = 62_500, 400
BOX_GRAMS = 2_600_000
BOXES = 12
"""Boxes per centre: three or four are filled on a buying day and stay full for six days."""

TURNS = 16
FIRST_TUESDAY = day(4, 21)
HABIT = Habit(lowest=200, highest=320, visits=(2, 4), gap=(2, 4), smallest=60_000)
TRACED = 1
MISTYPED, TOO_OLD = {(4, 0), (10, 1)}, {(3, 1), (8, 0)}
"""Turns and sides (0 the town's centre, 1 the one across the river) where something goes otherwise."""

SECTORS = (
    Sector("Ramal del Colibrí", "Chazuta", -6_570_000, -76_130_000),
    Sector("Isla de Achiote", "Chazuta", -6_590_000, -76_100_000),
    Sector("Playa Mansa", "Chazuta", -6_560_000, -76_080_000),
    Sector("Banda del Caimito", "Chazuta", -6_540_000, -76_150_000),
    Sector("Cerro Pinto", "Huimbayoc", -6_420_000, -75_770_000),
    Sector("Puerto Guayaba", "Chipurana", -6_360_000, -75_740_000),
)
IN_TOWN = 3


@dataclass(frozen=True, slots=True)
class _Cast:
    cooperative: Organisation
    institution: Organisation
    certifier: Organisation
    buyer: Organisation
    centres: tuple[Centre, Centre]
    dryers: str
    store: str
    boxes: tuple[tuple[str, ...], tuple[str, ...]]


def tell(world: World) -> Story:
    """The whole season, in the order in which it happened."""
    scribe = Scribe(world, NAME)
    cast = _cast(scribe)
    harvest = _Harvest(scribe, cast, _enrolment(scribe, cast))
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
        lots={"first container": harvest.containers[0].lot, "defects": harvest.defects[0].lot},
        sources=harvest.store.sources[traced.lot],
        brought_in=harvest.store.brought_in,
        drafts=tuple(scribe.drafts),
        world=world,
    )


def _cast(scribe: Scribe) -> _Cast:
    opening, town = at(day(3, 2), 9), "Chazuta"
    cooperative = found(
        scribe, "cooperative", "cooperative", "Cooperativa Cacao Siete Remansos", opening, district=town
    )
    institution = found(scribe, "institution", "institution", "Mesa Producción y Bosque", opening, district="Tarapoto")
    certifier = found(scribe, "certifier", "certifier", "Sello Río Limpio", opening, role="certifier")
    buyer = found(scribe, "buyer", "buyer", "Fabbrica Goccia d'Alba", opening, country="IT", role="buyer")
    posts = (
        centre(scribe, cooperative, "C001", "Centro de acopio del Puerto", town, at(day(3, 2), 10)),
        centre(scribe, cooperative, "C002", "Centro de acopio La Banda", town, at(day(3, 2), 10, 30)),
    )
    boxes = []
    for post in posts:
        row = [
            vessel(scribe, cooperative, post, f"{post.code}-B{number:02d}", BOX_GRAMS, at(day(3, 2), 11))
            for number in range(1, BOXES + 1)
        ]
        boxes.append(tuple(row))
    dryers = facility(scribe, cooperative, "D001", "dryer", "Secadores solares", town, at(day(3, 2), 12))
    store = facility(scribe, cooperative, "A001", "store", "Almacén de exportación", "Tarapoto", at(day(3, 2), 12, 30))
    lend_pen(scribe, cooperative, at(day(3, 2), 14))
    return _Cast(cooperative, institution, certifier, buyer, posts, dryers, store, (boxes[0], boxes[1]))


def _papers(scribe: Scribe, cast: _Cast) -> tuple[str, str, str]:
    when = at(day(3, 3), 10)
    terms = Terms(
        framework="production-protection-compact",
        level="cooperative",
        code="PP-2026-07",
        valid_from=day(1, 1),
        valid_to=date(2028, 12, 31),
        commitments=(
            ("no-felling", "prohibit", True),
            ("no-forbidden-crops", "prohibit", True),
            ("shade-kept", "do", False),
        ),
        benefits=("credit", "technical-assistance"),
    )
    institutions = ((cast.institution.party, "implementer"), (cast.cooperative.party, "cooperative"))
    agreement = sign_agreement(scribe, cast.institution.hand, terms, institutions, when)
    sites = (
        *((post.facility, ("collection", "fermenting")) for post in cast.centres),
        (cast.dryers, ("drying",)),
        (cast.store, ("sorting", "packing", "export")),
    )
    products = (("cocoa", "wet-beans"), ("cocoa", "dry-beans"))
    holder, by = cast.cooperative.party, cast.certifier
    organic = Paper(ORGANIC, "2018/848", "EJ-ORG-2026-0201", holder, day(2, 1), date(2027, 1, 31), products, sites)
    fair = Paper(FAIR_TRADE, "2022", "EJ-FT-0201", holder, date(2025, 10, 1), date(2028, 9, 30), products, sites)
    return (
        agreement,
        record_certificate(scribe, by.hand, by.party, organic, when),
        record_certificate(scribe, by.hand, by.party, fair, when),
    )


def _enrolment(scribe: Scribe, cast: _Cast) -> list[Family]:
    agreement, organic, fair = _papers(scribe, cast)
    book = Register(scribe, cast.cooperative.hand, GOODS)
    dice = scribe.dice("enrolment")
    families = []
    for number in range(1, FAMILIES + 1):
        sector = SECTORS[dice.roll(0, len(SECTORS) - 1)]
        when = at(later(day(3, 5), number // 8), 8, (number % 8) * 60)
        area_m2 = dice.around(23_000, 10_000)
        producer = book.enrol(number, f"SR-{number:03d}", sector, when)
        place = book.plot(number, f"SR-{number:03d}-1", sector, when, area_m2=area_m2)
        book.hold(place, producer, ("owner", "possessor", "heir")[number % 3], date(2008 + number % 12, 6, 1), when)
        # Kilograms of dry beans per hectare, stated as the wet beans they come from (39 percent).
        estimate = area_m2 * dice.roll(550, 850) // 10 * 100 // 39
        visited = at(later(day(3, 12), number // 9), 9, (number % 9) * 50)
        book.inspect(number, producer, place, estimate, visited)
        listed = at(later(day(4, 13), number % 4), 9, number)
        if number % 14 == 3:
            book.status(place, ORGANIC, date(2025, 2, 1), when, organic_from=None)
        else:
            started = date(2015 + number % 6, 2, 1)
            book.status(place, ORGANIC, started, when, organic_from=date(started.year + 3, 2, 1))
            book.list_member(cast.certifier.hand, organic, producer, [place], day(4, 13), listed)
        if number % 3:
            book.list_member(cast.certifier.hand, fair, producer, [place], day(4, 13), listed)
        if dice.chance(790):
            book.join(agreement, producer, day(1, 15), when)
        families.append(Family(number, f"SR-{number:03d}", producer, place, sector, estimate))
    return families


class _Harvest:
    """Sixteen buying days at two centres; six days in boxes, a week of sun, sorted by the fortnight."""

    def __init__(self, scribe: Scribe, cast: _Cast, families: Sequence[Family]) -> None:
        self.scribe = scribe
        self.cast = cast
        self.store = Store(scribe, cast.cooperative.hand, GOODS)
        self.dice = scribe.dice("harvest")
        self.desks = [Desk(self.store, post, post) for post in cast.centres]
        sides = [[f for f in families if (SECTORS.index(f.sector) >= IN_TOWN) == bool(side)] for side in (0, 1)]
        self.visits = [plan(scribe, side, TURNS, HABIT) for side in sides]
        self.filled = [0, 0]
        self.dry: list[Held] = []
        self.sorted: list[Held] = []
        self.defects: list[Held] = []
        self.containers: list[Held] = []

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
        fermented = [
            self._box(f"{turn}/{side}/{number}", group, buying, side, number)
            for number, group in enumerate(_boxfuls(lots))
        ]
        if not fermented:
            return
        grams = sum(one.grams for one in fermented)
        out = share(grams, self.dice.roll(434, 450))
        made = Made(f"dry/{turn}/{side}", "dry-beans", "main", out, (("moisture", 69, 1, "percent"),))
        losses = {"moisture": grams - out - share(grams, 3), "handling": share(grams, 3)}
        measures = (("moisture-in", 520, 1, "percent"), ("moisture-out", 69, 1, "percent"))
        when = at(later(buying, 13), 16, side * 30)
        self.dry += self.store.process(
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
        """Sort what has dried, cut-test it, and fill what containers it fills."""
        lots, self.dry = self.dry, []
        grams = sum(one.grams for one in lots)
        main, defects = share(grams, 983), share(grams, 9)
        made = [
            Made(f"sorted/{number}", "dry-beans", "main", main),
            Made(f"defects/{number}", "descarte", "second", defects),
        ]
        losses = {"process": grams - main - defects}
        good, bad = self.store.process("sorting", self.cast.store, lots, made, at(when, 16), losses=losses)
        cut = (
            ("fermented", self.dice.around(780, 40), 1, "percent"),
            ("mouldy", self.dice.roll(4, 15), 1, "percent"),
            ("slaty", self.dice.roll(6, 20), 1, "percent"),
            ("moisture", 69, 1, "percent"),
        )
        self.store.inspect(good.lot, cut, "passed", at(when, 17))
        self.sorted.append(self.store.sample(good, 500, f"MC-{number + 1:02d}", "pre-shipment", at(when, 17, 20)))
        self.defects.append(bad)
        while sum(one.grams for one in self.sorted) >= BAGS * BAG:
            self._container(later(when, 2), len(self.containers))

    def _container(self, when: date, number: int) -> None:
        """400 bags of 62.5 kg, sent, and weighed by the buyer a month later."""
        cast = self.cast
        lots = take(self.sorted, BAGS * BAG)
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
        load = shipping.dispatch(self.scribe, cast.cooperative.hand, [bags], leaves, lorry)
        short, back = (800, 3 * BAG) if number == TRACED else (0, 0)
        arrives = at(later(when, 34), 10, number % 2 * 45, zone=EUROPE_SUMMER)
        receipt = shipping.receive(self.scribe, cast.buyer, load, arrives, refused=back, missing=short, seals=(seal,))
        if short:
            shipping.explain(self.scribe, cast.buyer.hand, receipt, "shortage-unexplained", "spilled-at-port", arrives)


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
