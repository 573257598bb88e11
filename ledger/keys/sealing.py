"""Sealing of personal and business values: AES-256-GCM with a key per person, the keys wrapped by a master key.

Destroying a person's key makes everything sealed under it unreadable for ever; the log keeps only salted digests.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Final
from unicodedata import normalize

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import FormatError, Problem, ProofError

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


def new_secret_key() -> bytes:
    """32 random bytes from the operating system: a person's key, a master key or a programme's index key."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """12-byte random nonce, ciphertext and 16-byte tag (NIST SP 800-38D), bound to `associated`.

    `associated` says what the value belongs to, so that a sealed value copied to another place does not open there.
    A random nonce is safe for 2^32 values under one key; a person has far fewer.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_checked(key)).encrypt(nonce, plaintext, associated)


def unseal(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """The plaintext; raises ProofError seal-broken for another key, another place or a changed byte."""
    if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
        raise ProofError(Problem("seal-broken"))
    try:
        return AESGCM(_checked(key)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], associated)
    except InvalidTag:
        raise ProofError(Problem("seal-broken")) from None


def wrap(master: bytes, key: bytes, holder: str) -> bytes:
    """A person's key sealed under the master key, bound to the holder's id."""
    return seal(master, _checked(key), _holder(holder))


def unwrap(master: bytes, wrapped: bytes, holder: str) -> bytes:
    """A person's key; raises ProofError seal-broken when the master key or the holder is another."""
    return unseal(master, wrapped, _holder(holder))


def blind_index(programme_key: bytes, text: str) -> bytes:
    """32 bytes that are equal for equal texts and tell nothing without the programme's key (HMAC-SHA256).

    Finds a person by document number without storing it readably. The caller decides what counts as equal (spaces,
    case); only the Unicode form is made one here.
    """
    message = b"chaski.blind-index/v1\n" + normalize("NFC", text).encode()
    return hmac.digest(_checked(programme_key), message, hashlib.sha256)


def _holder(holder: str) -> bytes:
    return b"chaski.wrapped-key/v1\n" + holder.encode()


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise FormatError(Problem("key-length", found=len(key), expected=KEY_BYTES))
    return key
