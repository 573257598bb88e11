"""Reading an export: every file is one its manifest names, of that size and digest, and nothing else lies in it."""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, Self

from ledger import canonical
from ledger.audit.whole import lines as logged_lines
from ledger.audit.whole.exporting import CHECKPOINT, DISCLOSURES, FORMAT, MANIFEST, STATEMENTS
from ledger.audit.whole.log import ShownHead
from ledger.canonical import JsonValue
from ledger.errors import FormatError, LedgerError, NotFoundError, Problem, ProofError
from ledger.log.checkpoint import Checkpoint
from ledger.queries.logged import Logged
from ledger.store.vault import SealedValue

_NAME: Final = re.compile(
    r"manifest\.json|statements\.ndjson|disclosures\.ndjson|log/checkpoint|packs/[0-9a-f]{64}\.toml|documents/[0-9a-f]{64}"
)
_MOST_MANIFEST: Final = 64 * 1024 * 1024
_PORTION: Final = 1024 * 1024


class ExportedDocument(NamedTuple):
    """A document of an export."""

    sha256: str
    media_type: str
    personal: bool


class ExportFile:
    """An export as a whole log, and what came beside it."""

    def __init__(self, path: Path) -> None:
        """Open and check every file; raises FormatError `export-malformed`, ProofError `export-altered`."""
        self.name = str(path)
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - closed by close()
        except FileNotFoundError:
            raise NotFoundError(Problem("file-not-readable", found=self.name, retry="after-change")) from None
        except (OSError, tarfile.TarError):
            raise FormatError(self._malformed("tar")) from None
        try:
            self._members = self._listed()
            self._manifest = self._read_manifest()
            self.public_url = str(self._manifest["public_url"])
            size, root = self._manifest["size"], bytes.fromhex(str(self._manifest["root"]))
            checkpoint = Checkpoint(str(self._manifest["origin"]), size if isinstance(size, int) else -1, root)
            self._check_files()
        except (KeyError, ValueError, TypeError, AttributeError, tarfile.TarError, EOFError):
            self._tar.close()
            raise FormatError(self._malformed(MANIFEST)) from None
        except BaseException:
            self._tar.close()
            raise
        note = self._read(CHECKPOINT) if CHECKPOINT in self._members else None
        self._head = ShownHead(checkpoint, note)

    def close(self) -> None:
        """Let the file go."""
        self._tar.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def has_sealed(self) -> bool:
        """Whether it brings sealed values or documents."""
        return DISCLOSURES in self._members or bool(self.documents)

    def head(self) -> ShownHead:
        """Where the log stood."""
        return self._head

    def statements(self) -> Iterator[Logged]:
        """Every statement."""
        yield from map(logged_lines.read, self._lines(STATEMENTS))

    def pack(self, digest: str) -> bytes:
        """A pack's bytes."""
        return self._read(f"packs/{digest}.toml")

    @property
    def disclosures(self) -> Iterator[SealedValue]:
        """Every sealed value, in the clear."""
        if DISCLOSURES not in self._members:
            return
        for line in self._lines(DISCLOSURES):
            said = canonical.load_canonical(line, max_bytes=logged_lines.MAX_LINE)
            if not isinstance(said, dict) or said.keys() != set(SealedValue._fields):
                raise FormatError(self._malformed(DISCLOSURES))
            yield SealedValue(**{name: str(value) for name, value in said.items()})

    @property
    def documents(self) -> list[ExportedDocument]:
        """Every document."""
        found = []
        for each in _list(self._manifest["documents"]):
            said = each if isinstance(each, Mapping) else {}
            sha256 = str(said.get("sha256"))
            if f"documents/{sha256}" not in self._members:
                raise FormatError(self._malformed(sha256[:64]))
            found.append(ExportedDocument(sha256, str(said.get("media_type")), said.get("personal") is True))
        return found

    def document(self, sha256: str) -> Iterator[bytes]:
        """The bytes of a document."""
        return self._parts(f"documents/{sha256}")

    def _listed(self) -> dict[str, tarfile.TarInfo]:
        found: dict[str, tarfile.TarInfo] = {}
        for member in self._tar:
            # Nothing is ever unpacked under its name; what has another name or kind is not ours all the same.
            if not member.isreg() or not _NAME.fullmatch(member.name) or member.name in found:
                raise FormatError(self._malformed(member.name[:80]))
            found[member.name] = member
        return found

    def _read_manifest(self) -> dict[str, JsonValue]:
        member = self._members.get(MANIFEST)
        if member is None or member.size > _MOST_MANIFEST:
            raise FormatError(self._malformed(MANIFEST))
        data = self._read(MANIFEST)
        try:
            loaded = canonical.load_canonical(data.removesuffix(b"\n"), max_bytes=_MOST_MANIFEST)
        except LedgerError:
            raise FormatError(self._malformed(MANIFEST)) from None
        if not isinstance(loaded, dict) or loaded.get("format") != FORMAT or not data.endswith(b"\n"):
            raise FormatError(self._malformed(MANIFEST))
        return loaded

    def _check_files(self) -> None:
        named: set[str] = {MANIFEST}
        for each in _list(self._manifest["files"]):
            said = each if isinstance(each, Mapping) else {}
            path = str(said.get("path"))
            member = self._members.get(path)
            if member is None or path in named:
                raise ProofError(Problem("export-altered", found=path[:120], expected=self.name))
            digest = hashlib.sha256()
            for part in self._parts(path):
                digest.update(part)
            if member.size != said.get("size") or digest.hexdigest() != said.get("sha256"):
                raise ProofError(Problem("export-altered", found=path, expected=self.name))
            named.add(path)
        if named != self._members.keys():
            raise ProofError(Problem("export-altered", found=min(self._members.keys() - named), expected=self.name))

    def _read(self, path: str) -> bytes:
        if path not in self._members:
            raise NotFoundError(Problem("source-missing", found=path))
        return b"".join(self._parts(path))

    def _parts(self, path: str) -> Iterator[bytes]:
        file = self._tar.extractfile(self._members[path])
        assert file is not None  # noqa: S101 - a regular file always opens
        with file:
            while part := file.read(_PORTION):
                yield part

    def _lines(self, path: str) -> Iterator[bytes]:
        if path not in self._members:
            raise NotFoundError(Problem("source-missing", found=path))
        file = self._tar.extractfile(self._members[path])
        assert file is not None  # noqa: S101 - a regular file always opens
        with file:
            while line := file.readline(logged_lines.MAX_LINE + 1):
                if not line.endswith(b"\n"):
                    raise FormatError(self._malformed(path))
                yield line[:-1]

    def _malformed(self, what: str) -> Problem:
        return Problem("export-malformed", found=what, expected=self.name, retry="after-change")


def _list(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        raise TypeError
    return value
