"""Outlines are read strictly, say nothing of where they lie, and are measured as a surveyor would."""

from __future__ import annotations

import json
from math import cos, log, pi, radians, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError
from ledger.exchange.geodata import (
    Neighbours,
    Outline,
    area_m2,
    geojson,
    overlap_m2,
    parse_outline,
    placement,
    swapped,
)
from tests.outlines import SOUTH, WEST, point, polygon, square
from tests.vectors_dir import shared_vectors

CORNERS = [(WEST, SOUTH), (WEST + 1000, SOUTH), (WEST + 1000, SOUTH + 1000), (WEST, SOUTH + 1000), (WEST, SOUTH)]


def refused(value: object, *, holes: bool = False) -> list[tuple[str, str]]:
    """(code, place) of everything wrong with an outline; no problem may hold a coordinate."""
    with pytest.raises(FormatError) as error:
        parse_outline(value, holes=holes)
    said = [f"{problem.found} {problem.expected} {dict(problem.details)}" for problem in error.value.problems]
    assert not any("77" in each or "6.4" in each or "-6" in each for each in said), said
    return [(problem.code, problem.where) for problem in error.value.problems]


# ------------------------------------------------------------ what is read


def test_a_walked_polygon_is_read() -> None:
    outline = parse_outline(square(1))

    assert outline.kind == "Polygon"
    assert len(outline.positions()) == 5


def test_a_point_is_read_and_has_no_area() -> None:
    outline = parse_outline(point("-76.97123", "-6.03417"))

    assert outline.is_point
    assert outline.positions() == [(-76_971_230, -6_034_170)]
    assert area_m2(outline) is None


def test_numbers_may_be_written_as_text_because_statements_hold_no_fractions() -> None:
    assert parse_outline({"type": "Point", "coordinates": ["-76.1", "-6.1"]}) == parse_outline(point("-76.1", "-6.1"))


def test_several_polygons_are_one_plot() -> None:
    one, two = (json.loads(square(number))["coordinates"] for number in (1, 2))
    outline = parse_outline(json.dumps({"type": "MultiPolygon", "coordinates": [one, two]}))

    assert area_m2(outline) == pytest.approx(2 * 20_000, rel=0.02)


def test_a_feature_brings_the_receivers_own_error_rounded_up() -> None:
    feature = {"type": "Feature", "properties": {"accuracy": "4.2"}, "geometry": json.loads(square(1))}

    assert parse_outline(json.dumps(feature)).accuracy_m == 5
    assert parse_outline(json.dumps({**feature, "properties": {"accuracy": "good"}})).accuracy_m is None
    assert parse_outline(json.dumps({**feature, "properties": None})).accuracy_m is None


def test_a_height_is_not_kept() -> None:
    assert parse_outline('{"type":"Point","coordinates":[-76.1,-6.1,931.4]}') == parse_outline(point("-76.1", "-6.1"))


def test_decimals_beyond_the_sixth_are_cut_not_rounded() -> None:
    assert parse_outline(point("-76.9712349", "-6.0341799")).positions() == [(-76_971_234, -6_034_179)]


def test_the_reference_system_older_files_name_is_the_only_one_there_is() -> None:
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    parse_outline(json.dumps({**json.loads(square(1)), "crs": named}))


def test_an_area_may_have_holes() -> None:
    hole = [(WEST + 400, SOUTH + 400), (WEST + 600, SOUTH + 400), (WEST + 600, SOUTH + 600), (WEST + 400, SOUTH + 600)]
    text = json.dumps({"type": "Polygon", "coordinates": [_ring(CORNERS), _ring([*hole, hole[0]])]})

    whole = area_m2(parse_outline(polygon(CORNERS)))
    assert whole is not None
    assert area_m2(parse_outline(text, holes=True)) == pytest.approx(whole * 0.96, rel=1e-3)
    assert refused(text) == [("outline-hole", "/coordinates/1")]


# ------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    "value", ["", "POLYGON((1 2))", "[1,2]", "NaN", '{"type":"Point","coordinates":[NaN,1]}', 7, None]
)
def test_what_is_no_geojson_is_refused(value: object) -> None:
    assert refused(value)[0][0] == "outline-unreadable"


def test_json_without_end_is_refused() -> None:
    assert refused("[" * 100_000) == [("outline-unreadable", "")]


@pytest.mark.parametrize("kind", ["LineString", "MultiPoint", "GeometryCollection", "FeatureCollection", "", 7])
def test_lines_and_collections_are_no_plot(kind: object) -> None:
    assert refused(json.dumps({"type": kind, "coordinates": _ring(CORNERS)})) == [("outline-kind", "/type")]


def test_another_reference_system_is_refused() -> None:
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32718"}}
    assert refused(json.dumps({**json.loads(square(1)), "crs": named})) == [("outline-reference-system", "/crs")]


@pytest.mark.parametrize(
    "position",
    ["[-76.1]", "[-76.1,-6.1,3,4]", '["-76,1","-6,1"]', "[true,1]", "[null,1]", "{}", "[1e99,1]", '["0x1",1]'],
)
def test_a_position_is_two_numbers(position: str) -> None:
    assert refused(f'{{"type":"Point","coordinates":{position}}}') == [("position-malformed", "/coordinates")]


def test_an_open_ring_is_refused_at_its_last_corner() -> None:
    assert refused(polygon(CORNERS[:-1])) == [("ring-open", "/coordinates/0/3")]


def test_a_ring_has_four_corners_or_more() -> None:
    assert refused(polygon([*CORNERS[:3], CORNERS[0]])) == [("ring-too-short", "/coordinates/0")]


def test_corners_that_fall_together_at_six_decimals_are_refused() -> None:
    """What is cut is looked at again: two corners three centimetres apart would be one in the EU's system."""
    corners = json.loads(square(0))["coordinates"][0]
    near = [corners[0], [corners[0][0] - 2e-7, corners[0][1] - 2e-7], *corners[1:]]
    assert refused(json.dumps({"type": "Polygon", "coordinates": [near]})) == [
        ("ring-point-repeated", "/coordinates/0/1")
    ]


def test_a_corner_met_twice_is_refused() -> None:
    eight = [CORNERS[0], CORNERS[1], CORNERS[2], CORNERS[1], CORNERS[3], CORNERS[0]]
    assert refused(polygon(eight)) == [("ring-point-repeated", "/coordinates/0/3")]


def test_a_ring_that_crosses_itself_is_refused() -> None:
    bow_tie = [CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3], CORNERS[0]]
    assert refused(polygon(bow_tie)) == [("ring-crosses-itself", "/coordinates")]


def test_a_ring_that_encloses_nothing_is_refused() -> None:
    flat = [(WEST, SOUTH), (WEST + 1, SOUTH), (WEST + 2, SOUTH), (WEST + 3, SOUTH), (WEST, SOUTH)]
    assert refused(polygon(flat)) == [("ring-crosses-itself", "/coordinates")]


def test_parts_lie_side_by_side() -> None:
    part = json.loads(square(1))["coordinates"]
    moved = json.loads(square(1, east=50))["coordinates"]
    text = json.dumps({"type": "MultiPolygon", "coordinates": [part, moved]})
    assert refused(text) == [("outline-parts-overlap", "/coordinates")]


def test_every_fault_is_named_at_once() -> None:
    part = _ring(CORNERS)
    text = json.dumps({"type": "MultiPolygon", "coordinates": [[part[:-1]], [part, part], [part[:3] + part[:1]]]})
    assert refused(text) == [
        ("ring-open", "/coordinates/0/0/3"),
        ("outline-hole", "/coordinates/1/1"),
        ("ring-too-short", "/coordinates/2/0"),
    ]


def test_a_drawing_of_a_continent_is_no_plot() -> None:
    text = json.dumps({"type": "Polygon", "coordinates": [[[0, 0]] * 20_001]})
    assert refused(text) == [("outline-too-long", "/coordinates/0")]


# ------------------------------------------------------------ where it lies


def test_a_plot_in_its_country_is_where_it_says() -> None:
    assert placement(parse_outline(square(1)), "PE").fault is None


def test_swapped_axes_are_found_and_mended() -> None:
    turned = swapped(parse_outline(square(1)))

    assert placement(turned, "PE").fault == "axes-swapped"
    assert swapped(turned) == parse_outline(square(1))


def test_swapped_axes_are_found_by_range_where_no_country_is_known() -> None:
    assert placement(parse_outline(point("10.5", "-122.3")), None).fault == "axes-swapped"
    assert placement(parse_outline(point("10.5", "-122.3")), "XX").fault == "axes-swapped"


def test_another_country_is_told_from_swapped_axes() -> None:
    assert placement(parse_outline(point("-70.0", "4.0")), "PE").fault == "outside-country"
    assert placement(parse_outline(point("-70.0", "4.0")), "CO").fault is None
    assert placement(parse_outline(point("-70.0", "4.0")), "XX").fault is None


def test_numbers_that_are_nowhere_are_out_of_range() -> None:
    assert placement(parse_outline(point("-769.7", "-603.5")), "PE").fault == "coordinates-out-of-range"


def test_metres_are_told_with_the_zones_that_would_fit() -> None:
    found = placement(parse_outline(point("282000.5", "9332000.25")), "PE")

    assert found.fault == "coordinates-in-metres"
    assert found.zones == ("utm-18-south",)


def test_where_several_zones_fit_all_are_named() -> None:
    assert placement(parse_outline(point("560000", "9300000")), "PE").zones == ("utm-17-south", "utm-18-south")
    assert placement(parse_outline(point("560000", "9300000")), None).zones == ()


def test_every_department_of_peru_lies_in_peru() -> None:
    folder = shared_vectors("geo/peru-departments")
    data = json.loads((folder / "peru_departamental_simple.geojson").read_text("utf-8"))
    assert len(data["features"]) == 25
    for feature in data["features"]:
        kind, coordinates = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        rings = coordinates if kind == "Polygon" else [ring for part in coordinates for ring in part]
        outline = Outline("Polygon", ((tuple((int(x * 1e6), int(y * 1e6)) for r in rings for x, y, *_ in r),),))
        assert placement(outline, "PE").fault is None, feature["properties"]["NOMBDEP"]
        assert placement(swapped(outline), "PE").fault == "axes-swapped"


# ------------------------------------------------------------ how large it is


def _cell_m2(west: int, south: int, side: int) -> float:
    """A cell between two meridians and two parallels of the ellipsoid, by the textbook formula."""
    semi_major, flattening = 6_378_137.0, 1 / 298.257223563
    e = sqrt(flattening * (2 - flattening))

    def zone(latitude: float) -> float:
        s = e * sin(latitude)
        return s / (1 - s * s) + log((1 + s) / (1 - s)) / 2

    low, high = radians(south / 1e6), radians((south + side) / 1e6)
    return semi_major**2 * (1 - e * e) / (2 * e) * radians(side / 1e6) * (zone(high) - zone(low))


@given(
    west=st.integers(-179_000_000, 179_000_000),
    south=st.integers(-70_000_000, 70_000_000),
    side=st.integers(500, 20_000),
)
def test_area_agrees_with_a_textbook(west: int, south: int, side: int) -> None:
    corners = [(west, south), (west + side, south), (west + side, south + side), (west, south + side), (west, south)]
    measured = area_m2(parse_outline(polygon(corners)))
    assert measured is not None
    assert abs(measured - _cell_m2(west, south, side)) <= 1 + measured * 2e-6


def test_area_does_not_depend_on_the_way_round() -> None:
    assert area_m2(parse_outline(polygon(CORNERS))) == area_m2(parse_outline(polygon(CORNERS[::-1])))


def test_stated_areas_of_the_eus_own_samples_are_within_one_percent() -> None:
    folder = shared_vectors("eudr")
    found = 0
    for file in sorted(folder.glob("official_type*.geojson")):
        for feature in json.loads(file.read_text("utf-8"))["features"]:
            stated = feature["properties"].get("Area")
            if feature["geometry"]["type"] == "Point" or not stated:
                continue
            outline = parse_outline(json.dumps(feature["geometry"]))
            measured = area_m2(outline)
            assert measured is not None
            assert measured / 10_000 == pytest.approx(stated, rel=0.01)
            assert parse_outline(geojson(outline)) == outline
            found += 1
    assert found


# ------------------------------------------------------------ there and back


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """Points, and polygons whose corners stand around a middle in order of their angle."""
    middle = draw(st.integers(-170_000_000, 170_000_000)), draw(st.integers(-80_000_000, 80_000_000))
    accuracy = None
    if draw(st.booleans()):
        return Outline("Point", (((middle,),),), accuracy)
    parts = []
    for place in range(draw(st.integers(1, 3))):
        steps = draw(st.lists(st.integers(300, 5_000), min_size=4, max_size=12))
        turn = 2 * pi / len(steps)
        ring = [
            (middle[0] + 20_000 * place + int(step * cos(turn * n)), middle[1] + int(step * sin(turn * n)))
            for n, step in enumerate(steps)
        ]
        parts.append(((*ring, ring[0]),))
    return Outline("Polygon" if len(parts) == 1 else "MultiPolygon", tuple(parts), accuracy)


@given(outlines())
def test_what_is_written_is_read_back(outline: Outline) -> None:
    assert parse_outline(geojson(outline)) == outline


@given(outlines())
def test_swapping_twice_changes_nothing(outline: Outline) -> None:
    assert swapped(swapped(outline)) == outline


# ------------------------------------------------------------ beside each other


def test_the_same_ground_is_found_however_it_was_walked() -> None:
    known = Neighbours[str]()
    known.add("one", parse_outline(square(1)))

    [hit] = known.over(parse_outline(square(1, east=2)))
    assert (hit.key, hit.same) == ("one", True)


def test_ninety_five_percent_of_the_larger_is_the_same_ground() -> None:
    known = Neighbours[str]()
    known.add("one", parse_outline(square(1, 1_000_000)))

    assert [hit.same for hit in known.over(parse_outline(square(1, 1_000_000, east=45)))] == [True]
    assert [hit.same for hit in known.over(parse_outline(square(1, 1_000_000, east=55)))] == [False]
    # A plot inside a larger one is not the larger one.
    assert [hit.same for hit in known.over(parse_outline(square(1, 900_000)))] == [False]


def test_an_overlap_is_measured_on_the_ellipsoid() -> None:
    one, other = parse_outline(square(1)), parse_outline(square(1, east=100))
    known = Neighbours[str]()
    known.add("one", one)

    [hit] = known.over(other)
    assert not hit.same
    assert hit.area_m2 == overlap_m2(one, other)
    assert hit.area_m2 == pytest.approx(41 * 141, rel=0.05)


def test_plots_side_by_side_share_a_hedge_and_no_ground() -> None:
    known = Neighbours[str]()
    known.add("west", parse_outline(polygon(CORNERS)))

    assert known.over(parse_outline(polygon([(x + 1000, y) for x, y in CORNERS]))) == []


def test_a_point_registered_twice_is_found_and_one_inside_a_plot_too() -> None:
    known = Neighbours[str]()
    known.add("plot", parse_outline(polygon(CORNERS)))
    known.add("point", parse_outline(point("-76.9995", "-6.3995")))

    hits = known.over(parse_outline(point("-76.9995", "-6.3995")))
    assert [(hit.key, hit.same, hit.area_m2) for hit in hits] == [("plot", False, 0), ("point", True, 0)]
    assert known.over(parse_outline(point("-76.9994", "-6.4995"))) == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=150))
def test_the_tree_finds_what_a_walk_over_everything_finds(places: list[tuple[int, int]]) -> None:
    drawn = [parse_outline(square(1, 2_500, east=20 * east, north=20 * north)) for east, north in places]
    known = Neighbours[int]()
    for number, outline in enumerate(drawn):
        found = {hit.key for hit in known.over(outline)}
        walked = {other for other in range(number) if overlap_m2(outline, drawn[other]) >= 1}
        assert found == walked
        known.add(number, outline)
    assert len(known) == len(drawn)


def _ring(corners: list[tuple[int, int]]) -> list[list[float]]:
    return [[x / 1e6, y / 1e6] for x, y in corners]
