"""What a lot carries on a day and why. First form: which agreements and certificates cover which grams."""

from ledger.claims.appraiser import Appraiser
from ledger.claims.evidence import Delivery, Marks, Place, StepTaken
from ledger.claims.links import (
    NOTHING,
    Membership,
    Standings,
    Terms,
    Verdict,
    agreements_of,
    certificates_of,
    covers_commodity,
    standings,
    verdict,
)
from ledger.claims.lot_claims import lot_claims
from ledger.claims.lot_evidence import Evidence
from ledger.claims.owners import Asked

__all__ = [
    "NOTHING",
    "Appraiser",
    "Asked",
    "Delivery",
    "Evidence",
    "Marks",
    "Membership",
    "Place",
    "Standings",
    "StepTaken",
    "Terms",
    "Verdict",
    "agreements_of",
    "certificates_of",
    "covers_commodity",
    "lot_claims",
    "standings",
    "verdict",
]
