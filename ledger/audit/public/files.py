"""The public files of a log as c2sp.org/tlog-tiles names them: what a web server serves and an audit bundle holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ledger.audit.public.source import CHECKPOINT
from ledger.log.tiles import TileId, bundles_of, tiles_of


class Tiles(Protocol):
    """What tiles are read from: a Ledger, or a Copy of one."""

    def tile(self, level: int, index: int, width: int = 256) -> bytes:
        """Hashes of a tile; raises NotFoundError beyond the tree."""
        ...

    def entries_tile(self, index: int, width: int = 256) -> bytes:
        """A bundle of entries; raises NotFoundError beyond the tree."""
        ...


def public_files(reading: Tiles, size: int, checkpoint: bytes | None = None) -> Iterator[tuple[str, bytes]]:
    """Every public file of the log of that size as (path, bytes), each made when it is asked for.

    Hash tiles level by level, then the bundles of entries, then `checkpoint` where one is given: last, so that whoever
    writes them in this order never shows a checkpoint whose tiles are not there yet. It must be over exactly `size`
    entries; a database without its keys has none. Raises NotFoundError beyond the tree.
    """
    for tile in public_tiles(size):
        yield tile.format(), tile_bytes(reading, tile)
    if checkpoint is not None:
        yield CHECKPOINT, checkpoint


def public_tiles(size: int) -> Iterator[TileId]:
    """The tiles of a log of that size, in the order of `public_files`."""
    yield from tiles_of(size)
    yield from bundles_of(size)


def tile_bytes(reading: Tiles, tile: TileId) -> bytes:
    """The bytes of one tile, of hashes or of entries."""
    if tile.level == "entries":
        return reading.entries_tile(tile.number, tile.width)
    return reading.tile(tile.level, tile.number, tile.width)
