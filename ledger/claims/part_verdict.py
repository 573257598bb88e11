"""What one delivery's grams are worth under one claim: its status, why, and the papers that were asked."""

from __future__ import annotations

from ledger.claims.behind import Judged, PartVerdict
from ledger.claims.certification import relinquished
from ledger.claims.evidence import Place
from ledger.claims.lot_evidence import Evidence
from ledger.claims.reasons import status_of
from ledger.packs.framework import FrameworkPack
from ledger.packs.scheme import SchemePack


def certified_parts(evidence: Evidence, scheme: SchemePack, at: str) -> Judged:
    """Under a certification scheme, asked on a day."""
    appraiser = evidence.appraiser
    deliveries = appraiser.deliveries(scheme, evidence.commodity, at)
    marks = appraiser.marks

    def judge(place: Place) -> PartVerdict:
        reasons, certificates = deliveries.of(place)
        given_up = relinquished(place.delivery.lot, scheme.code, marks)
        if given_up is not None:
            reasons = (*reasons, given_up)
        return PartVerdict(status_of(reasons) if reasons else "carried", reasons, certificates)

    return evidence.behind.judged((scheme.digest, evidence.commodity, at), judge)


def kept_parts(evidence: Evidence, framework: FrameworkPack) -> Judged:
    """Under an agreement framework."""
    conservation = evidence.appraiser.conservation(framework)

    def judge(place: Place) -> PartVerdict:
        word, reasons, agreement = conservation.delivery(place)
        is_outside = word == "not-applicable"
        papers = () if is_outside or not agreement else (agreement,)
        return PartVerdict(status_of(reasons) if reasons else "carried", reasons, papers, is_outside)

    return evidence.behind.judged((framework.digest, "", ""), judge)


def evidenced_parts(evidence: Evidence) -> Judged:
    """Under the EUDR evidence claim."""
    evidenced = evidence.appraiser.evidenced

    def judge(place: Place) -> PartVerdict:
        reasons = evidenced(place)
        return PartVerdict(status_of(reasons), reasons, ()) if reasons else _NOTHING_MISSING

    return evidence.behind.judged(("eudr", "", ""), judge)


_NOTHING_MISSING = PartVerdict("carried", (), ())
