"""What lies beside the database and never in it: keys, the remembered head, vault and documents.

For an SQLite file they are its neighbours (`chaski.db.key`); for PostgreSQL they lie in the state
directory. Everything is created readable by its owner alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import orjson

from ledger.canonical import b64url, unb64url
from ledger.errors import NotFoundError, Problem, ProofError
from ledger.keys import SigningKey, new_secret_key
from ledger.store.connection import sqlite_path

_HEAD_BYTES = 160


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
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(state_dir / "chaski")

    def path(self, ending: str) -> Path:
        """The companion with this ending, as in `.key`."""
        return self.base.with_name(self.base.name + ending)

    @property
    def vault(self) -> Path:
        """The vault's own database file (SQLite)."""
        return self.path(".vault")

    @property
    def documents(self) -> Path:
        """The folder of documents."""
        return self.path(".docs")

    def write_key(self, ending: str, seed: bytes) -> None:
        """Keep a secret (32 bytes) in a file of its own; an existing one is never overwritten."""
        descriptor = os.open(self.path(ending), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(b64url(seed) + "\n")

    def read_secret(self, ending: str) -> bytes:
        """A secret's 32 bytes."""
        try:
            return unb64url(self.path(ending).read_text().strip())
        except FileNotFoundError:
            raise NotFoundError(Problem("key-file-missing", "", self.path(ending).name)) from None

    def read_key(self, ending: str) -> SigningKey:
        """A signing key."""
        return SigningKey.from_seed(self.read_secret(ending))

    def master_key(self) -> bytes:
        """The key that wraps every person's key; made where there is none yet."""
        if not self.path(".master.key").exists():
            self.write_key(".master.key", new_secret_key())
        return self.read_secret(".master.key")


class RememberedHead:
    """The largest size this machine has seen or signed, outside the database: a smaller head stops the log."""

    def __init__(self, path: Path) -> None:
        """Open (or create) the file."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self.size, self.root = self._read()

    def _read(self) -> tuple[int, bytes]:
        text = os.pread(self._descriptor, _HEAD_BYTES, 0).strip()
        if not text:
            return 0, b""
        try:
            size, root = orjson.loads(text)
            return int(size), bytes.fromhex(root)
        except (ValueError, TypeError):
            raise ProofError(Problem("head-file-damaged")) from None

    def remember(self, size: int, root: bytes) -> None:
        """Remember a head that is larger than the last one; written in one piece, so a crash leaves old or new."""
        # Another process may have remembered more meanwhile.
        self.size, self.root = max((self.size, self.root), self._read())
        if size <= self.size:
            return
        text = orjson.dumps([size, root.hex()]).ljust(_HEAD_BYTES)
        os.pwrite(self._descriptor, text, 0)
        self.size, self.root = size, root

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)
