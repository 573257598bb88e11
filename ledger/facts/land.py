"""Facts about land and herds: plots, areas, who holds them, animals, shearing and estimates."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import (
    Area,
    Estimate,
    Grown,
    Herd,
    Inspection,
    NewArea,
    NewEstimate,
    NewHerd,
    NewPlot,
    Plot,
    PlotHolder,
)
from ledger.values import (
    AreaM2,
    Code,
    Count,
    Country,
    Day,
    Digest,
    Grams,
    OwnCode,
    Permille,
    PlaceName,
    Positive,
    Sealed,
    Season,
    SomeGrams,
    Value,
)

Tenure = Literal["owner", "tenant", "sharecropper", "heir", "co-owner", "possessor", "community-member"]
PlotStatus = Literal["conventional", "in-conversion", "organic"]


class Overlap(Value):
    """An overlap with another plot or area that a check found, open because judge may need it."""

    other: Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{16}$")]
    area_m2: AreaM2
    source: Code


class PlotCheck(Value):
    """What a sealed outline shows when it is looked at: no coordinate, only areas, ids and codes.

    The node looks before it queues the fact, because rules never read a sealed value. Of plots named here the rules
    count those that stand.
    """

    by: Code
    version: Positive
    area_m2_geodesic: AreaM2 | None = None
    accuracy_m: Count | None = None
    findings: tuple[Code, ...] = ()
    zones: tuple[Code, ...] = ()
    duplicates_of: tuple[Overlap, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    areas: tuple[Overlap, ...] = ()


class Shape(Value):
    """A new plot and its outline; the outline itself is sealed."""

    plot: NewPlot
    area_m2: AreaM2
    geometry: Sealed
    code: OwnCode | None = None
    checked: PlotCheck | None = None


class PlotMapped(Fact):
    """A plot was mapped: where it lies (sealed), how large it is, and in which district."""

    TYPE: ClassVar[str] = "plot.mapped/1"
    plot: NewPlot
    area_m2: AreaM2
    area_from: Literal["declared", "geometry"] = "geometry"
    geometry: Sealed
    country: Country = "PE"
    district: PlaceName
    sector: PlaceName | None = None
    code: OwnCode | None = None
    within: Area | None = None
    shared_with: Plot | None = None
    overlaps: tuple[Overlap, ...] = ()
    checked: PlotCheck | None = None


class PlotChecked(Fact):
    """The node looked at the outline a device had sealed and signed, and says what it shows."""

    TYPE: ClassVar[str] = "plot.checked/1"
    plot: Plot
    statement: Digest
    area_m2: AreaM2
    checked: PlotCheck


class PlotHeld(Fact):
    """Somebody holds a plot, or a share of it, from a day."""

    TYPE: ClassVar[str] = "plot.held/1"
    plot: Plot
    holder: PlotHolder
    share_permille: Permille = 1000
    tenure: Tenure
    held_from: Day
    held_to: Day | None = None


class PlotSplit(Fact):
    """One plot became several."""

    TYPE: ClassVar[str] = "plot.split/1"
    plot: Plot
    into: Annotated[tuple[Shape, ...], Field(min_length=2)]
    effective_from: Day


class PlotMerged(Fact):
    """Several plots became one."""

    TYPE: ClassVar[str] = "plot.merged/1"
    plots: Annotated[tuple[Plot, ...], Field(min_length=2)]
    into: Shape
    effective_from: Day


class PlotRedrawn(Fact):
    """The outline of a plot was corrected, or the plot itself changed."""

    TYPE: ClassVar[str] = "plot.redrawn/1"
    plot: Plot
    reason: Literal["correction", "change"]
    area_m2: AreaM2
    geometry: Sealed
    effective_from: Day
    checked: PlotCheck | None = None


class PlotStatusSet(Fact):
    """A plot's status under a scheme, with the dates that conversion rests on."""

    TYPE: ClassVar[str] = "plot.status-set/1"
    plot: Plot
    scheme: Code
    status: PlotStatus
    effective_from: Day
    conversion_started: Day | None = None
    last_forbidden_input: Day | None = None


class AreaMapped(Fact):
    """A pasture, conservation, restoration or production area was mapped."""

    TYPE: ClassVar[str] = "area.mapped/1"
    area: NewArea
    kind: Literal["pasture", "conservation", "restoration", "production"]
    name: PlaceName
    area_m2: AreaM2
    geometry: Sealed
    country: Country = "PE"
    district: PlaceName
    within: Area | None = None


class HerdRegistered(Fact):
    """A herd was entered with its holder; counts follow."""

    TYPE: ClassVar[str] = "herd.registered/1"
    herd: NewHerd
    holder: PlotHolder
    code: OwnCode
    species: Code
    district: PlaceName
    sector: PlaceName | None = None


class HerdCounted(Fact):
    """The animals of a herd were counted."""

    TYPE: ClassVar[str] = "herd.counted/1"
    herd: Herd
    counted_on: Day
    animals: Count
    adults: Count | None = None
    tuis: Count | None = None


class HerdChanged(Fact):
    """Animals were born, died, slaughtered, sold, bought, lent or borrowed."""

    TYPE: ClassVar[str] = "herd.changed/1"
    herd: Herd
    changed_on: Day
    kind: Literal["born", "died", "slaughtered", "sold", "bought", "lent", "borrowed"]
    animals: Positive


class HerdGrazes(Fact):
    """A herd grazes an area, from a day, under a right."""

    TYPE: ClassVar[str] = "herd.grazes/1"
    herd: Herd
    area: Area
    grazes_from: Day
    grazes_to: Day | None = None
    right: Literal["community", "own", "rented", "unknown"]


class HerdShorn(Fact):
    """Animals of a herd were shorn."""

    TYPE: ClassVar[str] = "herd.shorn/1"
    herd: Herd
    shorn_on: Day
    age: Literal["tui", "adult"]
    breed: Literal["huacaya", "suri"]
    colour: Code
    animals: Positive
    fleeces: Positive
    grams: SomeGrams


class EstimateMade(Fact):
    """What a plot or herd is expected to give in a form and season, and how that was estimated."""

    TYPE: ClassVar[str] = "estimate.made/1"
    estimate: NewEstimate
    grown: Grown
    commodity: Code
    form: Code
    season: Season
    status: PlotStatus | None = None
    grams: Grams
    method: Literal["inspection", "yield-model", "declared", "count"]
    inspection: Inspection | None = None


class EstimateRevised(Fact):
    """An estimate was changed; one raised after the excess reads so."""

    TYPE: ClassVar[str] = "estimate.revised/1"
    estimate: Estimate
    grown: Grown
    commodity: Code
    form: Code
    season: Season
    status: PlotStatus | None = None
    grams: Grams
    reason: Code


DRAWING: tuple[type[Fact], ...] = (PlotMapped, PlotRedrawn, PlotSplit, PlotMerged, AreaMapped)
"""Facts that bring a sealed outline."""


class Drawn(NamedTuple):
    """A plot as one fact draws it: where in the fact, which plot, its area, and what the outline showed, if looked at.

    `replaces` are the plots whose ground this one takes over; it lies over them by its nature.
    """

    where: str
    plot: str
    area_m2: int
    checked: PlotCheck | None
    replaces: tuple[str, ...] = ()


def drawn_plots(fact: Fact) -> tuple[Drawn, ...]:
    """Every plot whose outline a fact brings, in the order of the fact."""
    match fact:
        case PlotMapped():
            return (Drawn("", fact.plot, fact.area_m2, fact.checked),)
        case PlotRedrawn():
            return (Drawn("", fact.plot, fact.area_m2, fact.checked, (fact.plot,)),)
        case PlotSplit():
            return tuple(
                Drawn(f"/into/{place}", shape.plot, shape.area_m2, shape.checked, (fact.plot,))
                for place, shape in enumerate(fact.into)
            )
        case PlotMerged(into=shape):
            return (Drawn("/into", shape.plot, shape.area_m2, shape.checked, fact.plots),)
        case PlotChecked():
            return (Drawn("", fact.plot, fact.area_m2, fact.checked),)
        case _:
            return ()


LandFact = (
    PlotMapped
    | PlotChecked
    | PlotHeld
    | PlotSplit
    | PlotMerged
    | PlotRedrawn
    | PlotStatusSet
    | AreaMapped
    | HerdRegistered
    | HerdCounted
    | HerdChanged
    | HerdGrazes
    | HerdShorn
    | EstimateMade
    | EstimateRevised
)
