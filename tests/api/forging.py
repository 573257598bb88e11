"""Making statements by hand, also ones no honest signer would make."""

from __future__ import annotations

from typing import Any

from ledger import canonical
from ledger.keys import SigningKey
from ledger.statement import header
from tests.api.stand_in import ORIGIN

KEY = SigningKey.from_seed(bytes(range(32)))


def envelope(**changes: Any) -> dict[str, Any]:
    """A well-formed hold; `changes` put fields in their place, None takes one out."""
    made: dict[str, Any] = {
        "fact": "lot.held/1",
        "id": "T1K8W5ZBC4X7Q2M9",
        "log": ORIGIN,
        "by": "C00PC00PC00PC00P",
        "at": "2026-08-01T12:00:00-05:00",
        "nonce": "AAAAAAAAAAAAAAAAAAAAAA",
        "body": {"hold": "R3N0V2M9X6ACD5Y8", "lots": ["9D3W0XKZ5T7M2QAB"], "reason": "sample-failed"},
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def jws(payload: bytes, key: SigningKey = KEY) -> bytes:
    """A compact JWS over any bytes, with the right header and a true signature."""
    signed = header(key.thumbprint) + b"." + canonical.b64url(payload).encode()
    return signed + b"." + canonical.b64url(key.sign(signed)).encode()


def statement(**changes: Any) -> bytes:
    """A signed statement of `envelope(**changes)`."""
    return jws(canonical.encode(envelope(**changes)))
