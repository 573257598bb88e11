"""Where a season is planted: its people, places, papers and land, and the drafts of all that is stated there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import isqrt
from typing import Any, Final

from ledger import canonical
from ledger.facts import known_types
from ledger.keys import SigningKey, possession_message
from ledger.rules.identity import NEVER_DELEGABLE
from ledger.seasons.calendar import at, day
from ledger.seasons.dice import Dice
from ledger.seasons.people import organisation, person
from ledger.seasons.planted.stated import Hand, Stated
from ledger.seasons.world import World

SEASON: Final = "2026"
FIRST_CASE: Final = day(7, 1)
"""Everything before this day is the season's own background; every case begins on it or later."""

_CELL = 10_000
_COLUMNS = 40
ROWS: Final = {"forest": (0, 5), "commons": (6, 8), "town": (9, 10), "outside": (12, 20)}
"""Which rows of the grid belong to which region; the first three are areas, and no two touch."""

_DELEGABLE = sorted(name for name in known_types() if name not in NEVER_DELEGABLE and name != "log.opened/1")


@dataclass(frozen=True, slots=True)
class Party:
    """A registered party with a place of its own; the node signs for its office unless it has a key."""

    id: str
    name: str
    place: str
    key: SigningKey

    @property
    def office(self) -> Hand:
        """What its people type."""
        return Hand(self.id)

    @property
    def own(self) -> Hand:
        """Its own key, for what is never left to the node; `Valley.with_key` authorises it."""
        return Hand(self.id, self.key)


@dataclass(frozen=True, slots=True)
class Family:
    """A producer with a plot, and who took it on its register."""

    producer: str
    plot: str
    code: str
    group: Party


@dataclass(slots=True)
class Valley:
    """One season being written: every draft in order, told by a clock of its own until the first case begins."""

    world: World
    drafts: list[Stated] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: at(day(1, 5), 9))
    _numbers: int = 0
    _drawn: dict[str, int] = field(default_factory=dict)
    _assessed: list[str] = field(default_factory=list)

    # ------------------------------------------------------------ words

    def dice(self, label: str) -> Dice:
        """Chance for one purpose."""
        return self.world.dice(f"planted/{label}")

    def thing(self, label: str) -> str:
        """The id of a new thing."""
        self._numbers += 1
        return self.world.thing(f"planted/{label}/{self._numbers}")

    @property
    def operator(self) -> Hand:
        """The registrar with the operator's own key."""
        return Hand(self.world.operator.party, self.world.operator.key)

    def say(self, hand: Hand, fact: str, body: Mapping[str, Any], **more: Any) -> Stated:
        """Something is stated in the background, a minute after what was stated before; None is not said."""
        self.now += timedelta(minutes=1)
        said = {name: value for name, value in body.items() if value is not None}
        draft = Stated(self.thing(f"statement/{fact}"), hand, f"{fact}/1", self.now, self.now, said, **more)
        self.drafts.append(draft)
        return draft

    def move_to(self, when: date, hour: int = 8) -> None:
        """The background goes on on another day; never back."""
        self.now = max(self.now, at(when, hour))

    # ------------------------------------------------------------ parties

    def party(self, label: str, kind: str, place: str = "store", role: str = "") -> Party:
        """A party is registered with a place of its own, and lets the node sign for its office."""
        found = Party(
            self.thing(f"party/{label}"),
            organisation(f"{label} {_syllables(self.dice(label))}"),
            self.thing(f"facility/{label}"),
            self.world.key(f"planted/{label}"),
        )
        entered = {"party": found.id, "kind": kind, "country": "PE", "name": found.name}
        self.say(self.operator, "party.registered", entered)
        self.authorise(found.id, self.world.node_key, "node", fact_types=_DELEGABLE)
        if role:
            granted = {"party": found.id, "role": role, "effective_from": "2026-01-05"}
            self.say(self.operator, "role.granted", granted)
        built = {"facility": found.place, "party": found.id, "kind": place, "code": found.place[:8]}
        self.say(found.office, "facility.registered", built)
        return found

    def person(self, label: str) -> Hand:
        """A person of the log with a key of its own; the name is sealed."""
        party, key = self.thing(f"person/{label}"), self.world.key(f"planted/person/{label}")
        someone = person(self.dice(f"person/{label}"), 800_000 + self._numbers)
        body = {"party": party, "kind": "person", "country": "PE"}
        self.say(self.operator, "party.registered", body, sealed={"/person": dict(someone)})
        self.authorise(party, key, "person")
        return Hand(party, key)

    def device(self, party: Party, label: str) -> Hand:
        """A device of a party, authorised by the registrar."""
        key = self.world.key(f"planted/device/{party.id}/{label}")
        self.authorise(party.id, key, "device")
        return Hand(party.id, key, is_device=True)

    def with_key(self, party: Party) -> Party:
        """The key of a party's office is authorised."""
        self.authorise(party.id, party.key, "organisation")
        return party

    def authorise(self, party: str, key: SigningKey, kind: str, **more: Any) -> Stated:
        """A key is authorised with the proof that its holder has it."""
        return self.say(self.operator, "key.authorised", self.authorisation(party, key, kind, **more))

    def authorisation(self, party: str, key: SigningKey, kind: str, **more: Any) -> dict[str, Any]:
        """What authorising a key says."""
        proof = key.sign(possession_message(self.world.origin, party, key.public))
        return {
            "party": party,
            "key": canonical.b64url(key.public),
            "kind": kind,
            "proof": canonical.b64url(proof),
            **more,
        }

    # ------------------------------------------------------------ land and people

    def ground(self, region: str = "forest") -> int:
        """The number of a piece of ground nobody has: in the forest, on the commons, in the town, or outside all."""
        number = self._drawn.get(region, ROWS[region][0] * _COLUMNS)
        self._drawn[region] = number + 1
        return number

    def outline(self, ground: int, area_m2: int = 20_000, *, east_m: int = 0) -> str:
        """A square on a piece of ground, moved so many metres, as GeoJSON text."""
        side = isqrt(area_m2) * 904 // 100
        west = self.west + ground % _COLUMNS * _CELL + east_m * 903 // 100
        south = self.south + ground // _COLUMNS * _CELL
        return ring(west, south, west + side, south + side)

    @property
    def west(self) -> int:
        """The corner the season's land is drawn from, in millionths of a degree."""
        return -77_100_000 + self.dice("west").roll(0, 300) * 1_000

    @property
    def south(self) -> int:
        """The same for the latitude."""
        return -6_300_000 + self.dice("south").roll(0, 300) * 1_000

    def area(self, by: Party, kind: str, region: str) -> str:
        """An area over a region of the grid."""
        south, north = (self.south + row * _CELL for row in ROWS[region])
        area = self.thing(f"area/{region}")
        body = {"area": area, "kind": kind, "name": region, "area_m2": 40_000_000, "district": "Rioja"}
        outline = ring(self.west - 2_000, south - 2_000, self.west + _COLUMNS * _CELL, north - 4_000)
        self.say(by.office, "area.mapped", body, sealed={"/geometry": outline})
        return area

    def enrol(self, group: Party, region: str = "forest", **changes: Any) -> Family:
        """A producer of a group with a plot of two hectares, whose land is assessed with the others'."""
        producer, plot = self.thing("producer"), self.thing("plot")
        number = self._numbers
        someone = dict(person(self.dice(f"person/{number}"), number))
        code = f"S-{number:05d}"
        enrolled = {"producer": producer, "code": code, "district": "Moyobamba"}
        self.say(group.office, "producer.enrolled", enrolled, sealed={"/person": someone})
        mapped = {"plot": plot, "area_m2": 20_000, "district": "Moyobamba", **changes}
        self.say(group.office, "plot.mapped", mapped, sealed={"/geometry": self.outline(self.ground(region))})
        self._assessed.append(plot)
        return Family(producer, plot, code, group)

    def assess(self, by: Party) -> None:
        """Somebody looks at the land of everybody enrolled so far and finds no felling."""
        plots = [{"plot": plot, "result": "low"} for plot in self._assessed]
        body = {
            "about": "deforestation",
            "provider": "Whisp",
            "version": "2026",
            "assessed_on": "2026-03-01",
            "plots": plots,
            "file": "00" * 32,
        }
        self.say(by.office, "evidence.recorded", body)
        self._assessed.clear()


def ring(west: int, south: int, east: int, north: int) -> str:
    """GeoJSON text of a rectangle in millionths of a degree."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    points = ",".join(f"[{_degrees(x)},{_degrees(y)}]" for x, y in corners)
    return f'{{"type":"Polygon","coordinates":[[{points}]]}}'


def point(longitude: int, latitude: int) -> str:
    """GeoJSON text of a point in millionths of a degree."""
    return f'{{"type":"Point","coordinates":[{_degrees(longitude)},{_degrees(latitude)}]}}'


def _degrees(micro: int) -> str:
    return f"{'-' if micro < 0 else ''}{abs(micro) // 1_000_000}.{abs(micro) % 1_000_000:06d}"


def _syllables(dice: Dice) -> str:
    return dice.pick(("Quil", "Yaru", "Tami", "Wen", "Sacha", "Nay")) + dice.pick(("mira", "tari", "yacu", "suma"))
