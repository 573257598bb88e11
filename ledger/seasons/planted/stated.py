"""What somebody states in a planted season, before it is signed: by whom, when, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ledger.keys import SigningKey


@dataclass(frozen=True, slots=True)
class Hand:
    """Who states: a party with a key of its own, or without one at the office, where the node signs for it."""

    party: str
    key: SigningKey | None = None
    is_device: bool = False


@dataclass(frozen=True, slots=True)
class DigestOf:
    """Stands for the digest of what was stated under this id: known once that is signed."""

    id: str


@dataclass(frozen=True, slots=True)
class TextOf:
    """Stands for the signed text of a statement that was written on a device and never sent."""

    id: str


@dataclass(frozen=True, slots=True)
class RestatedOf:
    """Stands for what `statement.withheld` says of a statement; with `more_grams` it lies about the first move."""

    id: str
    more_grams: int = 0


@dataclass(frozen=True, slots=True)
class SizeThatMorning:
    """Stands for how many entries the log holds as the day's first fact arrives."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One fact to be signed and sent.

    `arrives` is when it reaches the log. `sealed` holds clear values by JSON pointer. `around` are further fields of
    the envelope. Values of the body or around may be `DigestOf`, `TextOf`, `RestatedOf` or `SizeThatMorning`. What is
    `kept_back` is signed and not sent. `of` is the case it belongs to, "" for the season's own background.
    """

    id: str
    hand: Hand
    fact: str
    at: datetime
    arrives: datetime
    body: Mapping[str, Any]
    of: str = ""
    sealed: Mapping[str, object] = field(default_factory=dict)
    around: Mapping[str, Any] = field(default_factory=dict)
    kept_back: bool = False

    def __getitem__(self, name: str) -> Any:
        """A field of the body."""
        return self.body[name]
