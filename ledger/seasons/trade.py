"""Sells stock in a story: contracts, sales with the claims a lot carries, what is taken back, and pledges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger.seasons.draft import Draft, Hand
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held
from ledger.seasons.story import Attempt

Claims = Sequence[Mapping[str, str]]
"""Claims as a contract or a sale names them."""

EVIDENCED: Mapping[str, str] = {"kind": "eudr", "name": "eudr"}


def certified(scheme: str, certificate: str) -> Mapping[str, str]:
    """The claim that goods were kept apart under a certificate."""
    return {"kind": "certificate", "name": scheme, "model": "segregated", "certificate": certificate}


def kept(framework: str) -> Mapping[str, str]:
    """The claim that a conservation agreement was kept."""
    return {"kind": "conservation", "name": framework}


@dataclass(frozen=True, slots=True)
class Deal:
    """A contract: its number, who sells to whom, what (commodity, form), for how much a kilogram, in which days.

    Without `cents` the price is fixed later.
    """

    number: str
    seller: Hand
    buyer: str
    goods: tuple[str, str]
    cents: int | None
    currency: str
    window: tuple[date, date]


@dataclass(frozen=True, slots=True)
class Sold:
    """A lot, or a part of it, with the claims it is sold with."""

    held: Held
    claims: Claims = ()


def sign_contract(scribe: Scribe, deal: Deal, grams: int, claims: Claims, when: datetime) -> None:
    """Seller and buyer agree; the seller states it."""
    commodity, form = deal.goods
    body = {
        "contract": contract_of(scribe, deal),
        "number": deal.number,
        "seller": deal.seller.party,
        "buyer": deal.buyer,
        "lines": [{"commodity": commodity, "form": form, "grams": grams}],
        "claims": list(claims),
        "price_terms": "to-be-fixed" if deal.cents is None else "fixed",
        "price": _price(deal),
        "deliver_from": deal.window[0].isoformat(),
        "deliver_to": deal.window[1].isoformat(),
        "signed_on": when.date().isoformat(),
    }
    scribe.state(deal.seller, "contract.signed", when, body, basis="document")


def sell(
    scribe: Scribe,
    deal: Deal,
    number: str,
    lines: Sequence[Sold],
    when: datetime,
    *,
    debits: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Title goes to the buyer with the claims named; returns the id of the sale."""
    body = _sale(scribe, deal, number, lines, debits)
    scribe.state(deal.seller, "lot.sold", when, body)
    return str(body["sale"])


def attempt(
    scribe: Scribe, deal: Deal, line: Sold, code: str, when: datetime, *, debits: Sequence[Mapping[str, Any]] = ()
) -> Attempt:
    """A sale that the rules refuse with this code; it is no part of the story's facts."""
    body = _sale(scribe, deal, f"refused/{code}", [line], debits, with_contract=False)
    draft = Draft(scribe.thing(f"attempt/{code}"), deal.seller, "lot.sold/1", when, when, body)
    return Attempt(draft, code)


def take_sale_back(scribe: Scribe, deal: Deal, sale: str, held: Held, reason: str, when: datetime) -> None:
    """A part of a sale is undone: the grams belong to the seller again."""
    commodity, form = deal.goods
    body = {
        "sale": sale,
        "contract": contract_of(scribe, deal),
        "seller": deal.seller.party,
        "buyer": deal.buyer,
        "commodity": commodity,
        "form": form,
        "lots": [{"lot": held.lot, "grams": held.grams, "invoiced_grams": held.grams}],
        "reason": reason,
    }
    scribe.state(deal.seller, "sale.reversed", when, body)


def pledge(scribe: Scribe, hand: Hand, lender: Hand, held: Held, days: tuple[datetime, datetime]) -> None:
    """The owner pledges a lot to a lender, who lets go of it on the second day."""
    mark = scribe.thing(f"pledge/{held.lot}")
    said = {"pledge": mark, "lot": held.lot, "grams": held.grams, "lender": lender.party}
    scribe.state(hand, "pledge.recorded", days[0], {**said, "until": days[1].date().isoformat()}, basis="document")
    scribe.state(lender, "pledge.released", days[1], {**said, "pledger": hand.party}, basis="document")


def contract_of(scribe: Scribe, deal: Deal) -> str:
    """The id of a deal's contract."""
    return scribe.thing(f"contract/{deal.number}")


def debit(certificate: str, goods: tuple[str, str], season: str, grams: int) -> Mapping[str, Any]:
    """Licensed volume that a sale draws."""
    return {"certificate": certificate, "commodity": goods[0], "form": goods[1], "season": season, "grams": grams}


def _sale(
    scribe: Scribe,
    deal: Deal,
    number: str,
    lines: Sequence[Sold],
    debits: Sequence[Mapping[str, Any]],
    *,
    with_contract: bool = True,
) -> dict[str, Any]:
    commodity, form = deal.goods
    body = {
        "sale": scribe.thing(f"sale/{number}"),
        "contract": contract_of(scribe, deal) if with_contract else None,
        "buyer": deal.buyer,
        "commodity": commodity,
        "form": form,
        "lots": [
            {
                "lot": line.held.lot,
                "grams": line.held.grams,
                "invoiced_grams": line.held.grams,
                "claims": list(line.claims),
            }
            for line in lines
        ],
        "debits": list(debits),
        "price": _price(deal),
    }
    return {name: value for name, value in body.items() if value is not None}


def _price(deal: Deal) -> dict[str, Any] | None:
    if deal.cents is None:
        return None
    return {"minor": deal.cents, "scale": 0, "currency": deal.currency, "per_grams": 1_000}
