"""A shearing season: 183 families in 11 communities, fleeces sorted by master sorters, baled, sold to a mill.

Modelled on communities of the altiplano with agreements on managed pasture (examples/README.md), with invented
people, organisations, communities and events. Herds, not plots; ten communities keep their agreement, one let it
lapse. White fleeces of families under a running agreement are sorted apart, because the mill pays for it; the coloured
ones are so few that they are sorted together, and the share is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.seasons import shipping
from ledger.seasons.agreements import Terms, map_area, monitor, sign_agreement
from ledger.seasons.calendar import at, day, later
from ledger.seasons.desk import Desk, Turn, brought_by
from ledger.seasons.dice import Dice
from ledger.seasons.families import Family, Goods, Register, Sector, square
from ledger.seasons.organisations import Centre, Organisation, centre, facility, found, lend_pen, register
from ledger.seasons.people import organisation
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held, Made, Store, Weighing, share
from ledger.seasons.story import Story
from ledger.seasons.trade import Claims, Deal, Sold, kept, sell, sign_contract, take_sale_back
from ledger.seasons.world import World

NAME = "alpaca"
FAMILIES = 183
GOODS = Goods("alpaca-fibre", "fleece", "2025-2026")
COMMUNITIES = (
    "Illapacha",
    "Quellahuira",
    "Chullpamarka",
    "Suri Qocha",
    "Ichupampa Alta",
    "Wayra Uma",
    "Tinkurani",
    "Kuntur Apachi",
    "Ch'aska Pata",
    "Wara Pampilla",
    "Larama Cunca",
)
LAPSED = 7
"""The community whose agreement ran out before the shearing and was not renewed."""

COMMITMENTS = (("keep-fences", "do", False), ("rotate-pasture", "do", False), ("stocking-limit", "limit", True))
FENCED_M2 = 3_660_000
FIRST_MONDAY = day(1, 12)
CLASSES = (
    ("superfina", 194, 90),
    ("extrafina", 218, 250),
    ("fina", 249, 300),
    ("semifina", 279, 130),
    ("gruesa", 330, 60),
    ("corta", 240, 40),
)
"""Class (NTP 231.301:2022), fineness in tenths of a micrometre, and share of the sorted fleeces in thousandths."""

BRAGAS = 105
BALE = 45_000
COLOURS = ("white", "mixed")
MISTYPED, REJECTED = {(0, 4)}, {(0, 2), (1, 9)}
"""Round and community where a weight is typed wrong at first, and where wet fleece is sent home."""


@dataclass(frozen=True, slots=True)
class _Cast:
    association: Organisation
    agency: Organisation
    mill: Organisation
    communities: tuple[str, ...]
    posts: tuple[Centre, ...]
    sorting: str


def tell(world: World) -> Story:
    """The whole season, in the order in which it happened."""
    scribe = Scribe(world, NAME)
    cast = _cast(scribe)
    families = _enrolment(scribe, cast)
    shearing = _Shearing(scribe, cast, families)
    for turn in (0, 1):
        for community in range(len(COMMUNITIES)):
            shearing.visit(turn, community, later(FIRST_MONDAY, 35 * turn + 3 * community))
        shearing.bales(turn, later(FIRST_MONDAY, 35 * turn + 37))
    shearing.sort_others(later(FIRST_MONDAY, 40))
    shearing.contract()
    traced = shearing.baled[0, "superfina"]
    return Story(
        name=NAME,
        commodity=GOODS.commodity,
        families=FAMILIES,
        cooperative=cast.association.party,
        cooperative_name=cast.association.name,
        buyer=cast.mill.party,
        traced=traced.lot,
        lots={"coloured bales": shearing.baled[1, "fina"].lot, "skirtings": shearing.bragas[0].lot},
        sources=shearing.store.sources[traced.lot],
        brought_in=shearing.store.brought_in,
        drafts=tuple(scribe.drafts),
        world=world,
        shared=shearing.baled[1, "fina"].lot,
    )


def _sector(number: int) -> Sector:
    name = organisation(f"Comunidad {COMMUNITIES[number]}")
    return Sector(name, "Juli", -16_210_000 - 21_000 * (number % 4), -69_460_000 - 27_000 * (number // 4))


def _cast(scribe: Scribe) -> _Cast:
    opening, town = at(day(1, 5), 9), "Juli"
    association = found(scribe, "association", "association", "Asociación Vellón del Altiplano", opening, district=town)
    agency = found(scribe, "agency", "authority", "Agencia Agraria Lago Alto", opening, role="authority", district=town)
    mill = found(scribe, "mill", "processor", "Hilandería Nevado Blanco", opening, role="buyer", district="Arequipa")
    communities, posts = [], []
    for number, name in enumerate(COMMUNITIES):
        when = at(day(1, 5), 10, number * 4)
        communities.append(
            register(scribe, f"community/{number}", "community", f"Comunidad {name}", when, district=town)
        )
        posts.append(centre(scribe, association, f"J{number + 1:03d}", f"Acopio {name}", town, when))
    sorting = facility(
        scribe, association, "T001", "sorting-centre", "Centro de clasificación", town, at(day(1, 5), 12)
    )
    lend_pen(scribe, association, at(day(1, 5), 14))
    return _Cast(association, agency, mill, tuple(communities), tuple(posts), sorting)


def _pastures(scribe: Scribe, cast: _Cast) -> tuple[list[str], list[str]]:
    """The fenced pasture of each community, and the agreement on it; returns areas and agreements."""
    areas, agreements = [], []
    for number, party in enumerate(cast.communities):
        when = at(day(1, 6), 9, number * 10)
        sector = _sector(number)
        share_m2 = FENCED_M2 // len(COMMUNITIES) + (number - 5) * 6_000
        outline = square(scribe, 10_000 + number, sector, share_m2)
        name = f"Pastura {COMMUNITIES[number]}"
        areas.append(
            map_area(scribe, cast.association.hand, "pasture", name, (sector.district, share_m2, outline), when)
        )
        lapsed = number == LAPSED
        terms = Terms(
            framework="pasture-agreement",
            level="community",
            code=f"AP-{2024 if lapsed else 2025}-{number + 1:02d}",
            valid_from=date(2024, 11, 1) if lapsed else date(2025, 11, 1),
            valid_to=date(2025, 10, 31) if lapsed else date(2027, 10, 31),
            commitments=COMMITMENTS,
            benefits=("fencing-material", "veterinary-campaign"),
            cascades=("suspension",),
        )
        institutions = (
            (cast.agency.party, "authority"),
            (party, "community"),
            (cast.association.party, "cooperative"),
        )
        agreements.append(sign_agreement(scribe, cast.agency.hand, terms, institutions, when, areas=(areas[-1],)))
        met = [(code, "met") for code, _, _ in COMMITMENTS]
        monitor(scribe, cast.agency.hand, agreements[-1], "inspection", met, at(day(1, 9), 9, number * 30))
    return areas, agreements


def _enrolment(scribe: Scribe, cast: _Cast) -> list[list[Family]]:
    """Families by community, each with a herd that was counted and grazes its community's pasture."""
    areas, agreements = _pastures(scribe, cast)
    hand = cast.association.hand
    book = Register(scribe, hand, GOODS)
    dice = scribe.dice("enrolment")
    by_community: list[list[Family]] = [[] for _ in COMMUNITIES]
    for number in range(1, FAMILIES + 1):
        community = (number - 1) % len(COMMUNITIES)
        sector = _sector(community)
        when = at(later(day(1, 7), number // 62), 8, (number % 62) * 9)
        producer = book.enrol(number, f"VA-{number:03d}", sector, when, community=cast.communities[community])
        herd = scribe.thing(f"herd/{number}")
        registered = {
            "herd": herd,
            "holder": producer,
            "code": f"VA-{number:03d}-R",
            "species": "alpaca",
            "district": sector.district,
            "sector": sector.name,
        }
        scribe.state(hand, "herd.registered", when, registered, basis="witnessed")
        animals = dice.around(72, 48)
        tuis = share(animals, dice.roll(180, 300))
        counted = {"herd": herd, "counted_on": when.date().isoformat(), "animals": animals}
        scribe.state(hand, "herd.counted", when, {**counted, "adults": animals - tuis, "tuis": tuis})
        grazes = {"herd": herd, "area": areas[community], "grazes_from": "2024-04-01", "right": "community"}
        scribe.state(hand, "herd.grazes", when, grazes, basis="witnessed")
        # Six in ten are shorn in a season and give 2.3 kg each.
        estimate = animals * 6 * 2_300 // 10
        book.estimate(herd, estimate, "count", when)
        signs = dice.chance(940)
        if signs:
            since = date(2024, 11, 20) if community == LAPSED else date(2025, 11, 20)
            book.join(agreements[community], producer, since, when)
        code, keeps = f"VA-{number:03d}", signs and community != LAPSED
        family = Family(number, code, producer, herd, sector, estimate, animals=animals, signatory=keeps)
        by_community[community].append(family)
    return by_community


class _Shearing:
    """Two rounds through the communities: white fleeces first, then the natural colours; then bales for the mill."""

    def __init__(self, scribe: Scribe, cast: _Cast, families: Sequence[Sequence[Family]]) -> None:
        self.scribe = scribe
        self.cast = cast
        self.families = families
        self.store = Store(scribe, cast.association.hand, GOODS)
        window = (day(1, 15), day(6, 30))
        self.deal = Deal(
            "VA-2026-1", cast.association.hand, cast.mill.party, ("alpaca-fibre", "sorted"), None, "PEN", window
        )
        self.sold = 0
        self.others: list[Held] = []
        self.classes: dict[str, list[Held]] = {name: [] for name, _, _ in CLASSES}
        self.bragas: list[Held] = []
        self.baled: dict[tuple[int, str], Held] = {}

    def visit(self, turn: int, community: int, when: date) -> None:
        """Families bring what they have shorn; the master sorters work all of it together the day after."""
        post = self.cast.posts[community]
        weighings = []
        for family in self.families[community]:
            dice = self.scribe.dice(f"shearing/{turn}/{family.number}")
            if turn and not dice.chance(620):
                continue
            whole = share(family.estimate, dice.roll(450, 640) if turn == 0 else dice.roll(150, 320))
            weighings.append(self._shorn(family, COLOURS[turn], whole // 10 * 10, when, dice))
        named = Turn(
            label=f"delivery/{turn}/{community}",
            days=[when],
            mistyped=1 if (turn, community) in MISTYPED else None,
            too_bad=(2, "wet-fleece") if (turn, community) in REJECTED else None,
        )
        desk = Desk(self.store, post, post, herd=True)
        lots = desk.take_in(named, weighings)
        if turn == 0:
            self.others += [one for one in lots if not self.store.brought_by[one.lot].signatory]
            lots = [one for one in lots if one not in self.others]
        if lots:
            for (name, _, _), held in zip(
                CLASSES, self._sorting(turn, community, lots, at(later(when, 1), 17)), strict=True
            ):
                self.classes[name].append(held)

    def _shorn(self, family: Family, colour: str, grams: int, when: date, dice: Dice) -> Weighing:
        """The shearing that a delivery comes from: some fleece stays in the house for spinning."""
        shorn_on = later(when, -dice.roll(1, 5))
        animals = min(family.animals, max(1, grams // 2_250))
        age = "adult" if dice.chance(800) else "tui"
        breed = "suri" if dice.chance(80) else "huacaya"
        body = {
            "herd": family.grown,
            "shorn_on": shorn_on.isoformat(),
            "age": age,
            "breed": breed,
            "colour": colour,
            "animals": animals,
            "fleeces": animals,
            "grams": grams + dice.roll(0, 2_000),
        }
        self.scribe.state(self.cast.association.hand, "herd.shorn", at(shorn_on, 16), body, arrives=at(when, 6))
        sacks = -(-grams // 46_000)
        return Weighing(
            family,
            grams,
            sacks,
            tare=sacks * 400,
            picked=(shorn_on, shorn_on),
            measures=(("fineness", dice.around(232, 30), 1, "micrometre"),),
            delivered_by=brought_by(dice),
            attributes=(("breed", breed), ("colour", colour)),
        )

    def sort_others(self, when: date) -> None:
        """White fleeces of families without a running agreement are sorted once, and wait in the store."""
        self._sorting(0, len(COMMUNITIES), self.others, at(when, 15))

    def _sorting(self, turn: int, community: int, lots: Sequence[Held], when: datetime) -> list[Held]:
        """Sort fleeces into classes; the skirtings are put aside."""
        grams, colour = sum(one.grams for one in lots), ("colour", COLOURS[turn])
        made = [
            Made(
                f"{name}/{turn}/{community}",
                "sorted",
                "main",
                share(grams, part),
                (("fineness", micron, 1, "micrometre"),),
                # Huacaya and Suri were sorted together, so the breed ends here.
                attributes=(("class", name), colour),
            )
            for name, micron, part in CLASSES
        ]
        skirtings = share(grams, BRAGAS)
        made.append(Made(f"bragas/{turn}/{community}", "bragas", "second", skirtings, attributes=(colour,)))
        losses = {"process": grams - sum(one.grams for one in made)}
        *sorted_lots, bragas = self.store.process("sorting", self.cast.sorting, lots, made, when, losses=losses)
        self.bragas.append(bragas)
        return sorted_lots

    def bales(self, turn: int, when: date) -> None:
        """Each class of all communities together becomes one lot, is baled, and goes to the mill."""
        cast, hand = self.cast, self.cast.association.hand
        load = []
        for place, (name, micron, _) in enumerate(CLASSES):
            lots, self.classes[name] = self.classes[name], []
            grams = sum(one.grams for one in lots)
            fineness = (("fineness", micron, 1, "micrometre"),)
            said = (("class", name), ("colour", COLOURS[turn]))
            whole = Made(f"class/{turn}/{name}", "sorted", "main", grams, fineness, attributes=said)
            pooled = self.store.process("pooling", cast.sorting, lots, [whole], at(when, 9, place * 10))
            packages = [(f"bales/{turn}/{name}", "bale", grams, -(-grams // BALE))]
            (bales,) = self.store.pack(cast.sorting, pooled, packages, at(when, 11, place * 10))
            self.store.inspect(bales.lot, fineness, "passed", at(when, 14, place * 10))
            self.baled[turn, name] = bales
            load.append(bales)
        self.store.labels(load[0].lot, -(-load[0].grams // BALE), at(when, 15, 30))
        seal = f"EJ-{430_000 + turn}"
        lorry = shipping.Lorry(
            number=f"lorry/{turn}",
            leaves_from=cast.sorting,
            receiver=cast.mill.party,
            waybill=f"T004-{turn + 1:07d}",
            expected=at(later(when, 2), 9),
            vehicle=f"EJV-{80 + turn}",
            seals=(seal,),
        )
        claims: Claims = [kept("pasture-agreement")] if turn == 0 else []
        sale = sell(self.scribe, self.deal, f"lorry/{turn}", [Sold(one, claims) for one in load], at(when, 16))
        self.sold += sum(one.grams for one in load)
        sent = shipping.dispatch(self.scribe, hand, load, at(when, 17), lorry)
        arrives = at(later(when, 2), 10)
        back, short = (12_000, 400) if turn == 0 else (0, 0)
        receipt = shipping.receive(self.scribe, cast.mill, sent, arrives, refused=back, missing=short, seals=(seal,))
        if short:
            shipping.explain(self.scribe, cast.mill.hand, receipt, "shortage-unexplained", "dried-in-transit", arrives)
        if back:
            home = shipping.take_back(self.scribe, hand, sent, back, "class-differs", at(later(when, 6), 10))
            take_sale_back(self.scribe, self.deal, sale, home, "class-differs", at(later(when, 6), 12))

    def contract(self) -> None:
        """Signed before the shearing, for what it turned out to be; the price follows the market."""
        sign_contract(self.scribe, self.deal, self.sold, (), at(day(1, 9), 16))
