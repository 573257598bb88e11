"""Chance that can be repeated: numbers that follow from a seed and a label alone, on every machine and version."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import TypeVar

_MASK = 2**64 - 1
ItemT = TypeVar("ItemT")


class Dice:
    """A SplitMix64 sequence started by HMAC-SHA256(seed, label).

    Two labels give two independent sequences, so adding a roll to one story moves nothing in another.
    The library's `random` is not used: its shuffles and distributions changed between versions.
    """

    __slots__ = ("_seed", "_state")

    def __init__(self, seed: bytes, label: str) -> None:
        """Start the sequence of this label."""
        self._seed = seed
        digest = hmac.digest(seed, b"chaski.season-dice/v1\n" + label.encode(), hashlib.sha256)
        self._state = int.from_bytes(digest[:8], "big")

    def _next(self) -> int:
        # Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014), figure 16.
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def roll(self, lowest: int, highest: int) -> int:
        """A whole number from lowest to highest, both included.

        The remainder of 2^64 favours small numbers by less than one part in 2^40 for the spans of a season.
        """
        return lowest + self._next() % (highest - lowest + 1)

    def around(self, middle: int, spread: int) -> int:
        """A whole number within `spread` of the middle, more often near it (the mean of three rolls)."""
        return middle + sum(self.roll(-spread, spread) for _ in range(3)) // 3

    def chance(self, permille: int) -> bool:
        """True in so many of a thousand cases."""
        return self.roll(0, 999) < permille

    def pick(self, items: Sequence[ItemT]) -> ItemT:
        """One of the items."""
        return items[self.roll(0, len(items) - 1)]

    def shuffled(self, items: Sequence[ItemT]) -> list[ItemT]:
        """The items in another order (Fisher and Yates)."""
        mixed = list(items)
        for place in range(len(mixed) - 1, 0, -1):
            other = self.roll(0, place)
            mixed[place], mixed[other] = mixed[other], mixed[place]
        return mixed

    def sample(self, items: Sequence[ItemT], count: int) -> list[ItemT]:
        """So many different items, in their own order."""
        chosen = sorted(self.shuffled(range(len(items)))[:count])
        return [items[place] for place in chosen]
