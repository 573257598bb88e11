"""Every claim of a lot on a day: what its deliveries, its way and its owners leave of each, with all reasons.

This is the one place where eligibility is decided. A claim is never typed by anybody: it follows from deliveries
(who, which land, which days), from the steps the lot and all it was made from went through, from what holds the lot
up, and from whoever owns it on the asked day. No step and no holder raises a claim; a certification body may, with
grounds (`release.recorded`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.claims.behind import Judged, PartVerdict
from ledger.claims.certificate_claim import certificate_claim, schemes_of
from ledger.claims.conservation_claim import conservation_claim
from ledger.claims.gathered import Gathered
from ledger.claims.lot_evidence import Evidence
from ledger.claims.made_claim import Found, made_claim
from ledger.claims.owners import Asked
from ledger.claims.part_verdict import certified_parts, evidenced_parts, kept_parts
from ledger.claims.parts import Covered
from ledger.claims.whole_lot import blocking_reasons
from ledger.packs.pack import Names
from ledger.queries import Claim, ClaimKind, PartClaim


def lot_claims(evidence: Evidence, asked: Asked) -> tuple[Claim, ...]:
    """Everything the lot carries, or might, on the asked day and for the asked owner.

    A form that carries no claim (husk) has none. The order is certificates, conservation, EUDR evidence, each by name.
    """
    return tuple(_claims(evidence, asked)) if evidence.claimable else ()


def _claims(evidence: Evidence, asked: Asked) -> Iterator[Claim]:
    for scheme in sorted(schemes_of(evidence)):
        yield certificate_claim(evidence, scheme, asked)
    for framework in sorted(evidence.behind.frameworks):
        claim = conservation_claim(evidence, framework, asked.at)
        if claim is not None:
            yield claim
    if evidence.pack is not None and evidence.pack.eudr:
        yield _eudr(evidence)


def _eudr(evidence: Evidence) -> Claim:
    """One untraced gram taints all."""
    gathered, covered = Gathered(evidence.grams, evidence.families), Covered()
    for part in evidenced_parts(evidence).weighed(evidence.parts):
        gathered.of_part(part)
        if part.verdict.status == "carried":
            covered.add(part)
    gathered.of_whole(blocking_reasons(evidence))
    return made_claim("eudr", "eudr", Names("evidencia EUDR", "EUDR evidence"), Found(gathered, covered))


def part_claims(evidence: Evidence, at: str) -> Mapping[tuple[str, str, str], tuple[PartClaim, ...]]:
    """What each part of the lot carries by itself, by (delivery, land, producer); sites and sellers are not asked."""
    if not evidence.claimable:
        return {}
    judges = [*_judges(evidence, at)]
    claims = [[_part_claim(kind, name, found) for found in judged.verdicts] for kind, name, judged in judges]
    rows = evidence.behind.rows
    numbers = zip(*(judged.of for _, _, judged in judges), strict=True) if judges else [()] * len(rows)
    made: dict[tuple[int, ...], tuple[PartClaim, ...]] = {}
    found: dict[tuple[str, str, str], tuple[PartClaim, ...]] = {}
    for row, verdicts in zip(rows, numbers, strict=True):
        if verdicts not in made:
            each = (claims[place][number] for place, number in enumerate(verdicts))
            made[verdicts] = tuple(one for one in each if one is not None)
        found[row.delivery, row.grown, row.producer] = made[verdicts]
    return found


def _part_claim(kind: ClaimKind, name: str, found: PartVerdict) -> PartClaim | None:
    if found.is_outside:
        return None
    return PartClaim(kind, name, found.status, tuple(dict.fromkeys(reason.code for reason in found.reasons)))


def _judges(evidence: Evidence, at: str) -> Iterator[tuple[ClaimKind, str, Judged]]:
    for code in sorted(schemes_of(evidence)):
        if (scheme := evidence.schemes.get(code)) is not None:
            yield "certificate", code, certified_parts(evidence, scheme, at)
    for code in sorted(evidence.behind.frameworks):
        if (framework := evidence.frameworks.get(code)) is not None:
            yield "conservation", code, kept_parts(evidence, framework)
    if evidence.pack is not None and evidence.pack.eudr:
        yield "eudr", "eudr", evidenced_parts(evidence)
