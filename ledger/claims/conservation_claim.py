"""A lot's conservation claim under one framework: carried when all grams it concerns are kept as promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.claims.gathered import Gathered
from ledger.claims.lot_evidence import Evidence
from ledger.claims.made_claim import Found, made_claim
from ledger.claims.part_verdict import kept_part
from ledger.claims.parts import Covered, LotPart
from ledger.claims.reasons import Reason
from ledger.claims.whole_lot import blocking_reasons
from ledger.queries import Claim, Paper


def frameworks_of(evidence: Evidence, parts: Sequence[LotPart]) -> frozenset[str]:
    """The frameworks that concern any of the lot's land or that any of its families ever joined."""
    found: set[str] = set()
    for part in parts:
        found |= evidence.appraiser.frameworks_at(part.place)
    return frozenset(found)


def conservation_claim(evidence: Evidence, parts: Sequence[LotPart], code: str, at: str) -> Claim | None:
    """The claim under a framework; None where it concerns none of the lot's grams.

    Grams of land outside the framework do not spoil it; the share is always told in kilograms and families.
    """
    framework = evidence.frameworks.get(code)
    gathered, covered = Gathered.of(evidence.grams, parts), Covered()
    if framework is None:
        gathered.of_whole((Reason("framework-unknown", "held", code, at),))
        return made_claim("conservation", code, None, Found(gathered, covered))
    judge = kept_part(evidence, framework)
    agreements: dict[str, None] = {}
    outside = 0
    for part in parts:
        status, reasons, papers, is_outside = judge(part)
        if reasons:
            gathered.of_part(reasons, part)
        if is_outside:
            outside += part.grams
            continue
        agreements.update(dict.fromkeys(papers))
        if status == "carried":
            covered.add(part)
    if outside == evidence.grams:
        return None
    gathered.of_whole(blocking_reasons(evidence))
    named = [_paper(agreement, evidence.birth(agreement)) for agreement in agreements]
    found_all = Found(gathered, covered, named, outside_grams=outside)
    return made_claim("conservation", code, framework.names, found_all)


def _paper(agreement: str, value: Mapping[str, object]) -> Paper:
    valid_from, valid_to = str(value.get("valid_from", "")), str(value.get("valid_to") or "")
    return Paper(agreement, str(value.get("code", "")), "", valid_from, valid_to)
