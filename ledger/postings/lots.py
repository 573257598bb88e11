"""What facts about lots in hand mean: grams between accounts, births of new lots, lineage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from ledger.facts import lots
from ledger.postings.born import born, described, noted
from ledger.postings.shapes import Account, Edge, Mark, Move, Postings
from ledger.shares import apportion
from ledger.statement import Statement


def post(fact: lots.LotFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    match fact:
        case lots.LotTransformed():
            return _transformed(fact, statement)
        case lots.LotPacked():
            return _packed(fact, statement)
        case lots.LotUnpacked():
            return _unpacked(fact, statement)
        case lots.LotInspected():
            measures = [[m.kind, m.value, m.scale, m.unit] for m in fact.measures]
            day = fact.inspected_on
            return _marked(noted(statement, fact.lot, "inspected", day=day, result=fact.result, measures=measures))
        case lots.LotSampled():
            return _gone(fact.lot, fact.grams, "sample", fact.owner, statement)
        case lots.ConditionsRecorded():
            day = fact.recorded_to
            return _marked(
                *(noted(statement, lot, "conditions", day=day, gap_minutes=fact.gap_minutes) for lot in fact.lots)
            )
        case lots.LotDispatched():
            return _dispatched(fact, statement)
        case lots.LotReceived():
            return _received(fact, statement)
        case lots.LotReturned():
            return _returned(fact, statement)
        case lots.LotLost():
            return _gone(fact.lot, fact.grams, fact.kind, fact.owner, statement)
        case lots.LotHeld(hold=hold):
            held = (noted(statement, lot, "held", hold=hold, reason=fact.reason) for lot in fact.lots)
            return _marked(born(statement, hold, "hold", by=statement.actor), *held)
        case lots.LotReleased():
            return _marked(*(noted(statement, lot, "released", hold=fact.hold) for lot in fact.lots))
        case lots.LotRecalled(recall=recall):
            held = (noted(statement, lot, "recalled", hold=recall, reason=fact.reason) for lot in fact.lots)
            return _marked(born(statement, recall, "recall", by=statement.actor), *held)
        case lots.LabelPrinted():
            return _marked(noted(statement, fact.lot, "label", printed=fact.count, format=fact.format))
        case lots.LabelSpoiled():
            return _marked(noted(statement, fact.lot, "label", spoiled=fact.count))
        case _:
            assert_never(fact)


def _marked(*marks: Mark) -> Postings:
    return Postings(marks=marks)


def _taken(inputs: Iterable[lots.Input], facility: str, holder: str) -> list[Move]:
    """Book grams out of the inputs; what an emptied lot still had goes to loss."""
    moves: list[Move] = []
    for line in inputs:
        out = line.grams + line.loss_grams
        moves.append(Move(Account("stock", line.lot, holder), -out))
        moves.append(Move(Account("title", line.lot, line.owner or holder), -out))
        if line.loss_grams:
            moves.append(Move(Account("loss", holder, facility, line.loss_kind), line.loss_grams))
    return moves


def _lineage(inputs: Sequence[lots.Input], outputs: Iterable[tuple[str, int]]) -> list[Edge]:
    """Every output comes from every input in proportion to the grams taken, to the gram (ties by lot id)."""
    ordered = sorted(inputs, key=lambda line: line.lot)
    weights = [line.grams for line in ordered]
    return [
        Edge(lot, line.lot, share)
        for lot, grams in outputs
        for line, share in zip(ordered, apportion(grams, weights), strict=True)
    ]


def _transformed(fact: lots.LotTransformed, statement: Statement) -> Postings:
    holder = statement.actor
    moves = _taken(fact.inputs, fact.facility, holder)
    marks: list[Mark] = []
    for out in fact.outputs:
        moves.append(Move(Account("stock", out.lot, holder), out.grams))
        moves.append(Move(Account("title", out.lot, out.owner or holder), out.grams))
        marks.append(
            born(
                statement,
                out.lot,
                "lot",
                how="transformed",
                process=fact.process,
                commodity=fact.commodity,
                form=out.form,
                kind=out.kind,
                facility=fact.facility,
                grams=out.grams,
                attributes=described(out.attributes),
                vessel=out.vessel,
            )
        )
    moves += [Move(Account("loss", holder, fact.facility, loss.kind), loss.grams) for loss in fact.losses]
    edges = _lineage(fact.inputs, [(out.lot, out.grams) for out in fact.outputs])
    return Postings(moves=moves, marks=marks, edges=edges)


def _packed(fact: lots.LotPacked, statement: Statement) -> Postings:
    holder = statement.actor
    moves = _taken(fact.inputs, fact.facility, holder)
    marks: list[Mark] = []
    for package in fact.packages:
        moves.append(Move(Account("stock", package.lot, holder), package.grams))
        moves.append(Move(Account("title", package.lot, package.owner or holder), package.grams))
        marks.append(
            born(
                statement,
                package.lot,
                "lot",
                how="packed",
                commodity=fact.commodity,
                form=fact.form,
                kind="main",
                package=package.kind,
                units=package.units,
                facility=fact.facility,
                grams=package.grams,
            )
        )
    edges = _lineage(fact.inputs, [(package.lot, package.grams) for package in fact.packages])
    return Postings(moves=moves, marks=marks, edges=edges)


def _unpacked(fact: lots.LotUnpacked, statement: Statement) -> Postings:
    holder = statement.actor
    moves = _taken(fact.inputs, fact.facility, holder)
    moves.append(Move(Account("stock", fact.output, holder), fact.grams))
    moves.append(Move(Account("title", fact.output, fact.owner or holder), fact.grams))
    lot = born(
        statement,
        fact.output,
        "lot",
        how="unpacked",
        commodity=fact.commodity,
        form=fact.form,
        kind="main",
        facility=fact.facility,
        grams=fact.grams,
    )
    return Postings(moves=moves, marks=(lot,), edges=_lineage(fact.inputs, [(fact.output, fact.grams)]))


def _gone(lot: str, grams: int, kind: str, owner: str | None, statement: Statement) -> Postings:
    holder = statement.actor
    moves = (
        Move(Account("stock", lot, holder), -grams),
        Move(Account("title", lot, owner or holder), -grams),
        Move(Account("loss", holder, "", kind), grams),
    )
    return Postings(moves=moves, marks=(noted(statement, lot, "lost", kind=kind, grams=grams),))


def _dispatched(fact: lots.LotDispatched, statement: Statement) -> Postings:
    sender = statement.actor
    moves: list[Move] = []
    for line in fact.lots:
        moves.append(Move(Account("stock", line.lot, sender), -line.grams))
        moves.append(Move(Account("transit", fact.dispatch, line.lot), line.grams))
    dispatch = born(
        statement,
        fact.dispatch,
        "dispatch",
        sender=sender,
        receiver=fact.receiver,
        facility=fact.facility,
        container=fact.container,
        seals=list(fact.seals),
        expected_on=fact.expected_on,
        destination_log=fact.destination_log,
    )
    sent = (
        noted(statement, line.lot, "dispatched", dispatch=fact.dispatch, to=fact.receiver, grams=line.grams)
        for line in fact.lots
    )
    return Postings(moves=moves, marks=(dispatch, *sent))


def _received(fact: lots.LotReceived, statement: Statement) -> Postings:
    moves: list[Move] = []
    marks = [
        noted(statement, fact.dispatch, "received", by=statement.actor, receiver=fact.receiver, evidence=fact.evidence)
    ]
    for line in fact.lots:
        whole = line.accepted + line.refused + line.missing
        moves.append(Move(Account("transit", fact.dispatch, line.lot), -whole))
        if line.accepted:
            moves.append(Move(Account("stock", line.lot, fact.receiver), line.accepted))
        if line.refused:
            moves.append(Move(Account("return", fact.dispatch, line.lot), line.refused))
        if line.missing:
            moves.append(Move(Account("loss", fact.receiver, fact.dispatch, "unexplained"), line.missing))
        marks.append(
            noted(
                statement,
                line.lot,
                "received",
                dispatch=fact.dispatch,
                by=fact.receiver,
                grams=line.accepted,
                refused=line.refused,
                missing=line.missing,
                evidence=fact.evidence,
            )
        )
    return Postings(moves=moves, marks=marks)


def _returned(fact: lots.LotReturned, statement: Statement) -> Postings:
    if fact.dispatch is not None:
        source, home = Account("return", fact.dispatch, fact.lot), statement.actor
    else:
        source, home = Account("stock", fact.lot, statement.actor), fact.to or statement.actor
    moves = (Move(source, -fact.grams), Move(Account("stock", fact.lot, home), fact.grams))
    return Postings(moves=moves, marks=(noted(statement, fact.lot, "returned", to=home, grams=fact.grams),))
