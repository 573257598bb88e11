"""A season of yellow pitahaya: 228 families, picked, graded, packed, cooled and sent within a day.

Modelled on an association of San Martin (examples/README.md), with invented people, organisations and events.
Nothing is converted: what leaves is what came in, less culls for the market in town and what was lost. Fruit of
families that no certificate lists goes to that market too, ungraded. Fruit is sold as it was accepted at the dock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.seasons import shipping
from ledger.seasons.agreements import (
    FAIR_TRADE,
    Paper,
    Terms,
    countersign,
    monitor,
    record_certificate,
    sign_agreement,
)
from ledger.seasons.calendar import at, day, later
from ledger.seasons.desk import Desk, Habit, Turn, Visit, brought_by, plan
from ledger.seasons.families import Family, Goods, Register, Sector
from ledger.seasons.organisations import Centre, Organisation, centre, facility, found, lend_pen, register
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held, Made, Measures, Store, Weighing, share
from ledger.seasons.story import Story
from ledger.seasons.trade import Deal, Sold, certified, sell, sign_contract
from ledger.seasons.world import World

NAME = "pitahaya"
FAMILIES = 228
GOODS = Goods("dragon-fruit", "fresh")
PALLET = 960_000
BOX = 4_500
TURNS = 24
FIRST_MONDAY = day(2, 2)
MORNING = (5, 360, 12)
"""The desk opens at five, takes in until eleven, and its scale has network at noon."""

HABIT = Habit(lowest=300, highest=550, visits=(2, 3), gap=(4, 8), smallest=45_000)
TRACED_DAY = 10
WARM_DAY = 13
MISTYPED, TOO_RIPE, REFUSED = {6}, {4, 17}, {TRACED_DAY: 18_000, 15: 40_500}
SPECIES = ("species", "yellow")
COMMITMENTS = (("no-new-clearing", "prohibit", True), ("water", "do", True), ("training", "do", False))
CALIBRES = (("large", 310), ("medium", 330), ("small", 230))
"""Calibre, and its share of the day's fruit in thousandths; the rest are culls and loss."""

SECTORS = (
    Sector("Loma Amarilla", "Jepelacio", -6_110_000, -76_920_000),
    Sector("Quebrada del Higuerón", "Jepelacio", -6_130_000, -76_900_000),
    Sector("Campo Rosado", "Habana", -6_080_000, -77_090_000),
    Sector("Valle Lirio", "Soritor", -6_140_000, -77_100_000),
    Sector("El Cactus Sereno", "Calzada", -6_030_000, -77_070_000),
)


@dataclass(frozen=True, slots=True)
class _Cast:
    association: Organisation
    institution: Organisation
    certifier: Organisation
    buyer: Organisation
    market: str
    desk: Centre
    packhouse: str
    cold_room: str


def tell(world: World) -> Story:
    """The whole season, in the order in which it happened."""
    scribe = Scribe(world, NAME)
    cast = _cast(scribe)
    families, certificate = _enrolment(scribe, cast)
    harvest = _Harvest(scribe, cast, families, certificate)
    for turn in range(TURNS):
        harvest.day(turn, later(FIRST_MONDAY, 7 * (turn // 3) + 2 * (turn % 3)))
    harvest.contract()
    traced = harvest.pallets[TRACED_DAY][0]
    return Story(
        name=NAME,
        commodity=GOODS.commodity,
        families=FAMILIES,
        cooperative=cast.association.party,
        cooperative_name=cast.association.name,
        buyer=cast.buyer.party,
        traced=traced.lot,
        lots={
            "first pallet": harvest.pallets[0][0].lot,
            "pallet of a warm night": harvest.pallets[WARM_DAY][0].lot,
            "culls": harvest.first_culls,
        },
        sources=harvest.store.sources[traced.lot],
        brought_in=harvest.store.brought_in,
        drafts=tuple(scribe.drafts),
        world=world,
        shared=traced.lot,
        leans_on=certificate,
    )


def _cast(scribe: Scribe) -> _Cast:
    opening, town = at(day(1, 12), 9), "Jepelacio"
    association = found(scribe, "association", "association", "Asociación Fruta del Alba", opening, district=town)
    institution = found(scribe, "institution", "institution", "Programa Ladera Viva", opening, district="Moyobamba")
    certifier = found(scribe, "certifier", "certifier", "Inspecciones Campo Justo", opening, role="certifier")
    buyer = found(scribe, "buyer", "buyer", "Frutas Puerto Sereno", opening, role="buyer", district="Callao")
    market = register(scribe, "market", "buyer", "Mercado Las Tres Palmas", opening, district="Moyobamba")
    post = centre(scribe, association, "F001", "Recepción de fruta", town, at(day(1, 12), 10))
    packhouse = facility(scribe, association, "E001", "packhouse", "Planta de empaque", town, at(day(1, 12), 10, 30))
    cold_room = facility(scribe, association, "K001", "store", "Cámara fría", town, at(day(1, 12), 11))
    lend_pen(scribe, association, at(day(1, 12), 14))
    return _Cast(association, institution, certifier, buyer, market, post, packhouse, cold_room)


def _enrolment(scribe: Scribe, cast: _Cast) -> tuple[list[Family], str]:
    when = at(day(1, 13), 10)
    terms = Terms(
        framework="best-practice",
        level="cooperative",
        code="BP-2026-02",
        valid_from=day(1, 1),
        valid_to=date(2026, 12, 31),
        commitments=COMMITMENTS,
        benefits=("technical-assistance", "market-access"),
    )
    institutions = ((cast.institution.party, "implementer"), (cast.association.party, "cooperative"))
    agreement = sign_agreement(scribe, cast.institution.hand, terms, institutions, when)
    countersign(scribe, cast.association.hand, scribe.drafts[-1].id, "agreement", at(day(1, 13), 15))
    met = [(code, "met") for code, _, _ in COMMITMENTS]
    monitor(scribe, cast.institution.hand, agreement, "inspection", met, at(day(3, 4), 11))
    sites = (
        (cast.desk.facility, ("collection",)),
        (cast.packhouse, ("grading", "packing")),
        (cast.cold_room, ("storage", "export")),
    )
    products = (("dragon-fruit", "fresh"),)
    days = (date(2025, 11, 1), date(2028, 10, 31))
    paper = Paper(FAIR_TRADE, "2024", "EJ-FT-0228", cast.association.party, *days, products, sites)
    certificate = record_certificate(scribe, cast.certifier.hand, cast.certifier.party, paper, when)

    book = Register(scribe, cast.association.hand, GOODS)
    dice = scribe.dice("enrolment")
    families = []
    for number in range(1, FAMILIES + 1):
        sector = SECTORS[dice.roll(0, len(SECTORS) - 1)]
        when = at(later(day(1, 14), number // 19), 8, (number % 19) * 30)
        area_m2 = dice.around(3_800, 2_200)
        producer = book.enrol(number, f"FA-{number:03d}", sector, when)
        place = book.plot(number, f"FA-{number:03d}-1", sector, when, area_m2=area_m2)
        book.hold(place, producer, "owner" if number % 3 else "tenant", date(2016 + number % 8, 3, 1), when)
        estimate = area_m2 * dice.roll(800, 1_200)
        book.estimate(place, estimate, "yield-model", when)
        signs, listed = dice.chance(820), number % 10 != 4
        if signs:
            book.join(agreement, producer, day(1, 5), when)
        if listed:
            book.list_member(cast.certifier.hand, certificate, producer, [place], day(1, 5), at(day(1, 28), 9, number))
        code = f"FA-{number:03d}"
        families.append(Family(number, code, producer, place, sector, estimate, certified=listed, signatory=signs))
    return families, certificate


class _Harvest:
    """Three mornings a week: fruit in by eleven, graded by two, on pallets by five, on the lorry at seven."""

    def __init__(self, scribe: Scribe, cast: _Cast, families: Sequence[Family], certificate: str) -> None:
        self.scribe = scribe
        window = (day(2, 1), day(4, 30))
        hand, buyer = cast.association.hand, cast.buyer.party
        self.deal = Deal("FA-2026-1", hand, buyer, ("dragon-fruit", "fresh"), 620, "PEN", window)
        self.claims = [certified(FAIR_TRADE, certificate)]
        self.sold = 0
        self.cast = cast
        self.store = Store(scribe, cast.association.hand, GOODS)
        self.dice = scribe.dice("harvest")
        self.desk = Desk(self.store, cast.desk, cast.desk, hours=MORNING)
        self.visits = plan(scribe, families, TURNS, HABIT)
        self.pallets: list[list[Held]] = []
        self.for_town: list[Held] = []
        self.first_culls = ""

    def day(self, turn: int, today: date) -> None:
        """One morning's fruit, from the desk to the lorry and to the buyer's dock on the next evening."""
        named = Turn(
            label=f"delivery/{turn}",
            days=[today],
            mistyped=3 if turn in MISTYPED else None,
            too_bad=(2, "overripe") if turn in TOO_RIPE else None,
        )
        lots = self.desk.take_in(named, [self._weigh(visit, today) for visit in self.visits[turn]])
        listed = [one for one in lots if self.store.brought_by[one.lot].certified]
        self.for_town += [one for one in lots if one not in listed]
        graded = self._grading(turn, today, listed) if listed else []
        pallets = [pallet for held in graded for pallet in self._pallets(today, held)]
        self.pallets.append(pallets)
        if pallets:
            self._lorry(turn, today, pallets)
        if turn % 3 == 2 and self.for_town:
            self._market(turn, later(today, 1))

    def _weigh(self, visit: Visit, today: date) -> Weighing:
        crates = -(-visit.grams // 18_000)
        return Weighing(
            visit.family,
            net=visit.grams,
            sacks=crates,
            tare=crates * 1_800,
            picked=(later(today, -1), today),
            measures=(("brix", self.dice.around(195, 20), 1, "brix"),),
            delivered_by=brought_by(self.dice),
            attributes=(SPECIES,),
        )

    def _grading(self, turn: int, today: date, lots: Sequence[Held]) -> list[Held]:
        grams = sum(one.grams for one in lots)
        made = [
            Made(f"{name}/{turn}", "fresh", "main", share(grams, part), attributes=(SPECIES, ("calibre", name)))
            for name, part in CALIBRES
        ]
        lost = share(grams, self.dice.roll(4, 9))
        culls = grams - lost - sum(one.grams for one in made)
        made.append(Made(f"culls/{turn}", "culls", "second", culls, attributes=(SPECIES,)))
        losses = {"handling": lost}
        *good, bad = self.store.process("grading", self.cast.packhouse, lots, made, at(today, 14), losses=losses)
        self.for_town.append(bad)
        self.first_culls = self.first_culls or bad.lot
        return good

    def _pallets(self, today: date, held: Held) -> list[Held]:
        """Boxes of 4.5 kg (the last one lighter) on pallets; each pallet is a lot with a label of its own."""
        packages: list[tuple[str, str, int, int]] = []
        rest = held.grams
        while rest:
            grams = min(PALLET, rest)
            label = f"pallet/{held.lot}/{len(packages)}"
            packages.append((label, "pallet", grams, -(-grams // BOX)))
            rest -= grams
        return self.store.pack(self.cast.packhouse, [held], packages, at(today, 16, len(self.pallets) % 3 * 10))

    def _lorry(self, turn: int, today: date, pallets: Sequence[Held]) -> None:
        cast = self.cast
        tomorrow = later(today, 1)
        if turn == TRACED_DAY:
            self.store.labels(pallets[0].lot, -(-pallets[0].grams // BOX), at(today, 17))
        lorry = shipping.Lorry(
            number=f"lorry/{turn}",
            leaves_from=cast.cold_room,
            receiver=cast.buyer.party,
            waybill=f"T003-{turn + 1:07d}",
            expected=at(tomorrow, 19),
            vehicle=f"EJF-{300 + turn % 4}",
            seals=(f"EJ-{520_000 + turn}",),
        )
        hand, buyer = cast.association.hand, cast.buyer
        load = shipping.dispatch(self.scribe, hand, pallets, at(today, 19), lorry)
        lots = [one.lot for one in pallets]
        self.store.conditions(
            lots, _logger(turn), (today, tomorrow), at(tomorrow, 18, 30), 35 if turn == WARM_DAY else 0
        )
        back = REFUSED.get(turn, 0)
        short = 900 if turn == TRACED_DAY else 0
        arrived = at(tomorrow, 19, 30)
        receipt = shipping.receive(self.scribe, buyer, load, arrived, refused=back, missing=short, seals=lorry.seals)
        self._sell(turn, [pallets[0].less(back + short), *pallets[1:]], at(later(today, 2), 9))
        if short:
            shipping.explain(self.scribe, buyer.hand, receipt, "shortage-unexplained", "dried-in-transit", arrived)
        if back:
            home = shipping.take_back(self.scribe, hand, load, back, "soft-fruit", at(later(today, 3), 15))
            self.store.lose(home, back, "destroyed", at(later(today, 3), 16))

    def _sell(self, turn: int, accepted: Sequence[Held], when: datetime) -> None:
        """What the buyer accepted is sold on the morning after."""
        sell(self.scribe, self.deal, f"lorry/{turn}", [Sold(one, self.claims) for one in accepted], when)
        self.sold += sum(one.grams for one in accepted)

    def contract(self) -> None:
        """Signed before the season, for what the season turned out to be."""
        sign_contract(self.scribe, self.deal, self.sold, self.claims, at(day(1, 26), 10))

    def _market(self, turn: int, when: date) -> None:
        """Culls and unlisted fruit of the week go to the market, which has no key: told from the waybill."""
        hand = self.cast.association.hand
        lots, self.for_town = self.for_town, []
        lorry = shipping.Lorry(
            number=f"market/{turn}",
            leaves_from=self.cast.packhouse,
            receiver=self.cast.market,
            waybill=f"T003-{9_000 + turn:07d}",
            expected=at(when, 9),
            vehicle="EJF-310",
        )
        load = shipping.dispatch(self.scribe, hand, lots, at(when, 6), lorry)
        shipping.tell_arrival(self.scribe, hand, load, at(when, 11))


def _logger(turn: int) -> Measures:
    """What the logger on the lorry says: six degrees, but for one night with a door left open."""
    warmest = 97 if turn == WARM_DAY else 66
    return (("temperature", warmest, 1, "celsius"), ("humidity", 880, 1, "percent"))
