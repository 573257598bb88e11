"""What a public key is called, how it is written down, and the words by which its holder proves to hold it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ledger.canonical import JsonValue, b64url, encode, unb64url
from ledger.errors import FormatError, Problem


def thumbprint(public: bytes) -> str:
    """The RFC 7638 thumbprint of an Ed25519 key (members of RFC 8037 section 2): 43 characters of base64url."""
    return b64url(hashlib.sha256(encode(jwk(public))).digest())


def jwk(public: bytes) -> dict[str, str]:
    """The public key as a JSON Web Key (RFC 8037): exactly the members its thumbprint is made of."""
    return {"crv": "Ed25519", "kty": "OKP", "x": b64url(public)}


def key_from_jwk(value: Mapping[str, JsonValue]) -> bytes:
    """The 32 public bytes of a JSON Web Key with exactly crv, kty and x; raises FormatError key-jwk otherwise.

    Whether the key may be enrolled is asked separately (check_enrolment): old logs may hold keys refused today.
    """
    x = value.get("x")
    if not isinstance(x, str) or value != {"crv": "Ed25519", "kty": "OKP", "x": x}:
        raise FormatError(Problem("key-jwk"))
    public = unb64url(x)
    if len(public) != 32:
        raise FormatError(Problem("key-length", found=len(public), expected=32))
    return public


def possession_message(origin: str, party: str, public: bytes) -> bytes:
    """What a new key signs to show that its holder has it, before a party's key authorises it for one log.

    Names log, party and key, so that a proof seen in one log authorises nothing in another. Its first line is that
    of no statement (base64url and dots), entry, checkpoint or cosignature, so it can never be taken for one. Raises
    FormatError possession-malformed for a line break in a name, which would move the lines.
    """
    if "\n" in origin or "\n" in party:
        raise FormatError(Problem("possession-malformed"))
    return f"chaski.possession/v1\n{origin}\n{party}\n{thumbprint(public)}\n".encode()


def rotation_message(origin: str, new_key: str) -> bytes:
    """What the log's old key signs to name its successor (a verifier key in text form), for one log."""
    if "\n" in origin or "\n" in new_key:
        raise FormatError(Problem("possession-malformed"))
    return f"chaski.log-key-rotation/v1\n{origin}\n{new_key}\n".encode()
