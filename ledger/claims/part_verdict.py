"""What one delivery's grams are worth under one claim: its status, why, and the papers that were asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ledger.claims.certification import relinquished
from ledger.claims.lot_evidence import Evidence
from ledger.claims.parts import LotPart
from ledger.claims.reasons import ClaimStatus, Reason, status_of
from ledger.packs.framework import FrameworkPack
from ledger.packs.scheme import SchemePack


class PartVerdict(NamedTuple):
    """The answer for a part; `is_outside`: the claim does not concern its land."""

    status: ClaimStatus
    reasons: tuple[Reason, ...]
    papers: tuple[str, ...]
    is_outside: bool = False


Judge = Callable[[LotPart], PartVerdict]


def certified_part(evidence: Evidence, scheme: SchemePack, at: str) -> Judge:
    """Parts under a certification scheme, asked on a day."""
    appraiser = evidence.appraiser
    deliveries = appraiser.deliveries(scheme, evidence.commodity, at)

    def judge(part: LotPart) -> PartVerdict:
        served = deliveries.of(part.place)
        given_up = relinquished(part.place.delivery.lot, scheme.code, appraiser.marks)
        reasons = served.reasons if given_up is None else (*served.reasons, given_up)
        return PartVerdict(status_of(reasons), reasons, served.certificates)

    return _remembered(evidence, (scheme.digest, evidence.commodity, at), judge)


def kept_part(evidence: Evidence, framework: FrameworkPack) -> Judge:
    """Parts under an agreement framework."""
    conservation = evidence.appraiser.conservation(framework)

    def judge(part: LotPart) -> PartVerdict:
        found = conservation.delivery(part.place)
        papers = (found.agreement,) if found.agreement else ()
        is_outside = found.word == "not-applicable"
        return PartVerdict(status_of(found.reasons), found.reasons, () if is_outside else papers, is_outside)

    return _remembered(evidence, (framework.digest, "", ""), judge)


def evidenced_part(evidence: Evidence) -> Judge:
    """Parts under the EUDR evidence claim."""

    def judge(part: LotPart) -> PartVerdict:
        reasons = evidence.appraiser.evidenced(part.place)
        return PartVerdict(status_of(reasons), reasons, ())

    return _remembered(evidence, ("eudr", "", ""), judge)


def _remembered(evidence: Evidence, question: tuple[str, str, str], judge: Judge) -> Judge:
    """The same judge, asking each delivery once for all lots its grams are in."""
    answers: dict[tuple[str, str, str], PartVerdict] = evidence.appraiser.answers(question)

    def ask(part: LotPart) -> PartVerdict:
        row = part.row
        key = (row.delivery, row.grown, row.producer)
        found = answers.get(key)
        if found is None:
            found = answers[key] = judge(part)
        return found

    return ask
