"""Whose grams a lot's claim is asked for, and the sales by which they came to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.claims.lot_evidence import Evidence
from ledger.state import Standing


class Asked(NamedTuple):
    """On which day claims are asked and for whom: `party` None means every owner.

    `selling`: the party would sell it that day, on a contract signed on `contract_day` ("" = without one).
    """

    at: str
    party: str | None = None
    selling: bool = False
    contract_day: str = ""


class SaleRead(NamedTuple):
    """A sale of the lot, or of one it was made from: who sold it when, with which claims, under a contract of when."""

    seller: str
    buyer: str
    day: str
    at_index: int
    sold: tuple[tuple[str, str], ...]
    contract_day: str


class Holding(NamedTuple):
    """An owner with grams of the lot and the sales by which it came to it, the latest first."""

    party: str
    grams: int
    sales: tuple[SaleRead, ...]


def holdings(evidence: Evidence, party: str | None) -> tuple[Holding, ...]:
    """The owners of the lot's grams, or the one asked for; where nobody owns any more, whoever owned it last."""
    sales = _sales(evidence)
    if party is not None:
        owners = {party: evidence.owners.get(party, 0)}
    else:
        owners = {owner: grams for owner, grams in evidence.owners.items() if grams > 0}
        if not owners:
            owners = {evidence.steps[-1].party if evidence.steps else _deliverer(evidence): 0}
    return tuple(
        Holding(owner, grams, tuple(sale for sale in sales if sale.buyer == owner))
        for owner, grams in sorted(owners.items())
        if owner
    )


def _deliverer(evidence: Evidence) -> str:
    delivery = evidence.deliveries.get(evidence.lot)
    return delivery.party if delivery is not None else ""


def _sales(evidence: Evidence) -> list[SaleRead]:
    """The sales of the lot and of everything it was made from, the latest first; reversed ones are left out."""
    found: list[SaleRead] = []
    for marks in evidence.way.values():
        undone = _undone(marks)
        found += [
            _read(mark, evidence)
            for mark in marks
            if mark.kind == "sold" and undone.get(str(mark.value["sale"]), 0) < _grams(mark)
        ]
    return sorted(found, key=lambda sale: (sale.day, sale.at_index), reverse=True)


def _undone(marks: Sequence[Standing]) -> dict[str, int]:
    undone: dict[str, int] = {}
    for mark in marks:
        if mark.kind == "sale-reversed":
            sale = str(mark.value["sale"])
            undone[sale] = undone.get(sale, 0) + _grams(mark)
    return undone


def _grams(mark: Standing) -> int:
    grams = mark.value.get("grams")
    return grams if isinstance(grams, int) else 0


def _read(mark: Standing, evidence: Evidence) -> SaleRead:
    value = mark.value
    said = value.get("claims")
    claims = tuple((str(c["kind"]), str(c["name"])) for c in said) if isinstance(said, list) else ()
    contract = evidence.birth(str(value.get("contract") or ""))
    return SaleRead(
        seller=str(value["seller"]),
        buyer=str(value["buyer"]),
        day=mark.effective_from,
        at_index=mark.index,
        sold=claims,
        contract_day=str(contract.get("signed_on", "")),
    )
