"""Ed25519 (RFC 8032) with one strict rule of verification, libsodium's, for every signature in the project.

Libraries disagree on odd keys and signatures: under a public key of small order, OpenSSL accepts one trivial signature
for every message. If two programs of ours used two rules, a log could be valid for one reader and forged for another.
So: one rule here, odd keys refused at enrolment, and the tests compare the rule with OpenSSL's on ordinary keys.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from typing import Final

from nacl import bindings
from nacl.exceptions import BadSignatureError

from ledger.errors import FormatError, Problem, ProofError
from ledger.keys.naming import thumbprint

SEED_BYTES: Final = 32
PUBLIC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_FIELD: Final = 2**255 - 19

# y of the eight points whose order divides 8 (two points share each y but 1 and -1): 1 is the neutral point, -1 the
# point of order 2, 0 the two of order 4, the last two the four of order 8.
_ORDER_EIGHT_Y: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER_Y: Final = frozenset({0, 1, _FIELD - 1, _ORDER_EIGHT_Y, _FIELD - _ORDER_EIGHT_Y})


def verify(public: bytes, signature: bytes, data: bytes) -> None:
    """Return if `signature` (64 bytes) over `data` was made by the key `public` (32 bytes), else raise ProofError.

    The rule is libsodium's: canonical S, canonical public key, no small order, no cofactor. libsodium runs without
    the interpreter lock, so threads verify in parallel.
    """
    if len(public) != PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        raise ProofError(Problem("signature-invalid"))
    try:
        bindings.crypto_sign_open(signature + data, public)
    except BadSignatureError:
        raise ProofError(Problem("signature-invalid")) from None


def check_enrolment(public: bytes) -> None:
    """Return if the key may ever be enrolled, else raise FormatError; asked once per key, so it may be slow.

    Refused: key-length, key-not-canonical (another spelling of the same point), key-small-order (signatures under it
    prove nothing), key-not-a-point (off the curve or outside the main subgroup).
    """
    if len(public) != PUBLIC_BYTES:
        raise FormatError(Problem("key-length", found=len(public), expected=PUBLIC_BYTES))
    number = int.from_bytes(public, "little")
    y, sign = number & (2**255 - 1), number >> 255
    # RFC 8032 section 5.1.3: y must be below the field's size, and x = 0 has no negative twin.
    if y >= _FIELD or (sign and y in {1, _FIELD - 1}):
        raise FormatError(Problem("key-not-canonical"))
    if y in _SMALL_ORDER_Y:
        raise FormatError(Problem("key-small-order"))
    if not bindings.crypto_core_ed25519_is_valid_point(public):
        raise FormatError(Problem("key-not-a-point"))


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """A public key that passed the enrolment check; raises FormatError when made from one that does not."""

    public: bytes

    def __post_init__(self) -> None:
        """Refuse a key that must never be enrolled."""
        check_enrolment(self.public)

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return if this key made the signature, else raise ProofError signature-invalid."""
        verify(self.public, signature, data)

    @property
    def thumbprint(self) -> str:
        """The name of the key in statements (RFC 7638)."""
        return thumbprint(self.public)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key; its text form never shows the secret."""

    seed: bytes = field(repr=False)
    public: bytes = field(init=False)
    _secret: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out the public half; raises FormatError key-length for a seed that is not 32 bytes."""
        if len(self.seed) != SEED_BYTES:
            raise FormatError(Problem("key-length", found=len(self.seed), expected=SEED_BYTES))
        public, secret = bindings.crypto_sign_seed_keypair(self.seed)
        object.__setattr__(self, "public", public)
        object.__setattr__(self, "_secret", secret)

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """The key of a 32-byte seed (the private key of RFC 8032 section 5.1.5)."""
        return cls(seed)

    @classmethod
    def generate(cls, randomness: bytes | None = None) -> SigningKey:
        """A new key from 32 random bytes given, or from the operating system's."""
        return cls(os.urandom(SEED_BYTES) if randomness is None else randomness)

    @classmethod
    def derived(cls, seed: bytes, label: str) -> SigningKey:
        """The same key for the same seed and label: for demonstrations and tests, whose seed is public."""
        return cls(hmac.digest(seed, b"chaski.demo-key/v1\n" + label.encode(), hashlib.sha256))

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature over `data`: always the same for the same data (RFC 8032 section 5.1.6)."""
        return bindings.crypto_sign(data, self._secret)[:SIGNATURE_BYTES]

    @property
    def thumbprint(self) -> str:
        """The name of the key in statements (RFC 7638)."""
        return thumbprint(self.public)

    @property
    def verify_key(self) -> VerifyKey:
        """The public half."""
        return VerifyKey(self.public)
