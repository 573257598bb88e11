from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError
from ledger.log import TileId, bundle_entries, bundles_of, hash_tile, parse_bundle, parse_hash_tile, tiles_of
from tests.log.tiny_log import TinyLog

LOG = TinyLog.of(600, batch=100)

levels = st.integers(0, 63) | st.just("entries")
tiles = st.builds(TileId, levels, st.integers(0, 2**63 - 1), st.integers(1, 256))


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TileId(0, 0), "tile/0/000"),
        (TileId(0, 1_234_067), "tile/0/x001/x234/067"),
        (TileId(2, 5, 17), "tile/2/005.p/17"),
        (TileId("entries", 1_000, 255), "tile/entries/x001/000.p/255"),
        (TileId("entries", 999), "tile/entries/999"),
    ],
    ids=lambda value: value if isinstance(value, str) else "tile",
)
def test_paths_are_those_of_the_specification(tile: TileId, path: str) -> None:
    assert tile.format() == path
    assert TileId.parse(path) == tile


@given(tiles)
def test_what_is_written_reads_back(tile: TileId) -> None:
    assert TileId.parse(tile.format()) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/00/000", "tile/64/000", "tile/-1/000", "tile/0/0", "tile/0/0000", "tile/0/x000/001", "tile/0/001/002",
        "tile/0/x001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/017", "tile/0/000.p/", "tile/0/000/",
        "/tile/0/000", "tile/data/000", "tile/0/../../checkpoint", "tile/0/\u0660\u0660\u0660",
        "tile/0/" + "x999/" * 100 + "999", "tile/0/000\n",
    ],
)  # fmt: skip
def test_every_other_spelling_of_a_path_is_refused(path: str) -> None:
    with pytest.raises(FormatError, match="tile-malformed"):
        TileId.parse(path)


@given(st.integers(0, 600))
def test_the_tiles_of_a_tree_hold_each_of_its_nodes_at_their_levels_once(size: int) -> None:
    found = [node for tile in tiles_of(size) for node in tile.nodes()]

    expected = [(level, number) for level in range(0, 64, 8) for number in range(size >> level)]
    assert [tuple(node) for node in found] == expected
    assert all(tile.fits(size) for tile in tiles_of(size))


@given(st.integers(0, 600))
def test_the_bundles_of_a_log_hold_each_entry_once(size: int) -> None:
    assert [index for bundle in bundles_of(size) for index in bundle.entries()] == list(range(size))


def test_a_tile_wider_than_the_tree_does_not_fit() -> None:
    assert TileId(0, 2, 88).fits(600)
    assert not TileId(0, 2, 89).fits(600)
    assert TileId(1, 0, 2).fits(600)
    assert not TileId(1, 0).fits(600)


def test_hash_tiles_read_back() -> None:
    for tile in tiles_of(600):
        data = hash_tile(tile, LOG.read_node)
        assert parse_hash_tile(tile, data) == [LOG.nodes[node] for node in tile.nodes()]
        with pytest.raises(FormatError, match="tile-malformed"):
            parse_hash_tile(tile, data[:-1])


def test_a_bundle_is_length_then_entry_big_endian() -> None:
    tile = TileId("entries", 0, 3)
    data = bundle_entries([b"one", b"", b"x" * 258])

    assert data == b"\x00\x03one" + b"\x00\x00" + b"\x01\x02" + b"x" * 258
    assert parse_bundle(tile, data) == [b"one", b"", b"x" * 258]


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x03on", b"\x00\x03one\x00", b"\x00\x03one", b"", b"\x00\x01a" * 3])
def test_a_bundle_cut_short_or_with_another_count_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match="tile-malformed"):
        parse_bundle(TileId("entries", 0, 2), data)


def test_an_entry_too_long_for_its_length_is_refused() -> None:
    with pytest.raises(FormatError, match="tile-malformed"):
        bundle_entries([bytes(65_536)])
