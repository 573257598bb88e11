"""Drawing a sample that anybody draws again: from a seed committed to before, a root nobody could know, and weights.

Pure, whole numbers only, and no other order than that of hashes: the same five texts draw the same list on every
machine and for ever. docs/auditing.md says the format for whoever writes it anew.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

_DOMAIN: Final = "chaski.sample/v1"
_POPULATION: Final = "chaski.population/v1"


class Member(NamedTuple):
    """One of a population: its id, how many lots it has in the urn, and the signs of risk that added to them."""

    thing: str
    weight: int = 1
    signs: tuple[str, ...] = ()


class Urn(NamedTuple):
    """What one drawing is about; a seed gives another list for every one of these.

    Nothing of it may be left to whoever draws once the root is known: a word of its own choosing would be tried until
    the list pleases.
    """

    audit: str
    party: str
    population: str
    root: bytes


def population_digest(members: Iterable[Member]) -> str:
    """SHA-256 of the population as text: a heading, then a line `<id> <weight>` for each in the order of their ids."""
    lines = [_POPULATION, *(f"{member.thing} {member.weight}" for member in sorted(members))]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def seed_digest(seed: bytes) -> str:
    """What an audit commits to."""
    return hashlib.sha256(seed).hexdigest()


def draw(seed: bytes, urn: Urn, members: Sequence[Member], count: int) -> tuple[str, ...]:
    """The first `count` of a population in the order in which they come out of the urn; all where there are fewer.

    Each has as many lots as its weight, and each lot a hash under the seed. Whoever's smallest lot is the smallest
    comes out first, with all its lots: at every step somebody of weight 5 is five times as likely as somebody of
    weight 1, and nobody comes twice. To draw more makes the list longer at its end and changes nothing before it.
    """
    heading = "\n".join((_DOMAIN, urn.audit, urn.party, urn.population, urn.root.hex(), ""))
    ranked = sorted((_smallest(seed, heading, member), member.thing) for member in members)
    return tuple(thing for _, thing in ranked[:count])


def _smallest(seed: bytes, heading: str, member: Member) -> bytes:
    lots = (f"{heading}{member.thing} {lot}\n".encode() for lot in range(1, member.weight + 1))
    return min(hmac.digest(seed, lot, "sha256") for lot in lots)
