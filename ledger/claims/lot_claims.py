"""Every claim of a lot on a day: what its deliveries, its way and its owners leave of each, with all reasons.

This is the one place where eligibility is decided. A claim is never typed by anybody: it follows from deliveries
(who, which land, which days), from the steps the lot and all it was made from went through, from what holds the lot
up, and from whoever owns it on the asked day. No step and no holder raises a claim; a certification body may, with
grounds (`release.recorded`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.claims.certificate_claim import certificate_claim, schemes_of
from ledger.claims.conservation_claim import conservation_claim, frameworks_of
from ledger.claims.gathered import Gathered
from ledger.claims.lot_evidence import Evidence
from ledger.claims.made_claim import Found, made_claim
from ledger.claims.owners import Asked
from ledger.claims.part_verdict import Judge, certified_part, evidenced_part, kept_part
from ledger.claims.parts import Covered, LotPart, parts_of
from ledger.claims.whole_lot import blocking_reasons
from ledger.packs.pack import Names
from ledger.queries import Claim, ClaimKind, PartClaim


def lot_claims(evidence: Evidence, asked: Asked) -> tuple[Claim, ...]:
    """Everything the lot carries, or might, on the asked day and for the asked owner.

    A form that carries no claim (husk) has none. The order is certificates, conservation, EUDR evidence, each by name.
    """
    return tuple(_claims(evidence, asked)) if evidence.claimable else ()


def _claims(evidence: Evidence, asked: Asked) -> Iterator[Claim]:
    parts = parts_of(evidence)
    for scheme in sorted(schemes_of(evidence, parts)):
        yield certificate_claim(evidence, parts, scheme, asked)
    for framework in sorted(frameworks_of(evidence, parts)):
        claim = conservation_claim(evidence, parts, framework, asked.at)
        if claim is not None:
            yield claim
    if evidence.pack is not None and evidence.pack.eudr:
        yield _eudr(evidence, parts)


def _eudr(evidence: Evidence, parts: Sequence[LotPart]) -> Claim:
    """One untraced gram taints all."""
    gathered, covered = Gathered.of(evidence.grams, parts), Covered()
    judge = evidenced_part(evidence)
    for part in parts:
        status, reasons, _, _ = judge(part)
        if reasons:
            gathered.of_part(reasons, part)
        if status == "carried":
            covered.add(part)
    gathered.of_whole(blocking_reasons(evidence))
    return made_claim("eudr", "eudr", Names("evidencia EUDR", "EUDR evidence"), Found(gathered, covered))


def part_claims(evidence: Evidence, at: str) -> Mapping[tuple[str, str, str], tuple[PartClaim, ...]]:
    """What each part of the lot carries by itself, by (delivery, land, producer); sites and sellers are not asked."""
    if not evidence.claimable:
        return {}
    parts = parts_of(evidence)
    judges = [*_judges(evidence, parts, at)]
    return {
        (part.row.delivery, part.row.grown, part.row.producer): tuple(
            PartClaim(kind, name, found.status, tuple(dict.fromkeys(r.code for r in found.reasons)))
            for kind, name, judge in judges
            if not (found := judge(part)).is_outside
        )
        for part in parts
    }


def _judges(evidence: Evidence, parts: Sequence[LotPart], at: str) -> Iterator[tuple[ClaimKind, str, Judge]]:
    for code in sorted(schemes_of(evidence, parts)):
        if (scheme := evidence.schemes.get(code)) is not None:
            yield "certificate", code, certified_part(evidence, scheme, at)
    for code in sorted(frameworks_of(evidence, parts)):
        if (framework := evidence.frameworks.get(code)) is not None:
            yield "conservation", code, kept_part(evidence, framework)
    if evidence.pack is not None and evidence.pack.eudr:
        yield "eudr", "eudr", evidenced_part(evidence)
