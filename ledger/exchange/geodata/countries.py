"""Coarse outlines of countries, to tell whether a plot can lie where it is said to; source and licence in the file.

A country without an outline is not asked about. Borders are drawn to some kilometres, so a position counts as inside
up to `MARGIN` beyond them: this finds swapped axes and foreign data, never a plot near a border.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

MARGIN: Final = 0.15
"""Degrees, about 17 km: three times what the outlines were simplified by."""


def holds(country: str, longitude: float, latitude: float) -> bool | None:
    """Whether a position in degrees lies in a country; None where its outline is not at hand."""
    shape = _shapes().get(country)
    return None if shape is None else bool(shapely.contains_xy(shape, longitude, latitude))


@cache
def _shapes() -> dict[str, BaseGeometry]:
    rings: dict[str, list[Polygon]] = {}
    text = files("ledger.exchange.geodata").joinpath("countries.txt").read_text("ascii")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        code, *corners = line.split()
        positions = [corner.split(",") for corner in corners]
        # Rounding can make a narrow neck touch itself; a buffer of nothing mends that.
        rings.setdefault(code, []).append(Polygon([(int(x) / 100, int(y) / 100) for x, y in positions]).buffer(0))
    shapes: dict[str, BaseGeometry] = {
        code: shapely.union_all(parts).buffer(MARGIN, quad_segs=2) for code, parts in rings.items()
    }
    for shape in shapes.values():
        shapely.prepare(shape)
    return shapes
