"""What the machine gives at best: the rates our own are compared with, measured beside them."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl import bindings

_MESSAGE_BYTES = 850
"""About as long as what a delivery's signature covers."""

_MESSAGES = 500

# The pragmas of ledger/store/connection.py that cost something.
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "cache_size = -32000")


def cryptography_rate(seconds: float = 0.3) -> float:
    """Ed25519 signatures a second that `cryptography` verifies on one core."""
    key = Ed25519PrivateKey.generate()
    public, signed = key.public_key(), [(key.sign(message), message) for message in _messages()]
    return _rate(lambda: [public.verify(signature, message) for signature, message in signed], seconds)


def libsodium_rate(seconds: float = 0.3) -> float:
    """Ed25519 signatures a second that libsodium, the library we verify with, verifies on one core."""
    public, secret = bindings.crypto_sign_keypair()
    signed = [bindings.crypto_sign(message, secret) for message in _messages()]
    return _rate(lambda: [bindings.crypto_sign_open(each, public) for each in signed], seconds)


def _messages() -> list[bytes]:
    """As many different ones as the caches of a processor do not hold at once: a log never repeats itself."""
    return [os.urandom(_MESSAGE_BYTES) for _ in range(_MESSAGES)]


def _rate(work: Callable[[], object], seconds: float) -> float:
    done, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        work()
        done += _MESSAGES
    return done / passed


class BareSqlite:
    """One table, one row of about a kilobyte per commit, with the ledger's own pragmas."""

    def __init__(self, file: Path) -> None:
        """Make the table."""
        self._db = sqlite3.connect(file, isolation_level=None)
        for pragma in _PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("CREATE TABLE fact (ix INTEGER PRIMARY KEY, payload BLOB NOT NULL)")

    def rate(self, rows: int) -> float:
        """Rows a second, each in a commit of its own."""
        payload = os.urandom(1000)
        started = time.perf_counter()
        for _ in range(rows):
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("INSERT INTO fact (payload) VALUES (?)", (payload,))
            self._db.execute("COMMIT")
        return rows / (time.perf_counter() - started)

    def close(self) -> None:
        """Let the file go."""
        self._db.close()
