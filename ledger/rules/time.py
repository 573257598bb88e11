"""When: days that run forward, clocks that can be believed, nothing before it was born."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

from ledger.errors import Problem
from ledger.facts import Fact
from ledger.facts.agreements import AgreementMonitored, AgreementRenewed, AgreementSigned, BreachRecorded
from ledger.facts.certificates import CertificateExtended, CertificateRecorded, ReleaseRecorded
from ledger.facts.deliveries import LotHarvested
from ledger.facts.land import HerdGrazes, PlotHeld
from ledger.facts.lots import ConditionsRecorded, LotPacked, LotTransformed, LotUnpacked
from ledger.facts.parties import MandateGiven
from ledger.facts.trade import ContractAmended, ContractSigned
from ledger.rules.base import Heard, Packs, rule
from ledger.state import State
from ledger.values import day_of, instant

CLOCK_SLACK = timedelta(minutes=10)
"""How far a device's clock may run ahead of the log's before it is labelled."""

_PERIODS = (
    ("harvested_from", "harvested_to"),
    ("valid_from", "valid_to"),
    ("held_from", "held_to"),
    ("grazes_from", "grazes_to"),
    ("recorded_from", "recorded_to"),
    ("covers_from", "monitored_on"),
    ("window_from", "window_to"),
    ("released_from", "released_to"),
    ("deliver_from", "deliver_to"),
)


@cache
def _periods(fact_class: type[Fact]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in _PERIODS if pair[0] in fact_class.model_fields)


@rule(
    LotHarvested,
    AgreementSigned,
    AgreementRenewed,
    AgreementMonitored,
    BreachRecorded,
    CertificateRecorded,
    CertificateExtended,
    ReleaseRecorded,
    PlotHeld,
    HerdGrazes,
    ConditionsRecorded,
    MandateGiven,
    ContractSigned,
    ContractAmended,
)
def periods_run_forward(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A period ends on or after the day it begins."""
    del state, packs
    for begin, end in _periods(type(heard.fact)):
        first, last = getattr(heard.fact, begin), getattr(heard.fact, end)
        if first is not None and last is not None and last < first:
            yield Problem("period-reversed", f"/body/{end}", last, first)


@rule(LotHarvested)
def harvest_precedes_delivery(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Nothing is delivered before it was picked."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, LotHarvested):
        return
    delivered = day_of(heard.statement.envelope.at)
    last = fact.harvested_to or fact.harvested_from
    if last is not None and last > delivered:
        yield Problem("harvest-after-delivery", "/body/harvested_to", last, delivered)


@rule(LotHarvested, effect="flag")
def harvest_fits_the_season(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A season's harvest lies in its years, or in the quarter before or after them: shearing runs over the new year."""
    del state, packs
    fact = heard.fact
    last = (fact.harvested_to or fact.harvested_from) if isinstance(fact, LotHarvested) else None
    if last is None or not isinstance(fact, LotHarvested):
        return
    first, end = f"{int(fact.season[:4]) - 1}-10-01", f"{int(fact.season[-4:]) + 1}-03-31"
    if not first <= last <= end:
        yield Problem("harvest-outside-season", "/body/season", fact.season, last)


@rule(effect="flag")
def clock_can_be_believed(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The moment stated does not lie after the moment it was recorded."""
    del state, packs
    stated = instant(heard.statement.envelope.at)
    if stated > instant(heard.recorded_at) + CLOCK_SLACK:
        yield Problem("clock-suspect", "/at", heard.statement.envelope.at, heard.recorded_at)


@rule(LotTransformed, LotPacked, LotUnpacked, effect="flag")
def inputs_were_born_before(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A lot is not worked before the day it came to be."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotTransformed | LotPacked | LotUnpacked):
        return
    day = day_of(heard.statement.envelope.at)
    for place, line in enumerate(fact.inputs):
        for mark in state.marks(line.lot, "born"):
            if mark.effective_from > day:
                yield Problem("worked-before-born", f"/body/inputs/{place}/lot", day, mark.effective_from)
