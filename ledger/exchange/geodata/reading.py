"""One plot's GeoJSON, read strictly: what the EU's deforestation system would reject is refused here with its place.

Positions are cut to six decimals and only then looked at: that is what will be kept of them. Holes, lines, open or
crossing rings, repeated points and rings of fewer than four distinct points are refused (EUDR GeoJSON file
description; RFC 7946 for the rest). Statements hold no fractions, so an outline comes as text, or as an object whose
numbers are written as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal, InvalidOperation
from typing import Final, NoReturn

import shapely

from ledger.errors import FormatError, Problem
from ledger.exchange.geodata.outline import MICRO, Outline, Position, Ring

MAX_POSITIONS: Final = 20_000
"""A plot walked with a receiver has some hundreds; what is longer is a drawing of something else."""

_KINDS: Final = ("Point", "Polygon", "MultiPolygon")
_WGS84: Final = frozenset({"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326"})
_DECIMAL: Final = re.compile(r"-?\d{1,9}(\.\d{1,40})?")
_LARGEST: Final = 100_000_000
"""Metres of any projection are smaller; a number above is none of a position."""


def parse_outline(value: object, *, holes: bool = False) -> Outline:
    """Read a Point, Polygon or MultiPolygon, bare or as the one Feature with its `accuracy` in metres.

    `holes` allows them, for areas that are no plots. Whether the numbers are degrees at all is asked by `placement`,
    so that the answer can say what they seem to be. Raises FormatError with every problem: outline-unreadable,
    outline-kind, outline-reference-system, outline-too-long, position-malformed, ring-open, ring-too-short,
    ring-point-repeated, ring-crosses-itself, outline-hole, outline-parts-overlap. Places are JSON pointers into the
    outline; no problem holds a coordinate.
    """
    document = _document(value)
    accuracy: int | None = None
    where = ""
    if document.get("type") == "Feature":
        accuracy = _accuracy(document.get("properties"))
        where, inner = "/geometry", document.get("geometry")
        _check_reference_system(document)
        if not isinstance(inner, Mapping):
            raise FormatError(Problem("outline-unreadable", where))
        document = inner
    _check_reference_system(document)
    kind = document.get("type")
    if kind not in _KINDS:
        found = kind if isinstance(kind, str) and kind.isalpha() and len(kind) < 32 else None
        raise FormatError(Problem("outline-kind", f"{where}/type", found, ", ".join(_KINDS)))
    where += "/coordinates"
    coordinates = document.get("coordinates")
    if kind == "Point":
        return Outline("Point", (((_position(coordinates, where),),),), accuracy)
    if kind == "Polygon":
        return _sound(Outline("Polygon", (_part(coordinates, where),), accuracy), where, holes=holes)
    parts = tuple(_part(part, f"{where}/{place}") for place, part in enumerate(_list(coordinates, where)))
    return _sound(Outline("MultiPolygon", parts, accuracy), where, holes=holes)


# ------------------------------------------------------------ from JSON to positions


def _document(value: object) -> Mapping[str, object]:
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError, InvalidOperation):
            raise FormatError(Problem("outline-unreadable")) from None
    if not isinstance(value, Mapping):
        raise FormatError(Problem("outline-unreadable"))
    return value


def _no_constant(_name: str) -> NoReturn:
    raise ValueError


def _check_reference_system(document: Mapping[str, object]) -> None:
    """RFC 7946 knows only WGS84; older files may still say so."""
    named = document.get("crs")
    if named is None:
        return
    properties = named.get("properties") if isinstance(named, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    if name not in _WGS84:
        raise FormatError(Problem("outline-reference-system", "/crs", expected="WGS84 (EPSG:4326)"))


def _accuracy(properties: object) -> int | None:
    """The receiver's own error in whole metres, rounded up, as form apps write it; unreadable ones are not there."""
    said = properties.get("accuracy") if isinstance(properties, Mapping) else None
    number = _number(said)
    if number is None or not 0 <= number < _LARGEST:
        return None
    return int(number.to_integral_value(ROUND_CEILING))


def _part(value: object, where: str) -> tuple[Ring, ...]:
    return tuple(
        tuple(_position(position, f"{where}/{r}/{p}") for p, position in enumerate(_list(ring, f"{where}/{r}")))
        for r, ring in enumerate(_list(value, where))
    )


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list | tuple) or not value:
        raise FormatError(Problem("position-malformed", where))
    if len(value) > MAX_POSITIONS:
        raise FormatError(Problem("outline-too-long", where, len(value), MAX_POSITIONS))
    return list(value)


def _position(value: object, where: str) -> Position:
    """Longitude, latitude, and perhaps a height that is not kept."""
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= 3:
        raise FormatError(Problem("position-malformed", where))
    x, y = (_micro(number, where) for number in value[:2])
    return x, y


def _micro(value: object, where: str) -> int:
    number = _number(value)
    if number is None or abs(number) > _LARGEST:
        raise FormatError(Problem("position-malformed", where))
    return int((number * MICRO).to_integral_value(ROUND_DOWN))


def _number(value: object) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return None


# ------------------------------------------------------------ from positions to an outline


def _sound(outline: Outline, where: str, *, holes: bool) -> Outline:
    """The outline, where nothing is wrong with its rings; what is cut to six decimals is what is looked at."""
    problems: list[Problem] = []
    for place, part in enumerate(outline.parts):
        inside = where if outline.kind == "Polygon" else f"{where}/{place}"
        if len(part) > 1 and not holes:
            problems.append(Problem("outline-hole", f"{inside}/1", len(part) - 1, 0))
        for number, ring in enumerate(part):
            problems += _ring_problems(ring, f"{inside}/{number}")
    if not problems:
        problems += _shape_problems(outline, where)
    if problems:
        raise FormatError(problems)
    return outline


def _ring_problems(ring: Ring, where: str) -> Iterator[Problem]:
    if ring[0] != ring[-1]:
        yield Problem("ring-open", f"{where}/{len(ring) - 1}")
        return
    distinct = len(set(ring))
    if distinct < 4:
        yield Problem("ring-too-short", where, distinct, 4)
        return
    seen: set[Position] = set()
    for place, position in enumerate(ring[:-1]):
        if position in seen:
            yield Problem("ring-point-repeated", f"{where}/{place}", place + 1)
            return
        seen.add(position)


def _shape_problems(outline: Outline, where: str) -> Iterator[Problem]:
    # The reason shapely gives names a coordinate, so only the part is told.
    for place, part in enumerate(outline.parts):
        inside = where if outline.kind == "Polygon" else f"{where}/{place}"
        alone = Outline("Polygon", (part,)).shape()
        if not shapely.is_valid(alone) or alone.area == 0:
            yield Problem("ring-crosses-itself", inside)
            return
    if outline.kind == "MultiPolygon" and not shapely.is_valid(outline.shape()):
        yield Problem("outline-parts-overlap", where)
