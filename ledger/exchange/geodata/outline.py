"""An outline that was read and found sound: whole millionths of a degree, so that equal outlines are equal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

MICRO: Final = 1_000_000
"""How many parts a degree has: six decimals, about 11 cm, are what the EU's system keeps of a coordinate."""

Kind = Literal["Point", "Polygon", "MultiPolygon"]
Position = tuple[int, int]
"""Longitude and latitude (WGS84) in millionths of a degree."""

Ring = tuple[Position, ...]
"""Corners of a line that ends where it began."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A point, a polygon or several.

    `parts` holds each polygon's outer ring followed by its holes (only areas have any); a point is one part of one
    ring of one position. `accuracy_m` is what the device said of its own error, where it came along.
    """

    kind: Kind
    parts: tuple[tuple[Ring, ...], ...]
    accuracy_m: int | None = None

    @property
    def is_point(self) -> bool:
        """Whether it is a single position."""
        return self.kind == "Point"

    def positions(self) -> list[Position]:
        """Every position, ring after ring."""
        return [position for part in self.parts for ring in part for position in ring]

    def moved(self, change: Callable[[Position], Position]) -> Outline:
        """The same outline with every position changed."""
        parts = tuple(tuple(tuple(change(position) for position in ring) for ring in part) for part in self.parts)
        return Outline(self.kind, parts, self.accuracy_m)

    def shape(self) -> BaseGeometry:
        """The outline in degrees, as shapely computes with it."""
        if self.is_point:
            return Point(*_degrees(self.parts[0][0][0]))
        polygons = [
            Polygon([_degrees(p) for p in part[0]], [[_degrees(p) for p in hole] for hole in part[1:]])
            for part in self.parts
        ]
        return polygons[0] if self.kind == "Polygon" else MultiPolygon(polygons)


def geojson(outline: Outline) -> str:
    """The outline as GeoJSON text (RFC 7946) with at most six decimals; reading it gives the same outline."""
    if outline.is_point:
        coordinates = _written(outline.parts[0][0][0])
    else:
        parts = [
            "[" + ",".join("[" + ",".join(_written(p) for p in ring) + "]" for ring in part) + "]"
            for part in outline.parts
        ]
        coordinates = parts[0] if outline.kind == "Polygon" else "[" + ",".join(parts) + "]"
    return f'{{"type":"{outline.kind}","coordinates":{coordinates}}}'


def _degrees(position: Position) -> tuple[float, float]:
    return position[0] / MICRO, position[1] / MICRO


def _written(position: Position) -> str:
    return f"[{_decimal(position[0])},{_decimal(position[1])}]"


def _decimal(micro: int) -> str:
    whole, part = divmod(abs(micro), MICRO)
    digits = f"{part:06d}".rstrip("0")
    sign = "-" if micro < 0 else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"
