"""One party that signs facts: what it says follows from a seed, and no ledger is needed to say it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from ledger import canonical, keys
from ledger.keys import SigningKey
from ledger.statement import Disclosure, disclose, sign
from ledger.values import crockford

AT = "2026-06-12T09:41:00-05:00"


class Voice:
    """A party with its key."""

    def __init__(self, origin: str, chance: random.Random) -> None:
        """Take the party's id and key from `chance`; `origin` names the log it speaks to."""
        self.origin = origin
        self.chance = chance
        self.party = self.thing()
        self.key = SigningKey.from_seed(chance.randbytes(32))

    def thing(self) -> str:
        """A new id."""
        return crockford(self.chance.randbytes(10))

    def possession(self) -> str:
        """The proof that the party holds its key, as `key.authorised` wants it."""
        return canonical.b64url(self.key.sign(keys.possession_message(self.origin, self.party, self.key.public)))

    def said(
        self, fact: str, body: Mapping[str, Any], *, sealed: Mapping[str, Any] | None = None, at: str = AT
    ) -> bytes:
        """A submission signed by the party, with its disclosures."""
        disclosures = [self._sealed(pointer, value) for pointer, value in (sealed or {}).items()]
        envelope = {
            "fact": f"{fact}/1",
            "id": self.thing(),
            "log": self.origin,
            "by": self.party,
            "at": at,
            "nonce": canonical.b64url(self.chance.randbytes(16)),
            "body": {**body, **{d.pointer.removeprefix("/"): d.digest for d in disclosures}},
        }
        return b"~".join([sign(envelope, self.key).jws, *(d.text.encode() for d in disclosures)])

    def _sealed(self, pointer: str, value: Any) -> Disclosure:
        return disclose(self.chance.randbytes(16), pointer, value)
