"""Audits: who opens one, of a period that runs forward, and that nobody attests to more than there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.errors import Problem
from ledger.facts.audits import AuditAttested, AuditOpened
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.identity import has_role
from ledger.state import State
from ledger.values import day_of

AUDITING: Final = ("auditor", "certifier", "authority")


@rule(AuditOpened, AuditAttested)
def auditor_speaks(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Audits are opened and attested by whoever holds a role for it."""
    del packs
    if not any(has_role(state, heard.actor, role) for role in AUDITING):
        yield Problem("role-required", "/by", heard.actor, " / ".join(AUDITING))


@rule(AuditOpened)
def audit_runs_forward(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Its period does not end before it begins, and its last day is not over when it is opened."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, AuditOpened):
        return
    if fact.period_to < fact.period_from:
        yield Problem("period-reversed", "/body/period_to", fact.period_to, fact.period_from)
    opened_on = day_of(heard.statement.envelope.at)
    if fact.ends_on < opened_on:
        yield Problem("period-reversed", "/body/ends_on", fact.ends_on, opened_on)


@rule(AuditAttested)
def attested_log_was_there(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Nobody attests to entries the log does not have, and only whoever opened an audit attests to it."""
    del packs
    fact = heard.fact
    if not isinstance(fact, AuditAttested):
        return
    if fact.size > heard.index:
        yield Problem("size-unknown", "/body/size", fact.size, heard.index)
    opened = None if fact.audit is None else state.birth(fact.audit)
    if opened is not None and opened["by"] != heard.actor:
        yield Problem("audit-of-another", "/body/audit", heard.actor, str(opened["by"]))
