"""A whole ledger in one file, to move it to another machine: `chaski export ALL`.

A tar of plain files: `statements.ndjson` (logged_lines.py), `packs/<sha256>.toml`, `log/checkpoint`, and where the
exporter holds the keys and wants it `disclosures.ndjson` and `documents/<sha256>`; last `manifest.json`, which names
every other file with its size and SHA-256. The same ledger gives the same bytes. Keys are in none of them.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Final

from ledger import canonical
from ledger.audit.whole.ledger import WholeLedger
from ledger.audit.whole.lines import written
from ledger.book import Copy, Ledger
from ledger.canonical import Plain

FORMAT: Final = "chaski.export/v1"
MANIFEST: Final = "manifest.json"
STATEMENTS: Final = "statements.ndjson"
DISCLOSURES: Final = "disclosures.ndjson"
CHECKPOINT: Final = "log/checkpoint"
_PORTION: Final = 500
_SPOOL: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ExportedWhole:
    """What went into an export; `documents` and `disclosures` are 0 where they were left out or there are none."""

    origin: str
    size: int
    root: str
    statements: int
    withheld: int
    packs: int
    disclosures: int
    documents: int


def export_whole(ledger: Ledger | Copy, file: IO[bytes], *, sealed: bool) -> ExportedWhole:
    """Write the ledger as it stands now; with `sealed`, also what only its keys open (a Copy has none)."""
    log = WholeLedger(ledger)
    head = log.head()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        pack = _Packing(tar)
        digests: list[str] = []
        withheld = 0

        def statements() -> Iterator[bytes]:
            nonlocal withheld
            for line in log.statements():
                digests.append(line.digest)
                withheld += line.jws is None
                yield written(line)

        pack.spooled(STATEMENTS, statements())
        packs = ledger.pack_digests()
        for digest in packs:
            pack.whole(f"packs/{digest}.toml", ledger.pack_data(digest))
        if head.note is not None:
            pack.whole(CHECKPOINT, head.note)
        disclosures = 0
        documents: list[Plain] = []
        if sealed and isinstance(ledger, Ledger):
            lines = _sealed_lines(ledger, digests)
            disclosures = pack.spooled(DISCLOSURES, lines)
            for document in ledger.kept_documents():
                pack.spooled(f"documents/{document.sha256}", document.chunks)
                kept = document
                documents.append({"media_type": kept.media_type, "personal": kept.personal, "sha256": kept.sha256})
        checkpoint = head.checkpoint
        manifest: dict[str, Plain] = {
            "format": FORMAT,
            "origin": checkpoint.origin,
            "public_url": ledger.public_url,
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "documents": documents,
            "files": pack.files,
        }
        pack.whole(MANIFEST, canonical.encode(manifest) + b"\n")
    return ExportedWhole(
        checkpoint.origin,
        checkpoint.size,
        checkpoint.root.hex(),
        len(digests),
        withheld,
        len(packs),
        disclosures,
        len(documents),
    )


def _sealed_lines(ledger: Ledger, digests: list[str]) -> Iterator[bytes]:
    for first in range(0, len(digests), _PORTION):
        for value in ledger.sealed_values(digests[first : first + _PORTION]):
            yield canonical.encode(value._asdict()) + b"\n"


class _Packing:
    """Files on their way into the tar, each remembered for the manifest; no time, no owner, nothing of this machine."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.files: list[dict[str, Plain]] = []

    def whole(self, path: str, data: bytes) -> None:
        self._add(path, io.BytesIO(data), len(data), hashlib.sha256(data).hexdigest())

    def spooled(self, path: str, parts: Iterable[bytes]) -> int:
        """A file whose length is known at its end only; returns how many parts it had."""
        digest, size, count = hashlib.sha256(), 0, 0
        with tempfile.SpooledTemporaryFile(_SPOOL) as spool:
            for part in parts:
                digest.update(part)
                size += len(part)
                count += 1
                spool.write(part)
            spool.seek(0)
            self._add(path, spool, size, digest.hexdigest())
        return count

    def _add(self, path: str, file: IO[bytes], size: int, sha256: str) -> None:
        member = tarfile.TarInfo(path)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, file)
        self.files.append({"path": path, "size": size, "sha256": sha256})
