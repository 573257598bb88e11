"""A log's public files in a folder: an export, an unpacked audit bundle, or somebody's copy of either."""

from __future__ import annotations

from pathlib import Path

from ledger.audit.public.source import CHECKPOINT, KEYS, most_bytes
from ledger.errors import FormatError, NotFoundError, Problem, ProofError
from ledger.log.tiles import TileId


class FolderLog:
    """The log in a folder, or in the folder `log` of one."""

    def __init__(self, folder: Path) -> None:
        """Raises NotFoundError source-missing where there is no checkpoint."""
        self.name = str(folder)
        inner = folder / "log"
        self._folder = inner if (inner / CHECKPOINT).is_file() and not (folder / CHECKPOINT).is_file() else folder
        if not (self._folder / CHECKPOINT).is_file():
            raise NotFoundError(self._problem("source-missing", CHECKPOINT))

    def checkpoint(self) -> bytes:
        """The signed checkpoint."""
        return self.read(CHECKPOINT)

    def read(self, path: str) -> bytes:
        """One file of the log; no path but those of logs is ever opened."""
        if path not in {CHECKPOINT, KEYS}:
            TileId.parse(path)
        most = most_bytes(path)
        try:
            with (self._folder / path).open("rb") as file:
                data = file.read(most + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise NotFoundError(self._problem("source-missing", path)) from None
        except OSError as error:
            details = {"reason": error.strerror or ""}
            found = str(self._folder / path)
            raise FormatError(
                Problem("file-not-readable", found=found, details=details, retry="after-change")
            ) from None
        if len(data) > most:
            raise ProofError(self._problem("source-too-long", path))
        return data

    def _problem(self, code: str, path: str) -> Problem:
        return Problem(code, found=str(self._folder / path), expected=most_bytes(path), retry="after-change")
