"""What facts about agreements mean."""

from __future__ import annotations

from typing import assert_never

from ledger.facts import agreements
from ledger.postings.born import born, noted, reached_by
from ledger.postings.shapes import Mark, Postings
from ledger.statement import Statement


def post(fact: agreements.AgreementFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    return Postings(marks=_marks(fact, statement))


def members_of(agreement: str) -> str:
    """Under which subject the signatories of an agreement are listed: who is reached, never asked when judging."""
    return reached_by("agreement", agreement)


def _marks(fact: agreements.AgreementFact, statement: Statement) -> tuple[Mark, ...]:
    match fact:
        case agreements.AgreementSigned():
            return _signed(fact, statement)
        case agreements.AgreementJoined():
            return _membership(fact, statement, fact.joined_on, joined=True)
        case agreements.AgreementLeft():
            return _membership(fact, statement, fact.left_on, joined=False)
        case agreements.AgreementExtended():
            return (noted(statement, fact.agreement, "extended", valid_to=fact.valid_to),)
        case agreements.AgreementRenewed():
            renewed = noted(
                statement,
                fact.agreement,
                "renewed",
                day=fact.valid_from,
                valid_from=fact.valid_from,
                valid_to=fact.valid_to,
                signed_on=fact.signed_on,
                life_plan=fact.life_plan,
                statement=statement.digest,
                party=statement.actor,
            )
            return (renewed,)
        case agreements.AgreementSuperseded():
            return (noted(statement, fact.agreement, "superseded", day=fact.effective_from, by=fact.by),)
        case agreements.BenefitDelivered():
            benefit = noted(
                statement, fact.agreement, "benefit", day=fact.delivered_on, benefit=fact.benefit, to=fact.to
            )
            return (benefit,)
        case agreements.AgreementMonitored():
            return _monitored(fact, statement)
        case agreements.BreachRecorded():
            return _breach(fact, statement)
        case agreements.BreachClosed():
            closed = noted(
                statement,
                fact.agreement,
                "breach-closed",
                day=fact.effective_from,
                breach=fact.breach,
                outcome=fact.outcome,
                attributed_to=fact.attributed_to,
                decided_by=fact.decided_by,
            )
            return (closed,)
        case agreements.AgreementStatusSet():
            status = noted(
                statement,
                fact.agreement,
                "agreement-status",
                day=fact.effective_from,
                status=fact.status,
                household=fact.household,
                plot=fact.plot,
                herd=fact.herd,
                breach=fact.breach,
                sanction=fact.sanction,
                cure_by=fact.cure_by,
                decided_by=fact.decided_by,
            )
            return (status,)
        case _:
            assert_never(fact)


def _signed(fact: agreements.AgreementSigned, statement: Statement) -> tuple[Mark, ...]:
    signed = born(
        statement,
        fact.agreement,
        "agreement",
        framework=fact.framework,
        level=fact.level,
        code=fact.code,
        parent=fact.parent,
        institutions=[{"party": i.party, "role": i.role} for i in fact.institutions],
        areas=list(fact.areas),
        commitments=[{"code": c.code, "kind": c.kind, "critical": c.critical} for c in fact.commitments],
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
        cascades=list(fact.cascades),
        ladder=list(fact.ladder),
        life_plan=fact.life_plan,
        # By these two is found whether every authority stated or countersigned it.
        statement=statement.digest,
        party=statement.actor,
    )
    on = (
        noted(statement, area, "agreement-on", day=fact.valid_from, agreement=fact.agreement, framework=fact.framework)
        for area in dict.fromkeys(fact.areas)
    )
    return (signed, *on)


def _membership(
    fact: agreements.AgreementJoined | agreements.AgreementLeft, statement: Statement, day: str, *, joined: bool
) -> tuple[Mark, ...]:
    """Who signs for a household binds it: the household carries the mark too, so that all who live in it do."""
    bound = dict.fromkeys((fact.signatory, *((fact.household,) if fact.household is not None else ())))
    marks = (
        noted(
            statement,
            subject,
            "agreement",
            day=day,
            agreement=fact.agreement,
            joined=joined,
            household=fact.household,
        )
        for subject in bound
    )
    listed = (
        noted(statement, members_of(fact.agreement), "signatory", day=day, signatory=subject, joined=joined)
        for subject in bound
    )
    return (*marks, *listed)


def _monitored(fact: agreements.AgreementMonitored, statement: Statement) -> tuple[Mark, ...]:
    monitored = noted(
        statement,
        fact.agreement,
        "monitored",
        day=fact.monitored_on,
        monitoring=fact.monitoring,
        kind=fact.kind,
        assessed={line.commitment: line.result for line in fact.assessed},
        covers_from=fact.covers_from,
        household=fact.household,
        producer=fact.producer,
        plot=fact.plot,
        herd=fact.herd,
    )
    return (born(statement, fact.monitoring, "monitoring", agreement=fact.agreement), monitored)


def _breach(fact: agreements.BreachRecorded, statement: Statement) -> tuple[Mark, ...]:
    breach = noted(
        statement,
        fact.agreement,
        "breach",
        day=fact.window_from,
        breach=fact.breach,
        commitment=fact.commitment,
        severity=fact.severity,
        attributed_to=fact.attributed_to,
        window_from=fact.window_from,
        window_to=fact.window_to,
        household=fact.household,
        producer=fact.producer,
        plot=fact.plot,
        herd=fact.herd,
        area_m2=fact.area_m2,
        monitoring=fact.monitoring,
    )
    # The land carries it too: a felled plot stays felled when another family picks there.
    on = (
        noted(statement, land, "breach-on", day=fact.window_from, breach=fact.breach, agreement=fact.agreement)
        for land in (fact.plot, fact.herd)
        if land is not None
    )
    return (born(statement, fact.breach, "breach", agreement=fact.agreement), breach, *on)
