"""All that a lot page says, as plain data: the page is drawn from this and from nothing else, and JSON is this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from api.pages.journey import TOGETHER, journey, names_of, step_item, unit_of
from ledger.packs.pack import CommodityPack
from ledger.queries import Block, Claim, ClaimReason, Head, LotView

Json = dict[str, Any]

# What the page of a lot of fewer than five families keeps to itself.
WITHHELD: Final = ("districts", "places", "days", "shares")

# What no lot page proves, whatever it says; the words stand in the pages' catalogues under `limit.<code>`.
LIMITS: Final = ("truth", "goods", "second-sale", "issuer", "law", "time")


def lot_document(
    view: LotView,
    head: Head,
    pack: CommodityPack | None,
    *,
    log_path: str,
    public_url: str,
    verifier_key: str,
    demonstration: bool,
    asked_size: int | None = None,
) -> Json:
    """The lot as strangers may see it. Families are counted from five on; no delivery, person or plot stands alone.

    Of fewer than five families `withheld` says what is not told: their districts, places and days (the season stays),
    and how much of the lot each agreement or certificate covers.
    """
    size = view.size
    few = _few(view.families)
    parties = sorted({step.party_name for step in view.steps if step.party_name})
    return {
        "lot": view.lot,
        "url": f"{public_url}/L/{view.lot}",
        "demonstration": demonstration,
        "known_at": {
            "size": size,
            "asked": asked_size is not None,
            "recorded_at": head.recorded_at if size == head.size else None,
        },
        "product": {
            "commodity": view.commodity,
            "commodity_names": dict(view.commodity_names),
            "form": view.form,
            "form_names": dict(view.form_names),
            "season": view.season,
            "kind": view.kind,
            "claimable": view.claimable,
            "how": view.how,
            # The day on which a lot of few families is born may be the day on which one of them delivered.
            "born_on": "" if few else view.born_on,
        },
        "amount": view.grams,
        "unit": view.unit,
        "holders": [
            {"name": view.holder_names.get(party, party), "amount": grams} for party, grams in view.holders.items()
        ],
        "in_transit": view.in_transit,
        "withheld": list(WITHHELD) if few else [],
        "harvest": {"from": "" if few else view.harvested_from, "to": "" if few else view.harvested_to},
        "families": counted(view.families),
        "districts": [] if few else list(view.districts),
        "untraced": view.untraced_grams,
        "attributes": [
            {
                "code": each.code,
                "value": each.value,
                "names": dict(each.names),
                "value_names": dict(each.value_names),
                "norm": each.norm,
            }
            for each in view.attributes
        ],
        "measures": [_measure(code, found, pack) for code, found in sorted(view.measures.items())],
        "claims_at": view.claims_at,
        "claims": [_claim(claim, few=few) for claim in view.claims],
        "blocks": [_block(block, view.lot) for block in view.blocks],
        "journey": [*_harvest(view, pack), *journey(view.steps, pack, few_families=few)],
        "flags": sorted({flag.code for flag in view.flags}),
        "said_by": parties,
        "proof": {
            "origin": head.origin,
            "verifier_key": verifier_key,
            "index": view.index,
            "statement": view.statement,
            "entry": f"/L/{view.lot}/entry",
            "receipt": f"/L/{view.lot}/receipt",
            "checkpoint": f"{log_path}/checkpoint",
            "inclusion": f"{log_path}/proof/inclusion?index={view.index}&size={size}",
        },
        "not_proved": [*(["untraced"] if view.untraced_grams else []), *LIMITS],
    }


def _harvest(view: LotView, pack: CommodityPack | None) -> list[Json]:
    """The first step of the way: deliveries are not told one by one, so it is told from the lot's origins."""
    # A lot that is a delivery itself has its weighing as a step of its own.
    if not view.harvested_from or view.how == "harvested":
        return []
    few = _few(view.families)
    units = {unit_of(pack, form) for form in view.delivered}
    form = next(iter(view.delivered)) if len(view.delivered) == 1 else ""
    return [
        {
            **step_item("harvest"),
            "births": True,
            "form": form,
            "form_names": names_of(pack, "form", form),
            "from": "" if few else view.harvested_from,
            "to": "" if few else view.harvested_to or view.harvested_from,
            "families": counted(view.families),
            **counted(view.deliveries),
            "amount": None if few or len(units) != 1 else sum(view.delivered.values()),
            "unit": next(iter(units)) if len(units) == 1 else "g",
            "places": [] if few else list(view.districts),
        }
    ]


def _few(families: int) -> bool:
    """Whether the families are so few that they could be recognised."""
    return 0 < families < TOGETHER


def counted(families: int) -> Json:
    """A number of families (or deliveries), or only that it is below five; none at all may be said."""
    few = _few(families)
    return {"count": None if few else families, "fewer_than": TOGETHER if few else None}


def _covered(covered: int, families: int) -> Json:
    """How many of the families are covered. Neither these nor the others are counted out below five."""
    others = families - covered
    if 0 < covered < TOGETHER or 0 < others < TOGETHER:
        return {"count": None, "fewer_than": TOGETHER if covered < TOGETHER else None}
    return {"count": covered, "fewer_than": None}


def _claim(claim: Claim, *, few: bool) -> Json:
    """A claim as strangers see it: its status with the reasons in public words, and how much of the lot it covers."""
    papers = claim.papers if claim.kind == "certificate" else ()
    paper = papers[0] if len(papers) == 1 else claim.papers[0] if len(claim.papers) == 1 else None
    sold = [owner for owner in claim.owners if owner.sold_on]
    return {
        "kind": claim.kind,
        "name": claim.name,
        "names": dict(claim.names),
        "status": claim.status,
        "model": claim.model,
        "share_permille": claim.share_permille,
        # Several agreements of one framework are one claim: their number is told, not their common span of days.
        "together": len(claim.papers),
        "number": paper.number if paper is not None else "",
        "valid_from": paper.valid_from if paper is not None else "",
        "valid_to": paper.valid_to if paper is not None else "",
        "covered": None if few else claim.covered_grams,
        "total": claim.total_grams,
        "outside": None if few else claim.outside_grams,
        "covered_families": counted(claim.families) if few else _covered(claim.covered_families, claim.families),
        "families": counted(claim.families),
        "reasons": [_reason(each) for each in _by_code(claim)],
        "sold_on": max((owner.sold_on for owner in sold), default=""),
        "sold_status": sold[0].status if sold else "",
    }


def _by_code(claim: Claim) -> list[ClaimReason]:
    """One line per code, the worst effect first: the page tells no producer, plot or day apart."""
    found: dict[str, ClaimReason] = {}
    for reason in claim.reasons:
        first = found.setdefault(reason.code, reason)
        if first is not reason:
            grams = min(first.grams + reason.grams, claim.total_grams)
            families = min(first.families + reason.families, claim.families)
            found[reason.code] = replace(first, grams=grams, families=families)
    return list(found.values())


def _reason(reason: ClaimReason) -> Json:
    """Why; how many kilograms and families it concerns only from five families on."""
    few = _few(reason.families)
    return {
        "code": reason.code,
        "effect": reason.effect,
        "amount": None if few else reason.grams,
        "families": counted(reason.families),
    }


def _measure(code: str, found: object, pack: CommodityPack | None) -> Json:
    """A quality as it was last measured; `value` is the decimal written out."""
    names = pack.quality[code].names if pack is not None and code in pack.quality else None
    measured = found if isinstance(found, Mapping) else {}
    value = Decimal(measured.get("value", 0)).scaleb(-int(measured.get("scale", 0)))
    return {
        "names": {"es": names.es, "en": names.en} if names is not None else {"es": code, "en": code},
        "value": format(value, "f"),
        "unit": str(measured.get("unit", "")),
    }


def _block(block: Block, lot: str) -> Json:
    return {"kind": block.kind, "reason": block.reason, "lot": block.lot, "own": block.lot == lot}
