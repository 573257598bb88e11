"""How a receiver knows that a notice is ours and fresh: HMAC-SHA256 (RFC 2104) over the time and the exact body."""

from __future__ import annotations

import hashlib
import hmac


def sign(secret: str, seconds: int, body: bytes) -> str:
    """The value of `Chaski-Signature`: `t=<unix seconds>,v1=<hex>`; the key is the secret's text, the prefix too."""
    message = str(seconds).encode() + b"." + body
    return f"t={seconds},v1={hmac.digest(secret.encode(), message, hashlib.sha256).hex()}"
