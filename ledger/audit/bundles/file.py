"""An audit bundle as somebody outside holds it: its public log, and its statements where they are there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from ledger.audit.bundles.manifest import Manifest
from ledger.audit.bundles.packing import MANIFEST, ZipFiles
from ledger.audit.public.source import CHECKPOINT
from ledger.audit.whole.log import ShownHead
from ledger.canonical import unb64url
from ledger.errors import FormatError, Problem
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import Entry
from ledger.log.note import Note
from ledger.log.tiles import TileId, bundles_of, parse_bundle
from ledger.queries.logged import Logged


class BundleFile:
    """A bundle's ZIP, opened: a `LogSource` for its public files and a `WholeLog` for its statements.

    Nothing it says is believed: whoever reads it checks, or has it checked by `check_bundle`.
    """

    def __init__(self, path: Path) -> None:
        """Raises NotFoundError, ProofError bundle-zip-altered, FormatError bundle-manifest."""
        self.name = str(path)
        self.files = ZipFiles(path)
        try:
            self.manifest = Manifest.parse(self.files.read(MANIFEST))
        except BaseException:
            self.files.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self.files.close()

    def checkpoint(self) -> bytes:
        """The checkpoint the bundle was made at."""
        return self.read(CHECKPOINT)

    def read(self, path: str) -> bytes:
        """A public file of the log, by its path under the log's address."""
        if path != CHECKPOINT:
            TileId.parse(path)
        return self.files.read(f"log/{path}")

    def head(self) -> ShownHead:
        """Where the log stood."""
        note = self.checkpoint()
        return ShownHead(Checkpoint.parse(Note.parse(note).text), note)

    def pack(self, digest: str) -> bytes:
        """The bytes of a pack the log adopted."""
        return self.files.read(f"packs/{digest}.toml")

    def statements(self) -> Iterator[Logged]:
        """What lies at every index whose entry is here, in order; raises FormatError bundle-statements."""
        for tile in bundles_of(self.manifest.size):
            if self.files.has(f"log/{tile.format()}"):
                yield from self._tile(tile)

    def _tile(self, tile: TileId) -> Iterator[Logged]:
        entries = parse_bundle(tile, self.read(tile.format()))
        path = statements_path(tile.number)
        lines = self.files.read(path).split(b"\n")
        if len(lines) != len(entries) + 1 or lines.pop():
            _malformed(path)
        for index, text, line in zip(tile.entries(), entries, lines, strict=True):
            entry = Entry.parse(text)
            recorded = int(datetime.fromisoformat(entry.recorded_at).astimezone(UTC).timestamp() * 1000)
            digest = entry.statement.hex()
            match line.split(b" "):
                case [number, b"not-included"] if number == str(index).encode():
                    yield Logged(index, recorded, digest, None, why_absent="not-included")
                case [number, b"withheld", restated] if number == str(index).encode():
                    yield Logged(index, recorded, digest, None, _restated(restated, path), "withheld")
                case [number, jws] if number == str(index).encode():
                    yield Logged(index, recorded, digest, jws)
                case _:
                    _malformed(path)


def statements_path(number: int) -> str:
    """The file with the statements of a tile of entries."""
    return f"statements/{TileId('entries', number).format().removeprefix('tile/entries/')}.txt"


def _restated(text: bytes, path: str) -> bytes:
    try:
        return unb64url(text.decode("ascii"))
    except (FormatError, UnicodeDecodeError):
        _malformed(path)


def _malformed(path: str) -> NoReturn:
    raise FormatError(Problem("bundle-statements", found=path))


def is_bundle(path: Path) -> bool:
    """Whether this is a bundle, packed or unpacked; judged by a ZIP's first bytes, so it may be a broken one."""
    if path.is_dir():
        return (path / MANIFEST).is_file()
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\3\4"
    except OSError:
        return False
