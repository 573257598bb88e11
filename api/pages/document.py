"""All that a lot page says, as plain data: the page is drawn from this and from nothing else, and JSON is this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from api.pages.journey import TOGETHER, journey, names_of, step_item, unit_of
from ledger.packs.pack import CommodityPack
from ledger.queries import Block, Claim, Head, LotView, ReasonTotal

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
    and how much of the lot each agreement or certificate covers. `claims_at` is the day claims were asked for.
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
        "claims": [_claim(claim, view.owner_names, few=few) for claim in view.claims],
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


def _claim(claim: Claim, owner_names: Mapping[str, str], *, few: bool) -> Json:
    """A claim as strangers see it: its status with the reasons in public words, and how much of the lot it covers."""
    return {
        "kind": claim.kind,
        "name": claim.name,
        "names": dict(claim.names),
        "status": claim.status,
        # Some owner's grams stand better than the lot as a whole.
        "in_part": claim.status != "carried" and any(owner.status != claim.status for owner in claim.owners),
        "model": claim.model,
        "share_permille": None if few else claim.share_permille,
        **_papers(claim, few=few),
        "covered": None if few else claim.covered_grams,
        "total": claim.total_grams,
        "outside": None if few else claim.outside_grams,
        "covered_families": counted(claim.families) if few else _covered(claim.covered_families, claim.families),
        "families": counted(claim.families),
        "reasons": [_reason(each, claim.families) for each in _told_once(claim.totals)],
        "owners": _owners(claim, owner_names, few=few),
    }


def _papers(claim: Claim, *, few: bool) -> Json:
    """The certificate or agreement behind a claim, or only that there are several.

    Several agreements are told without a common span of days, which would read as if each were valid throughout, and
    without their number where they are few: an agreement may be one family's. For the same reason an agreement's own
    number and days are told from five families on.
    """
    several = len(claim.papers) > 1
    hidden = claim.kind == "conservation" and (few or claim.covered_families < TOGETHER)
    paper = claim.papers[0] if claim.papers and not several and not hidden else None
    unsaid = claim.kind == "conservation" and len(claim.papers) < TOGETHER
    return {
        "several": several,
        "together": None if several and unsaid else len(claim.papers),
        "number": paper.number if paper is not None else "",
        "valid_from": paper.valid_from if paper is not None else "",
        "valid_to": paper.valid_to if paper is not None else "",
    }


def _owners(claim: Claim, names: Mapping[str, str], *, few: bool) -> list[Json]:
    """How the claim stands with each owner, where one bought the lot or there are several."""
    if len(claim.owners) < 2 and not any(owner.sold_on for owner in claim.owners):
        return []
    return [
        {
            "name": names.get(owner.party, owner.party),
            "amount": owner.grams,
            "status": owner.status,
            "sold": bool(owner.sold_on),
            "sold_on": "" if few else owner.sold_on,
        }
        for owner in claim.owners
    ]


def _told_once(totals: Sequence[ReasonTotal]) -> list[ReasonTotal]:
    """Every reason with its worst effect, and with a milder one only where that concerns more grams."""
    told: dict[str, ReasonTotal] = {}
    kept = []
    for total in totals:
        worse = told.setdefault(total.code, total)
        if worse is total or total.grams > worse.grams:
            kept.append(total)
    return kept


def _reason(reason: ReasonTotal, families: int) -> Json:
    """Why; how many kilograms and families it concerns only from five families on, and never all but a few."""
    return {
        "code": reason.code,
        "effect": reason.effect,
        "amount": None if _few(reason.families) else reason.grams,
        "families": _covered(reason.families, families),
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
