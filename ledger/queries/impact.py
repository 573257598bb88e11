"""What falls with something: lots downstream and the claims that rest on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.queries.claims import ClaimKind, ClaimStatus


@dataclass(frozen=True, slots=True)
class Stake:
    """A claim a lot stands to lose, as it stands on the asked day."""

    kind: ClaimKind
    name: str
    status: ClaimStatus


@dataclass(frozen=True, slots=True)
class AffectedLot:
    """A lot with grams of what a blast radius asks about; its public page is `/L/<lot>`.

    `grams` are those the lot was born with; holders and owners are of what is left of it now.
    """

    lot: str
    commodity: str
    form: str
    grams: int
    expected_grams: int
    at_most_grams: int
    holders: Mapping[str, int]
    owners: Mapping[str, int]
    blocks: tuple[str, ...]
    stakes: tuple[Stake, ...]


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """Everything downstream of a subject. Totals are over all `lots`; `affected` are the first of them, by birth.

    `held_grams` is all stock of affected lots by holder, `expected_grams` the part of it that is of the subject, and
    `at_most_grams` the most that can be.
    """

    subject: str
    kind: str
    size: int
    at: str
    lots: int
    expected_grams: int
    at_most_grams: int
    held_grams: Mapping[str, int]
    holder_names: Mapping[str, str]
    affected: tuple[AffectedLot, ...]
