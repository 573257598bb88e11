"""A claim as it is shown, made of what was gathered for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.claims.gathered import Gathered
from ledger.claims.parts import Covered
from ledger.packs.pack import Names
from ledger.queries import Claim, ClaimKind, OwnerClaim, Paper


@dataclass(frozen=True, slots=True)
class Found:
    """What was gathered for one claim: all reasons, what carries it by itself, and the papers it leans on."""

    gathered: Gathered
    covered: Covered
    papers: Iterable[Paper] = ()
    owners: tuple[OwnerClaim, ...] = ()
    outside_grams: int = 0
    permille: int = 1000
    model: str = "segregated"


def made_claim(kind: ClaimKind, name: str, names: Names | None, found: Found) -> Claim:
    """The claim; a scheme or framework whose pack is not at hand is named by its code."""
    return Claim(
        kind=kind,
        name=name,
        names=_words(name, names),
        status=found.gathered.status,
        model=found.model,
        covered_grams=found.covered.grams,
        total_grams=found.gathered.total_grams,
        outside_grams=found.outside_grams,
        covered_families=len(found.covered.families),
        families=len(found.gathered.families),
        papers=tuple(sorted(found.papers, key=lambda paper: (paper.number, paper.id))),
        reasons=found.gathered.reasons(),
        owners=found.owners,
        share_permille=found.permille,
        totals=found.gathered.totals(),
    )


def _words(name: str, names: Names | None) -> Mapping[str, str]:
    return {"es": name, "en": name} if names is None else {"es": names.es, "en": names.en}
