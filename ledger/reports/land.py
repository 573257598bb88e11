"""Which plots and herds a producer works on a day, how large they are, and what they are under each scheme."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from ledger.claims.certified_member import plot_status_on, plot_statuses
from ledger.reports.source import Marks, Source, birth, code_of, listed, whole, word
from ledger.state import Standing
from ledger.store import roll


class Land(NamedTuple):
    """A plot or herd of a producer: `how` we know (held, kept, listed by a certificate, delivered from).

    The area is 0 where there is none or nobody said it.
    """

    land: str
    how: str
    code: str
    kind: str
    district: str
    area_m2: int
    statuses: str


class Landscape:
    """The land of many producers on one day."""

    def __init__(self, source: Source, producers: Iterable[str], day: str) -> None:
        """Loads what is said of the producers, of their land, and of what that land was made from."""
        self._source = source
        self._day = day
        wanted = sorted(set(producers))
        self._delivered = delivered_from(source, set(wanted), day)
        self.of_producers: Marks = source.books.marks(wanted, ("holds", "keeps", "member"))
        self._marks: dict[str, list[Standing]] = {}
        self._named = {producer: self._name(producer) for producer in wanted}
        level = {land for named in self._named.values() for land in named}
        while level:
            found = source.books.marks(level, ("born", "area", "status", "plot-status", "ended"))
            self._marks.update({land: found.get(land, []) for land in level})
            level = {other for rows in found.values() for mark in rows for other in _kin(mark)} - self._marks.keys()
        self._schemes = {
            word(mark.value, "scheme")
            for rows in self._marks.values()
            for mark in rows
            if mark.kind in ("status", "plot-status")
        } - {""}

    def lands(self, producer: str) -> list[Land]:
        """The producer's land, in order of its id; a plot that was split or merged is what it became."""
        found: dict[str, str] = {}
        for land, how in self._named[producer].items():
            for now in self._became(land):
                found.setdefault(now, how)
        return [self._land(land, how) for land, how in sorted(found.items())]

    def _name(self, producer: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for mark in self.of_producers.get(producer, ()):
            if mark.effective_from > self._day:
                continue
            if mark.kind == "holds":
                until = word(mark.value, "held_to")
                if not until or self._day <= until:
                    found[word(mark.value, "plot")] = "held"
            elif mark.kind == "keeps":
                found.setdefault(word(mark.value, "herd"), "kept")
            elif mark.kind == "member":
                plots = mark.value.get("plots")
                for plot in plots if isinstance(plots, list) else ():
                    found.setdefault(str(plot), "listed")
        for land in sorted(self._delivered.get(producer, ())):
            found.setdefault(land, "delivered")
        return found

    def _became(self, land: str) -> list[str]:
        seen: set[str] = set()
        level, found = [land], []
        while level:
            one = level.pop()
            if one in seen:
                continue
            seen.add(one)
            ends = [m for m in self._marks.get(one, ()) if m.kind == "ended" and m.effective_from <= self._day]
            into = ends[-1].value.get("into") if ends else None
            if isinstance(into, list):
                level += [str(each) for each in into]
            else:
                found.append(one)
        return found

    def _land(self, land: str, how: str) -> Land:
        rows = self._marks.get(land, [])
        about = birth(self._marks, land)
        drawn = [m for m in rows if m.kind == "area" and m.effective_from <= self._day]
        area = whole(drawn[-1].value.get("area_m2")) if drawn else whole(about.get("area_m2"))
        born = next((m for m in reversed(rows) if m.kind == "born"), None)
        code = "" if born is None else code_of(born)
        return Land(land, how, code, word(about, "thing"), word(about, "district"), area, self._statuses(land))

    def _statuses(self, land: str) -> str:
        found = []
        for code in self._schemes:
            pack = self._source.schemes.get(code)
            if pack is not None:
                status = plot_status_on(land, self._day, self._marks, pack)
            else:
                said = plot_statuses(land, self._marks, code)
                status = next((each for each in reversed(said) if each.effective_from <= self._day), None)
            if status is not None:
                found.append(f"{code}={status.status}")
        return listed(found)


def delivered_from(source: Source, producers: set[str], day: str) -> dict[str, set[str]]:
    """The land these producers named when they delivered, up to the day."""
    found: dict[str, set[str]] = defaultdict(set)
    for born in roll.born(source.books, "lot", how="harvested").values():
        origins = born.value.get("origins")
        for producer, grown, _ in origins if isinstance(origins, list) else ():
            if producer in producers and grown and born.effective_from <= day:
                found[str(producer)].add(str(grown))
    return found


def _kin(mark: Standing) -> Iterable[str]:
    """What a plot became or was made from."""
    named = mark.value.get("into") if mark.kind == "ended" else mark.value.get("parents")
    return (str(each) for each in named) if isinstance(named, list) else ()
