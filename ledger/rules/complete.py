"""What is only said once, and what must be there to be answered."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import Problem
from ledger.facts.corrections import FactEndorsed, FlagJustified
from ledger.facts.deliveries import DeliveryConfirmed, DeliveryDisputed, LotHarvested, SeasonOpened
from ledger.facts.parties import PartyRegistered
from ledger.facts.producers import ProducerEnrolled
from ledger.postings.deliveries import receipt_subject
from ledger.postings.producers import code_subject
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


@rule(LotHarvested, effect="flag")
def receipt_number_is_used_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A paper receipt stands for one delivery; the same number again may be the same sacks again."""
    del packs
    fact = heard.fact
    if isinstance(fact, LotHarvested):
        for mark in state.marks(receipt_subject(heard.actor, fact.receipt), "receipt"):
            if mark.value["lot"] != fact.lot:
                yield Problem(
                    "receipt-number-repeated", "/body/receipt", fact.receipt, details={"lot": str(mark.value["lot"])}
                )
                return


@rule(ProducerEnrolled, effect="flag")
def producer_code_is_used_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A member's code stands for one producer."""
    del packs
    fact = heard.fact
    if isinstance(fact, ProducerEnrolled):
        for mark in state.marks(code_subject(heard.actor, fact.code), "code"):
            if mark.value["producer"] != fact.producer:
                yield Problem("producer-code-repeated", "/body/code", fact.code)
                return


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
