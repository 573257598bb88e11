"""What a premium's way means: received, open, set aside by use, paid; each premium's accounts sum to nothing.

Money accounts of a premium are (premium, producer or payer or payee, `<place>/<currency>`), where the place is
`received` (the source, negative), `open`, a use (`member-payment`, `project`, `productivity`, `reserve`), or `paid`.
A premium has one kind and one currency, so what sums to nothing per premium does so per kind and currency.
"""

from __future__ import annotations

from typing import assert_never

from ledger.facts import premium
from ledger.postings.born import born, noted
from ledger.postings.shapes import Account, Mark, Move, Postings
from ledger.statement import Statement


def post(fact: premium.PremiumFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    match fact:
        case premium.PremiumReceived():
            return _received(fact, statement)
        case premium.PremiumAllocated():
            return _allocated(fact, statement)
        case premium.PremiumPaid():
            return _paid(fact, statement)
        case premium.PremiumConfirmed():
            return Postings(marks=(noted(statement, fact.payment, "confirmed", by=statement.actor),))
        case _:
            assert_never(fact)


def premium_account(thing: str, place: str, currency: str, whose: str = "") -> Account:
    """Where money of a premium lies: `received`, `open`, a use, or `paid`."""
    return Account("money", thing, whose, f"{place}/{currency}")


def _received(fact: premium.PremiumReceived, statement: Statement) -> Postings:
    currency, minor = fact.amount.currency, fact.amount.minor
    received = born(
        statement,
        fact.premium,
        "premium",
        holder=statement.actor,
        kind=fact.kind,
        minor=minor,
        currency=currency,
        contract=fact.contract,
        sale=fact.sale,
        payer=fact.payer,
        received_on=fact.received_on,
    )
    marks: list[Mark] = [received]
    marks += [
        noted(statement, source, "premium", premium=fact.premium, kind=fact.kind, minor=minor, currency=currency)
        for source in (fact.contract, fact.sale)
        if source is not None
    ]
    moves = [
        Move(premium_account(fact.premium, "received", currency, fact.payer or ""), -minor),
        Move(premium_account(fact.premium, "open", currency), minor),
    ]
    return Postings(moves=[move for move in moves if move.amount], marks=marks)


def _allocated(fact: premium.PremiumAllocated, statement: Statement) -> Postings:
    moves: list[Move] = []
    marks = [
        noted(
            statement,
            fact.premium,
            "allocated",
            season=fact.season,
            currency=fact.currency,
            lines=[line.model_dump(mode="json", exclude={"producers"}, exclude_none=True) for line in fact.lines],
            minutes=fact.minutes,
        )
    ]
    for line in fact.lines:
        moves.append(Move(premium_account(fact.premium, "open", fact.currency), -line.minor))
        if not line.producers:
            moves.append(Move(premium_account(fact.premium, line.use, fact.currency), line.minor))
        for share in line.producers:
            moves.append(Move(premium_account(fact.premium, line.use, fact.currency, share.producer), share.minor))
            marks.append(
                noted(
                    statement,
                    share.producer,
                    "premium-share",
                    premium=fact.premium,
                    season=fact.season,
                    use=line.use,
                    rule=line.rule,
                    grams=share.grams,
                    minor=share.minor,
                    currency=fact.currency,
                )
            )
    return Postings(moves=[move for move in moves if move.amount], marks=marks)


def _paid(fact: premium.PremiumPaid, statement: Statement) -> Postings:
    payer, currency, minor = statement.actor, fact.amount.currency, fact.amount.minor
    payee = fact.producer or fact.party or ""
    moves = [
        Move(premium_account(fact.premium, fact.use, currency, fact.producer or ""), -minor),
        Move(premium_account(fact.premium, "paid", currency, payee), minor),
    ]
    payment = born(
        statement,
        fact.payment,
        "payment",
        payer=payer,
        payee=payee,
        kind="premium",
        minor=minor,
        currency=currency,
        premium=fact.premium,
    )
    paid = noted(
        statement,
        payee,
        "paid",
        day=fact.paid_on,
        payment=fact.payment,
        payer=payer,
        kind="premium",
        minor=minor,
        currency=currency,
        premium=fact.premium,
        use=fact.use,
        number=fact.number,
    )
    return Postings(moves=[move for move in moves if move.amount], marks=(payment, paid))
