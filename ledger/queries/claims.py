"""What a lot carries on a day and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ClaimStatus = Literal["carried", "held", "not-carried"]
ClaimKind = Literal["certificate", "conservation", "eudr"]


@dataclass(frozen=True, slots=True)
class ClaimReason:
    """Why a claim is held, not carried, or carried with a remark (`note`).

    `subject` is the id of what it is about, `day` the day that decided, `index` the fact it rests on (None: the
    absence of one). Grams and families are those of the lot that the reason concerns; grams with two reasons count
    in both.
    """

    code: str
    effect: Literal["note", "held", "not-carried"]
    subject: str
    day: str
    index: int | None
    grams: int
    families: int


@dataclass(frozen=True, slots=True)
class ReasonTotal:
    """All lines of one reason together: every gram and family counts once, however many facts the reason rests on."""

    code: str
    effect: Literal["note", "held", "not-carried"]
    grams: int
    families: int


@dataclass(frozen=True, slots=True)
class Paper:
    """An agreement or certificate a claim rests on; `number` is its own, `valid_to` "" where it has no end."""

    id: str
    number: str
    holder: str
    valid_from: str
    valid_to: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class OwnerClaim:
    """How the claim stands with one owner of the lot's grams: under own certificate, or as bought on a day."""

    party: str
    grams: int
    status: ClaimStatus
    sold_on: str = ""
    reasons: tuple[ClaimReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a lot carries on a day under one scheme, agreement framework or evidence regime, and why.

    `covered_grams` of `total_grams` come from deliveries that carry it by themselves, of `covered_families` of
    `families`; `outside_grams` are those the framework does not concern. A lot is divided by weight, so a part that
    does not carry it spoils the whole (`segregated`), or lowers `share_permille` (`controlled-blending`). `reasons`
    has a line per fact they rest on, `totals` one per code and effect; both begin with the worst.
    """

    kind: ClaimKind
    name: str
    names: Mapping[str, str]
    status: ClaimStatus
    model: str
    covered_grams: int
    total_grams: int
    outside_grams: int
    covered_families: int
    families: int
    papers: tuple[Paper, ...] = ()
    reasons: tuple[ClaimReason, ...] = ()
    owners: tuple[OwnerClaim, ...] = ()
    share_permille: int = 1000
    totals: tuple[ReasonTotal, ...] = ()


@dataclass(frozen=True, slots=True)
class PartClaim:
    """What one delivery's grams carry by themselves, with the codes of the reasons."""

    kind: ClaimKind
    name: str
    status: ClaimStatus
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LotClaims:
    """All claims of a lot on a day (`at`), as known at a log size."""

    lot: str
    at: str
    size: int
    grams: int
    claimable: bool
    claims: tuple[Claim, ...]
