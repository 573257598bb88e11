"""Prices, payments and premiums: for one thing, to one payee, never above what is there."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted import goods
from ledger.seasons.planted.cases.contracts import PRICE, contract
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Stated
from ledger.seasons.planted.valley import Party


def price(p: Planting, by: Party | None = None, **changes: Any) -> Stated:
    """A price is set."""
    body = {"kind": "provisional", "price": PRICE, "effective_from": p.today}
    return p.say(by or p.cast.coop, "price.set", body | changes)


def payment(p: Planting, minor: int = 50_000, **changes: Any) -> Stated:
    """The co-operative pays."""
    body = {
        "payment": p.thing("payment"),
        "kind": "settlement",
        "amount": {"minor": minor, "currency": "PEN"},
        "season": "2026",
        "paid_on": p.today,
    }
    return p.say(p.cast.coop, "payment.made", body | changes)


def premium(p: Planting, minor: int = 100_000, **changes: Any) -> Stated:
    """A premium comes in under a contract."""
    body = {
        "premium": p.thing("premium"),
        "kind": "fairtrade",
        "amount": {"minor": minor, "currency": "USD"},
        "contract": contract(p)["contract"],
        "received_on": p.today,
    }
    return p.say(p.cast.coop, "premium.received", body | changes)


def allocated(p: Planting, pot: Stated, *lines: dict[str, Any], by: Party | None = None, **changes: Any) -> Stated:
    """A premium is divided, with minutes."""
    body = {"premium": pot["premium"], "season": "2026", "currency": "USD", "lines": list(lines)}
    return p.say(by or p.cast.coop, "premium.allocated", body | {"minutes": "ab" * 32} | changes)


def project(minor: int) -> dict[str, Any]:
    """A line for a project the assembly decided."""
    return {"use": "project", "minor": minor, "rule": "assembly", "purpose": "school-path"}


@plant(
    "price-of-everything",
    "mistake",
    "Un precio que no dice de qué es.",
    "A price that does not say of what.",
    "price_is_for_one_thing",
)
def price_of_everything(p: Planting) -> None:
    p.refused(price(p), "price-target-unclear")


@plant(
    "final-price-changed",
    "fraud",
    "Después del precio final se pone otro más bajo.",
    "After the final price a lower one is set.",
    "final_price_stays",
)
def final_price_changed(p: Planting) -> None:
    lot, _ = goods.delivered(p)
    price(p, lot=lot, kind="final")
    p.days_later(8)
    p.refused(price(p, lot=lot, price={**PRICE, "minor": 1_100}), "price-already-final")


@plant(
    "paid-to-itself",
    "fraud",
    "La cooperativa se paga a sí misma.",
    "The co-operative pays itself.",
    "payment_has_one_payee",
)
def paid_to_itself(p: Planting) -> None:
    p.refused(payment(p, party=p.cast.coop.id), "payee-is-payer")


@plant(
    "deducted-too-much",
    "fraud",
    "Al socio se le descuenta más de lo que se le paga.",
    "More is kept back from a member than is paid.",
    "deductions_stay_within_the_payment",
)
def deducted_too_much(p: Planting) -> None:
    lines = [{"kind": "input-credit", "minor": 50_001}]
    p.refused(payment(p, producer=p.neighbour().producer, deductions=lines), "deductions-exceed-amount")


@plant(
    "paid-for-anothers",
    "fraud",
    "A un socio se le paga la entrega de otro.",
    "A member is paid for somebody else's delivery.",
    "paid_deliveries_are_the_payees",
)
def paid_for_anothers(p: Planting) -> None:
    one, other = p.dice.sample(p.cast.neighbours, 2)
    lot, _ = goods.delivered(p, one)
    draft = payment(p, producer=other.producer, lots=[lot])
    p.flagged(draft, "delivery-of-another", draft["payment"])


@plant(
    "thanks-from-payer",
    "fraud",
    "Quien pagó confirma por sí mismo que se cobró.",
    "Whoever paid confirms by itself that the money arrived.",
    "payee_confirms",
)
def thanks_from_payer(p: Planting) -> None:
    paid = payment(p, party=p.cast.mill.id)
    p.refused(p.say(p.cast.coop.own, "payment.confirmed", {"payment": paid["payment"]}), "not-the-payee")


@plant(
    "premium-from-nowhere",
    "mistake",
    "Una prima que no dice de qué contrato o venta viene.",
    "A premium that does not say of which contract or sale.",
    "premium_has_one_source",
)
def premium_from_nowhere(p: Planting) -> None:
    p.refused(premium(p, contract=None), "premium-source-unclear")


@plant(
    "premium-of-others",
    "fraud",
    "Una acopiadora reparte la prima que recibió la cooperativa.",
    "A trader divides the premium the co-operative received.",
    "holder_divides_the_premium",
)
def premium_of_others(p: Planting) -> None:
    p.refused(allocated(p, premium(p), project(1_000), by=p.cast.rival), "not-your-premium")


@plant(
    "premium-allocated-twice",
    "fraud",
    "La misma prima se reparte dos veces.",
    "The same premium is divided twice.",
    "allocation_stays_within_the_premium",
)
def premium_allocated_twice(p: Planting) -> None:
    pot = premium(p)
    allocated(p, pot, project(100_000))
    p.days_later(20)
    p.refused(allocated(p, pot, project(100_000)), "premium-overallocated")


def _members(p: Planting, minor: int, rule: str, first: int, second: int) -> dict[str, Any]:
    one, other = sorted(family.producer for family in p.dice.sample(p.cast.neighbours, 2))
    shares = [{"producer": one, "minor": first}, {"producer": other, "minor": second}]
    return {"use": "member-payment", "minor": minor, "rule": rule, "producers": shares}


@plant(
    "shares-short",
    "fraud",
    "Las partes de los socios suman menos que su línea: falta un pago.",
    "The members' shares sum to less than their line: a payment is missing.",
    "shares_sum_to_their_line",
)
def shares_short(p: Planting) -> None:
    p.refused(allocated(p, premium(p), _members(p, 10_000, "assembly", 5_000, 4_000)), "shares-differ-from-line")


@plant(
    "shares-unequal",
    "fraud",
    "Se anuncia un reparto por igual y a uno le toca más.",
    "An equal division is announced, and one gets more.",
    "shares_follow_the_stated_rule",
)
def shares_unequal(p: Planting) -> None:
    p.refused(allocated(p, premium(p), _members(p, 10_000, "equal", 7_000, 3_000)), "share-differs")


@plant(
    "no-minutes",
    "mistake",
    "Un reparto decidido por la asamblea sin acta.",
    "A division the assembly decided, without minutes.",
    "assembly_left_minutes",
)
def no_minutes(p: Planting) -> None:
    pot = premium(p)
    draft = allocated(p, pot, project(40_000), minutes=None)
    p.flagged(draft, "minutes-missing", pot["premium"])


@plant(
    "premium-overpaid",
    "fraud",
    "Para un proyecto se paga más prima de la asignada.",
    "More premium is paid for a project than was allocated.",
    "payment_stays_within_the_allocation",
)
def premium_overpaid(p: Planting) -> None:
    pot = premium(p)
    allocated(p, pot, project(40_000))
    body = {
        "premium": pot["premium"],
        "payment": p.thing("payment"),
        "use": "project",
        "party": p.cast.community.id,
        "amount": {"minor": 40_001, "currency": "USD"},
        "paid_on": p.today,
    }
    p.refused(p.say(p.cast.coop, "premium.paid", body), "premium-overpaid")


@plant(
    "odd-cent",
    "honest",
    "Una prima que no se divide justo: el centavo que sobra va donde dice la regla.",
    "A premium that does not divide evenly: the odd cent goes where the rule says.",
)
def odd_cent(p: Planting) -> None:
    pot = premium(p, 10_001)
    allocated(p, pot, _members(p, 10_001, "equal", 5_001, 5_000))
    p.is_about(pot["premium"])
