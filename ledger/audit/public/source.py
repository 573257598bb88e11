"""Where a log is read from: the one thing every check of a stranger needs, and all that a check may rely on."""

from __future__ import annotations

from typing import Final, Protocol

from ledger.errors import FormatError
from ledger.log.tiles import TileId

CHECKPOINT: Final = "checkpoint"
"""The path of the signed checkpoint; every other path but KEYS is that of a tile (`ledger.log.TileId.format`)."""

KEYS: Final = "keys"
"""The path of the log's list of its keys, beside the checkpoint (docs/log-format.md)."""


MOST_ENTRY_BYTES: Final = 512
"""More than the longest entry: six lines, an origin of 255 bytes, and the two bytes of its length in a tile."""

_MOST_BYTES: Final = 1_000_000
_HASH_BYTES: Final = 32


class LogSource(Protocol):
    """A log's public files under the paths of c2sp.org/tlog-tiles; nothing it says is believed.

    Both raise NotFoundError source-missing where there is no such file, ProofError source-too-long for an answer that
    no honest log gives, FormatError source-redirected or source-encoded for a server that is set up otherwise than
    logs are, and ConflictError where trying again may help: source-unreachable, -refused, -broken-off, -too-slow.
    Both may be called from several threads at once.
    """

    @property
    def name(self) -> str:
        """What people call it: the address, the folder or the file."""
        ...

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint there is, unverified."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes under a path such as `tile/0/x001/067` or `tile/entries/000.p/12`, unverified."""
        ...


def most_bytes(path: str) -> int:
    """How long an honest log's file under a path can be: whoever sends more is not read to the end."""
    try:
        tile = TileId.parse(path)
    except FormatError:
        return _MOST_BYTES
    return tile.width * (MOST_ENTRY_BYTES if tile.level == "entries" else _HASH_BYTES)
