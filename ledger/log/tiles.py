"""Tiles (c2sp.org/tlog-tiles): the tree and its entries cut into files that never change and cache for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NoReturn

from ledger.errors import FormatError, Problem
from ledger.log.entry import MAX_INDEX
from ledger.log.merkle import HASH_BYTES, NodeId, ReadNode

WIDTH: Final = 256
_LEVELS_PER_TILE: Final = 8
_MAX_LEVEL: Final = 63
_MAX_ENTRY_BYTES: Final = 65_535

_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class TileId:
    """Which tile: its level (or "entries"), its number in that level, and how many hashes or entries it holds.

    A tile of level L holds the tree's nodes of level 8 x L from number x 256 on; one with fewer than 256 is partial.
    """

    level: int | Literal["entries"]
    number: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        """Refuse tiles no tree can have; raises FormatError tile-malformed."""
        level_ok = self.level == "entries" or 0 <= self.level <= _MAX_LEVEL
        if not level_ok or not 0 <= self.number <= MAX_INDEX or not 1 <= self.width <= WIDTH:
            _malformed()

    @property
    def tree_level(self) -> int:
        """The level of its nodes in the tree; an entry bundle stands on the leaves."""
        return 0 if self.level == "entries" else self.level * _LEVELS_PER_TILE

    def format(self) -> str:
        """The path under the log's address, such as `tile/0/x001/x234/067` or `tile/entries/000.p/12`."""
        groups = [f"{self.number % 1000:03d}"]
        rest = self.number // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{'/'.join(groups)}{partial}"

    @classmethod
    def parse(cls, path: str) -> TileId:
        """Read exactly what format() writes; raises FormatError tile-malformed for every other spelling."""
        found = _PATH.fullmatch(path)
        # 63-bit numbers have at most 19 digits; the length bounds the work before any number is read.
        if found is None or len(path) > 64:
            _malformed()
        level = found["level"]
        tile = cls(
            "entries" if level == "entries" else int(level),
            int(found["number"].replace("x", "").replace("/", "")),
            int(found["width"] or WIDTH),
        )
        if tile.format() != path:
            _malformed()
        return tile

    def nodes(self) -> list[NodeId]:
        """The stored nodes of a hash tile, in its order."""
        first = self.number * WIDTH
        return [NodeId(self.tree_level, index) for index in range(first, first + self.width)]

    def entries(self) -> range:
        """The indexes of an entry bundle's entries, in its order."""
        first = self.number * WIDTH
        return range(first, first + self.width)

    def fits(self, size: int) -> bool:
        """Whether a tree of that size has this tile: it must hold no more than the tree does at that level."""
        return self.number * WIDTH + self.width <= size >> self.tree_level


def tiles_of(size: int) -> Iterator[TileId]:
    """Every tile of a tree of that size, level by level; the last of a level may be partial."""
    level = 0
    while count := size >> (level * _LEVELS_PER_TILE):
        for number in range(count // WIDTH):
            yield TileId(level, number)
        if count % WIDTH:
            yield TileId(level, count // WIDTH, count % WIDTH)
        level += 1


def bundles_of(size: int) -> Iterator[TileId]:
    """Every entry bundle of a log of that size."""
    for number in range(size // WIDTH):
        yield TileId("entries", number)
    if size % WIDTH:
        yield TileId("entries", size // WIDTH, size % WIDTH)


def hash_tile(tile: TileId, read_node: ReadNode) -> bytes:
    """The bytes of a hash tile: 32 per node."""
    return b"".join(read_node(*node) for node in tile.nodes())


def parse_hash_tile(tile: TileId, data: bytes) -> list[bytes]:
    """The hashes of a tile; raises FormatError tile-malformed unless there are exactly `width`."""
    if len(data) != tile.width * HASH_BYTES:
        _malformed()
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def bundle_entries(entries: Sequence[bytes]) -> bytes:
    """The bytes of an entry bundle: each entry after its length in two bytes, big-endian."""
    if any(len(entry) > _MAX_ENTRY_BYTES for entry in entries):
        _malformed()
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_bundle(tile: TileId, data: bytes) -> list[bytes]:
    """The entries of a bundle; raises FormatError tile-malformed unless there are exactly `width` and nothing more."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[start - 2 : start], "big")
        # A length cut short reads as a smaller number, whose entry then starts behind the end.
        if start > len(data) or at > len(data):
            _malformed()
        entries.append(data[start:at])
    if len(entries) != tile.width:
        _malformed()
    return entries


def _malformed() -> NoReturn:
    raise FormatError(Problem("tile-malformed"))
