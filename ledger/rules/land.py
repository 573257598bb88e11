"""Land and herds: outlines that can be true, ground that is registered once, and no more than it can give.

Outlines are sealed. What rules know of them is what the node saw when it looked (`checked`, or `plot.checked` for
what a device had signed already).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from ledger.errors import Problem
from ledger.facts.deliveries import LotHarvested
from ledger.facts.land import (
    EstimateMade,
    EstimateRevised,
    HerdShorn,
    PlotChecked,
    PlotHeld,
    PlotMapped,
    PlotMerged,
    PlotRedrawn,
    PlotSplit,
    drawn_plots,
)
from ledger.facts.producers import InspectionMade
from ledger.packs.pack import CommodityPack
from ledger.packs.yields import cap_for_area, cap_for_count, equivalent_grams
from ledger.postings.land import FIBRES
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.identity import has_role
from ledger.rules.plausibility import STATUSES, Grown, delivered_of, estimates_of
from ledger.state import Standing, State

POINT_LIMIT_M2: Final = 40_000
"""Above four hectares a point is no outline (Regulation (EU) 2023/1115, Article 2(28))."""

AREA_PERCENT: Final = 10
"""A stated area further than this from the outline's own is asked about; the EU's own samples differ by 0.6 percent."""

ACCURACY_M: Final = 20
"""A receiver worse than this draws a small plot over its neighbours."""

OVERLAP_M2: Final = 500
OVERLAP_PERCENT: Final = 5
"""Shared ground is asked about from a twentieth of a hectare, or from a twentieth of the smaller plot."""

_SHARING: Final = frozenset({"sharecropper", "co-owner"})
_USE: Final = frozenset({"sharecropper", "tenant"})


# ------------------------------------------------------------ outlines


@rule(PlotMapped, PlotRedrawn, PlotSplit, PlotMerged, PlotChecked)
def outline_lies_on_earth(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The numbers are degrees, in range, longitude first."""
    del state, packs
    for drawn in drawn_plots(heard.fact):
        where = f"/body{drawn.where}/geometry"
        if drawn.checked is None:
            continue
        for finding in drawn.checked.findings:
            if finding == "coordinates-out-of-range":
                yield Problem("coordinates-out-of-range", where, retry="after-change")
            elif finding == "axes-swapped":
                yield Problem("axes-swapped", where, retry="after-change")
            elif finding == "coordinates-in-metres":
                zones = ", ".join(drawn.checked.zones) or "-"
                yield Problem("coordinates-in-metres", where, zones, retry="after-change")


@rule(PlotMapped, PlotRedrawn, PlotSplit, PlotMerged, PlotChecked, effect="flag")
def outline_can_be_relied_on(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """It lies in its country and area, is drawn well enough, and a plot above four hectares is more than a point."""
    del state, packs
    for drawn in drawn_plots(heard.fact):
        where, checked = f"/body{drawn.where}", drawn.checked
        if checked is None:
            continue
        if "outside-country" in checked.findings:
            yield Problem("outside-country", f"{where}/geometry")
        if "outside-stated-area" in checked.findings:
            yield Problem("outside-stated-area", f"{where}/within")
        if checked.accuracy_m is not None and checked.accuracy_m > ACCURACY_M:
            yield Problem("accuracy-low", f"{where}/geometry", checked.accuracy_m, ACCURACY_M)
        if checked.area_m2_geodesic is None and drawn.area_m2 > POINT_LIMIT_M2:
            yield Problem("polygon-wanted", f"{where}/geometry", drawn.area_m2, POINT_LIMIT_M2)


@rule(PlotMapped, PlotRedrawn, PlotSplit, PlotMerged, PlotChecked, effect="flag")
def area_is_that_of_the_outline(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The stated area lies within ten percent of the outline's geodesic area."""
    del state, packs
    for drawn in drawn_plots(heard.fact):
        measured = drawn.checked.area_m2_geodesic if drawn.checked is not None else None
        if measured is not None and abs(drawn.area_m2 - measured) * 100 > measured * AREA_PERCENT:
            yield Problem("area-differs", f"/body{drawn.where}/area_m2", drawn.area_m2, measured)


@rule(PlotMapped, PlotRedrawn, PlotSplit, PlotMerged, PlotChecked, effect="flag")
def plot_is_registered_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A piece of land is one plot, however many people work it; a declared share of a plot says so."""
    del packs
    for drawn in drawn_plots(heard.fact):
        for other in [same.other for same in drawn.checked.duplicates_of] if drawn.checked is not None else ():
            stands = other not in drawn.replaces and _area(other, state) is not None
            if stands and not _is_shared(drawn.plot, other, heard, state):
                yield Problem("plot-registered-twice", f"/body{drawn.where}/plot", other, details={"other": other})


@rule(PlotMapped, PlotRedrawn, PlotSplit, PlotMerged, PlotChecked, effect="flag")
def plots_lie_side_by_side(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No two plots share more ground than a careless corner."""
    del packs
    fact = heard.fact
    stated = fact.overlaps if isinstance(fact, PlotMapped) else ()
    for drawn in drawn_plots(fact):
        seen = drawn.checked.overlaps if drawn.checked is not None else ()
        # What somebody stated and the node saw too is one overlap, the larger of the two.
        shared: dict[str, int] = {}
        for overlap in (*stated, *seen):
            shared[overlap.other] = max(shared.get(overlap.other, 0), overlap.area_m2)
        for other, area_m2 in shared.items():
            theirs = _area(other, state)
            if theirs is None or other in drawn.replaces or _is_shared(drawn.plot, other, heard, state):
                continue
            if area_m2 >= OVERLAP_M2 or area_m2 * 100 >= min(theirs, drawn.area_m2) * OVERLAP_PERCENT:
                yield Problem("plot-overlaps", f"/body{drawn.where}/plot", area_m2, 0, details={"other": other})


@rule(PlotChecked)
def node_looked_for_the_operator(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Only the operator's node sees every outline, so only a registrar says what they show beside each other."""
    del packs
    if not has_role(state, heard.statement.envelope.by, "registrar"):
        yield Problem("role-required", "/by", heard.statement.envelope.by, "registrar")


# ------------------------------------------------------------ who holds it


@rule(PlotHeld, effect="flag")
def shares_fit_in_the_plot(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """On no day are more than 1000 thousandths of a plot owned, nor more than 1000 worked by tenants and croppers."""
    del packs
    fact = heard.fact
    if not isinstance(fact, PlotHeld):
        return
    # What was said last of a holder in this quality counts; owning and working are two different wholes.
    last: dict[tuple[str, bool], Standing] = {}
    for mark in state.marks(fact.plot, "holding"):
        last[str(mark.value["holder"]), mark.value.get("tenure") in _USE] = mark
    last.pop((fact.holder, fact.tenure in _USE), None)
    beside = [
        mark
        for (_, use), mark in last.items()
        if use == (fact.tenure in _USE) and _overlap_in_time(mark, fact.held_from, fact.held_to)
    ]
    # The sum is highest on a day on which some share begins.
    days = {fact.held_from, *(mark.effective_from for mark in beside if mark.effective_from > fact.held_from)}
    most = max(
        fact.share_permille + sum(_number(mark, "share") for mark in beside if _overlap_in_time(mark, day, day))
        for day in days
    )
    if most > 1000:
        yield Problem("shares-exceed-whole", "/body/share_permille", most, 1000)


# ------------------------------------------------------------ what it can give


@rule(LotHarvested, effect="flag")
def delivery_is_within_cap(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A season's deliveries of a plot or herd are no more than its hectares or shorn animals can give at all."""
    fact = heard.fact
    grown = (fact.plot or fact.herd) if isinstance(fact, LotHarvested) else None
    if grown is None or not isinstance(fact, LotHarvested):
        return
    pack = packs.in_force(state, fact.commodity)
    if pack is None:
        return
    # Tell a hectare's cap only by the plot, an animal's only by the herd; without area or animals nothing is known.
    size = _area(grown, state) if fact.plot is not None else _animals_of(grown, fact.season, state)
    per = "hectare-year" if fact.plot is not None else "animal-season"
    for cap in pack.caps.values():
        given = _given(pack, fact, grown, cap.form, state)
        if size is None or cap.per != per or given is None:
            continue
        most = cap_for_area(cap, size) if fact.plot is not None else cap_for_count(cap, size)
        if given > most:
            yield Problem("cap-exceeded", "/body/net", given, most, details={"cap": cap.code, "form": cap.form})


@rule(HerdShorn, effect="flag")
def fleeces_are_within_cap(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No shearing gives more fibre than its animals can carry."""
    fact = heard.fact
    pack = _fibre_pack(fact, state, packs) if isinstance(fact, HerdShorn) else None
    if pack is None or not isinstance(fact, HerdShorn):
        return
    for cap in pack.caps.values():
        most = cap_for_count(cap, fact.animals)
        if cap.per == "animal-season" and fact.grams > most:
            details = {"cap": cap.code, "form": cap.form}
            yield Problem("cap-exceeded", "/body/grams", fact.grams, most, details=details)


@rule(HerdShorn, effect="flag")
def animals_are_shorn_once_a_season(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Within the months the pack gives for fleece to grow again, no more animals are shorn than the herd has.

    A herd is shorn on several days, each time other animals; only their sum tells that some came twice.
    """
    fact = heard.fact
    pack = _fibre_pack(fact, state, packs) if isinstance(fact, HerdShorn) else None
    if pack is None or not isinstance(fact, HerdShorn):
        return
    months = [check.limit.ratio.floor_of(1) for check in pack.checks.values() if check.kind == "min-interval"]
    alive = _most_alive(fact.herd, state)
    if not months or alive is None:
        return
    first, last = _months_from(fact.shorn_on, -max(months)), _months_from(fact.shorn_on, max(months))
    shorn = [mark for mark in state.marks(fact.herd, "shorn") if first < mark.effective_from < last]
    animals = fact.animals + sum(_number(mark, "animals") for mark in shorn)
    # A single shearing above the count is `shorn-above-alive`; this is about the second one.
    if shorn and fact.animals <= alive < animals:
        yield Problem("shorn-again", "/body/animals", animals, alive, details={"months": max(months)})


@rule(EstimateMade, EstimateRevised, InspectionMade, effect="flag")
def estimate_comes_before_the_excess(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """An estimate is not raised once more was delivered than it said; where it is, that stays to be read."""
    del packs
    fact = heard.fact
    said: list[tuple[str, Grown, int]] = []
    if isinstance(fact, EstimateMade | EstimateRevised):
        said = [("/body/grams", Grown(fact.grown, fact.commodity, fact.form, fact.season, fact.status), fact.grams)]
    elif isinstance(fact, InspectionMade):
        said = [
            (f"/body/estimates/{i}/grams", Grown(line.grown, line.commodity, line.form, line.season), line.grams)
            for i, line in enumerate(fact.estimates)
        ]
    for where, asked, grams in said:
        before = estimates_of(asked, state).get(asked.status or "")
        if before is None or grams <= before:
            continue
        counted = (
            (asked.status,) if asked.status else (None, *(s for s in STATUSES if s not in estimates_of(asked, state)))
        )
        delivered = sum(delivered_of(asked._replace(status=status), state) for status in counted)
        if delivered > before:
            yield Problem("estimate-raised-after-excess", where, grams, before, details={"delivered": delivered})


# ------------------------------------------------------------ small things


def _area(plot: str, state: State) -> int | None:
    """The plot's area as last drawn; None where no such plot stands."""
    born = state.birth(plot)
    if born is None or born.get("thing") != "plot" or state.latest(plot, "ended") is not None:
        return None
    drawn = state.latest(plot, "area") or born
    area = drawn.get("area_m2")
    return area if isinstance(area, int) else None


def _is_shared(plot: str, other: str, heard: Heard, state: State) -> bool:
    """Whether two plots on the same ground are a declared share: one names the other, or people share the other."""
    if isinstance(heard.fact, PlotMapped):
        own: object = heard.fact.shared_with
    else:
        own = (state.birth(plot) or {}).get("shared_with")
    theirs = (state.birth(other) or {}).get("shared_with")
    if own == other or theirs == plot or (own is not None and own == theirs):
        return True
    holdings = state.marks(other, "holding")
    return any(mark.value.get("tenure") in _SHARING or _number(mark, "share") < 1000 for mark in holdings)


def _overlap_in_time(mark: Standing, first: str, last: str | None) -> bool:
    ended = mark.value.get("held_to")
    return (last is None or mark.effective_from <= last) and (not isinstance(ended, str) or first <= ended)


def _number(mark: Standing, name: str) -> int:
    found = mark.value.get(name)
    return found if isinstance(found, int) else 0


def _given(pack: CommodityPack, fact: LotHarvested, grown: str, form: str, state: State) -> int | None:
    """The season's deliveries with this one, as the cap's form; None where no process leads there."""
    grams = {fact.form: fact.net}
    for (_, key), balance in state.balances("estimate", grown).items():
        commodity, delivered, season, *_ = key.split("/")
        if (commodity, season) == (fact.commodity, fact.season):
            grams[delivered] = grams.get(delivered, 0) - balance
    as_form = {each: equivalent_grams(pack, amount, each, form) for each, amount in grams.items() if amount > 0}
    if as_form.get(fact.form) is None:
        return None
    return sum(amount for amount in as_form.values() if amount is not None)


def _animals_of(herd: str, season: str, state: State) -> int | None:
    """The animals shorn for a season, or where no shearing was recorded those counted last; None where none were."""
    # Shearing runs from November to April, and a season is named after either year.
    first, last = f"{int(season[:4]) - 1}-09-01", f"{season[-4:]}-12-31"
    shorn = [_number(m, "animals") for m in state.marks(herd, "shorn") if first <= m.effective_from <= last]
    if shorn:
        return sum(shorn)
    counts = [_number(m, "counted") for m in state.marks(herd, "animals") if "counted" in m.value]
    return counts[-1] if counts else None


def _fibre_pack(fact: HerdShorn, state: State, packs: Packs) -> CommodityPack | None:
    herd = state.birth(fact.herd)
    fibre = FIBRES.get(str(herd["species"])) if herd is not None and "species" in herd else None
    return packs.in_force(state, fibre) if fibre else None


def _most_alive(herd: str, state: State) -> int | None:
    """The highest count with all that came since, so that nobody is accused for a death not written down."""
    alive: int | None = None
    for mark in state.marks(herd, "animals"):
        if "counted" in mark.value:
            alive = max(alive or 0, _number(mark, "counted"))
        elif alive is not None and mark.value.get("kind") in ("born", "bought", "borrowed"):
            alive += _number(mark, "changed")
    return alive


def _months_from(day: str, months: int) -> str:
    """The same day so many months on, or the last of that month."""
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for last in (start.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(start.day, last)).isoformat()
        except ValueError:
            continue
    raise AssertionError(day)
