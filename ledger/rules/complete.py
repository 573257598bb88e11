"""What is only said once, and what must be there to be answered."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import Problem
from ledger.facts.corrections import FactEndorsed, FlagJustified
from ledger.facts.deliveries import DeliveryConfirmed, DeliveryDisputed, LotHarvested, SeasonOpened
from ledger.facts.parties import PartyRegistered
from ledger.rules.base import Heard, Packs, rule
from ledger.state import State
from ledger.statement import meant


@rule(SeasonOpened)
def season_is_opened_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Go-live totals are stated once per facility, commodity and season."""
    del packs
    fact = heard.fact
    if not isinstance(fact, SeasonOpened):
        return
    for mark in state.marks(fact.facility, "season-opened"):
        if mark.value["season"] == fact.season and mark.value["commodity"] == fact.commodity:
            yield Problem("season-already-opened", "/body/season", fact.season)


@rule(FactEndorsed, FlagJustified, DeliveryConfirmed, DeliveryDisputed)
def named_statement_stands(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What is endorsed, explained or confirmed is in the log and has not been corrected."""
    del packs
    fact = heard.fact
    if not isinstance(fact, FactEndorsed | FlagJustified | DeliveryConfirmed | DeliveryDisputed):
        return
    known = state.known(fact.statement)
    if known is None:
        yield Problem("statement-unknown", "/body/statement", fact.statement, retry="after-sync")
    elif known.ended:
        yield Problem("already-corrected", "/body/statement", fact.statement)
    elif isinstance(fact, FlagJustified) and fact.flag not in known.flags:
        yield Problem("flag-not-open", "/body/flag", fact.flag, ", ".join(known.flags))
    elif isinstance(fact, FactEndorsed) and known.statement.actor == heard.actor:
        yield Problem("endorsed-by-its-own", "/by", heard.actor)
    elif isinstance(fact, DeliveryConfirmed | DeliveryDisputed):
        delivery = meant(known.statement).fact
        if not isinstance(delivery, LotHarvested) or (delivery.lot, delivery.producer) != (fact.lot, fact.producer):
            yield Problem("delivery-differs", "/body/statement", fact.statement)


@rule(PartyRegistered)
def party_has_a_name(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """An organisation's name is open; a person's is sealed; one of both is there."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, PartyRegistered):
        return
    if fact.kind == "person" and fact.name is not None:
        yield Problem("person-named-openly", "/body/name")
    if fact.name is None and fact.person is None:
        yield Problem("party-nameless", "/body/name")
