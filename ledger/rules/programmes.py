"""A programme's own control system: it speaks for itself, approves after a visit, and one group has each producer."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.claims.calendar import months_later
from ledger.errors import Problem
from ledger.facts.producers import ProducerStatusSet
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.identity import has_role
from ledger.state import State

_IN = ("approved", "conditional")


@rule(ProducerStatusSet)
def programme_speaks_for_itself(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A producer's status in a programme is set by the programme; a registrar may enter it for one."""
    del packs
    fact = heard.fact
    if not isinstance(fact, ProducerStatusSet) or has_role(state, heard.statement.envelope.by, "registrar"):
        return
    if heard.actor != fact.programme:
        yield Problem("programme-not-yours", "/body/programme", heard.actor, fact.programme)


@rule(ProducerStatusSet, effect="flag")
def approval_follows_an_inspection(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A producer is approved after an inspection that was passed: in the season named, else within a year before."""
    del packs
    fact = heard.fact
    if not isinstance(fact, ProducerStatusSet) or fact.status != "approved":
        return
    for mark in state.marks(fact.producer, "inspected"):
        visited = mark.effective_from
        within_a_year = visited <= fact.effective_from <= months_later(visited, 12)
        in_season = fact.season is not None and fact.season[:4] <= visited[:4] <= fact.season[-4:]
        if mark.value["result"] != "failed" and (within_a_year or in_season):
            return
    yield Problem("approved-without-inspection", "/body/status", fact.status, fact.season or fact.effective_from)


@rule(ProducerStatusSet, effect="flag")
def producer_is_in_one_group(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A producer is in one group at a time (EU 2018/848, article 36): approved in two, somebody should look.

    The same person under two producers cannot be seen here: numbers of persons are sealed and stay in the vault.
    """
    del packs
    fact = heard.fact
    if not isinstance(fact, ProducerStatusSet) or fact.status not in _IN:
        return
    standing: dict[str, str] = {}
    for mark in sorted(state.marks(fact.producer, "status"), key=lambda mark: (mark.effective_from, mark.index)):
        if mark.effective_from <= fact.effective_from and "programme" in mark.value:
            standing[str(mark.value["programme"])] = str(mark.value["status"])
    for programme, status in standing.items():
        if programme != fact.programme and status in _IN:
            yield Problem("producer-in-two-groups", "/body/programme", fact.programme, programme)
            return
