"""Invented outlines: squares on a grid in the north of Peru, so that no two plots lie over each other by accident."""

from __future__ import annotations

from math import isqrt

WEST, SOUTH = -77_000_000, -6_400_000
"""The grid's corner, in millionths of a degree."""

_CELL = 10_000


def square(number: int, area_m2: int = 20_000, *, east: int = 0, north: int = 0) -> str:
    """The outline of a square plot in the cell of a number, moved so many metres, as GeoJSON text."""
    # Near 6 degrees south a metre is 9.04 millionths of a degree of latitude and 9.03 of longitude.
    side = isqrt(area_m2) * 904 // 100
    west = WEST + number % 100 * _CELL + east * 903 // 100
    south = SOUTH + number // 100 % 100 * _CELL + north * 904 // 100
    corners = [(west, south), (west + side, south), (west + side, south + side), (west, south + side), (west, south)]
    return polygon(corners)


def polygon(corners: list[tuple[int, int]]) -> str:
    """GeoJSON text of one ring given in millionths of a degree, as it stands."""
    ring = ",".join(f"[{degrees(x)},{degrees(y)}]" for x, y in corners)
    return f'{{"type":"Polygon","coordinates":[[{ring}]]}}'


def point(longitude: str, latitude: str) -> str:
    """GeoJSON text of a point."""
    return f'{{"type":"Point","coordinates":[{longitude},{latitude}]}}'


def degrees(micro: int) -> str:
    """Millionths of a degree with six decimals."""
    return f"{'-' if micro < 0 else ''}{abs(micro) // 1_000_000}.{abs(micro) % 1_000_000:06d}"
