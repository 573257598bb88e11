"""Who takes part in the coffee season: organisations, agreements, certificates, and 463 families enrolled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from ledger.seasons.families import Family, Goods, Register, Sector, assess_land, polygon
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
    Sector("Mirador del Mono", "Moyobamba", -6_060_000, -77_150_000),
    Sector("Agua Escondida", "Moyobamba", -6_080_000, -77_120_000),
    Sector("Nuevo Helecho", "Moyobamba", -6_040_000, -77_180_000),
    Sector("Cumbre Serena", "Awajún", -5_810_000, -77_390_000),
)
FOREST = ((-77_785_800, -5_754_100), (-77_197_000, -6_234_800), (-77_048_400, -6_052_800), (-77_637_200, -5_572_100))
"""The corners of the protected forest, a band along the mountains; every sector lies in it."""

FOREST_M2 = 2_187_000_000
NORTHERN = 6
"""The first sectors deliver to the northern centre, the others to the southern one."""

WITH_TELEPHONE = (12, 140, 305)
"""The few farmers who have a key of their own and confirm what the paper says."""

COMMITMENTS = (
    ("no-felling", "prohibit", True),
    ("no-hunting", "prohibit", True),
    ("agroforestry", "do", False),
    ("patrols", "do", False),
)
BENEFITS = ("technical-assistance", "improved-stove", "market-access")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part."""

    cooperative: Organisation
    authority: Organisation
    certifier: Organisation
    buyer: Organisation
    lender: Organisation
    roaster: str
    centres: tuple[Centre, Centre]
    handhelds: tuple[Centre, Centre]
    mill: str
    farmers: Mapping[str, Hand]


@dataclass(frozen=True, slots=True)
class Agreements:
    """The forest; the family agreements of this year by its halves and last year's, the community ones; a committee."""

    forest: str
    family: tuple[str, str]
    lapsed: str
    community: tuple[str, str, str]
    committee: str

    def running(self) -> tuple[str, ...]:
        """Those of this year."""
        return (*self.family, *self.community)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Everybody on the register, the agreements, which of them each family stands in, and both certificates."""

    families: tuple[Family, ...]
    agreements: Agreements
    joined: Mapping[str, str]
    organic: str
    fair: str


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
    lender = found(scribe, "lender", "lender", "Caja Rural Brote Nuevo", opening, role="lender", district="Moyobamba")
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
        lender,
        roaster,
        (north, south),
        (handhelds[0], handhelds[1]),
        mill,
        farmers,
    )


def _code(number: int) -> str:
    return f"NA-{number:04d}"


def _agreements(scribe: Scribe, cast: Cast) -> Agreements:
    when = at(day(2, 3), 10)
    place = ("Rioja", FOREST_M2, polygon(FOREST))
    forest = map_area(scribe, cast.authority.hand, "conservation", "Bosque Neblina Eterna", place, when)
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
    return Agreements(
        forest=forest,
        committee=committee,
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
        (cast.centres[0].facility, ("collection", "drying", "storage")),
        (cast.centres[1].facility, ("collection", "drying", "storage")),
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


def enrolment(scribe: Scribe, cast: Cast) -> Enrolled:
    """Sign agreements, record certificates, and enrol every family with its household and plot before the harvest."""
    agreements, (organic, fair) = _agreements(scribe, cast), _certificates(scribe, cast)
    book = Register(scribe, cast.cooperative.hand, GOODS)
    dice = scribe.dice("enrolment")
    families: list[Family] = []
    joined: dict[str, str] = {}
    for number in range(1, FAMILIES + 1):
        sector = SECTORS[dice.roll(0, len(SECTORS) - 1)]
        when = at(later(day(2, 9), number // 14), 8, (number % 14) * 35)
        area_m2, hectare = dice.around(19_000, 11_000), dice.roll(500, 800)
        family = _family(book, number, sector, when, area_m2=area_m2, hectare=hectare, within=agreements.forest)
        agreement = _join(book, agreements, family, when)
        joined[family.producer] = agreement
        # Lists are made once everybody was visited, and before the first cherry is picked.
        listed, started = at(later(day(4, 1), number % 2), 9, number), date(2014 + number % 8, 4, 1)
        is_organic, is_fair = number % 25 != 7, number % 30 != 11
        if is_organic:
            book.status(family.grown, ORGANIC, started, when, organic_from=date(started.year + 3, 4, 1))
            book.list_member(cast.certifier.hand, organic, family.producer, [family.grown], day(4, 1), listed)
        else:
            book.status(family.grown, ORGANIC, date(2025, 4, 1), when, organic_from=None)
        if is_fair:
            book.list_member(cast.certifier.hand, fair, family.producer, [family.grown], day(4, 1), listed)
        signatory = agreement in agreements.running()
        families.append(replace(family, certified=is_organic and is_fair, signatory=signatory))
    _assess(scribe, cast, families)
    return Enrolled(tuple(families), agreements, joined, organic, fair)


def _assess(scribe: Scribe, cast: Cast, families: Sequence[Family]) -> None:
    """All plots are assessed at once; of two the pictures said too little, so somebody went there and looked."""
    unclear = {families[40].grown, families[250].grown}
    first = [(family.grown, "more-info-needed" if family.grown in unclear else "low") for family in families]
    assess_land(scribe, cast.cooperative.hand, first, "2026.1", at(day(4, 6), 10))
    again = [(family.grown, "low") for family in families if family.grown in unclear]
    assess_land(scribe, cast.cooperative.hand, again, "2026.1-field", at(day(4, 24), 16))


def _family(
    book: Register, number: int, sector: Sector, when: datetime, *, area_m2: int, hectare: int, within: str
) -> Family:
    """Enrol a family; `hectare` is the kilograms of parchment the inspector expects per hectare."""
    producer = book.enrol(number, _code(number), sector, when)
    home = book.household(number, f"H-{number:04d}", producer, sector, when)
    place = book.plot(number, f"P-{number:04d}", sector, when, area_m2=area_m2, within=within)
    tenure = "possessor" if number % 4 else "owner"
    book.hold(place, producer, tenure, date(2006 + number % 15, 1, 1), when)
    estimate = area_m2 * hectare // 10
    visited = at(later(day(3, 2), number // 16), 8, (number % 16) * 30)
    finding = "shade-incomplete" if number % 37 == 5 else None
    book.inspect(number, producer, place, estimate, visited, finding=finding)
    return Family(number, _code(number), producer, place, sector, estimate, household=home)


def _join(book: Register, agreements: Agreements, family: Family, when: datetime) -> str:
    """Four in five keep a family agreement, some a community one; some let theirs lapse, some never signed ("")."""
    draw = book.scribe.dice(f"agreement/{family.number}").roll(0, 999)
    if draw < 720:
        north = SECTORS.index(family.sector) < NORTHERN
        agreement, joined_on = agreements.family[0 if north else 1], day(3, 1)
    elif draw < 870:
        agreement, joined_on = agreements.community[draw % 3], day(3, 1)
    elif draw < 940:
        agreement, joined_on = agreements.lapsed, date(2025, 3, 1)
    else:
        return ""
    home = family.household or family.producer
    # This year's agreements begin on the first of March: who was enrolled before then signs for that day.
    book.join(agreement, home, joined_on, max(when, at(day(3, 1), 9, family.number)), home=family.household)
    return agreement
