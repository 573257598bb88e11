"""Answers the ledger gives: frozen records shared by the store, the front door, the API and the command line.

Grams are whole book grams. Days are `YYYY-MM-DD`, moments RFC 3339. `size` is a log size: what was
known when the log held so many entries.
"""

from ledger.queries.checking import ErasureLine, RebuildReport, Verification
from ledger.queries.claims import (
    Claim,
    ClaimKind,
    ClaimReason,
    ClaimStatus,
    LotClaims,
    OwnerClaim,
    Paper,
    PartClaim,
    ReasonTotal,
)
from ledger.queries.impact import AffectedLot, BlastRadius, Stake
from ledger.queries.log import FactRecord, Head, Standing
from ledger.queries.logged import Absence, Logged
from ledger.queries.lots import AttributeWords, Block, Contribution, LotLine, LotView, Onward, Step, Trace
from ledger.queries.stating import Outcome, Plausibility, Status
from ledger.queries.witnessing import CosignedBy, WitnessStanding

__all__ = [
    "Absence",
    "AffectedLot",
    "AttributeWords",
    "BlastRadius",
    "Block",
    "Claim",
    "ClaimKind",
    "ClaimReason",
    "ClaimStatus",
    "Contribution",
    "CosignedBy",
    "ErasureLine",
    "FactRecord",
    "Head",
    "Logged",
    "LotClaims",
    "LotLine",
    "LotView",
    "Onward",
    "Outcome",
    "OwnerClaim",
    "Paper",
    "PartClaim",
    "Plausibility",
    "ReasonTotal",
    "RebuildReport",
    "Stake",
    "Standing",
    "Status",
    "Step",
    "Trace",
    "Verification",
    "WitnessStanding",
]
