"""Documents, content-addressed by SHA-256 beside the database; personal ones encrypted, all of them streamed."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from ledger.errors import ConflictError, FormatError, NotFoundError, Problem, ProofError
from ledger.keys import new_secret_key, seal, unseal, unwrap, wrap
from ledger.store.connection import Connection
from ledger.store.troubles import file_trouble

MAX_BYTES: Final = 25 * 1024 * 1024
MEDIA_TYPES: Final = frozenset(
    {
        "application/pdf",
        "application/json",
        "application/geo+json",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/csv",
        "text/plain",
    }
)
_PORTION: Final = 64 * 1024
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Documents:
    """The documents of one ledger."""

    def __init__(self, engine: Engine, log: int, folder: Path, master: bytes) -> None:
        """Keep files in `folder` (made when first needed) and what is known of them in the database."""
        self._engine = engine
        self._log = log
        self._folder = folder
        self._master = master

    def put(self, sha256: str, chunks: Iterable[bytes], *, media_type: str, personal: bool) -> None:
        """Store a document under the digest of its bytes; sending it again changes nothing.

        Raises FormatError for a type that is not taken, too many bytes, or bytes with another digest.
        """
        if media_type not in MEDIA_TYPES:
            raise FormatError(Problem("document-type", "", media_type, ", ".join(sorted(MEDIA_TYPES))))
        if not _DIGEST.fullmatch(sha256):
            # Nothing else ever becomes part of a path.
            raise FormatError(Problem("document-name", "", sha256[:80]))
        if self._known(sha256) is not None:
            return
        key = new_secret_key() if personal else None
        target = self._path(sha256)
        part = target.with_name(f"{target.name}.{new_secret_key()[:6].hex()}.part")
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            size = self._write(part, sha256, chunks, key)
            self._file(sha256, part, (media_type, size, int(personal)), key)
        except OSError as error:
            raise file_trouble(error, target.name) from None
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _file(self, sha256: str, part: Path, said: tuple[str, int, int], key: bytes | None) -> None:
        """Row and file together: of two people who send the same bytes at once only one gets to name the file.

        The key of a personal document stands in the row. Renaming before the row is sure could leave one
        sender's bytes under the other's key.
        """
        db = Connection(self._engine)
        try:
            db.begin_write()
            db.run(
                "INSERT INTO document (log, sha256, media_type, size, personal, wrapped_key) VALUES (?, ?, ?, ?, ?, ?)",
                self._log,
                sha256,
                *said,
                None if key is None else wrap(self._master, key, sha256),
            )
            target = self._path(sha256)
            part.rename(target)
            _sync_folder(target.parent)
            db.commit()
        except ConflictError as error:
            db.rollback()
            if any(problem.code != "row-conflict" for problem in error.problems):
                raise
        except BaseException:
            db.rollback()
            raise
        finally:
            db.close()

    def get(self, sha256: str) -> tuple[str, Iterator[bytes]]:
        """Media type and bytes of a document; the digest is checked while it is read."""
        known = self._known(sha256)
        if known is None:
            raise NotFoundError(Problem("document-unknown", "", sha256))
        media_type, wrapped = known
        key = None if wrapped is None else unwrap(self._master, wrapped, sha256)
        return media_type, self._read(sha256, key)

    def open_ones(self, digests: Sequence[str]) -> list[str]:
        """Which of these are kept here and are nobody's personal document."""
        db = Connection(self._engine)
        try:
            rows = db.all(
                "SELECT sha256 FROM document WHERE log = ? AND personal = 0 AND sha256 IN @list ORDER BY sha256",
                self._log,
                list(digests),
            )
        finally:
            db.close()
        return [row[0] for row in rows]

    def listed(self) -> list[tuple[str, str, bool]]:
        """Digest, media type and whether it is personal, of every document."""
        db = Connection(self._engine)
        try:
            rows = db.all("SELECT sha256, media_type, personal FROM document WHERE log = ? ORDER BY sha256", self._log)
        finally:
            db.close()
        return [(row[0], row[1], bool(row[2])) for row in rows]

    def destroy(self, digests: Sequence[str]) -> None:
        """Destroy documents for ever, key first; one that is not here is destroyed already."""
        db = Connection(self._engine)
        try:
            for sha256 in digests:
                if not _DIGEST.fullmatch(sha256):
                    continue
                db.begin_write()
                db.run("DELETE FROM document WHERE log = ? AND sha256 = ? AND personal = 1", self._log, sha256)
                db.commit()
                try:
                    self._path(sha256).unlink(missing_ok=True)
                except OSError as error:
                    raise file_trouble(error, sha256) from None
            if digests:
                db.tidy("document")
        except BaseException:
            db.rollback()
            raise
        finally:
            db.close()

    def _known(self, sha256: str) -> tuple[str, bytes | None] | None:
        db = Connection(self._engine)
        try:
            row = db.one("SELECT media_type, wrapped_key FROM document WHERE log = ? AND sha256 = ?", self._log, sha256)
        finally:
            db.close()
        return None if row is None else (row[0], None if row[1] is None else bytes(row[1]))

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def _write(self, part: Path, sha256: str, chunks: Iterable[bytes], key: bytes | None) -> int:
        digest, size, portions = hashlib.sha256(), 0, 0
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_BYTES:
                    raise FormatError(Problem("document-too-large", "", size, MAX_BYTES))
                digest.update(chunk)
                for start in range(0, len(chunk), _PORTION):
                    portion = chunk[start : start + _PORTION]
                    if key is not None:
                        portion = seal(key, portion, f"{sha256}/{portions}".encode())
                        file.write(len(portion).to_bytes(4, "big"))
                        portions += 1
                    file.write(portion)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != sha256:
            raise FormatError(Problem("document-digest", "", digest.hexdigest(), sha256))
        return size

    def _read(self, sha256: str, key: bytes | None) -> Iterator[bytes]:
        digest = hashlib.sha256()
        try:
            file = self._path(sha256).open("rb")
        except FileNotFoundError:
            raise ProofError(Problem("document-missing", "", sha256)) from None
        except OSError as error:
            raise file_trouble(error, sha256) from None
        with file:
            portions = 0
            while data := file.read(_PORTION if key is None else 4):
                if key is not None:
                    sealed = file.read(int.from_bytes(data, "big"))
                    data = unseal(key, sealed, f"{sha256}/{portions}".encode())
                    portions += 1
                digest.update(data)
                yield data
        if digest.hexdigest() != sha256:
            raise ProofError(Problem("document-digest", "", digest.hexdigest(), sha256))


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
