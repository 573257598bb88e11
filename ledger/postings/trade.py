"""What contracts, sales and pledges mean: title, licensed volume, credits, grams still to ship, pledged grams.

A sale moves only what it names. Whether the seller owned it, whether the volume was there and whether a claim is
carried is judged before; a reversal moves the same back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from ledger.facts import trade
from ledger.postings.born import born, noted, said_price
from ledger.postings.land import season_key
from ledger.postings.shapes import Account, Mark, Move, Postings
from ledger.statement import Statement


def post(fact: trade.TradeFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    match fact:
        case trade.ContractSigned():
            return _signed(fact, statement)
        case trade.ContractPriceFixed():
            fixed = noted(
                statement,
                fact.contract,
                "price",
                day=fact.fixed_on,
                price=said_price(fact.price),
                grams=fact.grams,
                reference=fact.reference,
            )
            return Postings(marks=(fixed,))
        case trade.ContractAmended():
            return _amended(fact, statement)
        case trade.ContractCancelled():
            return Postings(marks=(noted(statement, fact.contract, "cancelled", reason=fact.reason),))
        case trade.ContractAssigned():
            assigned = noted(
                statement,
                fact.contract,
                "assigned",
                day=fact.effective_from,
                side=fact.side,
                assignor=fact.assignor,
                assignee=fact.assignee,
            )
            return Postings(marks=(assigned,))
        case trade.LotSold():
            return _sold(fact, statement)
        case trade.SaleReversed():
            return _reversed(fact, statement)
        case trade.PledgeRecorded():
            return _pledged(fact, statement)
        case trade.PledgeReleased():
            freed = Move(pledge_account(fact.lot, fact.lender, fact.pledger), -fact.grams)
            marks = (
                noted(statement, fact.pledge, "freed", grams=fact.grams),
                noted(statement, fact.lot, "pledge-released", pledge=fact.pledge, grams=fact.grams),
            )
            return Postings(moves=(freed,), marks=marks)
        case _:
            assert_never(fact)


def contract_account(contract: str, commodity: str, form: str) -> Account:
    """Grams of a product a contract still has open."""
    return Account("contract", contract, "", f"{commodity}/{form}")


def pledge_account(lot: str, lender: str, pledger: str) -> Account:
    """Grams of a lot a party has pledged to a lender. Two owners of one lot pledge apart from each other."""
    return Account("pledge", lot, lender, pledger)


def volume_account(line: trade.VolumeDebit) -> Account:
    """The account of licensed volume a debit draws on: the holder's, or a seller's allocation."""
    return Account("volume", line.certificate, line.seller or "", season_key(line.commodity, line.form, line.season))


def credit_account(line: trade.CreditUsed) -> Account:
    """The mass-balance account a sale draws on."""
    key = f"{line.commodity}/{line.form}/{line.period}/{line.expires_on}"
    return Account("credit", line.certificate, line.facility, key)


def _signed(fact: trade.ContractSigned, statement: Statement) -> Postings:
    differential = fact.differential
    signed = born(
        statement,
        fact.contract,
        "contract",
        number=fact.number,
        seller=fact.seller,
        buyer=fact.buyer,
        lines=[line.model_dump(mode="json", exclude_none=True) for line in fact.lines],
        claims=_claims(fact.claims) or None,
        price_terms=fact.price_terms,
        price=said_price(fact.price),
        differential=None if differential is None else differential.model_dump(),
        deliver_from=fact.deliver_from,
        deliver_to=fact.deliver_to,
        incoterm=fact.incoterm,
        tolerance_permille=fact.tolerance_permille,
        signed_on=fact.signed_on,
    )
    moves = [Move(contract_account(fact.contract, line.commodity, line.form), line.grams) for line in fact.lines]
    return Postings(moves=moves, marks=(signed,))


def _amended(fact: trade.ContractAmended, statement: Statement) -> Postings:
    amended = noted(
        statement,
        fact.contract,
        "amended",
        lines=[line.model_dump(mode="json", exclude_none=True) for line in fact.lines] or None,
        deliver_from=fact.deliver_from,
        deliver_to=fact.deliver_to,
    )
    moves = [
        Move(contract_account(fact.contract, line.commodity, line.form), line.grams - line.grams_before)
        for line in fact.lines
        if line.grams != line.grams_before
    ]
    return Postings(moves=moves, marks=(amended,))


def _claims(claims: Iterable[trade.TradedClaim]) -> list[dict[str, object]]:
    return [claim.model_dump(mode="json", exclude_none=True) for claim in claims]


def _title(
    lines: Sequence[trade.SoldLot] | Sequence[trade.ReversedLot], seller: str, buyer: str, sign: int
) -> list[Move]:
    """Title from each line's owner to the buyer, or with -1 back again."""
    moves: list[Move] = []
    for line in lines:
        moves.append(Move(Account("title", line.lot, line.owner or seller), -sign * line.grams))
        moves.append(Move(Account("title", line.lot, buyer), sign * line.grams))
    return moves


def _against(fact: trade.LotSold | trade.SaleReversed, sign: int) -> list[Move]:
    """What a sale uses up of volume, credit and contract, or with -1 what a reversal gives back."""
    moves = [Move(volume_account(line), -sign * line.grams) for line in fact.debits]
    moves += [Move(credit_account(used), -sign * used.grams) for used in fact.credits]
    if fact.contract is not None:
        invoiced = sum(line.invoiced_grams for line in fact.lots)
        moves.append(Move(contract_account(fact.contract, fact.commodity, fact.form), -sign * invoiced))
    return moves


def _sold(fact: trade.LotSold, statement: Statement) -> Postings:
    seller = statement.actor
    sale = born(
        statement,
        fact.sale,
        "sale",
        seller=seller,
        buyer=fact.buyer,
        contract=fact.contract,
        commodity=fact.commodity,
        form=fact.form,
        lots=[line.model_dump(mode="json", exclude_none=True) for line in fact.lots],
        debits=[line.model_dump(mode="json", exclude_none=True) for line in fact.debits] or None,
        credits=[used.model_dump(mode="json", exclude_none=True) for used in fact.credits] or None,
        price=said_price(fact.price),
        number=fact.number,
    )
    marks: list[Mark] = [sale]
    marks += [
        noted(
            statement,
            line.lot,
            "sold",
            sale=fact.sale,
            contract=fact.contract,
            seller=seller,
            buyer=fact.buyer,
            owner=line.owner,
            grams=line.grams,
            invoiced_grams=line.invoiced_grams,
            claims=_claims(line.claims),
        )
        for line in fact.lots
    ]
    if fact.contract is not None:
        invoiced = sum(line.invoiced_grams for line in fact.lots)
        marks.append(noted(statement, fact.contract, "sold", sale=fact.sale, grams=invoiced))
    return Postings(moves=_title(fact.lots, seller, fact.buyer, 1) + _against(fact, 1), marks=marks)


def _reversed(fact: trade.SaleReversed, statement: Statement) -> Postings:
    back = noted(
        statement,
        fact.sale,
        "reversed",
        lots=[line.model_dump(mode="json", exclude_none=True) for line in fact.lots],
        debits=[line.model_dump(mode="json", exclude_none=True) for line in fact.debits] or None,
        credits=[used.model_dump(mode="json", exclude_none=True) for used in fact.credits] or None,
        reason=fact.reason,
        by=statement.actor,
    )
    marks: list[Mark] = [back]
    marks += [
        noted(
            statement,
            line.lot,
            "sale-reversed",
            sale=fact.sale,
            seller=fact.seller,
            buyer=fact.buyer,
            grams=line.grams,
            invoiced_grams=line.invoiced_grams,
        )
        for line in fact.lots
    ]
    if fact.contract is not None:
        invoiced = sum(line.invoiced_grams for line in fact.lots)
        marks.append(noted(statement, fact.contract, "sale-reversed", sale=fact.sale, grams=invoiced))
    return Postings(moves=_title(fact.lots, fact.seller, fact.buyer, -1) + _against(fact, -1), marks=marks)


def _pledged(fact: trade.PledgeRecorded, statement: Statement) -> Postings:
    pledger = statement.actor
    pledge = born(
        statement,
        fact.pledge,
        "pledge",
        lot=fact.lot,
        grams=fact.grams,
        pledger=pledger,
        lender=fact.lender,
        until=fact.until,
    )
    on_lot = noted(
        statement, fact.lot, "pledged", pledge=fact.pledge, pledger=pledger, lender=fact.lender, grams=fact.grams
    )
    return Postings(
        moves=(Move(pledge_account(fact.lot, fact.lender, pledger), fact.grams),),
        marks=(pledge, on_lot),
    )
