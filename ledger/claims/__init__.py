"""What a lot carries on a day and why: eligibility is decided here and nowhere else."""

from ledger.claims.appraiser import Appraiser
from ledger.claims.behind import Behind
from ledger.claims.evidence import Delivery, Marks, Place, StepTaken
from ledger.claims.lot_claims import lot_claims, part_claims
from ledger.claims.lot_evidence import Evidence
from ledger.claims.owners import Asked
from ledger.claims.parts import LotPart, parts_of

__all__ = [
    "Appraiser",
    "Asked",
    "Behind",
    "Delivery",
    "Evidence",
    "LotPart",
    "Marks",
    "Place",
    "StepTaken",
    "lot_claims",
    "part_claims",
    "parts_of",
]
