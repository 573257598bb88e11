"""Contracts: with oneself, against their own terms, changed by strangers, fixed and amended past what stands."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted import goods
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Stated
from ledger.seasons.planted.valley import Party

PRICE = {"minor": 1_450, "scale": 0, "currency": "PEN", "per_grams": 1_000}


def contract(p: Planting, by: Party | None = None, grams: int = 500_000, **changes: Any) -> Stated:
    """The co-operative and the buyer agree on dry parchment."""
    body = {
        "contract": p.thing("contract"),
        "number": f"C-{p.dice.roll(1_000, 9_999)}",
        "seller": p.cast.coop.id,
        "buyer": p.cast.buyer.id,
        "lines": [{"commodity": "coffee", "form": goods.PARCHMENT, "grams": grams}],
        "price_terms": "fixed",
        "price": PRICE,
        "deliver_from": "2026-06-01",
        "deliver_to": "2026-12-31",
        "signed_on": p.today,
    }
    return p.say(by or p.cast.coop, "contract.signed", body | changes)


@plant(
    "contract-with-itself",
    "fraud",
    "La cooperativa firma un contrato consigo misma para inflar ventas.",
    "The co-operative signs a contract with itself to inflate its sales.",
    "contract_has_two_parties",
)
def contract_with_itself(p: Planting) -> None:
    p.refused(contract(p, buyer=p.cast.coop.id), "buyer-is-seller")


@plant(
    "price-missing",
    "mistake",
    "Un contrato a precio fijo no dice el precio.",
    "A contract at a fixed price does not say the price.",
    "contract_price_fits_its_terms",
)
def price_missing(p: Planting) -> None:
    p.refused(contract(p, price=None), "price-terms-contradict")


@plant(
    "contract-for-nothing-known",
    "mistake",
    "Un contrato por una forma de café que no existe.",
    "A contract for a form of coffee that does not exist.",
    "contract_products_are_known",
)
def contract_for_nothing_known(p: Planting) -> None:
    lines = [{"commodity": "coffee", "form": "liquid", "grams": 1_000}]
    p.refused(contract(p, lines=lines), "form-unknown")


@plant(
    "cancelled-by-stranger",
    "fraud",
    "Una competidora cancela el contrato de la cooperativa.",
    "A competitor cancels the co-operative's contract.",
    "contract_parties_speak",
)
def cancelled_by_stranger(p: Planting) -> None:
    body = {"contract": contract(p)["contract"], "reason": "crop-failed"}
    p.refused(p.say(p.cast.rival, "contract.cancelled", body), "not-a-party-to-contract")


@plant(
    "fixed-beyond",
    "fraud",
    "Se fija precio para más café del que el contrato tiene.",
    "A price is fixed for more coffee than the contract has.",
    "price_is_fixed_within_the_contract",
)
def fixed_beyond(p: Planting) -> None:
    opened = contract(p, price_terms="to-be-fixed", price=None)
    body = {"contract": opened["contract"], "price": PRICE, "grams": 500_001, "fixed_on": p.today}
    p.refused(p.say(p.cast.buyer, "contract.price-fixed", body), "fixed-beyond-contract")


@plant(
    "amendments-cross",
    "mistake",
    "Dos adendas parten de la misma cantidad y se pisan.",
    "Two amendments start from the same amount and cross.",
    "amendment_starts_from_what_stands",
)
def amendments_cross(p: Planting) -> None:
    signed = contract(p)["contract"]
    line = {"commodity": "coffee", "form": goods.PARCHMENT, "grams_before": 500_000}
    p.say(p.cast.buyer, "contract.amended", {"contract": signed, "lines": [{**line, "grams": 600_000}]})
    second = p.say(p.cast.coop, "contract.amended", {"contract": signed, "lines": [{**line, "grams": 450_000}]})
    p.refused(second, "contract-line-differs")


@plant(
    "place-not-held",
    "fraud",
    "Alguien cede en el contrato un lugar que no es suyo.",
    "Somebody gives up a place in a contract that is not theirs.",
    "assignor_holds_the_place",
)
def place_not_held(p: Planting) -> None:
    body = {
        "contract": contract(p)["contract"],
        "side": "seller",
        "assignor": p.cast.buyer.id,
        "assignee": p.cast.rival.id,
        "effective_from": p.today,
    }
    p.refused(p.say(p.cast.coop, "contract.assigned", body), "assignor-differs")


@plant(
    "contract-overshipped",
    "mistake",
    "Se embarca más de lo contratado y su tolerancia.",
    "More is shipped than the contract and its tolerance.",
    "contract_is_not_overshipped",
)
def contract_overshipped(p: Planting) -> None:
    signed = contract(p, grams=30_000, tolerance_permille=30)["contract"]
    part = goods.delivered(p, grams=40_000)
    draft = goods.sell(p, p.cast.coop, p.cast.buyer, part, form=goods.PARCHMENT, contract=signed)
    p.flagged(draft, "contract-exceeded", signed)


@plant(
    "shipped-within-tolerance",
    "honest",
    "Se embarca un poco más de lo contratado: justo la tolerancia.",
    "A little more is shipped than agreed: exactly the tolerance.",
)
def shipped_within_tolerance(p: Planting) -> None:
    signed = contract(p, grams=30_000, tolerance_permille=30)["contract"]
    part = goods.delivered(p, grams=30_900)
    goods.sell(p, p.cast.coop, p.cast.buyer, part, form=goods.PARCHMENT, contract=signed)
    p.is_about(signed)


@plant(
    "sold-past-the-contract",
    "fraud",
    "Lo contratado con un comprador se vende, con el mismo contrato, a otro.",
    "What is contracted to one buyer is sold under that contract to another.",
    "sale_fits_its_contract",
)
def sold_past_the_contract(p: Planting) -> None:
    signed = contract(p)["contract"]
    part = goods.delivered(p)
    draft = goods.sell(p, p.cast.coop, p.cast.roaster, part, form=goods.PARCHMENT, contract=signed)
    p.refused(draft, "contract-buyer-differs")
