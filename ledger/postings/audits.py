"""What facts about audits mean."""

from __future__ import annotations

from typing import assert_never

from ledger.facts import audits
from ledger.postings.born import born, noted
from ledger.postings.shapes import Mark, Postings
from ledger.statement import Statement

ATTESTED = "m/attested"
"""Under which subject everything anybody attested to is listed; judge never loads such lists."""


def post(fact: audits.AuditFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    return Postings(marks=_marks(fact, statement))


def _marks(fact: audits.AuditFact, statement: Statement) -> tuple[Mark, ...]:
    match fact:
        case audits.AuditOpened():
            period = {"period_from": fact.period_from, "period_to": fact.period_to, "ends_on": fact.ends_on}
            opened = born(
                statement,
                fact.audit,
                "audit",
                by=statement.actor,
                parties=list(fact.parties),
                seed_digest=fact.seed_digest,
                **period,
            )
            return (opened, *(noted(statement, party, "audit", audit=fact.audit, **period) for party in fact.parties))
        case audits.AuditAttested():
            of_the_log = _attested(fact, statement, ATTESTED)
            return (of_the_log,) if fact.audit is None else (of_the_log, _attested(fact, statement, fact.audit))
        case _:
            assert_never(fact)


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
