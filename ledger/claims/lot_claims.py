"""Every claim of a lot on a day: what its deliveries, its way and its owners leave of each, with all reasons.

This is the one place where eligibility is decided. A claim is never typed by anybody: it follows from deliveries
(who, which land, which days), from the steps the lot and all it was made from went through, from what holds the lot
up, and from whoever owns it on the asked day. No step and no holder raises a claim; a certification body may, with
grounds (`release.recorded`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.claims.certificate_claim import certificate_claim, schemes_of
from ledger.claims.conservation_claim import conservation_claim, frameworks_of
from ledger.claims.gathered import Gathered
from ledger.claims.lot_evidence import Evidence
from ledger.claims.made_claim import Found, made_claim
from ledger.claims.owners import Asked
from ledger.claims.parts import Covered, LotPart, parts_of
from ledger.claims.reasons import status_of
from ledger.claims.whole_lot import blocking_reasons
from ledger.packs.pack import Names
from ledger.queries import Claim


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
    for part in parts:
        reasons = evidence.appraiser.evidenced(part.place)
        gathered.of_part(reasons, part)
        if status_of(reasons) == "carried":
            covered.add(part)
    gathered.of_whole(blocking_reasons(evidence))
    return made_claim("eudr", "eudr", Names("evidencia EUDR", "EUDR evidence"), Found(gathered, covered))
