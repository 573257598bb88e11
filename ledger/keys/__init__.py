"""The only room that touches cryptography and libsodium: sign, verify by one rule, seal, name a key.

Randomness is read here alone, and only to make keys and sealing nonces (SigningKey.generate, new_secret_key, seal).
Nothing in here knows a fact, a file or a clock.
"""

from ledger.keys.naming import jwk, key_from_jwk, possession_message, rotation_message, thumbprint
from ledger.keys.sealing import blind_index, new_secret_key, seal, unseal, unwrap, wrap
from ledger.keys.signing import SigningKey, VerifyKey, check_enrolment, verify

__all__ = [
    "SigningKey",
    "VerifyKey",
    "blind_index",
    "check_enrolment",
    "jwk",
    "key_from_jwk",
    "new_secret_key",
    "possession_message",
    "rotation_message",
    "seal",
    "thumbprint",
    "unseal",
    "unwrap",
    "verify",
    "wrap",
]
