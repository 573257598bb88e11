"""Cosignature v1 (c2sp.org/tlog-cosignature): a witness's word that, at a time, a checkpoint was the log's largest."""

from __future__ import annotations

from typing import Final

from ledger.errors import FormatError, Problem
from ledger.keys import SigningKey, verify

_SIGNATURE_BYTES: Final = 64
_TIME_BYTES: Final = 8
_MAX_TIME: Final = 2**63 - 1


def cosign(text: str, seconds: int, key: SigningKey) -> bytes:
    """The 72 bytes of a cosignature over a checkpoint's text at `seconds` since 1970 (UTC)."""
    return seconds.to_bytes(_TIME_BYTES, "big") + key.sign(_message(text, seconds))


def verify_cosignature(text: str, payload: bytes, public: bytes) -> int:
    """The time, in seconds since 1970, at which the key cosigned the text.

    Raises FormatError cosignature-malformed, ProofError signature-invalid. Whether that time is believable is for the
    caller to judge, who has a clock.
    """
    seconds = cosigned_at(payload)
    verify(public, payload[_TIME_BYTES:], _message(text, seconds))
    return seconds


def cosigned_at(payload: bytes) -> int:
    """The time a cosignature claims; unverified."""
    if len(payload) != _TIME_BYTES + _SIGNATURE_BYTES:
        raise FormatError(Problem("cosignature-malformed", found=len(payload), expected=_TIME_BYTES + _SIGNATURE_BYTES))
    seconds = int.from_bytes(payload[:_TIME_BYTES], "big")
    if seconds > _MAX_TIME:
        raise FormatError(Problem("cosignature-malformed", found=str(seconds)))
    return seconds


def _message(text: str, seconds: int) -> bytes:
    """What is signed: the header keeps a cosignature from being offered as a log's own signature."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
