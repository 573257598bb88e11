"""Whether an outline can lie where its numbers say: on earth, axes in their order, degrees, and in its country."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pyproj import Proj

from ledger.exchange.geodata.countries import holds
from ledger.exchange.geodata.outline import MICRO, Outline, Position

Fault = Literal["coordinates-out-of-range", "axes-swapped", "coordinates-in-metres", "outside-country"]

_EAST: Final = range(100_000, 900_001)
_NORTH: Final = range(10_000_001)
"""What a Universal Transverse Mercator easting and northing can be, in metres."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What is wrong with where an outline lies (None: nothing), and for metres the UTM zones that would fit.

    Zones are codes such as `utm-18-south`; several may fit, since an easting does not tell its zone.
    """

    fault: Fault | None
    zones: tuple[str, ...] = ()


def placement(outline: Outline, country: str | None) -> Placement:
    """Look at every position; `country` (ISO 3166-1) is the one the plot is said to lie in, None where unsaid."""
    positions = outline.positions()
    if not all(_on_earth(position) for position in positions):
        if all(_metres(position) for position in positions):
            return Placement("coordinates-in-metres", _zones(positions[0], country))
        if all(_on_earth(_turned(position)) for position in positions):
            return Placement("axes-swapped")
        return Placement("coordinates-out-of-range")
    if country is None or _inside(outline, country) is not False:
        return Placement(None)
    if all(_on_earth(_turned(p)) for p in positions) and _inside(swapped(outline), country):
        return Placement("axes-swapped")
    return Placement("outside-country")


def swapped(outline: Outline) -> Outline:
    """The outline with longitude and latitude in each other's place: the mend for `axes-swapped`."""
    return outline.moved(_turned)


def _turned(position: Position) -> Position:
    return position[1], position[0]


def _on_earth(position: Position) -> bool:
    return abs(position[0]) <= 180 * MICRO and abs(position[1]) <= 90 * MICRO


def _metres(position: Position) -> bool:
    return position[0] // MICRO in _EAST and position[1] // MICRO in _NORTH


def _inside(outline: Outline, country: str) -> bool | None:
    """Every position inside; None where nobody knows the country's outline."""
    found = [holds(country, x / MICRO, y / MICRO) for x, y in outline.positions()]
    return None if None in found else all(found)


def _zones(position: Position, country: str | None) -> tuple[str, ...]:
    """The zones in which these metres lie in the country."""
    if country is None or holds(country, 0, 0) is None:
        return ()
    fitting = []
    for south in (True, False):
        for zone in range(1, 61):
            project = Proj(proj="utm", zone=zone, south=south, ellps="WGS84")
            longitude, latitude = project(position[0] / MICRO, position[1] / MICRO, inverse=True)
            # A false southing put on the equator's other side is no latitude of the zone's hemisphere.
            if (latitude < 0) == south and holds(country, longitude, latitude):
                fitting.append(f"utm-{zone}-{'south' if south else 'north'}")
    return tuple(fitting)
