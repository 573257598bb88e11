"""What the machine gives at best: the rates our own are compared with, measured beside them."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl import bindings

MESSAGE = b"x" * 900
"""About as long as what a delivery's signature covers."""

# The pragmas of ledger/store/connection.py that cost something.
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "cache_size = -32000")


def cryptography_rate(seconds: float = 0.3) -> float:
    """Ed25519 signatures a second that `cryptography` verifies on one core."""
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key(), key.sign(MESSAGE)
    return _rate(lambda: public.verify(signature, MESSAGE), seconds)


def libsodium_rate(seconds: float = 0.3) -> float:
    """Ed25519 signatures a second that libsodium, the library we verify with, verifies on one core."""
    public, secret = bindings.crypto_sign_keypair()
    signed = bindings.crypto_sign(MESSAGE, secret)
    return _rate(lambda: bindings.crypto_sign_open(signed, public), seconds)


def _rate(work: object, seconds: float) -> float:
    assert callable(work)
    done, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        for _ in range(100):
            work()
        done += 100
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
