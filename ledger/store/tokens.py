"""API tokens: shown once, kept only as a hash, scoped to a party and some acts, and always expiring."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from ledger.canonical import b64url
from ledger.errors import FormatError, NotFoundError, Problem
from ledger.keys import new_secret_key
from ledger.store.batch import Clock, moment
from ledger.store.connection import Connection, Row

SCOPES = (
    "facts:write",
    "facts:read",
    "lots:read",
    "reports:read",
    "documents:write",
    "metrics:read",
    "webhooks:write",
    "disclosures:read",
    "audit",
    "audits:read",
)
PREFIX = "chaski_"
_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Token:
    """What a token allows; never the token itself."""

    id: str
    party: str
    scopes: tuple[str, ...]
    label: str
    expires_at: str
    revoked: bool


class Tokens:
    """The tokens of one ledger."""

    def __init__(self, engine: Engine, log: int, clock: Clock) -> None:
        """Keep hashes in the database."""
        self._engine = engine
        self._log = log
        self._clock = clock

    def create(self, *, party: str, scopes: Sequence[str], days: int, label: str, secret: bytes | None = None) -> str:
        """Make a token; its text is returned here and never again. `secret` makes a demo's token repeatable."""
        for scope in scopes:
            if scope not in SCOPES:
                raise FormatError(Problem("scope-unknown", "/scopes", scope, ", ".join(SCOPES)))
        if not 1 <= days <= 366:
            raise FormatError(Problem("token-days", "/days", days, "1-366"))
        text = PREFIX + b64url(secret or new_secret_key())
        digest = _hash(text)
        db = Connection(self._engine)
        try:
            db.begin_write()
            db.run(
                "INSERT INTO token (log, id, hash, party, scopes, label, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
                self._log,
                digest.hex()[:12],
                digest,
                party,
                " ".join(scopes),
                label,
                self._clock() + days * _DAY,
            )
            db.commit()
        except BaseException:
            db.rollback()
            raise
        finally:
            db.close()
        return text

    def find(self, text: str) -> Token | None:
        """The token, or None where it is unknown, expired or revoked."""
        row = self._one("hash = ?", _hash(text))
        if row is None or row[5] is not None or row[4] <= self._clock():
            return None
        return _token(row)

    def all(self) -> list[Token]:
        """Every token ever made."""
        db = Connection(self._engine)
        try:
            rows = db.all(f"SELECT {_COLUMNS} FROM token WHERE log = ? ORDER BY expires", self._log)
        finally:
            db.close()
        return [_token(row) for row in rows]

    def revoke(self, token_id: str) -> None:
        """A token is good for nothing from now on."""
        if self._one("id = ?", token_id) is None:
            raise NotFoundError(Problem("token-unknown", "", token_id))
        db = Connection(self._engine)
        try:
            db.begin_write()
            db.run("UPDATE token SET revoked = ? WHERE log = ? AND id = ?", self._clock(), self._log, token_id)
            db.commit()
        finally:
            db.close()

    def _one(self, condition: str, value: object) -> Row | None:
        db = Connection(self._engine)
        try:
            return db.one(f"SELECT {_COLUMNS} FROM token WHERE log = ? AND {condition}", self._log, value)
        finally:
            db.close()


_COLUMNS = "id, party, scopes, label, expires, revoked"


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _token(row: Row) -> Token:
    return Token(row[0], row[1], tuple(row[2].split()), row[3], moment(row[4]), row[5] is not None)
