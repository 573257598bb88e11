"""Base64 with one spelling per value: what does not re-encode to itself is refused."""

from __future__ import annotations

import base64
import binascii

from ledger.errors import FormatError, Problem

# Statements pass here twice on their way in; the standard library's urlsafe functions take three times as long.
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def b64url(data: bytes) -> str:
    """URL-safe base64 without padding (RFC 7515 section 2)."""
    return b64url_bytes(data).decode("ascii")


def b64url_bytes(data: bytes) -> bytes:
    """The same as ASCII bytes, as it is signed and hashed."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=")


def unb64url(text: str) -> bytes:
    """The bytes behind `text`; raises FormatError base64-malformed.

    The last character of an unpadded string can carry bits that mean nothing, so one 64-byte signature has 16
    spellings; padding, line breaks and foreign characters give more. All but the one `b64url` writes are refused.
    """
    try:
        data = binascii.a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise FormatError(Problem("base64-malformed")) from None
    if b64url(data) != text:
        raise FormatError(Problem("base64-malformed"))
    return data


def b64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4), as signed notes and proofs use it."""
    return base64.b64encode(data).decode("ascii")


def unb64(text: str) -> bytes:
    """The bytes behind standard base64; raises FormatError base64-malformed for any other spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise FormatError(Problem("base64-malformed")) from None
    if b64(data) != text:
        raise FormatError(Problem("base64-malformed"))
    return data
