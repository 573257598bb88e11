"""Coffee in a case: deliveries, pooling, hulling, sending and selling, as drafts with everything in order.

What a case wants otherwise it names as a change. Grams are whole; a delivery's harvest days lie just before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.seasons.planted.planting import Planting
from ledger.seasons.planted.stated import Hand, Stated
from ledger.seasons.planted.valley import SEASON, Family, Party

PARCHMENT = "dry-parchment"


def delivery_of(p: Planting, family: Family, grams: int, **changes: Any) -> dict[str, Any]:
    """What a delivery of dry parchment says."""
    dice = p.dice
    first = dice.roll(8, 14)
    body = {
        "lot": p.thing("lot"),
        "commodity": "coffee",
        "form": PARCHMENT,
        "season": SEASON,
        "facility": family.group.place,
        "producer": family.producer,
        "plot": family.plot,
        "harvested_from": p.day(first),
        "harvested_to": p.day(first - dice.roll(2, 5)),
        "gross": grams + 600,
        "tare": 600,
        "net": grams,
        "receipt": f"B{dice.roll(1, 9):03d}-{len(p.valley.drafts):06d}",
        "delivered_by": dice.pick(("self", "family", "neighbour")),
    }
    return body | changes


def deliver(
    p: Planting, family: Family, grams: int | None = None, by: Hand | Party | None = None, **changes: Any
) -> Stated:
    """A family delivers; without a weight some two sacks."""
    weight = p.dice.roll(300, 900) * 100 if grams is None else grams
    return p.say(by or family.group, "lot.harvested", delivery_of(p, family, weight, **changes))


def delivered(p: Planting, family: Family | None = None, grams: int | None = None, **changes: Any) -> tuple[str, int]:
    """The same of a neighbour unless said otherwise: the lot and its grams."""
    draft = deliver(p, family or p.neighbour(), grams, **changes)
    return str(draft["lot"]), int(draft["net"])


Parts = Sequence[tuple[str, int]]


def transform(
    p: Planting,
    by: Party,
    inputs: Parts | Sequence[dict[str, Any]],
    outputs: Sequence[tuple[str, str, int]],
    process: str = "pooling",
    **changes: Any,
) -> Stated:
    """Inputs (lot, grams) become outputs (form, kind, grams), at the party's own place."""
    body = {
        "commodity": "coffee",
        "process": process,
        "facility": by.place,
        "inputs": [line if isinstance(line, dict) else {"lot": line[0], "grams": line[1]} for line in inputs],
        "outputs": [{"lot": p.thing("lot"), "form": form, "kind": kind, "grams": g} for form, kind, g in outputs],
        "losses": [],
    }
    around = {"around": changes.pop("around")} if "around" in changes else {}
    return p.say(by, "lot.transformed", body | changes, **around)


def pool(p: Planting, by: Party, *parts: tuple[str, int], **changes: Any) -> tuple[str, int]:
    """Lots of dry parchment become one: the new lot and its grams."""
    grams = sum(part for _, part in parts)
    draft = transform(p, by, parts, [(PARCHMENT, "main", grams)], **changes)
    return str(draft["outputs"][0]["lot"]), grams


def hull(p: Planting, by: Party, *parts: tuple[str, int], permille: int = 800, **changes: Any) -> tuple[str, int]:
    """Parchment is hulled at the mill: the green coffee and its grams."""
    whole = sum(part for _, part in parts)
    green = whole * permille // 1000
    outputs = [("green", "main", green), ("husk", "by-product", whole - green)]
    draft = transform(p, by, parts, outputs, "hulling", **{"facility": p.cast.mill.place, **changes})
    return str(draft["outputs"][0]["lot"]), green


def green(p: Planting, *families: Family, grams: int = 60_000) -> tuple[str, int]:
    """Deliveries of families of one group, pooled and hulled."""
    group = families[0].group
    parts = [delivered(p, each, grams) for each in families]
    return hull(p, group, pool(p, group, *parts))


def purchase(p: Planting, by: Party, grams: int, **changes: Any) -> Stated:
    """Coffee of strangers is bought."""
    body = {
        "lot": p.thing("lot"),
        "commodity": "coffee",
        "form": PARCHMENT,
        "facility": by.place,
        "gross": grams,
        "net": grams,
        "origin": "none",
    }
    return p.say(by, "lot.bought", body | changes)


def send(p: Planting, by: Party, to: Party, *parts: tuple[str, int] | dict[str, Any], **changes: Any) -> Stated:
    """Stock leaves for a named receiver."""
    lines = [line if isinstance(line, dict) else {"lot": line[0], "grams": line[1]} for line in parts]
    body = {"dispatch": p.thing("dispatch"), "receiver": to.id, "lots": lines, "facility": by.place}
    return p.say(by, "lot.dispatched", body | changes)


def receive(p: Planting, by: Party, sent: Stated, *lines: dict[str, Any], **changes: Any) -> Stated:
    """What arrived: everything, unless lines say otherwise."""
    arrived = list(lines) or [{"lot": line["lot"], "accepted": line["grams"]} for line in sent["lots"]]
    body = {"dispatch": sent["dispatch"], "receiver": sent["receiver"], "lots": arrived}
    return p.say(by, "lot.received", body | changes)


def hold(p: Planting, by: Party, *lots: str) -> Stated:
    """Lots must not move."""
    return p.say(by, "lot.held", {"hold": p.thing("hold"), "lots": list(lots), "reason": "moisture"})


def release(p: Planting, by: Party, held: Stated, *lots: str) -> Stated:
    """A hold is lifted."""
    body = {"hold": held["hold"], "lots": list(lots) or held["lots"], "grounds": "dried-again"}
    return p.say(by, "lot.released", body)


def claim(p: Planting, kind: str, name: str, paper: str = "", model: str = "segregated") -> dict[str, Any]:
    """A claim as a sale names it."""
    if kind != "certificate":
        return {"kind": kind, "name": name}
    return {"kind": kind, "name": name, "model": model, "certificate": paper or p.cast.organic}


def sell(
    p: Planting,
    by: Party,
    to: Party,
    part: tuple[str, int],
    *claims: dict[str, Any],
    form: str = "green",
    **changes: Any,
) -> Stated:
    """Grams of a lot are sold with these claims."""
    line: dict[str, Any] = {"lot": part[0], "grams": part[1], "invoiced_grams": part[1]}
    if claims:
        line["claims"] = list(claims)
    body = {"sale": p.thing("sale"), "buyer": to.id, "commodity": "coffee", "form": form, "lots": [line]}
    return p.say(by, "lot.sold", body | changes)


def debit(p: Planting, grams: int, **changes: Any) -> dict[str, Any]:
    """Licensed volume of the north that a sale draws."""
    body = {"certificate": p.cast.rainforest, "commodity": "coffee", "form": "green", "season": SEASON}
    return {**body, "grams": grams, **changes}
