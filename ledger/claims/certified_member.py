"""A producer's place on certificates and its land's status under a scheme, as timelines that answer for a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledger.claims.certificate import effect_of, words
from ledger.claims.evidence import Marks
from ledger.claims.reasons import Reason
from ledger.packs.scheme import SchemePack
from ledger.state import Standing


class Change(NamedTuple):
    """A certificate lists, removes or suspends the member for a season, from a day."""

    effective_from: str
    at_index: int
    certificate: str
    season: str
    status: str
    plots: tuple[str, ...]


class PlotStatus(NamedTuple):
    """What a plot is under the scheme from a day, with the day a forbidden input was last used ("" = unknown)."""

    effective_from: str
    at_index: int
    status: str
    last_forbidden_input: str


class Asked(NamedTuple):
    """Whose membership is asked for which land, season and day.

    `land` is the plot with what it was cut from, empty where the delivery names none, None where no list of plots can
    speak of it (a herd). `freed`: the body freed the member for the day.
    """

    producer: str
    land: frozenset[str] | None
    season: str
    day: str
    freed: bool


def member_changes(marks: Sequence[Standing]) -> tuple[Change, ...]:
    """Every change of a producer's membership, in the order in which they take effect."""
    return tuple(
        sorted(
            Change(
                mark.effective_from,
                mark.index,
                str(mark.value["certificate"]),
                str(mark.value.get("season", "")),
                str(mark.value["status"]),
                words(mark.value.get("plots")),
            )
            for mark in marks
            if mark.kind == "member"
        )
    )


def membership_on(changes: Sequence[Change], season: str, day: str) -> tuple[Change | None, Change | None]:
    """(listing, sanction) on a day: the season's own last word must list the member, and so must the last of all.

    A list of another season does not list for this one, but a sanction reaches every season until somebody lists the
    member again.
    """
    of_season = last = None
    for change in changes:
        if change.effective_from <= day:
            last = change
            if change.season == season or not season:
                of_season = change
    if of_season is None or last is None:
        return None, None
    if of_season.status != "listed":
        return of_season, of_season
    return of_season, last if last.status != "listed" else None


def member_reasons(changes: Sequence[Change], asked: Asked, scheme: SchemePack) -> Iterator[Reason]:
    """Why a producer's membership of one certificate (whose changes these are) does not cover land on a day."""
    producer, day = asked.producer, asked.day
    listing, sanction = membership_on(changes, asked.season, day)
    if listing is None:
        yield Reason("member-not-listed", "not-carried", producer, day)
        return
    if sanction is not None and not asked.freed:
        ruling = scheme.member_suspended if sanction.status == "suspended" else scheme.member_removed
        code = "member-suspended" if sanction.status == "suspended" else "member-removed"
        yield Reason(code, effect_of(ruling.value), producer, day, sanction.at_index)
    if listing.plots and asked.land is not None:
        if not asked.land:
            yield Reason("plot-not-named", "held", producer, day, listing.at_index)
        elif asked.land.isdisjoint(listing.plots):
            yield Reason("plot-not-listed", "not-carried", producer, day, listing.at_index)


def plot_statuses(plot: str, marks: Marks, scheme: str) -> tuple[PlotStatus, ...]:
    """What was said of a plot itself under a scheme, in the order in which it takes effect."""
    return tuple(
        sorted(
            PlotStatus(
                mark.effective_from,
                mark.index,
                str(mark.value["status"]),
                str(mark.value.get("last_forbidden_input", "")),
            )
            for mark in marks.get(plot, ())
            if mark.kind in ("plot-status", "status") and mark.value.get("scheme") == scheme
        )
    )


class PlotRegister:
    """Plots under one scheme, what was said of each read once."""

    def __init__(self, marks: Marks, scheme: SchemePack) -> None:
        """Nothing is read before it is asked for."""
        self._marks = marks
        self._scheme = scheme
        self._statuses: dict[str, tuple[PlotStatus, ...]] = {}

    def statuses(self, plot: str) -> tuple[PlotStatus, ...]:
        """What was said of a plot itself, in the order in which it takes effect."""
        found = self._statuses.get(plot)
        if found is None:
            found = self._statuses[plot] = plot_statuses(plot, self._marks, self._scheme.code)
        return found

    def on(self, plot: str, day: str) -> PlotStatus | None:
        """A plot's status on a day; before anything was said of it, the worst of the plots it came from."""
        found = None
        for row in self.statuses(plot):
            if row.effective_from <= day:
                found = row
        if found is not None:
            return found
        inherited = [self.on(parent, day) for parent in parents_of(plot, self._marks)]
        for old in inherited:
            if old is None or old.status != self._scheme.plot_status.value:
                return old
        return inherited[0] if inherited else None


def plot_status_on(plot: str, day: str, marks: Marks, scheme: SchemePack) -> PlotStatus | None:
    """A plot's status on a day; for many plots keep a `PlotRegister`."""
    return PlotRegister(marks, scheme).on(plot, day)


def parents_of(plot: str, marks: Marks) -> tuple[str, ...]:
    """The plots a plot was cut from or put together of; empty for one that was mapped as it is."""
    for mark in marks.get(plot, ()):
        if mark.kind == "born":
            return words(mark.value.get("parents"))
    return ()


def with_parents(plot: str, marks: Marks) -> frozenset[str]:
    """A plot and everything it came from."""
    return frozenset((plot, *(old for parent in parents_of(plot, marks) for old in with_parents(parent, marks))))


def ics_reasons(
    marks: Sequence[Standing], producer: str, programmes: frozenset[str], day: str, scheme: SchemePack
) -> Iterator[Reason]:
    """Why the programme's own internal control system does not approve of the producer on a day."""
    rows = sorted(
        (mark.effective_from, mark.index, str(mark.value.get("status", "")))
        for mark in marks
        if mark.kind == "status" and mark.value.get("programme") in programmes and mark.effective_from <= day
    )
    if not rows:
        yield Reason("ics-status-unknown", "held", producer, day)
        return
    _, index, status = rows[-1]
    if status == "conditional":
        yield Reason("ics-conditional", "note", producer, day, index)
    elif status == "suspended":
        yield Reason("ics-suspended", effect_of(scheme.member_suspended.value), producer, day, index)
    elif status != "approved":
        yield Reason("ics-removed", effect_of(scheme.member_removed.value), producer, day, index)
