"""What facts about land and herds mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from ledger.facts import land
from ledger.postings.born import born, noted, reached_by
from ledger.postings.shapes import Mark, Postings
from ledger.statement import Statement


def season_key(commodity: str, form: str, season: str, status: str | None = None) -> str:
    """The word under which estimates and deliveries of a form and season are summed, apart by plot status if said."""
    return f"{commodity}/{form}/{season}" + (f"/{status}" if status else "")


FIBRES: Final[Mapping[str, str]] = {"alpaca": "alpaca-fibre"}
"""The commodity that shearing gives, by the species of the herd."""


def post(fact: land.LandFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    return Postings(marks=_marks(fact, statement))


def _lies_in(statement: Statement, area: str | None, land_id: str) -> tuple[Mark, ...]:
    if area is None:
        return ()
    return (noted(statement, reached_by("area", area), "reached", land=land_id),)


def _marks(fact: land.LandFact, statement: Statement) -> tuple[Mark, ...]:
    match fact:
        case land.PlotMapped():
            mapped = born(
                statement,
                fact.plot,
                "plot",
                area_m2=fact.area_m2,
                country=fact.country,
                district=fact.district,
                sector=fact.sector,
                code=fact.code,
                within=fact.within,
                shared_with=fact.shared_with,
            )
            return (mapped, *_lies_in(statement, fact.within, fact.plot), *_seen(statement, fact.plot, fact.checked))
        case land.PlotChecked():
            return _seen(statement, fact.plot, fact.checked)
        case land.PlotHeld():
            held = noted(
                statement,
                fact.plot,
                "holding",
                day=fact.held_from,
                holder=fact.holder,
                share=fact.share_permille,
                tenure=fact.tenure,
                held_to=fact.held_to,
            )
            # The holder carries it too: whoever asks what else a producer farms starts there.
            holds = noted(statement, fact.holder, "holds", day=fact.held_from, plot=fact.plot, held_to=fact.held_to)
            return (held, holds)
        case land.PlotSplit(plot=plot):
            day = fact.effective_from
            into = [shape.plot for shape in fact.into]
            return (
                noted(statement, plot, "ended", day=day, into=into),
                *(born(statement, s.plot, "plot", area_m2=s.area_m2, code=s.code, parents=[plot]) for s in fact.into),
                *(mark for s in fact.into for mark in _seen(statement, s.plot, s.checked)),
            )
        case land.PlotMerged(into=shape):
            parents = list(fact.plots)
            return (
                *(noted(statement, plot, "ended", day=fact.effective_from, into=[shape.plot]) for plot in fact.plots),
                born(statement, shape.plot, "plot", area_m2=shape.area_m2, code=shape.code, parents=parents),
                *_seen(statement, shape.plot, shape.checked),
            )
        case land.PlotRedrawn():
            day = fact.effective_from
            drawn = noted(statement, fact.plot, "area", day=day, area_m2=fact.area_m2, reason=fact.reason)
            return (drawn, *_seen(statement, fact.plot, fact.checked))
        case land.PlotStatusSet():
            status = noted(
                statement,
                fact.plot,
                "status",
                day=fact.effective_from,
                scheme=fact.scheme,
                status=fact.status,
                conversion_started=fact.conversion_started,
                last_forbidden_input=fact.last_forbidden_input,
            )
            return (status,)
        case land.AreaMapped():
            mapped = born(
                statement,
                fact.area,
                "area",
                kind=fact.kind,
                name=fact.name,
                area_m2=fact.area_m2,
                district=fact.district,
                within=fact.within,
            )
            return (mapped,)
        case land.HerdRegistered():
            registered = born(
                statement,
                fact.herd,
                "herd",
                code=fact.code,
                species=fact.species,
                district=fact.district,
                sector=fact.sector,
            )
            held = noted(statement, fact.herd, "holding", holder=fact.holder, share=1000)
            return (registered, held, noted(statement, fact.holder, "keeps", herd=fact.herd))
        case land.HerdCounted():
            return (noted(statement, fact.herd, "animals", day=fact.counted_on, counted=fact.animals),)
        case land.HerdChanged():
            return (noted(statement, fact.herd, "animals", day=fact.changed_on, kind=fact.kind, changed=fact.animals),)
        case land.HerdGrazes():
            grazes = noted(
                statement,
                fact.herd,
                "grazes",
                day=fact.grazes_from,
                area=fact.area,
                grazes_to=fact.grazes_to,
                right=fact.right,
            )
            return (grazes, *_lies_in(statement, fact.area, fact.herd))
        case land.HerdShorn():
            shorn = noted(
                statement,
                fact.herd,
                "shorn",
                day=fact.shorn_on,
                animals=fact.animals,
                fleeces=fact.fleeces,
                grams=fact.grams,
                breed=fact.breed,
                colour=fact.colour,
            )
            return (shorn,)
        case land.EstimateMade():
            made = _estimate(fact, statement)
            return (born(statement, fact.estimate, "estimate", grown=fact.grown), made)
        case land.EstimateRevised():
            return (_estimate(fact, statement),)
        case _:
            assert_never(fact)


def _seen(statement: Statement, plot: str, checked: land.PlotCheck | None) -> tuple[Mark, ...]:
    """What a look at the outline showed; nothing where nobody looked."""
    if checked is None:
        return ()
    same, shared, inside = (
        {overlap.other: overlap.area_m2 for overlap in overlaps}
        for overlaps in (checked.duplicates_of, checked.overlaps, checked.areas)
    )
    seen = noted(
        statement,
        plot,
        "checked",
        geodesic=checked.area_m2_geodesic,
        findings=list(checked.findings) or None,
        duplicates_of=same or None,
        overlaps=shared or None,
        areas=inside or None,
    )
    return (seen,)


def _estimate(fact: land.EstimateMade | land.EstimateRevised, statement: Statement) -> Mark:
    return noted(
        statement,
        fact.grown,
        "estimate",
        estimate=fact.estimate,
        commodity=fact.commodity,
        form=fact.form,
        season=fact.season,
        status=fact.status,
        grams=fact.grams,
    )
