"""Who takes part in the coffee season: organisations, agreements, certificates, and 463 families enrolled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.seasons.agreements import (
    FAIR_TRADE,
    ORGANIC,
    Paper,
    Terms,
    countersign,
    map_area,
    record_certificate,
    sign_agreement,
)
from ledger.seasons.calendar import at, day, later
from ledger.seasons.draft import Hand
from ledger.seasons.families import Family, Goods, Register, Sector, square
from ledger.seasons.organisations import (
    Centre,
    Organisation,
    centre,
    facility,
    farmer,
    found,
    handheld,
    lend_pen,
    register,
)
from ledger.seasons.scribe import Scribe

FAMILIES = 463
GOODS = Goods("coffee", "dry-parchment")

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

WITH_TELEPHONE = (12, 140, 305)
"""The few farmers who have a key of their own and confirm what the paper says."""

COMMITMENTS = (
    ("no-felling", "prohibit", True),
    ("no-hunting", "prohibit", False),
    ("shade-trees-planted", "do", False),
    ("improved-stove-used", "do", False),
)
BENEFITS = ("technical-assistance", "improved-stove", "market-access")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part."""

    cooperative: Organisation
    authority: Organisation
    certifier: Organisation
    buyer: Organisation
    roaster: str
    centres: tuple[Centre, Centre]
    handhelds: tuple[Centre, Centre]
    mill: str
    farmers: Mapping[str, Hand]


@dataclass(frozen=True, slots=True)
class _Agreements:
    """The family agreements of this year and of last year by half of the forest, and the community ones."""

    family: tuple[str, str]
    lapsed: str
    community: tuple[str, str, str]


def cast_of(scribe: Scribe) -> Cast:
    """Enter organisations, centres, the mill, keys, and the farmers with a telephone."""
    opening = at(day(2, 2), 9)
    cooperative = found(
        scribe, "cooperative", "cooperative", "Cooperativa Agraria Nube Alta", opening, district="Nueva Cajamarca"
    )
    authority = found(
        scribe,
        "authority",
        "authority",
        "Jefatura del Bosque Neblina Eterna",
        opening,
        role="authority",
        district="Rioja",
    )
    certifier = found(scribe, "certifier", "certifier", "Certificadora Balanza Clara", opening, role="certifier")
    buyer = found(scribe, "buyer", "buyer", "Rösterei Kranichtal", opening, country="DE", role="buyer")
    north = centre(scribe, cooperative, "N001", "Centro de acopio Norte", "Nueva Cajamarca", at(day(2, 2), 10))
    south = centre(scribe, cooperative, "S001", "Centro de acopio Sur", "Moyobamba", at(day(2, 2), 11))
    handhelds = tuple(
        handheld(scribe, cooperative, post, code, at(day(2, 2), 11, 30))
        for post, code in ((north, "N101"), (south, "S101"))
    )
    mill = facility(scribe, cooperative, "M001", "dry-mill", "Planta de pilado", "Rioja", at(day(2, 2), 12))
    roaster = register(scribe, "roaster", "buyer", "Tostaduría Plaza Chica", opening, district="Moyobamba")
    farmers = {_code(number): farmer(scribe, number, at(day(2, 2), 13)) for number in WITH_TELEPHONE}
    lend_pen(scribe, cooperative, at(day(2, 2), 14))
    return Cast(
        cooperative,
        authority,
        certifier,
        buyer,
        roaster,
        (north, south),
        (handhelds[0], handhelds[1]),
        mill,
        farmers,
    )


def _code(number: int) -> str:
    return f"NA-{number:04d}"


def _agreements(scribe: Scribe, cast: Cast) -> _Agreements:
    when = at(day(2, 3), 10)
    outline = square(scribe, 0, SECTORS[0], 1_820_000_000)
    forest = map_area(
        scribe, cast.authority.hand, "conservation", "Bosque Neblina Eterna", ("Rioja", 1_820_000_000, outline), when
    )
    committee = register(scribe, "committee", "association", "Comité de Turismo Tres Cascadas", when, district="Rioja")
    institutions = ((cast.authority.party, "authority"), (cast.cooperative.party, "cooperative"))

    def signed(code: str, level: str, start: date, end: date, others: Sequence[tuple[str, str]] = ()) -> str:
        cascades = ("suspension",) if level == "community" else ()
        terms = Terms("forest-agreement", level, code, start, end, COMMITMENTS, BENEFITS, cascades)
        agreement = sign_agreement(scribe, cast.authority.hand, terms, (*institutions, *others), when, areas=(forest,))
        # The co-operative countersigns what the head of the area has stated.
        countersign(scribe, cast.cooperative.hand, scribe.drafts[-1].id, "agreement", at(day(2, 5), 9))
        return agreement

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


def _certificates(scribe: Scribe, cast: Cast) -> tuple[str, str]:
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


def enrolment(scribe: Scribe, cast: Cast) -> list[Family]:
    """Sign agreements, record certificates, and enrol every family with its household and plot."""
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
    producer = book.enrol(number, _code(number), sector, when)
    home = book.household(number, f"H-{number:04d}", producer, sector, when)
    place = book.plot(number, f"P-{number:04d}", sector, when, area_m2=area_m2)
    tenure = "possessor" if number % 4 else "owner"
    book.hold(place, producer, tenure, date(2006 + number % 15, 1, 1), when)
    estimate = area_m2 * hectare // 10
    visited = at(later(day(3, 2), number // 11), 8, (number % 11) * 45)
    finding = "shade-incomplete" if number % 37 == 5 else None
    book.inspect(number, producer, place, estimate, visited, finding=finding)
    return Family(number, _code(number), producer, place, sector, estimate, household=home)


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
