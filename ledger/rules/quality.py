"""What a pack warns about: goods too old or of different days, quality fallen in custody, seals and paper numbers.

All are flags: goods and papers are as they are, and somebody should look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ledger.errors import Problem
from ledger.facts.deliveries import LotHarvested
from ledger.facts.lots import LotInspected, LotReceived, LotTransformed
from ledger.facts.parties import DocumentAttached
from ledger.packs.pack import Check, CheckKind, CommodityPack
from ledger.postings.parties import document_number_subject
from ledger.rules.base import Heard, Packs, rule
from ledger.state import State
from ledger.values import Measure, day_of

_HOURS_A_DAY = 24


@rule(LotHarvested, effect="flag")
def harvest_is_fresh(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What spoils is delivered within the hours its pack names, counted in whole days from the last harvest day."""
    fact = heard.fact
    last = (fact.harvested_to or fact.harvested_from) if isinstance(fact, LotHarvested) else None
    if not isinstance(fact, LotHarvested) or last is None:
        return
    hours = _days(last, day_of(heard.statement.envelope.at)) * _HOURS_A_DAY
    for check in _checks(packs.in_force(state, fact.commodity), "max-age"):
        if check.form == fact.form and hours > check.limit.value:
            yield Problem("harvest-too-old", "/body/harvested_to", hours, check.limit.value)


@rule(LotTransformed, effect="flag")
def inputs_are_of_one_day(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Where the pack asks for it (a fermentation box), what is put together was picked on days close together."""
    fact = heard.fact
    if not isinstance(fact, LotTransformed):
        return
    for check in _checks(packs.in_force(state, fact.commodity), "same-day"):
        if check.process != fact.process:
            continue
        births = [state.birth(line.lot) for line in fact.inputs]
        days = [str(day) for born in births if born is not None and (day := born.get("harvested_to"))]
        hours = _days(min(days), max(days)) * _HOURS_A_DAY if days else 0
        # Days, not hours, are recorded: two days running may lie within a limit of 24 hours.
        if hours > check.limit.value:
            yield Problem("inputs-of-different-days", "/body/inputs", hours, check.limit.value)


@rule(LotInspected, effect="flag")
def quality_holds_in_custody(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A quality far below the one measured before is a reason to ask, not an accusation."""
    fact = heard.fact
    if not isinstance(fact, LotInspected):
        return
    born = state.birth(fact.lot)
    pack = packs.in_force(state, str(born["commodity"])) if born is not None and "commodity" in born else None
    for check in _checks(pack, "score-fall"):
        before = _last_measured(state, fact.lot, check.measure)
        for place, measure in enumerate(fact.measures):
            if measure.kind == check.measure and before is not None:
                fallen = _scaled(before) - _scaled((measure.value, measure.scale))
                if fallen >= check.limit.value * _MICRO // 10**check.limit.scale:
                    where = f"/body/measures/{place}"
                    yield Problem("quality-fallen", where, _plain((measure.value, measure.scale)), _plain(before))


@rule(LotInspected, LotHarvested, LotTransformed, effect="flag")
def measures_are_possible(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A measure lies within what its scale can show at all (a cup score from 0 to 100)."""
    fact = heard.fact
    if isinstance(fact, LotInspected):
        born = state.birth(fact.lot)
        commodity = str(born["commodity"]) if born is not None and "commodity" in born else ""
    else:
        commodity = fact.commodity if isinstance(fact, LotHarvested | LotTransformed) else ""
    pack = packs.in_force(state, commodity) if commodity else None
    if pack is None or not isinstance(fact, LotInspected | LotHarvested | LotTransformed):
        return
    for place, measure in enumerate(fact.measures):
        known = pack.quality.get(measure.kind)
        if known is None or measure.unit != known.unit:
            continue
        found = _scaled((measure.value, measure.scale))
        low, high = (_scaled((figure.value, figure.scale)) for figure in (known.lowest, known.highest))
        if not low <= found <= high:
            expected = f"{_plain((known.lowest.value, known.lowest.scale))}-" + _plain(
                (known.highest.value, known.highest.scale)
            )
            yield Problem("measure-impossible", f"/body/measures/{place}", _said(measure), expected)


@rule(LotReceived, effect="flag")
def seals_are_those_of_the_dispatch(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The seals found on arrival are those that were put on, where both were written down."""
    del packs
    fact = heard.fact
    born = state.birth(fact.dispatch) if isinstance(fact, LotReceived) else None
    if not isinstance(fact, LotReceived) or born is None or not fact.seals:
        return
    put_on = born.get("seals")
    if isinstance(put_on, list) and put_on and set(put_on) != set(fact.seals):
        yield Problem("seals-differ", "/body/seals", ", ".join(fact.seals), ", ".join(str(seal) for seal in put_on))


@rule(DocumentAttached, effect="flag")
def document_number_is_used_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A numbered paper of one issuer is one paper: the same number on other bytes is another version or a forgery."""
    del packs
    fact = heard.fact
    if not isinstance(fact, DocumentAttached) or fact.number is None:
        return
    subject = document_number_subject(fact.issuer or heard.actor, fact.kind, fact.number)
    for mark in state.marks(subject, "number"):
        if mark.value["document"] != fact.document:
            yield Problem("document-number-repeated", "/body/number", fact.number)
            return


_MICRO = 10**9


def _checks(pack: CommodityPack | None, kind: CheckKind) -> Iterable[Check]:
    return (check for check in pack.checks.values() if check.kind == kind) if pack is not None else ()


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _last_measured(state: State, lot: str, kind: str | None) -> tuple[int, int] | None:
    """Value and scale of the last measure of a kind on a lot."""
    for mark in reversed(state.marks(lot, "inspected")):
        measures = mark.value.get("measures")
        for named, value, scale, _ in measures if isinstance(measures, list) else ():
            if named == kind:
                return int(value), int(scale)
    return None


def _scaled(decimal: tuple[int, int]) -> int:
    """A decimal as billionths: exact for every scale a measure may have."""
    value, scale = decimal
    billionths: int = value * _MICRO
    return billionths // int(10**scale)


def _plain(decimal: tuple[int, int]) -> str:
    value, scale = decimal
    whole, rest = divmod(abs(value), 10**scale)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{rest:0{scale}d}" if scale else f"{sign}{whole}"


def _said(measure: Measure) -> str:
    return _plain((measure.value, measure.scale))
