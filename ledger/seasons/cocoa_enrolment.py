"""Who takes part in the cocoa season: organisations, boxes, papers, and 201 families enrolled before the harvest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.seasons.agreements import (
    FAIR_TRADE,
    ORGANIC,
    RAINFOREST,
    Paper,
    Terms,
    countersign,
    map_area,
    monitor,
    record_certificate,
    sign_agreement,
)
from ledger.seasons.calendar import at, day, later
from ledger.seasons.families import Family, Goods, Register, Sector, assess_land, polygon
from ledger.seasons.organisations import Centre, Organisation, centre, facility, found, lend_pen, vessel
from ledger.seasons.scribe import Scribe

FAMILIES = 201
GOODS = Goods("cocoa", "wet-beans")
BEANS = ("cocoa", "dry-beans")
BOX_GRAMS = 2_600_000
BOXES = 12
"""Boxes per centre: three or four are filled on a buying day and stay full for six days."""

FIRST_LICENCE = 30_000_000
"""Licensed volume of dry beans at the start of the season: less than the harvest brings."""

COMMITMENTS = (("no-felling", "prohibit", True), ("restoration", "do", False), ("credit-use", "limit", False))

LANDSCAPE = ((-76_180_000, -6_620_000), (-75_700_000, -6_620_000), (-75_700_000, -6_330_000), (-76_180_000, -6_330_000))
"""The corners of the landscape the compact speaks of: forest, rivers, and the land that is farmed."""

LANDSCAPE_M2 = 1_702_800_000
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
class Cast:
    """Who takes part, and where the beans go."""

    cooperative: Organisation
    institution: Organisation
    certifier: Organisation
    buyer: Organisation
    centres: tuple[Centre, Centre]
    dryers: str
    store: str
    boxes: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Papers:
    """The landscape and the compact on it, and the three certificates."""

    landscape: str
    compact: str
    organic: str
    fair: str
    rainforest: str


def cast_of(scribe: Scribe) -> Cast:
    """Enter organisations, centres with their boxes, dryers, the store, and keys."""
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
    return Cast(cooperative, institution, certifier, buyer, posts, dryers, store, (boxes[0], boxes[1]))


def _papers(scribe: Scribe, cast: Cast) -> Papers:
    when = at(day(3, 3), 10)
    terms = Terms(
        framework="production-protection-compact",
        level="cooperative",
        code="PP-2026-07",
        valid_from=day(1, 1),
        valid_to=date(2028, 12, 31),
        commitments=COMMITMENTS,
        benefits=("credit", "technical-assistance"),
    )
    institutions = ((cast.institution.party, "implementer"), (cast.cooperative.party, "cooperative"))
    place = ("Chazuta", LANDSCAPE_M2, polygon(LANDSCAPE))
    landscape = map_area(scribe, cast.institution.hand, "production", "Paisaje Siete Remansos", place, when)
    compact = sign_agreement(scribe, cast.institution.hand, terms, institutions, when, areas=(landscape,))
    countersign(scribe, cast.cooperative.hand, scribe.drafts[-1].id, "agreement", at(day(3, 4), 9))
    for month in (5, 6):
        met = [(code, "met") for code, _, _ in COMMITMENTS]
        monitor(scribe, cast.institution.hand, compact, "inspection", met, at(day(month, 20), 16))
    sites = (
        *((post.facility, ("collection", "fermenting")) for post in cast.centres),
        (cast.dryers, ("drying",)),
        (cast.store, ("sorting", "packing", "export")),
    )
    products = (("cocoa", "wet-beans"), BEANS)
    holder, by = cast.cooperative.party, cast.certifier
    organic = Paper(ORGANIC, "2018/848", "EJ-ORG-2026-0201", holder, day(2, 1), date(2027, 1, 31), products, sites)
    fair = Paper(FAIR_TRADE, "2022", "EJ-FT-0201", holder, date(2025, 10, 1), date(2028, 9, 30), products, sites)
    licence = ((*BEANS, GOODS.season, FIRST_LICENCE),)
    days = (day(1, 1), date(2028, 12, 31))
    rainforest = Paper(RAINFOREST, "1.4", "EJ-RA-0201", holder, *days, products, sites, licence)
    return Papers(
        landscape,
        compact,
        record_certificate(scribe, by.hand, by.party, organic, when),
        record_certificate(scribe, by.hand, by.party, fair, when),
        record_certificate(scribe, by.hand, by.party, rainforest, when),
    )


def enrolment(scribe: Scribe, cast: Cast) -> tuple[list[Family], Papers]:
    """Sign the compact, record certificates, and enrol every family with its plot; a few are not listed everywhere."""
    papers = _papers(scribe, cast)
    book = Register(scribe, cast.cooperative.hand, GOODS)
    dice = scribe.dice("enrolment")
    families = []
    for number in range(1, FAMILIES + 1):
        sector = SECTORS[dice.roll(0, len(SECTORS) - 1)]
        when = at(later(day(3, 5), number // 8), 8, (number % 8) * 60)
        area_m2 = dice.around(23_000, 10_000)
        producer = book.enrol(number, f"SR-{number:03d}", sector, when)
        place = book.plot(number, f"SR-{number:03d}-1", sector, when, area_m2=area_m2, within=papers.landscape)
        book.hold(place, producer, ("owner", "possessor", "heir")[number % 3], date(2008 + number % 12, 6, 1), when)
        # Kilograms of dry beans per hectare, stated as the wet beans they come from (39 percent).
        estimate = area_m2 * dice.roll(550, 850) // 10 * 100 // 39
        visited = at(later(day(3, 12), number // 9), 9, (number % 9) * 50)
        book.inspect(number, producer, place, estimate, visited)
        is_organic, is_listed = number % 14 != 3, number % 20 != 9
        started = date(2015 + number % 6, 2, 1) if is_organic else date(2025, 2, 1)
        ready = date(started.year + 3, 2, 1) if is_organic else None
        book.status(place, ORGANIC, started, when, organic_from=ready)
        certificates = [papers.organic] if is_organic else []
        certificates += [papers.fair, papers.rainforest] if is_listed else []
        listed = at(later(day(4, 13), number % 4), 9, number)
        for certificate in certificates:
            book.list_member(cast.certifier.hand, certificate, producer, [place], day(4, 13), listed)
        signs = dice.chance(790)
        if signs:
            book.join(papers.compact, producer, day(1, 15), when)
        certified = is_organic and is_listed
        families.append(
            Family(
                number,
                f"SR-{number:03d}",
                producer,
                place,
                sector,
                estimate,
                certified=certified,
                signatory=signs,
            )
        )
    results = [(family.grown, "low") for family in families]
    assess_land(scribe, cast.cooperative.hand, results, "2026.1", at(day(4, 10), 10))
    return families, papers
