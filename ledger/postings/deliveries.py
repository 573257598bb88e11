"""What deliveries, purchases, opening stock and counts mean."""

from __future__ import annotations

from typing import assert_never

from ledger.facts import deliveries
from ledger.postings.born import born, described, noted, own_number, said_price
from ledger.postings.land import season_key
from ledger.postings.shapes import Account, Mark, Move, Postings
from ledger.statement import Statement
from ledger.values import day_of


def post(fact: deliveries.DeliveryFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    match fact:
        case deliveries.LotHarvested():
            return _harvested(fact, statement)
        case deliveries.DeliveryRejected():
            return Postings(marks=(noted(statement, fact.producer, "delivery-rejected", reason=fact.reason),))
        case deliveries.DeliveryConfirmed():
            return Postings(marks=(_word(fact, statement, "confirmed"),))
        case deliveries.DeliveryDisputed():
            return Postings(marks=(_word(fact, statement, "disputed"),))
        case deliveries.LotBought():
            return _bought(fact, statement)
        case deliveries.LotOpened():
            return _opened(fact, statement)
        case deliveries.SeasonOpened():
            return _season(fact, statement)
        case deliveries.StockCounted():
            counts = {line.lot: line.grams for line in fact.counts}
            return Postings(marks=(noted(statement, fact.facility, "counted", day=fact.counted_on, counts=counts),))
        case _:
            assert_never(fact)


def _word(fact: deliveries.DeliveryConfirmed | deliveries.DeliveryDisputed, statement: Statement, kind: str) -> Mark:
    return noted(statement, fact.lot, kind, statement=fact.statement, producer=fact.producer, by=statement.actor)


def _harvested(fact: deliveries.LotHarvested, statement: Statement) -> Postings:
    holder = statement.actor
    owner = holder if fact.terms == "purchase" else fact.producer
    grown = fact.plot or fact.herd
    key = season_key(fact.commodity, fact.form, fact.season)
    moves = [
        Move(Account("stock", fact.lot, holder), fact.net),
        Move(Account("title", fact.lot, owner), fact.net),
        Move(Account("field-title", fact.producer, "", key), -fact.net),
    ]
    if grown is not None:
        moves += [
            Move(Account("field", grown, "", fact.form), -fact.net),
            Move(Account("estimate", grown, "", f"{key}/{fact.status}" if fact.status else key), -fact.net),
        ]
    lot = born(
        statement,
        fact.lot,
        "lot",
        how="harvested",
        commodity=fact.commodity,
        form=fact.form,
        season=fact.season,
        facility=fact.facility,
        grams=fact.net,
        attributes=described(fact.attributes),
        harvested_from=fact.harvested_from,
        harvested_to=fact.harvested_to or fact.harvested_from,
        origins=[[fact.producer, grown, fact.net]],
        receipt=fact.receipt,
        vessel=fact.vessel,
        payable_grams=fact.net - unpaid if (unpaid := sum(line.grams for line in fact.deductions)) else None,
        price=said_price(fact.price),
    )
    paper = noted(statement, receipt_subject(holder, fact.receipt), "receipt", lot=fact.lot)
    return Postings(moves=moves, marks=(lot, paper))


def receipt_subject(party: str, number: str) -> str:
    """Under which subject the use of a paper receipt's number is marked: short, because every delivery brings one."""
    return "r/" + own_number(party, number)


def _bought(fact: deliveries.LotBought, statement: Statement) -> Postings:
    holder = statement.actor
    lot = born(
        statement,
        fact.lot,
        "lot",
        how="bought",
        commodity=fact.commodity,
        form=fact.form,
        season=fact.season,
        facility=fact.facility,
        grams=fact.net,
        attributes=described(fact.attributes),
        origin=fact.origin,
        origins=_declared(fact.origins, fact.net),
    )
    moves = (
        Move(Account("purchase", fact.lot), -fact.net),
        Move(Account("stock", fact.lot, holder), fact.net),
        Move(Account("title", fact.lot, holder), fact.net),
    )
    return Postings(moves=moves, marks=(lot,))


def _opened(fact: deliveries.LotOpened, statement: Statement) -> Postings:
    holder = statement.actor
    lot = born(
        statement,
        fact.lot,
        "lot",
        how="opened",
        commodity=fact.commodity,
        form=fact.form,
        season=fact.season,
        facility=fact.facility,
        grams=fact.grams,
        attributes=described(fact.attributes),
        origin=fact.origin,
        origins=_declared(fact.origins, fact.grams),
    )
    moves = (
        Move(Account("opening", fact.lot), -fact.grams),
        Move(Account("stock", fact.lot, holder), fact.grams),
        Move(Account("title", fact.lot, fact.owner or holder), fact.grams),
    )
    return Postings(moves=moves, marks=(lot,))


def _declared(origins: tuple[deliveries.DeclaredOrigin, ...], grams: int) -> list[list[object]]:
    """Declared origins as [producer, plot or herd, grams]; what nobody declared stays a row without names."""
    rows: list[list[object]] = [[line.producer, line.grown, line.grams] for line in origins]
    rest = grams - sum(line.grams for line in origins)
    if rest > 0:
        rows.append([None, None, rest])
    return rows


def _season(fact: deliveries.SeasonOpened, statement: Statement) -> Postings:
    moves: list[Move] = []
    for line in fact.delivered:
        key = season_key(fact.commodity, line.form, fact.season)
        moves.append(Move(Account("estimate", line.grown, "", key), -line.grams))
        moves.append(Move(Account("field", line.grown, "", line.form), -line.grams))
    opened = noted(
        statement, fact.facility, "season-opened", commodity=fact.commodity, season=fact.season, by=statement.actor
    )
    sold = [{"form": s.form, "grams": s.grams, "scheme": s.scheme} for s in fact.sold]
    marks = [opened]
    if sold:
        marks.append(Mark(fact.facility, "sold-before", day_of(statement.envelope.at), {"lines": sold}))
    return Postings(moves=moves, marks=marks)
