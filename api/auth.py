"""Who is asking and what they may do: bearer tokens (RFC 6750), looked up in the ledger and remembered briefly."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final, Literal

from starlette.requests import HTTPConnection

from ledger.errors import FormatError, Problem

if TYPE_CHECKING:
    from ledger.book import Ledger
    from ledger.store.tokens import Token

Scope = Literal[
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
]

# A token revoked or expired elsewhere (`chaski token revoke` beside a running server) is refused after this long.
REMEMBER_SECONDS: Final = 5.0
_REMEMBER_AT_MOST: Final = 4096
_LONGEST_TOKEN: Final = 256


class Access:
    """Answers who holds a token. Keeps hashes, never the token's own text."""

    def __init__(self, ledger: Ledger, clock: Callable[[], float] = monotonic) -> None:
        """Ask this ledger; the clock only measures how long an answer is remembered."""
        self._ledger = ledger
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[Token, float]] = OrderedDict()

    async def require(self, request: HTTPConnection, scope: Scope, *others: Scope) -> Token:
        """The token of the request if it carries the scope, or one of the others that open the same.

        Raises FormatError token-missing or token-invalid (401) or scope-missing (403).
        """
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        text = text.strip()
        if scheme.lower() != "bearer" or not text:
            raise FormatError(Problem("token-missing", expected=scope))
        token = await self._token(text)
        if token is None:
            raise FormatError(Problem("token-invalid", expected=scope))
        if not {scope, *others} & set(token.scopes):
            raise FormatError(Problem("scope-missing", found=" ".join(token.scopes), expected=scope))
        return token

    def forget(self) -> None:
        """Ask the ledger again for every token: call it after a revocation in this process."""
        self._known.clear()

    async def _token(self, text: str) -> Token | None:
        if len(text) > _LONGEST_TOKEN:
            return None
        digest = hashlib.sha256(text.encode()).digest()
        known = self._known.get(digest)
        if known is not None and known[1] > self._clock():
            return known[0]
        token = await asyncio.to_thread(self._ledger.token, text)
        # An unknown token is not remembered, so that a new one works at once.
        if token is None:
            self._known.pop(digest, None)
            return None
        self._known[digest] = (token, self._clock() + REMEMBER_SECONDS)
        while len(self._known) > _REMEMBER_AT_MOST:
            self._known.popitem(last=False)
        return token
