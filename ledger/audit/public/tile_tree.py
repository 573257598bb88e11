"""A log's tree as its source serves it, tile by tile; what is read agrees with nothing until it is folded to a root."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ledger.audit.public.source import LogSource
from ledger.errors import FormatError, NotFoundError, Problem, ProofError
from ledger.log.merkle import consistency_proof, node_hash, root
from ledger.log.tiles import WIDTH, TileId, parse_bundle, parse_hash_tile

_LEVELS: Final = 8


class TileTree:
    """The stored nodes of a tree of one size, read from its hash tiles; each tile is asked for once."""

    def __init__(self, source: LogSource, size: int) -> None:
        """Reads nothing yet."""
        self._source = source
        self._size = size
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def root(self, size: int | None = None) -> bytes:
        """The root at a size up to the tree's own."""
        return root(self._size if size is None else size, self.node)

    def consistency(self, old: int) -> list[bytes]:
        """The proof that the tree of a smaller size is the beginning of this one."""
        return consistency_proof(old, self._size, self.node)

    def node(self, level: int, number: int) -> bytes:
        """A node, folded from the hashes of the tile it stands in; raises ProofError where the tile is no tile."""
        tile_level, height = divmod(level, _LEVELS)
        first = number << height
        hashes = self._tile(tile_level, first // WIDTH)[first % WIDTH : first % WIDTH + (1 << height)]
        while len(hashes) > 1:
            pairs = iter(hashes)
            hashes = [node_hash(left, right) for left, right in zip(pairs, pairs, strict=True)]
        return hashes[0]

    def _tile(self, level: int, number: int) -> list[bytes]:
        found = self._tiles.get((level, number))
        if found is None:
            width = min(WIDTH, (self._size >> level * _LEVELS) - number * WIDTH)
            found = self._tiles[level, number] = read_hashes(self._source, TileId(level, number, width))
        return found


def read_hashes(source: LogSource, tile: TileId) -> list[bytes]:
    """The hashes of a tile; raises ProofError tile-wrong-length, NotFoundError tile-missing, or as the source does."""
    return _read(source, tile, parse_hash_tile)


def read_entries(source: LogSource, tile: TileId) -> list[bytes]:
    """The entry texts of a bundle; raises as `read_hashes` does."""
    return _read(source, tile, parse_bundle)


def _read(source: LogSource, tile: TileId, parse: Callable[[TileId, bytes], list[bytes]]) -> list[bytes]:
    # c2sp.org/tlog-tiles: once a tile is full its partial forms may be gone, so the full one is asked for instead.
    for asked in dict.fromkeys((tile, TileId(tile.level, tile.number))):
        try:
            return _parsed(asked, source.read(asked.format()), parse)[: tile.width]
        except NotFoundError:
            continue
    raise NotFoundError(Problem("tile-missing", found=tile.format(), expected=source.name, retry="after-change"))


def _parsed(tile: TileId, data: bytes, parse: Callable[[TileId, bytes], list[bytes]]) -> list[bytes]:
    try:
        return parse(tile, data)
    except FormatError:
        raise ProofError(Problem("tile-wrong-length", found=tile.format(), expected=tile.width)) from None
