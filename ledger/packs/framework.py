"""The frozen records of an agreement framework's pack: forest agreements, compacts, pasture, best practice.

Made only by `parse_framework`; every ruling carries its source and whether somebody saw it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from ledger.packs.figure import Figure
from ledger.packs.pack import Names, Source
from ledger.packs.ruling import NO_GUIDE, Guide, Ruling, Words

Level = Literal["family", "community", "cooperative", "jurisdiction"]
LEVELS: tuple[Level, ...] = ("family", "community", "cooperative", "jurisdiction")
Rung = Literal["notice", "warning", "corrective-plan", "benefits-withheld", "suspension", "termination"]
LADDER: tuple[Rung, ...] = (
    "notice",
    "warning",
    "corrective-plan",
    "benefits-withheld",
    "suspension",
    "termination",
)
"""The sanctions an agreement may name, from mild to hard."""

StatusWord = Literal[
    "compliant",
    "compliant-with-observations",
    "under-review",
    "lapsed",
    "suspended",
    "non-compliant",
    "no-agreement",
    "not-applicable",
    "unknown",
]
"""What a conservation agreement says of a household and its land on a day."""


STATUS_WORDS: tuple[StatusWord, ...] = get_args(StatusWord)


@dataclass(frozen=True, slots=True)
class KnownCommitment:
    """A commitment as the framework's texts know it, with words for people.

    `source` and `verified` speak of the promise. Whether its breach is `critical` is our reading, and counts only
    where the signed agreement does not say it.
    """

    code: str
    names: Names
    kind: Literal["prohibit", "do", "limit"]
    critical: bool
    source: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkPack:
    """An agreement framework as the claims read it; `digest` is the SHA-256 (hex) of its bytes.

    `land` says whether plots, herds or both are judged. `needs_area`: agreements name areas, and land outside every
    area of the framework is `not-applicable`. `wins` says whether the family's or the community's agreement counts
    where both cover the same land and neither area is narrower. `unendorsed` is the status word while an institution
    with role authority has not endorsed ("compliant" = only labelled). `unattributed_breach` is the status word
    from the first day of a breach nobody is named for yet. `critical_breach`, `other_breach`: the status words of a
    breach attributed to the producer. `partly_met` and `not_monitored` are the words after such a monitoring
    (`not_monitored`: no monitoring within `monitoring_months`). `ladder` is the sanction ladder from mild to hard.
    `trust` says how far the plain lists among these can be trusted.
    """

    code: str
    version: str
    names: Names
    kind: Literal["forest", "compact", "pasture", "best-practice"]
    land: frozenset[Literal["plot", "herd"]]
    levels: tuple[str, ...]
    needs_area: bool
    wins: Ruling
    unendorsed: Ruling
    unattributed_breach: Ruling
    critical_breach: Ruling
    other_breach: Ruling
    partly_met: Ruling
    not_monitored: Ruling
    monitoring_months: Figure | None
    renewal_grace_days: Figure | None
    ladder: tuple[str, ...]
    commitments: Mapping[str, KnownCommitment]
    sources: Mapping[str, Source]
    digest: str
    trust: Mapping[str, Words] = field(default_factory=dict)
    guide: Guide = NO_GUIDE
