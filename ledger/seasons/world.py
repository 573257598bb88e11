"""Where the stories happen: one log, its operator, and ids and keys that follow from the seed."""

from __future__ import annotations

import hashlib
import hmac

from ledger.keys import SigningKey
from ledger.seasons.dice import Dice
from ledger.seasons.draft import Hand
from ledger.values import crockford


class World:
    """Everything of a season follows from the seed, the origin of the log and the operator's party and key."""

    def __init__(
        self, seed: str, *, origin: str, operator: str, operator_key: SigningKey, node_key: SigningKey
    ) -> None:
        """Take the log the stories will be told to, with its registrar's party and key, and its node's key."""
        self.seed = hashlib.sha256(b"chaski.season/v1\n" + seed.encode()).digest()
        self.origin = origin
        self.operator = Hand(operator, operator_key)
        self.node_key = node_key

    def thing(self, label: str) -> str:
        """The id of a thing (16 characters): the same for the same seed and label."""
        return crockford(self.bytes_of(f"thing/{label}", 10))

    def key(self, label: str) -> SigningKey:
        """A signing key. The seed of a season is public, so its keys are worth nothing outside it."""
        return SigningKey.derived(self.seed, f"season/{label}")

    def dice(self, label: str) -> Dice:
        """Chance for one purpose."""
        return Dice(self.seed, label)

    def bytes_of(self, label: str, count: int) -> bytes:
        """Up to 32 bytes that follow from the seed and a label: nonces, salts, ids."""
        return hmac.digest(self.seed, b"chaski.season-bytes/v1\n" + label.encode(), hashlib.sha256)[:count]
