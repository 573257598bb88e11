"""What one delivery's grams are worth under one claim: its status, why, and the papers that were asked."""

from __future__ import annotations

from ledger.claims.behind import Judged, PartVerdict
from ledger.claims.certification import Served, relinquished
from ledger.claims.conservation import ConservationStatus
from ledger.claims.evidence import Place
from ledger.claims.lot_evidence import Evidence
from ledger.claims.reasons import Reason, status_of
from ledger.packs.framework import FrameworkPack
from ledger.packs.scheme import SchemePack


def certified_parts(evidence: Evidence, scheme: SchemePack, at: str) -> Judged:
    """Under a certification scheme, asked on a day."""
    appraiser = evidence.appraiser
    deliveries = appraiser.deliveries(scheme, evidence.commodity, at)
    marks = appraiser.marks

    def ask(place: Place) -> Served:
        served = deliveries.of(place)
        given_up = relinquished(place.delivery.lot, scheme.code, marks) if place.delivery.lot in marks else None
        return served if given_up is None else served._replace(reasons=(*served.reasons, given_up))

    return evidence.behind.judged((scheme.digest, evidence.commodity, at), ask, _as_certified)


def _as_certified(served: Served) -> PartVerdict:
    return PartVerdict(status_of(served.reasons), served.reasons, served.certificates)


def kept_parts(evidence: Evidence, framework: FrameworkPack) -> Judged:
    """Under an agreement framework."""
    conservation = evidence.appraiser.conservation(framework)
    return evidence.behind.judged((framework.digest, "", ""), conservation.delivery, _as_kept)


def _as_kept(found: ConservationStatus) -> PartVerdict:
    is_outside = found.word == "not-applicable"
    papers = () if is_outside or not found.agreement else (found.agreement,)
    return PartVerdict(status_of(found.reasons), found.reasons, papers, is_outside)


def evidenced_parts(evidence: Evidence) -> Judged:
    """Under the EUDR evidence claim."""
    return evidence.behind.judged(("eudr", "", ""), evidence.appraiser.land.of, _as_evidenced)


def _as_evidenced(reasons: tuple[Reason, ...]) -> PartVerdict:
    return PartVerdict(status_of(reasons), reasons, ())
