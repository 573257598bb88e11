"""The ZIP of a bundle in its one spelling: stored, dated 1980, sorted; what differs by one bit is refused.

A ZIP leaves its writer many choices, and readers disagree on some of them (two entries of one name, two sizes of one
entry). Here every byte around the files follows from their names and contents, so that the reader makes the ZIP's
own bytes again and compares. That also rules out compression bombs, links, and paths that lead out of the folder.
Any unzip program opens it. (PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.)
"""

from __future__ import annotations

import hashlib
import re
import struct
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NoReturn, Self

from ledger.errors import FormatError, NotFoundError, Problem, ProofError

MANIFEST: Final = "manifest.json"
NOTE: Final = "manifest.note"

MAX_FILES: Final = 65_534
MAX_FILE_BYTES: Final = 1 << 31
MAX_ZIP_BYTES: Final = (1 << 32) - 2
"""Beyond these a ZIP needs another form (ZIP64); a period makes a smaller bundle."""

NAME: Final = re.compile(
    r"verify\.py|report\.html|manifest\.json|manifest\.note|log/checkpoint|log/policy"
    r"|log/tile/([0-9]|[1-5][0-9]|6[0-3]|entries)/(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?"
    r"|(statements|disclosures)/(x[0-9]{3}/)*[0-9]{3}\.txt"
    r"|documents/[0-9a-f]{64}|packs/[0-9a-f]{64}\.toml"
)

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION: Final = 10
_MADE_BY_UNIX: Final = 3 << 8 | _VERSION
_MIDNIGHT, _FIRST_OF_1980 = 0, 1 << 5 | 1
_PLAIN_FILE: Final = 0o100644 << 16
_PORTION: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Packed:
    """One file of a bundle: its path, size, both checksums, and where its bytes begin."""

    path: str
    size: int
    sha256: str
    crc: int
    start: int

    def local(self) -> bytes:
        """The header before the file's bytes."""
        name = self.path.encode()
        sizes = (self.crc, self.size, self.size, len(name), 0)
        return _LOCAL.pack(b"PK\3\4", _VERSION, 0, 0, _MIDNIGHT, _FIRST_OF_1980, *sizes) + name

    def central(self, offset: int) -> bytes:
        """The entry of the directory at the end; `offset` is where the local header begins."""
        name = self.path.encode()
        times = (_MADE_BY_UNIX, _VERSION, 0, 0, _MIDNIGHT, _FIRST_OF_1980)
        return (
            _CENTRAL.pack(b"PK\1\2", *times, self.crc, self.size, self.size, len(name), 0, 0, 0, 0, _PLAIN_FILE, offset)
            + name
        )


class Packer:
    """Files on their way into a ZIP: they come in any order and lie in a temporary file until all are there."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the packer is left
        self._packed: dict[str, Packed] = {}
        self._at = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, path: str, data: bytes) -> None:
        """Take a file; each path once."""
        if NAME.fullmatch(path) is None or path in self._packed:
            msg = f"no bundle holds {path}, or it is there already"
            raise ValueError(msg)
        self._packed[path] = Packed(path, len(data), hashlib.sha256(data).hexdigest(), zlib.crc32(data), self._at)
        self._file.write(data)
        self._at += len(data)

    def digest(self, path: str) -> str:
        """The SHA-256 of a file that was added."""
        return self._packed[path].sha256

    def packed(self) -> list[Packed]:
        """What is there, sorted by path."""
        return [self._packed[path] for path in sorted(self._packed)]

    def write(self, out: IO[bytes]) -> int:
        """Write the ZIP and return its size; raises FormatError bundle-too-large for more than a plain ZIP holds."""
        packed = self.packed()
        total = sum(each.size + 2 * len(each.path) + _LOCAL.size + _CENTRAL.size for each in packed) + _END.size
        if total > MAX_ZIP_BYTES or len(packed) > MAX_FILES:
            raise FormatError(Problem("bundle-too-large", found=total, expected=MAX_ZIP_BYTES))
        directory, at = b"", 0
        for each in packed:
            header = each.local()
            out.write(header)
            self._file.seek(each.start)
            left = each.size
            while left:
                portion = self._file.read(min(left, _PORTION))
                out.write(portion)
                left -= len(portion)
            directory += each.central(at)
            at += len(header) + each.size
        out.write(directory + _end(len(packed), len(directory), at))
        return total


class ZipFiles:
    """The files of a bundle's ZIP; opening it looks at every byte that is not inside a file."""

    def __init__(self, path: Path) -> None:
        """Raises NotFoundError, ProofError bundle-zip-altered, FormatError file-not-readable."""
        self.name = str(path)
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise NotFoundError(Problem("source-missing", found=str(path))) from None
        except OSError as error:
            details = {"reason": error.strerror or ""}
            raise FormatError(Problem("file-not-readable", found=str(path), details=details)) from None
        try:
            self._packed = {each.path: each for each in self._directory()}
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    @property
    def names(self) -> set[str]:
        """The paths of all files."""
        return set(self._packed)

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._packed

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises NotFoundError, ProofError bundle-zip-altered where its checksum says so."""
        packed = self._packed.get(path)
        if packed is None:
            raise NotFoundError(Problem("source-missing", found=f"{self.name}: {path}"))
        self._file.seek(packed.start)
        data = self._file.read(packed.size)
        if len(data) != packed.size or zlib.crc32(data) != packed.crc:
            self._altered(path)
        return data

    def _directory(self) -> Iterator[Packed]:
        """Read the directory, and make every header again from it: all of them must be, to the bit, those we write."""
        size = self._file.seek(0, 2)
        if not _END.size <= size <= MAX_ZIP_BYTES:
            self._altered("")
        self._file.seek(size - _END.size)
        end = self._file.read(_END.size)
        count, length, start = _END.unpack(end)[4:7]
        # No comment may stand at the end, so the last bytes are these; and the directory ends where they begin.
        if end != _end(count, length, start) or start + length + _END.size != size or count > MAX_FILES:
            self._altered("")
        self._file.seek(start)
        directory = self._file.read(length)
        at, offset, last = 0, 0, ""
        for _ in range(count):
            packed = self._entry(directory[at : at + _CENTRAL.size + 128], offset)
            central = packed.central(offset)
            self._file.seek(offset)
            if (
                directory[at : at + len(central)] != central
                or self._file.read(packed.start - offset) != packed.local()
                or packed.path <= last
            ):
                self._altered(packed.path)
            at, offset, last = at + len(central), packed.start + packed.size, packed.path
            yield packed
        if at != length or offset != start:
            self._altered("")

    def _entry(self, data: bytes, offset: int) -> Packed:
        if len(data) < _CENTRAL.size:
            self._altered("")
        crc, _, size, length = _CENTRAL.unpack(data[: _CENTRAL.size])[7:11]
        try:
            path = data[_CENTRAL.size : _CENTRAL.size + length].decode("ascii")
        except UnicodeDecodeError:
            self._altered("")
        if NAME.fullmatch(path) is None or size > MAX_FILE_BYTES:
            self._altered(path[:100])
        return Packed(path, size, "", crc, offset + _LOCAL.size + length)

    def _altered(self, path: str) -> NoReturn:
        raise ProofError(Problem("bundle-zip-altered", found=path, details={"file": self.name}))


def _end(count: int, length: int, start: int) -> bytes:
    return _END.pack(b"PK\5\6", 0, 0, count, count, length, start, 0)
