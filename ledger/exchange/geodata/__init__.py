"""Outlines of plots and areas: GeoJSON in and out, geodesic areas, and what can be wrong with where they lie.

An outline is a person's data. No Problem, finding or report made here holds a coordinate: they name places inside the
document, ids, areas and codes.
"""

from ledger.exchange.geodata.area import area_m2, overlap_m2
from ledger.exchange.geodata.neighbours import Neighbour, Neighbours
from ledger.exchange.geodata.outline import Outline, geojson
from ledger.exchange.geodata.placement import Placement, placement, swapped
from ledger.exchange.geodata.reading import parse_outline

__all__ = [
    "Neighbour",
    "Neighbours",
    "Outline",
    "Placement",
    "area_m2",
    "geojson",
    "overlap_m2",
    "parse_outline",
    "placement",
    "swapped",
]
