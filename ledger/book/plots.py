"""What sealed outlines show beside each other: only the node sees them all, and only ids and areas leave this file.

Outlines are kept in memory, read from the vault when the first plot is drawn and grown from the log since. A drawing
that was corrected meanwhile stays in the tree; whether a hit still stands is asked of the books each time.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ledger.book.readers import Readers
from ledger.errors import FormatError, Problem
from ledger.exchange.geodata import Neighbour, Neighbours, Outline, area_m2, parse_outline, placement
from ledger.facts import Fact, sealed_fields
from ledger.facts.land import AreaMapped, PlotMapped, drawn_plots
from ledger.rules.land import AREA_PERCENT, OVERLAP_M2, OVERLAP_PERCENT, POINT_LIMIT_M2
from ledger.statement import Disclosure, Statement, disclosed_value
from ledger.store.drawings import ERASING, drawn_since, standing_drawings, standing_statement
from ledger.store.log_view import LogView
from ledger.store.vault import Vault

VERSION: Final = 1
"""The version of these looks, as `checked` names it; it grows when they would say something else of an outline."""

_BY: Final = "node"
_UNKNOWN: Final = -1

_TOGETHER: Final = 500
"""So many statements are asked of the vault at once."""

_MOST: Final = 20
"""So many neighbours are named, the largest overlaps first; the rest would tell nothing new."""


class _Drawing(NamedTuple):
    """Whose outline it is, and the index of the fact that drew it (-1: queued, not in the log yet)."""

    thing: str
    drawn_at: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """A plot or area of a fact on its way in, with its outline in the clear.

    `where` is the pointer of its part of the body ("" = the fact itself), `replaces` the plots whose ground it takes.
    """

    where: str
    thing: str
    is_area: bool
    area_m2: int
    country: str | None
    within: str | None
    replaces: frozenset[str]
    outline: Outline = field(repr=False)


class Look(NamedTuple):
    """What looking at one sketch showed, as the fact's open fields say it, and the narrowest area it lies in."""

    sketch: Sketch
    checked: Mapping[str, Any]
    within: str | None


def sketches(statement: Statement, disclosures: Sequence[Disclosure]) -> tuple[Sketch, ...]:
    """Read every outline a statement brings; raises FormatError with places in the body, never with a coordinate."""
    fact = statement.fact
    clear = {each.pointer: disclosed_value(each.text) for each in disclosures}
    pointers = [pointer for pointer, _ in sealed_fields(fact) if pointer.rpartition("/")[2] == "geometry"]
    outlines = {pointer: _outline(fact, pointer, clear.get(pointer)) for pointer in pointers}
    if isinstance(fact, AreaMapped):
        area = Sketch("", fact.area, True, fact.area_m2, fact.country, None, frozenset(), outlines["/geometry"])
        return (area,)
    country = fact.country if isinstance(fact, PlotMapped) else None
    within = fact.within if isinstance(fact, PlotMapped) else None
    return tuple(
        Sketch(
            drawn.where,
            drawn.plot,
            False,
            drawn.area_m2,
            country,
            within,
            frozenset(drawn.replaces),
            outlines[f"{drawn.where}/geometry"],
        )
        for drawn in drawn_plots(fact)
    )


def _outline(fact: Fact, pointer: str, value: object) -> Outline:
    try:
        return parse_outline(value, holes=isinstance(fact, AreaMapped))
    except FormatError as error:
        raise FormatError(problem.at(f"/body{pointer}") for problem in error.problems) from None


class Plots:
    """Every outline of one ledger, and those on their way in."""

    def __init__(self, readers: Readers, vault: Vault) -> None:
        """Nothing is read before the first plot is drawn."""
        self._readers = readers
        self._vault = vault
        self._lock = threading.Lock()
        # Of its own: the writer's thread settles, and must not wait for a look.
        self._queue_lock = threading.Lock()
        self._queued: dict[int, tuple[Sketch, ...]] = {}
        self._tickets = 0
        self._forget()

    def standing(self, statement: Statement) -> Statement | None:
        """The statement in the log under this one's fact id, if any: sending again must give the same bytes."""
        with self._readers.log_view() as view:
            return standing_statement(view, statement.envelope.id)

    def added(self, statement: Statement, drawn: Sequence[Sketch]) -> dict[str, Any]:
        """The open fields the node fills in, by pointer: what it sees, or what it saw when the fact was sent before.

        Raises FormatError `checked-by-node` where the sender filled them in.
        """
        filled = [each for each in drawn_plots(statement.fact) if each.checked is not None]
        if filled:
            raise FormatError(Problem("checked-by-node", f"/body{each.where}/checked") for each in filled)
        before = self.standing(statement)
        if before is not None and type(before.fact) is type(statement.fact):
            return _said_before(before.fact, statement.fact)
        added: dict[str, Any] = {}
        for look in self._look_at(drawn):
            added[f"{look.sketch.where}/checked"] = look.checked
            if isinstance(statement.fact, PlotMapped) and look.within is not None and look.sketch.within is None:
                added["/within"] = look.within
        return added

    def enter(self, drawn: Sequence[Sketch]) -> tuple[list[Look], int]:
        """Look at plots about to be queued, each beside those before it, and count them in until `settle`."""
        with self._lock:
            looks = self._locked_look(drawn)
            with self._queue_lock:
                self._tickets += 1
                self._queued[self._tickets] = tuple(drawn)
                return looks, self._tickets

    def _look_at(self, drawn: Sequence[Sketch]) -> list[Look]:
        with self._lock:
            return self._locked_look(drawn)

    def _locked_look(self, drawn: Sequence[Sketch]) -> list[Look]:
        """What each sketch shows beside everything in the log, what is queued, and those before it."""
        with self._readers.log_view() as view:
            self._refresh(view)
            beside = Neighbours[_Drawing]()
            with self._queue_lock:
                queued = [sketch for entered in self._queued.values() for sketch in entered]
            _add(beside, queued)
            looks = []
            for sketch in drawn:
                if not sketch.is_area:
                    looks.append(self._look(sketch, beside, view))
                    _add(beside, [sketch])
            return looks

    def settle(self, ticket: int) -> None:
        """They are in the log now, or refused."""
        with self._queue_lock:
            self._queued.pop(ticket, None)

    # ------------------------------------------------------------ what is known

    def _forget(self) -> None:
        self._size = 0
        self._plots = Neighbours[_Drawing]()
        self._areas = Neighbours[_Drawing]()
        self._of_area: dict[str, Outline] = {}
        self._country: dict[str, str] = {}

    def _refresh(self, view: LogView) -> None:
        """Read what was drawn since the last look; where something was erased, everything again."""
        size = view.tip().size
        if size == self._size:
            return
        drawn = list(drawn_since(view, self._size))
        if self._size and any(statement.type in ERASING for _, statement in drawn):
            self._forget()
            drawn = list(drawn_since(view, 0))
        drawings = [(index, statement) for index, statement in drawn if statement.type not in ERASING]
        for first in range(0, len(drawings), _TOGETHER):
            some = drawings[first : first + _TOGETHER]
            clear = self._vault.disclosures_of([statement.digest for _, statement in some])
            for index, statement in some:
                self._take(index, statement, clear.get(statement.digest, {}))
        self._size = size

    def _take(self, index: int, statement: Statement, texts: Mapping[str, str]) -> None:
        disclosures = [Disclosure(text, pointer, "") for pointer, text in texts.items()]
        try:
            drawn = sketches(statement, disclosures)
        except FormatError:
            # Erased, or drawn before outlines were read at the door: there is nothing to compare with.
            return
        for sketch in drawn:
            key = _Drawing(sketch.thing, index)
            if sketch.is_area:
                self._areas.add(key, sketch.outline)
                self._of_area[sketch.thing] = sketch.outline
            else:
                self._plots.add(key, sketch.outline)
            country = self._country_of(sketch)
            if country is not None:
                self._country[sketch.thing] = country

    def _country_of(self, sketch: Sketch) -> str | None:
        """As stated, else that of the plots whose ground it takes."""
        if sketch.country is not None:
            return sketch.country
        return next((self._country[plot] for plot in sorted(sketch.replaces) if plot in self._country), None)

    # ------------------------------------------------------------ looking

    def _look(self, sketch: Sketch, beside: Neighbours[_Drawing], view: LogView) -> Look:
        outline = sketch.outline
        placed = placement(outline, self._country_of(sketch))
        findings: list[str] = [] if placed.fault is None else [placed.fault]
        checked: dict[str, Any] = {"by": _BY, "version": VERSION}
        measured = area_m2(outline)
        if measured:
            checked["area_m2_geodesic"] = measured
        if outline.accuracy_m is not None:
            checked["accuracy_m"] = outline.accuracy_m
        if placed.zones:
            checked["zones"] = list(placed.zones)
        within = None
        # Where it cannot lie there are no neighbours.
        if placed.fault in (None, "outside-country"):
            hits = [*_standing(self._plots.over(outline), view), *beside.over(outline)]
            others = _largest([hit for hit in hits if hit.key.thing not in {sketch.thing, *sketch.replaces}])
            same = [_overlap(sketch, hit) for hit in others if hit.same]
            shared = [_overlap(sketch, hit) for hit in others if not hit.same and _matters(hit)]
            areas = _largest(_standing(self._areas.over(outline), view))
            checked |= {"duplicates_of": same} if same else {}
            checked |= {"overlaps": shared} if shared else {}
            checked |= {"areas": [_overlap(sketch, hit) for hit in areas]} if areas else {}
            inside = [hit for hit in areas if hit.area_m2 * 2 > hit.own_m2 or outline.is_point]
            within = min(inside, key=lambda hit: (hit.other_m2, hit.key.thing)).key.thing if inside else None
            if sketch.within in self._of_area and sketch.within not in {hit.key.thing for hit in areas}:
                findings.append("outside-stated-area")
        if findings:
            checked["findings"] = findings
        return Look(sketch, checked, within)


def _said_before(before: Fact, now: Fact) -> dict[str, Any]:
    added: dict[str, Any] = {
        f"{each.where}/checked": each.checked.model_dump(mode="json", exclude_defaults=True)
        for each in drawn_plots(before)
        if each.checked is not None
    }
    if isinstance(before, PlotMapped) and isinstance(now, PlotMapped) and before.within and now.within is None:
        added["/within"] = before.within
    return added


def _add(beside: Neighbours[_Drawing], drawn: Sequence[Sketch]) -> None:
    for sketch in drawn:
        if not sketch.is_area:
            beside.add(_Drawing(sketch.thing, _UNKNOWN), sketch.outline)


def _standing(hits: list[Neighbour[_Drawing]], view: LogView) -> list[Neighbour[_Drawing]]:
    """Those hits whose drawing is the one that stands."""
    newest = standing_drawings(view, [hit.key.thing for hit in hits])
    return [hit for hit in hits if newest.get(hit.key.thing) == hit.key.drawn_at]


def _largest(hits: list[Neighbour[_Drawing]]) -> list[Neighbour[_Drawing]]:
    """One hit for each plot, in the order of their ids: one may be in the log and, sent again, in the queue."""
    best: dict[str, Neighbour[_Drawing]] = {}
    for hit in hits:
        known = best.get(hit.key.thing)
        if known is None or (hit.same, hit.area_m2) > (known.same, known.area_m2):
            best[hit.key.thing] = hit
    worst = sorted(best.values(), key=lambda hit: (not hit.same, -hit.area_m2, hit.key.thing))[:_MOST]
    return sorted(worst, key=lambda hit: hit.key.thing)


def _matters(hit: Neighbour[_Drawing]) -> bool:
    """A point inside a plot always; else from where the rule asks about it."""
    smaller = min(hit.own_m2, hit.other_m2)
    return hit.area_m2 == 0 or hit.area_m2 >= OVERLAP_M2 or hit.area_m2 * 100 >= smaller * OVERLAP_PERCENT


def _overlap(sketch: Sketch, hit: Neighbour[_Drawing]) -> dict[str, Any]:
    # A point lies on ground nobody measured: at most all the plot is said to have, and all the other has.
    area = hit.area_m2 or min(sketch.area_m2, hit.other_m2 or sketch.area_m2)
    return {"other": hit.key.thing, "area_m2": max(area, 1), "source": _BY}


def news(look: Look, statement: Statement, *, node_signed: bool) -> bool:
    """Whether a look shows more than the statement's own open fields say, so that it is worth a fact of its own.

    What the node signed says all it saw when it was signed; of what a device sealed, plain soundness is not news.
    """
    checked = look.checked
    if node_signed:
        said = next(each.checked for each in drawn_plots(statement.fact) if each.where == look.sketch.where)
        if said is not None:
            others = {each["other"] for name in ("duplicates_of", "overlaps") for each in checked.get(name, ())}
            return not others <= {each.other for each in (*said.duplicates_of, *said.overlaps)}
    measured = checked.get("area_m2_geodesic")
    if measured is None:
        return look.sketch.area_m2 > POINT_LIMIT_M2 or not checked.keys() <= {"by", "version"}
    differs = abs(look.sketch.area_m2 - measured) * 100 > measured * AREA_PERCENT
    expected = {"by", "version", "area_m2_geodesic"}
    if {each["other"] for each in checked.get("areas", ())} == {look.sketch.within}:
        # It lies where the statement says it lies, and in no other area.
        expected.add("areas")
    return differs or not checked.keys() <= expected
