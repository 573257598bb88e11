"""A coffee season: 463 families in and around a protected forest, two collection centres, a dry mill, containers.

Modelled on the programme of conservation agreements in the Alto Mayo (docs/product), with invented
people, organisations and events. Families pledge no felling; most under family agreements, some under
community ones; about one in eight has let its agreement lapse or never signed, so the share is honest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.seasons import shipping
from ledger.seasons.agreements import FAIR_TRADE, ORGANIC, Paper, Terms, map_area, record_certificate, sign_agreement
from ledger.seasons.calendar import EUROPE_SUMMER, at, day, later
from ledger.seasons.desk import Desk, Habit, Turn, Visit, brought_by, plan
from ledger.seasons.families import Family, Goods, Register, Sector, square
from ledger.seasons.organisations import Centre, Organisation, centre, facility, found, handheld, register
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held, Made, Store, Weighing, dried, share, take
from ledger.seasons.story import Story
from ledger.seasons.world import World

NAME = "coffee"
FAMILIES = 463
GOODS = Goods("coffee", "dry-parchment")
BAG = 69_000
BAGS = 275
WEEKS = 16
FIRST_MONDAY = day(5, 4)
MOISTURE_IN_STORE = 115
"""Tenths of a percent."""

HABIT = Habit(lowest=450, highest=920, visits=(2, 3), gap=(3, 5), smallest=28_000)
TRACED = 2
HELD_BATCH = 3
OFFLINE, MISTYPED, TOO_WET = {(5, 0), (9, 1)}, {(3, 1), (11, 0)}, {(2, 0), (6, 1), (9, 0)}
"""Weeks and sides (0 north, 1 south) in which the small things happen that happen every season."""

SECTORS = (
    Sector("Alto Neblina", "Nueva Cajamarca", -5_940_000, -77_330_000),
    Sector("Quebrada Tucán", "Nueva Cajamarca", -5_955_000, -77_360_000),
    Sector("Loma del Oropéndola", "Pardo Miguel", -5_720_000, -77_690_000),
    Sector("Puente de Bejuco", "Pardo Miguel", -5_700_000, -77_650_000),
    Sector("Peña Musgosa", "Elías Soplín Vargas", -5_980_000, -77_290_000),
    Sector("Cedro Viejo", "Elías Soplín Vargas", -6_000_000, -77_270_000),
    Sector("Orquídea Alta", "Rioja", -6_090_000, -77_220_000),
    Sector("Tres Cascadas", "Rioja", -6_110_000, -77_240_000),
    Sector("Mirador del Mono", "Moyobamba", -6_060_000, -77_000_000),
    Sector("Agua Escondida", "Moyobamba", -6_080_000, -76_970_000),
    Sector("Nuevo Helecho", "Moyobamba", -6_040_000, -77_030_000),
    Sector("Cumbre Serena", "Awajún", -5_810_000, -77_390_000),
)
NORTHERN = 6
"""The first sectors deliver to the northern centre, the others to the southern one."""

COMMITMENTS = (
    ("no-felling", "prohibit", True),
    ("no-hunting", "prohibit", False),
    ("shade-trees-planted", "do", False),
    ("improved-stove-used", "do", False),
)
BENEFITS = ("technical-assistance", "improved-stove", "market-access")


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who takes part."""

    cooperative: Organisation
    authority: Organisation
    certifier: Organisation
    buyer: Organisation
    roaster: str
    centres: tuple[Centre, Centre]
    handhelds: tuple[Centre, Centre]
    mill: str


@dataclass(frozen=True, slots=True)
class _Agreements:
    """The family agreements of this year and of last year by half of the forest, and the community ones."""

    family: tuple[str, str]
    lapsed: str
    community: tuple[str, str, str]


def tell(world: World) -> Story:
    """The whole season, in the order in which it happened."""
    scribe = Scribe(world, NAME)
    cast = _cast(scribe)
    families = _enrolment(scribe, cast)
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


def _cast(scribe: Scribe) -> _Cast:
    opening = at(day(2, 2), 9)
    cooperative = found(
        scribe, "cooperative", "cooperative", "Cooperativa Agraria Nube Alta", opening, district="Nueva Cajamarca"
    )
    authority = found(
        scribe, "authority", "authority", "Jefatura del Bosque Neblina Eterna", opening, role="authority", district="Rioja"
    )
    certifier = found(scribe, "certifier", "certifier", "Certificadora Balanza Clara", opening, role="certifier")
    buyer = found(
        scribe, "buyer", "buyer", "Rösterei Kranichtal", opening, country="DE", role="buyer"
    )
    north = centre(scribe, cooperative, "N001", "Centro de acopio Norte", "Nueva Cajamarca", at(day(2, 2), 10))
    south = centre(scribe, cooperative, "S001", "Centro de acopio Sur", "Moyobamba", at(day(2, 2), 11))
    handhelds = tuple(
        handheld(scribe, cooperative, post, code, at(day(2, 2), 11, 30)) for post, code in ((north, "N101"), (south, "S101"))
    )
    mill = facility(scribe, cooperative, "M001", "dry-mill", "Planta de pilado", "Rioja", at(day(2, 2), 12))
    roaster = register(scribe, "roaster", "buyer", "Tostaduría Plaza Chica", opening, district="Moyobamba")
    return _Cast(cooperative, authority, certifier, buyer, roaster, (north, south), (handhelds[0], handhelds[1]), mill)


def _agreements(scribe: Scribe, cast: _Cast) -> _Agreements:
    when = at(day(2, 3), 10)
    outline = square(scribe, 0, SECTORS[0], 1_820_000_000)
    forest = map_area(
        scribe, cast.authority.hand, "conservation", "Bosque Neblina Eterna", ("Rioja", 1_820_000_000, outline), when
    )
    committee = register(scribe, "committee", "association", "Comité de Turismo Tres Cascadas", when, district="Rioja")
    institutions = ((cast.authority.party, "authority"), (cast.cooperative.party, "cooperative"))

    def signed(code: str, level: str, start: date, end: date, others: Sequence[tuple[str, str]] = ()) -> str:
        cascades = ("suspension",) if level == "community" else ()
        terms = Terms("protected-forest-conservation", level, code, start, end, COMMITMENTS, BENEFITS, cascades)
        return sign_agreement(scribe, cast.authority.hand, terms, (*institutions, *others), when, areas=(forest,))

    this_year, last_year = (day(3, 1), date(2027, 2, 28)), (date(2025, 3, 1), day(2, 28))
    return _Agreements(
        family=(signed("ACF-2026-N", "family", *this_year), signed("ACF-2026-S", "family", *this_year)),
        lapsed=signed("ACF-2025", "family", *last_year),
        community=(
            signed("ACC-2026-01", "community", *this_year, [(committee, "committee")]),
            signed("ACC-2026-02", "community", *this_year),
            signed("ACC-2026-03", "community", *this_year),
        ),
    )


def _certificates(scribe: Scribe, cast: _Cast) -> tuple[str, str]:
    when = at(day(2, 4), 10)
    holder = cast.cooperative.party
    sites = (
        (cast.centres[0].facility, ("collection", "storage")),
        (cast.centres[1].facility, ("collection", "storage")),
        (cast.mill, ("hulling", "packing", "export")),
    )
    products = (("coffee", "dry-parchment"), ("coffee", "green"))
    days = (day(1, 15), date(2027, 1, 14))
    organic = Paper(ORGANIC, "2018/848", "EJ-ORG-2026-0463", holder, *days, products, sites)
    fair = Paper(FAIR_TRADE, "2024", "EJ-FT-0463", holder, date(2025, 7, 1), date(2027, 6, 30), products, sites)
    by = cast.certifier
    return (
        record_certificate(scribe, by.hand, by.party, organic, when),
        record_certificate(scribe, by.hand, by.party, fair, when),
    )


def _enrolment(scribe: Scribe, cast: _Cast) -> list[Family]:
    agreements, (organic, fair) = _agreements(scribe, cast), _certificates(scribe, cast)
    book = Register(scribe, cast.cooperative.hand, GOODS)
    dice = scribe.dice("enrolment")
    families = []
    for number in range(1, FAMILIES + 1):
        sector = SECTORS[dice.roll(0, len(SECTORS) - 1)]
        when = at(later(day(2, 9), number // 9), 8, (number % 9) * 55)
        family = _family(book, number, sector, when, area_m2=dice.around(19_000, 11_000), hectare=dice.roll(500, 800))
        families.append(family)
        _join(book, agreements, family, when)
        if number % 25 == 7:
            book.status(family.grown, ORGANIC, date(2025, 4, 1), when, organic_from=None)
        else:
            started = date(2014 + number % 8, 4, 1)
            book.status(family.grown, ORGANIC, started, when, organic_from=date(started.year + 3, 4, 1))
            listed = at(later(day(4, 20), number % 5), 9, number)
            book.list_member(cast.certifier.hand, organic, family.producer, [family.grown], day(4, 20), listed)
        if number % 30 != 11:
            listed = at(later(day(4, 20), number % 5), 10, number)
            book.list_member(cast.certifier.hand, fair, family.producer, [family.grown], day(4, 20), listed)
    return families


def _family(book: Register, number: int, sector: Sector, when: datetime, *, area_m2: int, hectare: int) -> Family:
    """Enrol a family; `hectare` is the kilograms of parchment the inspector expects per hectare."""
    code = f"NA-{number:04d}"
    producer = book.enrol(number, code, sector, when)
    home = book.household(number, f"H-{number:04d}", producer, sector, when)
    place = book.plot(number, f"P-{number:04d}", sector, when, area_m2=area_m2)
    tenure = "possessor" if number % 4 else "owner"
    book.hold(place, producer, tenure, date(2006 + number % 15, 1, 1), when)
    estimate = area_m2 * hectare // 10
    visited = at(later(day(3, 2), number // 11), 8, (number % 11) * 45)
    finding = "shade-incomplete" if number % 37 == 5 else None
    book.inspect(number, producer, place, estimate, visited, finding=finding)
    return Family(number, code, producer, place, sector, estimate, household=home)


def _join(book: Register, agreements: _Agreements, family: Family, when: datetime) -> None:
    """Four in five keep a family agreement, some a community one; some let theirs lapse, some never signed."""
    draw = book.scribe.dice(f"agreement/{family.number}").roll(0, 999)
    if draw < 720:
        north = SECTORS.index(family.sector) < NORTHERN
        agreement, joined_on = agreements.family[0 if north else 1], day(3, 1)
    elif draw < 870:
        agreement, joined_on = agreements.community[draw % 3], day(3, 1)
    elif draw < 940:
        agreement, joined_on = agreements.lapsed, date(2025, 3, 1)
    else:
        return
    home = family.household or family.producer
    book.join(agreement, home, joined_on, when, home=family.household)


class _Harvest:
    """Sixteen weeks of deliveries, a pool per centre and week, a milling every second week, containers when full."""

    def __init__(self, scribe: Scribe, cast: _Cast, families: Sequence[Family]) -> None:
        self.scribe = scribe
        self.cast = cast
        self.store = Store(scribe, cast.cooperative.hand, GOODS)
        self.dice = scribe.dice("harvest")
        self.desks = [Desk(self.store, cast.centres[side], cast.handhelds[side]) for side in (0, 1)]
        self.visits = [plan(scribe, _of_side(families, side), WEEKS, HABIT) for side in (0, 1)]
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
            self._words(later(monday, 7))
            if week % 2:
                self._milling(week // 2, later(monday, 10))
        self._local_sale(later(FIRST_MONDAY, 7 * WEEKS + 9))

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
        after, moisture, handling, before = dried(lots, MOISTURE_IN_STORE, 2)
        made = Made(
            f"pool/{week}/{side}", "dry-parchment", "main", after, (("moisture", MOISTURE_IN_STORE, 1, "percent"),)
        )
        losses = {"moisture": moisture, "handling": handling}
        measures = (("moisture-in", before, 1, "percent"), ("moisture-out", MOISTURE_IN_STORE, 1, "percent"))
        place = self.cast.centres[side].facility
        self.pools += self.store.process("re-drying", place, lots, [made], when, losses=losses, measures=measures)

    def _words(self, when: date) -> None:
        """Farmers with a telephone say that the paper is right; the one good harvest above estimate is explained."""
        for receipt in self._fresh():
            farmer = self.cast.farmers.get(receipt.producer_code)
            if farmer is not None:
                body = {"lot": receipt.lot, "producer": receipt.producer}
                self.scribe.state(farmer, "delivery.confirmed", at(when, 20), body, about=receipt.statement)

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
            self._container(later(day_of_mill, 3), len(self.containers))

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
            waybill=f"T001-{number + 1:07d}",
            expected=at(later(when, 36), 9, zone=EUROPE_SUMMER),
            container=f"EJMU 26{number:04d}-{number % 9}",
            seals=seals,
        )
        leaves = at(later(when, 1), 14, number % 3 * 60)
        load = shipping.dispatch(scribe, cast.cooperative.hand, cast.mill, cast.buyer.party, [bags], leaves, lorry)
        short, back = (1_200, 2 * BAG) if number == TRACED else (0, 0)
        arrives = at(later(when, 36), 11, number % 3 * 20, zone=EUROPE_SUMMER)
        receipt = shipping.receive(scribe, cast.buyer, load, arrives, refused=back, missing=short, seals=seals)
        if short:
            shipping.explain(scribe, cast.buyer.hand, receipt, "shortage-unexplained", "torn-bag", arrives)

    def _local_sale(self, when: date) -> None:
        """The second grade goes to a roaster in town; no key of its own, so the co-op tells what the waybill says."""
        cast = self.cast
        lorry = shipping.Lorry("seconds", "T001-0009001", at(when, 16), vehicle="EJM-260")
        hand = cast.cooperative.hand
        load = shipping.dispatch(self.scribe, hand, cast.mill, cast.roaster, self.seconds, at(when, 9), lorry)
        shipping.tell_arrival(self.scribe, hand, load, cast.roaster, at(later(when, 1), 12))


def _of_side(families: Sequence[Family], side: int) -> list[Family]:
    return [family for family in families if (SECTORS.index(family.sector) >= NORTHERN) == bool(side)]
