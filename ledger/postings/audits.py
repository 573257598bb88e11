"""What facts about audits mean."""

from __future__ import annotations

from typing import assert_never

from ledger.facts import audits
from ledger.postings.born import born, noted
from ledger.postings.shapes import Mark, Postings
from ledger.statement import Statement

ATTESTED = "m/attested"
"""Under which subject everything anybody attested to is listed; judge never loads such lists."""

AUDITS = "m/audits"
FINDINGS = "m/findings"
"""The same for audits and findings."""


def looks_through(grant: str) -> str:
    """Under which subject every look through a grant is listed; however many they are, judging never reads them."""
    return f"m/u/{grant}"


def access_to(party: str) -> str:
    """Under which subject the grants on what is a party's own are listed."""
    return f"m/g/{party}"


def found_about(thing: str) -> str:
    """Under which subject the findings about a thing are listed; a finding about a lot is no act on the lot."""
    return f"m/f/{thing}"


def post(fact: audits.AuditFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    return Postings(marks=_marks(fact, statement))


def _marks(fact: audits.AuditFact, statement: Statement) -> tuple[Mark, ...]:
    match fact:
        case audits.AuditOpened():
            return _opened(fact, statement)
        case audits.AuditAttested():
            of_the_log = _attested(fact, statement, ATTESTED)
            return (of_the_log,) if fact.audit is None else (of_the_log, _attested(fact, statement, fact.audit))
        case audits.AccessGranted():
            return _granted(fact, statement)
        case audits.AccessEnded(grant=grant):
            return (noted(statement, grant, "ended", by=statement.actor, reason=fact.reason),)
        case audits.AccessUsed(grant=grant):
            used = noted(
                statement,
                looks_through(grant),
                "used",
                look=fact.look,
                about=fact.about,
                statement=fact.statement,
                period_from=fact.period_from,
                period_to=fact.period_to,
                log_size=fact.log_size,
                answer=fact.answer,
            )
            return (used,)
        case audits.SampleDrawn():
            return _drawn(fact, statement)
        case audits.FindingRecorded():
            return _found(fact, statement)
        case audits.FindingClosed(finding=finding):
            closed = noted(
                statement, finding, "closed", day=fact.closed_on, outcome=fact.outcome, statements=list(fact.statements)
            )
            return (closed,)
        case _:
            assert_never(fact)


def _opened(fact: audits.AuditOpened, statement: Statement) -> tuple[Mark, ...]:
    period = {"period_from": fact.period_from, "period_to": fact.period_to, "ends_on": fact.ends_on}
    opened = born(
        statement,
        fact.audit,
        "audit",
        by=statement.actor,
        parties=list(fact.parties),
        seed_digest=fact.seed_digest,
        population_on=fact.population_on,
        **period,
    )
    return (
        opened,
        noted(statement, AUDITS, "audit", audit=fact.audit, by=statement.actor, parties=list(fact.parties)),
        *(noted(statement, party, "audit", audit=fact.audit, **period) for party in fact.parties),
    )


def _attested(fact: audits.AuditAttested, statement: Statement, subject: str) -> Mark:
    return noted(
        statement,
        subject,
        "attested",
        audit=None if subject == fact.audit else fact.audit,
        by=statement.actor,
        size=fact.size,
        root=fact.root,
        rules_version=fact.rules_version,
        result=fact.result,
    )


def _granted(fact: audits.AccessGranted, statement: Statement) -> tuple[Mark, ...]:
    grant = born(
        statement,
        fact.grant,
        "grant",
        by=statement.actor,
        auditor=fact.auditor,
        audit=fact.audit,
        parties=list(fact.parties),
        looks=list(fact.looks),
        themes=list(fact.themes),
        lots=list(fact.lots),
        period_from=fact.period_from,
        period_to=fact.period_to,
        until=fact.until,
    )
    return (
        grant,
        noted(statement, fact.auditor, "access", grant=fact.grant),
        *(noted(statement, access_to(party), "access", grant=fact.grant) for party in fact.parties),
    )


def _drawn(fact: audits.SampleDrawn, statement: Statement) -> tuple[Mark, ...]:
    drawn_from = {"party": fact.party, "population": fact.population, "purpose": fact.purpose}
    sample = born(
        statement,
        fact.sample,
        "sample",
        audit=fact.audit,
        by=statement.actor,
        log_size=fact.log_size,
        size_rule=fact.size_rule,
        weighting=fact.weighting,
        population_size=fact.population_size,
        drawn=list(fact.drawn),
        **drawn_from,
    )
    return (sample, noted(statement, fact.audit, "sampled", sample=fact.sample, **drawn_from))


def _found(fact: audits.FindingRecorded, statement: Statement) -> tuple[Mark, ...]:
    graveness = {"kind": fact.kind, "severity": fact.severity}
    finding = born(
        statement,
        fact.finding,
        "finding",
        by=statement.actor,
        audit=fact.audit,
        finding_kind=fact.kind,
        severity=fact.severity,
        party=fact.party,
        about=list(fact.about),
        statements=list(fact.statements),
        requirement=fact.requirement,
        due_on=fact.due_on,
    )
    of_audit = () if fact.audit is None else (noted(statement, fact.audit, "finding", finding=fact.finding),)
    about = tuple(dict.fromkeys((*fact.about, *(() if fact.party is None else (fact.party,)))))
    return (
        finding,
        *of_audit,
        noted(statement, FINDINGS, "finding", finding=fact.finding, **graveness),
        *(noted(statement, found_about(thing), "finding", finding=fact.finding, **graveness) for thing in about),
    )
