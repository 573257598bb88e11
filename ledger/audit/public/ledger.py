"""An open ledger read as strangers read it: the same files under the same paths."""

from __future__ import annotations

from ledger.audit.public.files import Tiles, tile_bytes
from ledger.audit.public.source import CHECKPOINT
from ledger.errors import NotFoundError, Problem
from ledger.log.tiles import TileId


class LedgerLog:
    """The public half of a ledger, or of a copy of its database, which signs nothing."""

    def __init__(self, tiles: Tiles, name: str, note: bytes | None) -> None:
        """`note` is the signed checkpoint to be read with these tiles, None where the log's key is not at hand."""
        self._tiles = tiles
        self._note = note
        self.name = name

    def checkpoint(self) -> bytes:
        """The signed checkpoint; raises NotFoundError database-unsigned where there is none."""
        if self._note is None:
            raise NotFoundError(Problem("database-unsigned", found=self.name, retry="after-change"))
        return self._note

    def read(self, path: str) -> bytes:
        """One file of the log."""
        if path == CHECKPOINT:
            return self.checkpoint()
        try:
            return tile_bytes(self._tiles, TileId.parse(path))
        except NotFoundError:
            raise NotFoundError(Problem("source-missing", found=path)) from None
