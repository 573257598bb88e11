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
from ledger.queries.log import FactRecord, Head
from ledger.queries.lots import AttributeWords, Block, Contribution, LotLine, LotView, Onward, Step, Trace
from ledger.queries.stating import Outcome, Plausibility, Status

__all__ = [
    "AffectedLot",
    "AttributeWords",
    "BlastRadius",
    "Block",
    "Claim",
    "ClaimKind",
    "ClaimReason",
    "ClaimStatus",
    "Contribution",
    "ErasureLine",
    "FactRecord",
    "Head",
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
    "Status",
    "Step",
    "Trace",
    "Verification",
]
