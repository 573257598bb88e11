"""A lot's conservation claim under one framework: carried when all grams it concerns are kept as promised."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.claims.gathered import Gathered
from ledger.claims.lot_evidence import Evidence
from ledger.claims.made_claim import Found, made_claim
from ledger.claims.part_verdict import kept_parts
from ledger.claims.parts import Covered
from ledger.claims.reasons import Reason
from ledger.claims.whole_lot import blocking_reasons
from ledger.queries import Claim, Paper


def conservation_claim(evidence: Evidence, code: str, at: str) -> Claim | None:
    """The claim under a framework; None where it concerns none of the lot's grams.

    Grams of land outside the framework do not spoil it; the share is always told in kilograms and families.
    """
    framework = evidence.frameworks.get(code)
    gathered, covered = Gathered(evidence.grams, evidence.families), Covered()
    if framework is None:
        gathered.of_whole((Reason("framework-unknown", "held", code, at),))
        return made_claim("conservation", code, None, Found(gathered, covered))
    agreements: dict[str, None] = {}
    outside = 0
    for part in kept_parts(evidence, framework).weighed(evidence.parts):
        verdict = part.verdict
        gathered.of_part(part)
        if verdict.is_outside:
            outside += part.grams
            continue
        agreements.update(dict.fromkeys(verdict.papers))
        if verdict.status == "carried":
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
