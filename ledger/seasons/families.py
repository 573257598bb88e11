"""Enrols families: people sealed, plots with areas and sealed outlines, holdings, status, estimates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isqrt

from ledger.seasons.draft import Hand
from ledger.seasons.people import person
from ledger.seasons.scribe import Scribe
from ledger.seasons.story import SEASON

_CELL = 1_800
_CELLS = 10
"""A sector's plots lie in 10 x 10 cells of 1,800 millionths of a degree, about 200 metres."""

_INSPECTORS = 9


@dataclass(frozen=True, slots=True)
class Sector:
    """Where families live: an invented sector of a real district, and the corner its plots are drawn from.

    Latitude and longitude are millionths of a degree.
    """

    name: str
    district: str
    latitude: int
    longitude: int


@dataclass(frozen=True, slots=True)
class Goods:
    """What a register's producers deliver: a form of a commodity in a season."""

    commodity: str
    form: str
    season: str = SEASON


@dataclass(frozen=True, slots=True)
class Family:
    """A family with what it grows. `grown` is a plot or a herd; `estimate` is grams of the form it delivers.

    `certified`: listed by the certificates of the season, on land that is ready for them. `signatory`: under an
    agreement that runs. Whoever takes in its goods goes by these two.
    """

    number: int
    code: str
    producer: str
    grown: str
    sector: Sector
    estimate: int
    household: str | None = None
    animals: int = 0
    certified: bool = False
    signatory: bool = False


class Register:
    """An organisation's register of producers, written down family by family."""

    def __init__(self, scribe: Scribe, hand: Hand, goods: Goods) -> None:
        """Whose register, and what its producers deliver."""
        self.scribe = scribe
        self.hand = hand
        self.goods = goods
        self._plots_in: Counter[str] = Counter()

    def enrol(self, number: int, code: str, sector: Sector, when: datetime, *, community: str | None = None) -> str:
        """Take a producer on the register; returns its id."""
        producer = self.scribe.thing(f"producer/{number}")
        body = {
            "producer": producer,
            "code": code,
            "district": sector.district,
            "sector": sector.name,
            "community": community,
        }
        someone = person(self.scribe.dice(f"person/{number}"), number)
        sealed = {"/person": someone}
        self.scribe.state(self.hand, "producer.enrolled", when, body, sealed=sealed, basis="document")
        return producer

    def household(self, number: int, code: str, producer: str, sector: Sector, when: datetime) -> str:
        """Enter the household of a producer; returns its id."""
        home = self.scribe.thing(f"household/{number}")
        body = {
            "household": home,
            "code": code,
            "producers": [producer],
            "district": sector.district,
            "sector": sector.name,
        }
        self.scribe.state(self.hand, "household.registered", when, body, basis="witnessed")
        return home

    def plot(
        self, number: int, code: str, sector: Sector, when: datetime, *, area_m2: int, within: str | None = None
    ) -> str:
        """Map a plot, perhaps within a mapped area; the outline is a sealed square of that size. Returns its id."""
        place = self.scribe.thing(f"plot/{number}")
        body = {
            "plot": place,
            "area_m2": area_m2,
            "area_from": "geometry",
            "district": sector.district,
            "sector": sector.name,
            "code": code,
            "within": within,
        }
        cell = self._plots_in[sector.name]
        self._plots_in[sector.name] += 1
        sealed = {"/geometry": square(self.scribe, number, sector, area_m2, cell=cell)}
        self.scribe.state(self.hand, "plot.mapped", when, body, sealed=sealed, basis="witnessed")
        return place

    def hold(self, place: str, holder: str, tenure: str, held_from: date, when: datetime) -> None:
        """Say who holds a plot and since when; in a protected area tenure is possession, not ownership."""
        body = {"plot": place, "holder": holder, "tenure": tenure, "held_from": held_from.isoformat()}
        self.scribe.state(self.hand, "plot.held", when, body, basis="document")

    def status(self, place: str, scheme: str, started: date, when: datetime, *, organic_from: date | None) -> None:
        """Set the plot's status under a scheme, with the dates its conversion rests on."""
        body = {
            "plot": place,
            "scheme": scheme,
            "status": "organic" if organic_from else "in-conversion",
            "effective_from": (organic_from or started).isoformat(),
            "conversion_started": started.isoformat(),
            "last_forbidden_input": date(started.year - 1, 11, 30).isoformat(),
        }
        self.scribe.state(self.hand, "plot.status-set", when, body, basis="document")

    def estimate(self, grown: str, grams: int, method: str, when: datetime) -> None:
        """State what a plot or herd is expected to give in the season."""
        goods = self.goods
        body = {
            "estimate": self.scribe.thing(f"estimate/{grown}"),
            "grown": grown,
            "commodity": goods.commodity,
            "form": goods.form,
            "season": goods.season,
            "grams": grams,
            "method": method,
        }
        self.scribe.state(self.hand, "estimate.made", when, body)

    def inspect(
        self, number: int, producer: str, place: str, grams: int, when: datetime, *, finding: str | None = None
    ) -> None:
        """The yearly internal inspection with the inspector's estimate; the inspector's name is sealed."""
        goods = self.goods
        line = {
            "grown": place,
            "commodity": goods.commodity,
            "form": goods.form,
            "season": goods.season,
            "grams": grams,
        }
        body = {
            "inspection": self.scribe.thing(f"inspection/{number}"),
            "kind": "internal",
            "subject": producer,
            "visited_on": when.date().isoformat(),
            "result": "passed-with-findings" if finding else "passed",
            "conflict_of_interest": False,
            "plots": [place],
            "findings": [{"code": finding, "severity": "minor"}] if finding else [],
            "estimates": [line],
        }
        inspector = number % _INSPECTORS
        sealed = {"/inspector": person(self.scribe.dice(f"inspector/{inspector}"), 900_000 + inspector)}
        self.scribe.state(self.hand, "inspection.made", when, body, sealed=sealed, basis="witnessed")

    def join(self, agreement: str, signatory: str, joined_on: date, when: datetime, *, home: str | None = None) -> None:
        """A family (its household, where that is who signs) joined an agreement."""
        body = {"agreement": agreement, "signatory": signatory, "household": home, "joined_on": joined_on.isoformat()}
        self.scribe.state(self.hand, "agreement.joined", when, body, basis="document")

    def list_member(
        self, by: Hand, certificate: str, producer: str, plots: Sequence[str], listed_on: date, when: datetime
    ) -> None:
        """The certificate's list of members for the season names a producer with its plots."""
        body = {
            "certificate": certificate,
            "producer": producer,
            "plots": list(plots),
            "season": self.goods.season,
            "status": "listed",
            "effective_from": listed_on.isoformat(),
        }
        self.scribe.state(by, "member.status-set", when, body, basis="document")


def assess_land(scribe: Scribe, hand: Hand, results: Sequence[tuple[str, str]], version: str, when: datetime) -> None:
    """An invented provider's word on deforestation since the end of 2020: one fact for many plots (plot, result)."""
    body = {
        "about": "deforestation",
        "provider": "EJ-BOSQUE",
        "version": version,
        "assessed_on": when.date().isoformat(),
        "cutoff": "2020-12-31",
        "plots": [{"plot": plot, "result": result} for plot, result in results],
        "file": scribe.digest(f"deforestation/{version}"),
    }
    scribe.state(hand, "evidence.recorded", when, body, basis="document")


def square(scribe: Scribe, number: int, sector: Sector, area_m2: int, *, cell: int | None = None) -> str:
    """GeoJSON of a square as text, because canonical JSON knows no fractions.

    A metre is 8.983 millionths of a degree of latitude. So near the equator a degree of longitude is
    taken as long as one of latitude, which is right within four percent.
    """
    side = isqrt(area_m2) * 8_983 // 1_000
    dice = scribe.dice(f"outline/{number}")
    if cell is None:
        south = sector.latitude + dice.roll(-18_000, 18_000)
        west = sector.longitude + dice.roll(-18_000, 18_000)
    else:
        # Neighbours share a hedge at most: every plot lies in a cell of its own, where in it is chance.
        west = sector.longitude + (cell % _CELLS - _CELLS // 2) * _CELL + dice.roll(0, max(0, _CELL - side))
        south = sector.latitude + (cell // _CELLS - _CELLS // 2) * _CELL + dice.roll(0, max(0, _CELL - side))
    return polygon([(west, south), (west + side, south), (west + side, south + side), (west, south + side)])


def polygon(corners: Sequence[tuple[int, int]]) -> str:
    """GeoJSON text of a ring given by its corners (longitude, latitude) in millionths of a degree, each once."""
    points = ",".join(f"[{_degrees(x)},{_degrees(y)}]" for x, y in (*corners, corners[0]))
    return f'{{"type":"Polygon","coordinates":[[{points}]]}}'


def _degrees(micro: int) -> str:
    sign = "-" if micro < 0 else ""
    return f"{sign}{abs(micro) // 1_000_000}.{abs(micro) % 1_000_000:06d}"
