"""What concerns a lot as a whole, whatever the scheme: what blocks it, and what a certification body freed."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.claims.lot_evidence import Evidence
from ledger.claims.reasons import Reason

_CODES = {"in-question": "lot-in-question", "held": "lot-held", "recalled": "lot-recalled"}


def blocking_reasons(evidence: Evidence) -> tuple[Reason, ...]:
    """A lot that must not move carries its claims only again when it may; a pledge is no word about the goods."""
    codes = {(_CODES[block.kind], block.lot) for block in evidence.blocks if block.kind in _CODES}
    return tuple(Reason(code, "held", lot) for code, lot in sorted(codes))


def released_lots(evidence: Evidence, certificates: Iterable[str]) -> frozenset[str]:
    """The lots freed by name under one of these certificates, and whatever was made of such lots alone.

    The certificates are those the deliveries lean on: the body of a stranger's certificate frees nothing here, even
    where it certifies the same mill under the same scheme.
    """
    leant_on = frozenset(certificates)
    freed = {
        step.lot
        for step in evidence.steps
        if any(
            mark.kind == "released-claim" and mark.value.get("certificate") in leant_on
            for mark in evidence.of(step.lot)
        )
    }
    for step in evidence.steps:
        if step.inputs and freed.issuperset(step.inputs):
            freed.add(step.lot)
    return frozenset(freed)
