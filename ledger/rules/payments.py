"""Prices and payments: one payee, no more kept back than paid, and a word of thanks only from who was paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.errors import Problem
from ledger.facts.payments import PaymentConfirmed, PaymentMade, PriceSet
from ledger.facts.premium import PremiumConfirmed, PremiumPaid
from ledger.rules.base import Heard, Packs, rule
from ledger.state import State


@rule(PriceSet)
def price_is_for_one_thing(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A price is set for a delivery, a sale or a season, by who takes in or by a party to the sale."""
    del packs
    fact = heard.fact
    if not isinstance(fact, PriceSet):
        return
    if [fact.lot, fact.sale, fact.season].count(None) != 2:
        yield Problem("price-target-unclear", "/body/lot")
        return
    if fact.lot is not None and state.lot(fact.lot) is not None:
        # An account stays in the books when it has run to zero: whoever took the delivery in has one.
        if not any(holder == heard.actor for holder, _ in state.balances("stock", fact.lot)):
            yield Problem("not-your-price", "/body/lot", heard.actor)
    elif fact.sale is not None:
        sale = state.birth(fact.sale)
        if sale is not None and heard.actor not in (sale["seller"], sale["buyer"]):
            yield Problem("not-your-price", "/body/sale", heard.actor)
    elif fact.season is not None:
        facility = state.birth(fact.season.facility)
        if facility is not None and facility["party"] != heard.actor:
            yield Problem("not-your-price", "/body/season/facility", heard.actor, str(facility["party"]))


@rule(PriceSet)
def final_price_stays(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """After the final price no other is set; a mistake in it is corrected by replacing it."""
    del packs
    fact = heard.fact
    if not isinstance(fact, PriceSet):
        return
    season = fact.season
    subject = fact.lot or fact.sale or (season.facility if season is not None else "")
    asked = (season.commodity, season.form, season.season) if season is not None else (None, None, None)
    for mark in state.marks(subject, "price") if subject else ():
        said = mark.value
        about = (said.get("commodity"), said.get("form"), said.get("season"))
        if said["kind"] == "final" and about == asked:
            yield Problem("price-already-final", "/body/kind", fact.kind)
            return


@rule(PaymentMade, PremiumPaid)
def payment_has_one_payee(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A payment goes to a producer or to a party, never to both, and not to who pays."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, PaymentMade | PremiumPaid):
        return
    if (fact.producer is None) == (fact.party is None):
        yield Problem("payee-unclear", "/body/producer")
    elif fact.party == heard.actor:
        yield Problem("payee-is-payer", "/body/party", heard.actor)


@rule(PaymentMade)
def deductions_stay_within_the_payment(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No more is kept back than is paid, and each reason stands once."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, PaymentMade):
        return
    kept = sum(line.minor for line in fact.deductions)
    if kept > fact.amount.minor:
        yield Problem("deductions-exceed-amount", "/body/deductions", kept, fact.amount.minor)
    seen: set[str] = set()
    for place, line in enumerate(fact.deductions):
        if line.kind in seen:
            yield Problem("deduction-named-twice", f"/body/deductions/{place}/kind", line.kind)
        seen.add(line.kind)


@rule(PaymentMade, effect="flag")
def paid_deliveries_are_the_payees(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A producer is paid for deliveries of their own."""
    del packs
    fact = heard.fact
    if not isinstance(fact, PaymentMade) or fact.producer is None:
        return
    for place, lot in enumerate(fact.lots):
        born = state.birth(lot)
        if born is not None and fact.producer not in _producers(born):
            yield Problem("delivery-of-another", f"/body/lots/{place}", lot, details={"producer": fact.producer})


@rule(PaymentConfirmed, PremiumConfirmed)
def payee_confirms(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A payment is confirmed by the party that was paid; for a producer, by anybody but who paid.

    A producer need not be a party; the key of the producer's own person speaks then, and never the node's.
    """
    del packs
    fact = heard.fact
    born = state.birth(fact.payment) if isinstance(fact, PaymentConfirmed | PremiumConfirmed) else None
    if not isinstance(fact, PaymentConfirmed | PremiumConfirmed) or born is None:
        return
    if ("premium" in born) != isinstance(fact, PremiumConfirmed):
        yield Problem("payment-of-other-kind", "/body/payment", str(born["kind"]))
    payee = str(born["payee"])
    paid_party = (state.birth(payee) or {}).get("thing") == "party"
    if heard.actor != payee if paid_party else heard.actor == born["payer"]:
        yield Problem("not-the-payee", "/by", heard.actor, payee)


def _producers(born: Mapping[str, object]) -> set[object]:
    origins = born.get("origins")
    return {row[0] for row in origins} if isinstance(origins, list) else set()
