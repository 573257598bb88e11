"""What the parts of a lot leave of a claim under each chain-of-custody model of ISO 22095; nothing ever raises one.

Identity preserved: one origin unit. Segregated: every part carries. Controlled blending: the certified part of the
whole, rounded down. Mass balance: what a site's credits cover, and never an origin, plot or EUDR claim. Book-and-claim
is out of scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, assert_never

from ledger.claims.reasons import ClaimStatus, Reason, status_of
from ledger.packs.scheme import Model, SchemePack


class Part(NamedTuple):
    """Grams of one origin unit with what its deliveries left of the claim."""

    unit: str
    grams: int
    status: ClaimStatus


class Combined(NamedTuple):
    """What becomes of the whole: status, the grams that may be claimed, their share, and why.

    `permille` is rounded down; `traces_origin` is whether origin, plot and EUDR claims may stand beside it.
    """

    status: ClaimStatus
    certified_grams: int
    permille: int
    traces_origin: bool
    reasons: tuple[Reason, ...]


def combine(
    model: Model, parts: Sequence[Part], scheme: SchemePack, commodity: str, form: str, *, credits_grams: int = 0
) -> Combined:
    """Combine the parts of a lot (or the inputs of a step) under a model.

    `credits_grams` is what is left of the site's mass-balance credits on the day; no other model looks at it.
    A model that the scheme does not allow for the product is not carried, whatever the parts say.
    """
    total = sum(part.grams for part in parts)
    if model not in scheme.models_for(commodity, form):
        return Combined("not-carried", 0, 0, model != "mass-balance", (Reason("model-not-allowed", "not-carried"),))
    if total <= 0:
        return Combined("not-carried", 0, 0, model != "mass-balance", (Reason("nothing-there", "not-carried"),))
    carried = sum(part.grams for part in parts if part.status == "carried")
    match model:
        case "identity-preserved" | "segregated":
            reasons = tuple(_whole(parts))
            if model == "identity-preserved" and len({part.unit for part in parts}) > 1:
                reasons = (*reasons, Reason("origins-mixed", "not-carried"))
            status = status_of(reasons)
            grams = total if status == "carried" else 0
            return Combined(status, grams, 1000 if grams else 0, traces_origin=True, reasons=reasons)
        case "controlled-blending":
            if carried:
                mixed = () if carried == total else (Reason("blended-in-part", "note"),)
                return Combined("carried", carried, carried * 1000 // total, traces_origin=True, reasons=mixed)
            waiting = any(part.status == "held" for part in parts)
            reason = Reason("nothing-certified", "held" if waiting else "not-carried")
            return Combined(status_of((reason,)), 0, 0, traces_origin=True, reasons=(reason,))
        case "mass-balance":
            if credits_grams >= total:
                return Combined("carried", total, 1000, traces_origin=False, reasons=())
            reason = Reason("credits-missing", "not-carried")
            return Combined("not-carried", 0, 0, traces_origin=False, reasons=(reason,))
        case _:
            assert_never(model)


def _whole(parts: Sequence[Part]) -> list[Reason]:
    """Kept apart means wholly: one part that is not carried, or held, speaks for all."""
    found = []
    if any(part.status == "not-carried" for part in parts):
        found.append(Reason("input-not-carried", "not-carried"))
    if any(part.status == "held" for part in parts):
        found.append(Reason("input-held", "held"))
    return found
