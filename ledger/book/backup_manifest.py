"""What a backup says of itself: whose log, how large, when, and every file with its size and SHA-256."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NoReturn

from ledger import canonical
from ledger.errors import FormatError, LedgerError, Problem, ProofError
from ledger.store.copying import copy_file, digest_of, sync

FORMAT: Final = "chaski.backup/v1"
NAME: Final = "manifest.json"
Half = Literal["ledger", "keys"]


@dataclass(frozen=True, slots=True)
class Filed:
    """One file of a backup, under its path inside the folder."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One half of a backup: the ledger's (`ledger`), or the keys' (`keys`), which belongs elsewhere."""

    half: Half
    origin: str
    size: int
    root: str
    at: str
    files: tuple[Filed, ...]

    def write(self, folder: Path) -> None:
        """Write it into its folder; the last thing a backup does, so a folder without one is not finished."""
        data = canonical.encode({
            "format": FORMAT,
            "half": self.half,
            "origin": self.origin,
            "size": self.size,
            "root": self.root,
            "at": self.at,
            "files": [{"path": each.path, "size": each.size, "sha256": each.sha256} for each in self.files],
        })  # fmt: skip
        part = folder / f"{NAME}.part"
        part.write_bytes(data)
        sync(part)
        part.replace(folder / NAME)
        sync(folder)

    @classmethod
    def read(cls, folder: Path, half: Half) -> Manifest:
        """Read it; raises FormatError backup-malformed where there is none or it is another half's."""
        try:
            loaded = canonical.load((folder / NAME).read_bytes())
        except (OSError, LedgerError):
            _malformed(folder)
        if not isinstance(loaded, dict) or loaded.get("format") != FORMAT or loaded.get("half") != half:
            _malformed(folder)
        try:
            files = tuple(_filed(each) for each in loaded["files"])  # type: ignore[union-attr]  # the except says so
            return cls(
                half,
                str(loaded["origin"]),
                int(loaded["size"]),  # type: ignore[arg-type]
                str(loaded["root"]),
                str(loaded["at"]),
                files,
            )
        except (KeyError, TypeError, ValueError):
            _malformed(folder)

    def check(self, folder: Path) -> None:
        """Compare every file with what is said of it; raises ProofError backup-altered for the first that differs."""
        for each in self.files:
            try:
                found, size = digest_of(folder / each.path)
            except OSError:
                raise ProofError(Problem("backup-altered", "", each.path, each.sha256, retry="after-change")) from None
            if (found, size) != (each.sha256, each.size):
                raise ProofError(Problem("backup-altered", "", each.path, each.sha256, retry="after-change"))

    def under(self, name: str) -> Iterator[str]:
        """The paths that are this file or lie in this folder."""
        return (each.path for each in self.files if each.path == name or each.path.startswith(f"{name}/"))


def filed(folder: Path) -> tuple[Filed, ...]:
    """Every file in a folder but the manifest, in the order of their names."""
    found = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and each.name != NAME):
        digest, size = digest_of(path)
        found.append(Filed(path.relative_to(folder).as_posix(), size, digest))
    return tuple(found)


def copy_folder(source: Path, target: Path) -> None:
    """Copy the files of a folder; one that goes meanwhile (a document destroyed by order) is left out."""
    for path in sorted(source.rglob("*")) if source.is_dir() else []:
        if path.is_file() and not path.name.endswith(".part"):
            try:
                copy_file(path, target / path.relative_to(source))
            except LedgerError:
                if path.exists():
                    raise


def _filed(loaded: object) -> Filed:
    if not isinstance(loaded, dict):
        raise TypeError
    path = str(loaded["path"])
    # A path goes into a folder of ours: nothing that could lead out of it.
    if path.startswith("/") or any(part in {"", ".", ".."} for part in path.split("/")) or "\\" in path:
        raise ValueError
    return Filed(path, int(loaded["size"]), str(loaded["sha256"]))


def _malformed(folder: Path) -> NoReturn:
    raise FormatError(Problem("backup-malformed", found=folder.name, retry="after-change"))
