"""What prices and payments mean: money out of the payer, into the payee's account and what was kept back of it.

`c` of a money account is `<kind>/<currency>`, with `/<deduction>` behind it for money kept back; the moves of every
payment sum to nothing per kind and currency. The payee stands first, so that one member's account is read alone.
"""

from __future__ import annotations

from typing import assert_never

from ledger.facts import payments
from ledger.postings.born import born, noted, said_price
from ledger.postings.shapes import Account, Move, Postings
from ledger.statement import Statement


def post(fact: payments.PaymentFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    match fact:
        case payments.PriceSet():
            return _priced(fact, statement)
        case payments.PaymentMade():
            return _paid(fact, statement)
        case payments.PaymentConfirmed():
            return Postings(marks=(noted(statement, fact.payment, "confirmed", by=statement.actor),))
        case _:
            assert_never(fact)


def payee_of(fact: payments.PaymentMade) -> str:
    """Whoever was paid; judge sees to it that one is named."""
    return fact.producer or fact.party or ""


def _priced(fact: payments.PriceSet, statement: Statement) -> Postings:
    season = fact.season
    facility = season.facility if season is not None else None
    marks = [
        noted(
            statement,
            subject,
            "price",
            day=fact.effective_from,
            kind=fact.kind,
            price=said_price(fact.price),
            by=statement.actor,
            commodity=season.commodity if season is not None else None,
            form=season.form if season is not None else None,
            season=season.season if season is not None else None,
        )
        for subject in (fact.lot, fact.sale, facility)
        if subject is not None
    ]
    return Postings(marks=marks)


def _paid(fact: payments.PaymentMade, statement: Statement) -> Postings:
    payer, payee = statement.actor, payee_of(fact)
    kind = f"{fact.kind}/{fact.amount.currency}"
    kept = sum(line.minor for line in fact.deductions)
    moves = [
        Move(Account("money", payer, "", kind), -fact.amount.minor),
        Move(Account("money", payee, payer, kind), fact.amount.minor - kept),
        *(Move(Account("money", payee, payer, f"{kind}/{line.kind}"), line.minor) for line in fact.deductions),
    ]
    payment = born(
        statement,
        fact.payment,
        "payment",
        payer=payer,
        payee=payee,
        kind=fact.kind,
        minor=fact.amount.minor,
        currency=fact.amount.currency,
    )
    paid = noted(
        statement,
        payee,
        "paid",
        day=fact.paid_on,
        payment=fact.payment,
        payer=payer,
        kind=fact.kind,
        minor=fact.amount.minor,
        currency=fact.amount.currency,
        deductions=[line.model_dump() for line in fact.deductions] or None,
        season=fact.season,
        lots=list(fact.lots) or None,
        sale=fact.sale,
        number=fact.number,
    )
    return Postings(moves=[move for move in moves if move.amount], marks=(payment, paid))
