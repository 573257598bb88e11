"""What lies beside the database and never in it: keys, the remembered head, vault and documents.

For an SQLite file they are its neighbours (`chaski.db.key`); for PostgreSQL they lie in the state
directory. Everything is created readable by its owner alone.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from ledger.canonical import b64url, unb64url
from ledger.errors import LedgerError, NotFoundError, Problem, ProofError
from ledger.keys import SigningKey
from ledger.store.connection import keep_to_owner, sqlite_path
from ledger.store.troubles import file_trouble

_HEAD_BYTES = 160
SECRET_BYTES = 32

DEMO_LINE: Final = "demo: derived from a seed, anybody can make this key\n"


@dataclass(frozen=True, slots=True)
class Companions:
    """Paths beside one database."""

    base: Path

    @classmethod
    def beside(cls, database: str, state_dir: Path | None = None) -> Companions:
        """The companions of a database; a PostgreSQL one needs a state directory."""
        path = sqlite_path(database)
        if path is not None:
            return cls(path)
        if state_dir is None:
            raise NotFoundError(Problem("state-dir-missing"))
        try:
            state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise file_trouble(error, state_dir.name) from None
        return cls(state_dir / "chaski")

    def path(self, ending: str) -> Path:
        """The companion with this ending, as in `.key`."""
        return self.base.with_name(self.base.name + ending)

    @property
    def vault(self) -> Path:
        """The vault's own database file (SQLite)."""
        return self.path(".vault")

    @property
    def person_keys(self) -> Path:
        """The database file of the persons' keys (SQLite): back it up apart from the vault."""
        return self.path(".persons")

    @property
    def documents(self) -> Path:
        """The folder of documents."""
        return self.path(".docs")

    def write_key(self, ending: str, seed: bytes, *, demo: bool = False) -> None:
        """Keep a secret (32 bytes) in a file of its own; one that is there already is left as it is.

        A demo's key says so on a second line: it follows from a seed, and anybody can make it.
        """
        path = self.path(ending)
        # A name of its own first: a crash or a full disk must not leave half a key under the real name.
        part = self.path(f"{ending}.{os.getpid()}.part")
        part.unlink(missing_ok=True)
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            try:
                with os.fdopen(descriptor, "w") as file:
                    file.write(b64url(seed) + "\n" + (DEMO_LINE if demo else ""))
                    file.flush()
                    os.fsync(file.fileno())
                _link(part, path)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise file_trouble(error, path.name) from None

    def read_secret(self, ending: str) -> bytes:
        """A secret's 32 bytes; raises NotFoundError where the file is missing, ProofError where it is no key."""
        path = self.path(ending)
        try:
            # Never through a link: whoever can plant one could have us sign with a key of theirs.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(descriptor, "rb") as file:
                text = file.read(200).decode("ascii").partition("\n")[0]
            secret = unb64url(text)
        except FileNotFoundError:
            raise NotFoundError(Problem("key-file-missing", "", path.name, retry="after-change")) from None
        except OSError as error:
            raise _unreadable_key(error, path) from None
        except (LedgerError, UnicodeDecodeError):
            raise ProofError(Problem("key-file-damaged", "", path.name, retry="after-change")) from None
        if len(secret) != SECRET_BYTES:
            raise ProofError(Problem("key-file-damaged", "", path.name, retry="after-change"))
        keep_to_owner(path)
        return secret

    def replace_key(self, coming: str, present: str, *, keep: str) -> None:
        """Let the key of one file take the place of another's, which is kept under a third name first."""
        try:
            self.write_key(keep, self.read_secret(present), demo=self.has_demo_key())
            with suppress(FileNotFoundError):
                # Gone: another process has just done the same.
                self.path(coming).replace(self.path(present))
        except OSError as error:
            raise file_trouble(error, self.path(present).name) from None

    def keep_evidence(self, data: bytes) -> Path:
        """Write evidence of a fork beside the database, under a name that follows from it; returns the file."""
        path = self.path(f".fork-{hashlib.sha256(data).hexdigest()[:12]}.txt")
        try:
            path.write_bytes(data)
        except OSError as error:
            raise file_trouble(error, path.name) from None
        return path

    def evidence(self) -> list[Path]:
        """What lies beside the database of contradictions that witnesses have shown."""
        return sorted(self.base.parent.glob(f"{self.base.name}.fork-*.txt"))

    def has_demo_key(self) -> bool:
        """Whether the log's key follows from a seed."""
        return self.path(".key").read_text().endswith(DEMO_LINE)

    def read_key(self, ending: str) -> SigningKey:
        """A signing key."""
        return SigningKey.from_seed(self.read_secret(ending))

    def master_key(self) -> bytes:
        """The key that wraps every person's key; never made anew, or what is sealed would be lost unnoticed."""
        return self.read_secret(".master.key")


def _link(part: Path, path: Path) -> None:
    """Give the file its name unless the name is taken."""
    try:
        os.link(part, path)
    except FileExistsError:
        return
    except OSError:
        # A file system without links: not safe against two at once, but there nothing is.
        if not path.exists():
            part.rename(path)


def _unreadable_key(error: OSError, path: Path) -> LedgerError:
    if error.errno == errno.ELOOP:
        return ProofError(Problem("key-file-linked", "", path.name, retry="after-change"))
    return file_trouble(error, path.name)


class RememberedHead:
    """The largest size this machine has seen or signed, outside the database: a smaller head stops the log.

    Several processes share the file: whoever writes locks it and reads it first, so that it never goes back.
    """

    def __init__(self, path: Path) -> None:
        """Open (or create) the file."""
        self._name = path.name
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise _unreadable_key(error, path) from None
        keep_to_owner(path)
        try:
            self.size, self.root = self._read()
        except BaseException:
            self.close()
            raise

    def _read(self) -> tuple[int, bytes]:
        text = os.pread(self._descriptor, _HEAD_BYTES, 0).strip()
        if not text:
            return 0, b""
        try:
            size, root = orjson.loads(text)
            return int(size), bytes.fromhex(root)
        except (ValueError, TypeError):
            raise ProofError(Problem("head-file-damaged", "", self._name)) from None

    def remember(self, size: int, root: bytes) -> None:
        """Remember a head that is larger than the last one; written in one piece, so a crash leaves old or new.

        Raises ProofError where another process has seen another root at this size.
        """
        if size <= self.size:
            return
        with self._locked():
            seen, seen_root = self._read()
            if seen == size and seen_root != root:
                raise ProofError(Problem("forked-from-remembered", "", root.hex(), seen_root.hex()))
            if seen < size:
                text = orjson.dumps([size, root.hex()]).ljust(_HEAD_BYTES)
                try:
                    os.pwrite(self._descriptor, text, 0)
                except OSError as error:
                    raise file_trouble(error, self._name) from None
        self.size, self.root = size, root

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)
