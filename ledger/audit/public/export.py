"""A log's public files written to a folder that any web server or object store can serve as it is.

Full tiles never change, so each is written once. The checkpoint comes last and never goes back: whoever reads the
folder at any moment, also after a crash in the middle, finds everything the checkpoint there speaks of.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from ledger.audit.public.files import Tiles, public_tiles, tile_bytes
from ledger.audit.public.ledger import LedgerLog
from ledger.audit.public.source import CHECKPOINT, KEYS
from ledger.audit.public.tile_tree import TileTree
from ledger.audit.public.trust import Trust
from ledger.audit.public.walk import Progress
from ledger.errors import FormatError, LedgerError, Problem, ProofError
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note, VerifierKey
from ledger.log.succession import Succession
from ledger.log.tiles import WIDTH

_LOCK: Final = ".export.lock"
_PART: Final = ".part"


class Exportable(Tiles, Protocol):
    """A ledger with the key of its log."""

    @property
    def origin(self) -> str:
        """The log's name."""
        ...

    @property
    def verifier_key(self) -> str:
        """The log's key as readers pin it."""
        ...

    def shown_checkpoint(self, at_least: int = 0) -> bytes:
        """The signed checkpoint strangers are shown, of a size not below `at_least`, as a note."""
        ...

    def succession(self) -> Succession | None:
        """The keys the log has had, each signed for by the one before."""
        ...


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did: the size it stands at now, and how many files were written, were there, and were removed."""

    folder: str
    origin: str
    size: int
    written: int
    kept: int
    removed: int


def export(ledger: Exportable, folder: Path, *, progress: Progress | None = None) -> Exported:
    """Bring a folder up to where the log stands now; again and again, from anywhere, also two at a time.

    Raises ProofError where the folder holds the checkpoint of another log (export-other-log), of a larger one
    (export-larger), or of one that the ledger does not continue (forked-from-checkpoint): that is evidence, and nothing
    is written over it. Raises FormatError file-not-writable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            return _export(ledger, folder, progress)
    except OSError as error:
        found = str(error.filename or folder)
        details = {"reason": error.strerror or type(error).__name__}
        raise FormatError(Problem("file-not-writable", found=found, details=details, retry="after-change")) from None


def _export(ledger: Exportable, folder: Path, progress: Progress | None) -> Exported:
    # The checkpoint first: whatever key signs it stands in a list of keys that is read after it.
    before = _checkpoint_in(folder)
    note = ledger.shown_checkpoint(0 if before is None else _size_of(before))
    succession = ledger.succession()
    keys = (VerifierKey.parse(ledger.verifier_key),) if succession is None else succession.keys
    trust = Trust(keys)
    size = trust.open(note).checkpoint.size
    _must_continue(ledger, before, trust, size)
    written = kept = 0
    full: list[Path] = []
    touched: set[Path] = set()
    tiles = list(public_tiles(size))
    for done, tile in enumerate(tiles, 1):
        path = folder / tile.format()
        if tile.width == WIDTH:
            full.append(path)
        if path.is_file():
            # It was put there whole, under its name in one step, and no tile of a given width ever changes.
            kept += 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _put(path, tile_bytes(ledger, tile))
            touched |= set(_folders(path, folder))
            written += 1
        if progress is not None:
            progress(done, len(tiles))
    # Every tile is on the disk under its name before the checkpoint speaks of it, and the keys before one signs it.
    for each in sorted(touched):
        _sync(each)
    last = [] if succession is None else [(KEYS, succession.format())]
    for name, data in (*last, (CHECKPOINT, note)):
        if _holds(folder / name, data):
            kept += 1
        else:
            _put(folder / name, data)
            _sync(folder)
            written += 1
    # What was partial and is full now is asked for under its full name.
    partial = [each for path in full if (each := path.with_name(f"{path.name}.p")).is_dir()]
    removed = sum(len(list(each.iterdir())) for each in partial)
    for each in partial:
        shutil.rmtree(each)
    return Exported(str(folder), ledger.origin, size, written, kept, removed)


def _checkpoint_in(folder: Path) -> bytes | None:
    try:
        return (folder / CHECKPOINT).read_bytes()
    except FileNotFoundError:
        return None


def _size_of(note: bytes) -> int:
    """The size a checkpoint names, whoever signed it; 0 for what is none: it is refused afterwards."""
    try:
        return Checkpoint.parse(Note.parse(note).text).size
    except LedgerError:
        return 0


def _must_continue(ledger: Exportable, note: bytes | None, trust: Trust, size: int) -> None:
    """What stands in the folder is an earlier state of this very log."""
    if note is None:
        return
    try:
        before = trust.open(note).checkpoint
    except LedgerError as error:
        raise ProofError(Problem("export-other-log", found=error.problems[0].code, expected=ledger.origin)) from None
    if before.size > size:
        raise ProofError(Problem("export-larger", found=before.size, expected=size))
    if before.size and TileTree(LedgerLog(ledger, ledger.origin, None), size).root(before.size) != before.root:
        raise ProofError(Problem("forked-from-checkpoint", "", before.size))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One export into a folder at a time, or one could put its smaller checkpoint over the other's."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _put(path: Path, data: bytes) -> None:
    """Write a file whole: a reader, or a crash, meets the old one or the new one."""
    part = path.with_name(path.name + _PART)
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _folders(path: Path, top: Path) -> Iterator[Path]:
    """The folders from that of a file up to the top."""
    for each in path.parents:
        yield each
        if each == top:
            return


def _sync(folder: Path) -> None:
    """Make new names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
