"""A fact before it is signed: whose hand, when it happened, when it reached the log, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ledger.keys import SigningKey

Basis = Literal["witnessed", "document", "told"]


@dataclass(frozen=True, slots=True)
class Hand:
    """Who signs: a party with one of its keys. A device numbers what it signs."""

    party: str
    key: SigningKey
    device: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """One fact to be signed.

    `arrives` is when the submission reached the log: later than `at` where a device had no network.
    `sealed` holds clear values by JSON pointer into the body. `about` and `replaces` are ids of
    earlier statements whose digests are known only once those are signed: `about` fills the body's
    `statement`, `replaces` the envelope's.
    """

    id: str
    hand: Hand
    fact: str
    at: datetime
    arrives: datetime
    body: Mapping[str, Any]
    sealed: Mapping[str, object] = field(default_factory=dict)
    basis: Basis | None = None
    about: str | None = None
    replaces: str | None = None
