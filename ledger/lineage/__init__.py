"""Where a lot's grams came from: origin sets, what blocks a lot, and walks over the edges. Pure."""

from ledger.lineage.origins import Share, contributions, mix
from ledger.lineage.summaries import (
    BLOCKING_MARKS,
    Birth,
    LotBasis,
    birth_sets,
    debits_below_zero,
    inherit,
    is_born,
    resummarise,
)
from ledger.lineage.walk import closure, levels, topological

__all__ = [
    "BLOCKING_MARKS",
    "Birth",
    "LotBasis",
    "Share",
    "birth_sets",
    "closure",
    "contributions",
    "debits_below_zero",
    "inherit",
    "is_born",
    "levels",
    "mix",
    "resummarise",
    "topological",
]
