"""What the log's key signs of an audit bundle: the digest of its manifest, under a first line no other note has."""

from __future__ import annotations

from typing import Final

from ledger.keys import SigningKey
from ledger.log.note import sign_note

BUNDLE_FORMAT: Final = "chaski.bundle/v1"


def bundle_text(origin: str, manifest_digest: str) -> str:
    """The three lines: format, origin, SHA-256 of manifest.json. A checkpoint's second line is a number: never this."""
    return f"{BUNDLE_FORMAT}\n{origin}\n{manifest_digest}\n"


def bundle_note(origin: str, manifest_digest: str, key: SigningKey | None) -> bytes:
    """The note with exactly one signature line by the log's key, or with none where the key is not at hand."""
    text = bundle_text(origin, manifest_digest)
    return f"{text}\n{'' if key is None else sign_note(text, origin, key).format()}".encode()
