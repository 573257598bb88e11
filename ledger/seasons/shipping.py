"""Sends stock to a buyer and lets the buyer say what arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.seasons.draft import Hand
from ledger.seasons.organisations import Organisation
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held


@dataclass(frozen=True, slots=True)
class Load:
    """A dispatch on its way: its id, to which party, and the lots with their grams."""

    dispatch: str
    receiver: str
    lots: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Lorry:
    """A dispatch with its papers: from which place, to which party, vehicle or container, seals, waybill, when due."""

    number: str
    leaves_from: str
    receiver: str
    waybill: str
    expected: datetime
    vehicle: str | None = None
    container: str | None = None
    seals: Sequence[str] = ()


def dispatch(scribe: Scribe, hand: Hand, lots: Sequence[Held], when: datetime, lorry: Lorry) -> Load:
    """Stock leaves for a named receiver and is in transit from here on."""
    number = scribe.thing(f"dispatch/{lorry.number}")
    body = {
        "dispatch": number,
        "receiver": lorry.receiver,
        "lots": [{"lot": one.lot, "grams": one.grams} for one in lots],
        "facility": lorry.leaves_from,
        "vehicle": lorry.vehicle,
        "container": lorry.container,
        "seals": list(lorry.seals),
        "guides": [lorry.waybill],
        "expected_on": lorry.expected.date().isoformat(),
    }
    scribe.state(hand, "lot.dispatched", when, body)
    return Load(number, lorry.receiver, tuple(lots))


def receive(
    scribe: Scribe,
    buyer: Organisation,
    load: Load,
    when: datetime,
    *,
    refused: int = 0,
    missing: int = 0,
    seals: Sequence[str] = (),
) -> str:
    """The buyer weighs what came: all accepted but so many grams refused and missing of the first lot.

    Returns the id of the statement.
    """
    lines = []
    for place, one in enumerate(load.lots):
        back, gone = (refused, missing) if place == 0 else (0, 0)
        lines.append({"lot": one.lot, "accepted": one.grams - back - gone, "refused": back, "missing": gone})
    body = {
        "dispatch": load.dispatch,
        "receiver": buyer.party,
        "lots": lines,
        "seals": list(seals),
        "evidence": "weighed",
    }
    return scribe.state(buyer.hand, "lot.received", when, body).id


def tell_arrival(scribe: Scribe, hand: Hand, load: Load, when: datetime) -> None:
    """The sender tells from the waybill what a receiver without a key took; the page will say who says so."""
    lines = [{"lot": one.lot, "accepted": one.grams} for one in load.lots]
    body = {"dispatch": load.dispatch, "receiver": load.receiver, "lots": lines, "evidence": "bill-of-lading"}
    scribe.state(hand, "lot.received", when, body, basis="document")


def explain(scribe: Scribe, hand: Hand, about: str, flag: str, grounds: str, when: datetime) -> None:
    """Answer a flag that the rules put on a statement (named by its id), saying why."""
    scribe.state(hand, "flag.justified", when, {"flag": flag, "grounds": grounds}, about=about)


def take_back(scribe: Scribe, hand: Hand, load: Load, grams: int, reason: str, when: datetime) -> Held:
    """The sender takes refused stock of a dispatch's first lot back into its store."""
    first = load.lots[0]
    body = {"lot": first.lot, "grams": grams, "dispatch": load.dispatch, "reason": reason}
    scribe.state(hand, "lot.returned", when, body)
    return Held(first.lot, first.form, grams)
