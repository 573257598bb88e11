"""Areas on the ellipsoid, in whole square metres."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import shapely
from pyproj import Geod
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from ledger.exchange.geodata.outline import Outline

_WGS84: Final = Geod(ellps="WGS84")


def area_m2(outline: Outline) -> int | None:
    """The geodesic area (Karney 2013) to the nearest square metre; None for a point, which has none."""
    return None if outline.is_point else round(area_of(outline.shape()))


def overlap_m2(one: Outline, other: Outline) -> int:
    """The geodesic area two outlines have in common, to the nearest square metre.

    Where they cross is computed on the plane of degrees: at the size of a plot the difference is millimetres.
    """
    return round(area_of(shapely.intersection(one.shape(), other.shape())))


def area_of(shape: BaseGeometry) -> float:
    """Geodesic square metres of a shape in degrees; lines and points have none."""
    return sum(
        _ring(polygon.exterior.coords) - sum(_ring(hole.coords) for hole in polygon.interiors)
        for polygon in _polygons(shape)
    )


def _ring(positions: shapely.coords.CoordinateSequence) -> float:
    longitudes, latitudes = positions.xy
    signed, _ = _WGS84.polygon_area_perimeter(longitudes, latitudes)
    # The sign tells which way round the ring was drawn.
    return abs(float(signed))


def _polygons(shape: BaseGeometry) -> Iterator[Polygon]:
    if isinstance(shape, Polygon):
        if not shape.is_empty:
            yield shape
    elif isinstance(shape, MultiPolygon) or shape.geom_type == "GeometryCollection":
        for part in shapely.get_parts(shape):
            yield from _polygons(part)
