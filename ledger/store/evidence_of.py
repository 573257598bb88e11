"""What a lot's claims are judged on, gathered from the books by following the marks, level by level.

Every level is one query: what a delivery names leads to producers and land, these to households, communities,
areas, agreements and certificates, and so on until nothing new is named. A lot of 2,500 deliveries takes as many
queries as a lot of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import attrgetter

from ledger.claims import Appraiser, Behind, Delivery, Evidence, StepTaken
from ledger.packs.in_force import InForce
from ledger.rules import Packs
from ledger.state import LotBooks, Standing
from ledger.store.bearing import BEARING, leads
from ledger.store.books import Books
from ledger.store.kept import Common, Made, StaleError
from ledger.store.schema import ACCOUNT_KINDS

ROOTS = ("harvested", "bought", "opened")
_NO_LOT = LotBooks(None, ())
_INDEX = attrgetter("index")
_SETS_AT_ONCE = 50
"""Origin sets that are read in one query: most hold one delivery, some thousands."""


class EvidenceOf:
    """Gathers evidence lot after lot over the same books; what lots share is read once."""

    def __init__(self, books: Books, packs: Packs) -> None:
        """Read through `books`, as known at their size."""
        self._books = books
        self._packs = packs
        self._lend()

    def _lend(self) -> None:
        common = None if self._books.kept is None else self._books.kept.common(self._books.size)
        self._begin(common or Common(), is_shared=common is not None)

    def _begin(self, common: Common, *, is_shared: bool) -> None:
        self._common = common
        self._kept = self._books.kept if is_shared else None
        self._marks = common.appraiser.marks
        self._sets: dict[int, Behind] = {}

    def lot(self, lot: str) -> Evidence:
        """Everything a lot's claims rest on; raises NotFoundError for an unknown lot."""
        found = self.lots([lot]).get(lot)
        if found is None:
            # Raises, with the words for it.
            self._books.birth_of(lot)
            raise AssertionError(lot)
        return found

    def lots(self, wanted: Iterable[str]) -> dict[str, Evidence]:
        """The same for several lots at once, in as many queries as for one; unknown ones are left out."""
        asked = [*wanted]
        try:
            return self._lots(asked)
        except StaleError:
            # Newer facts have overtaken us: read all of it for ourselves.
            self._begin(Common(), is_shared=False)
            return self._lots(asked)

    def around(self, things: Iterable[str]) -> Appraiser:
        """Load all that bears on claims around these things; who judges claims over it.

        Reports ask about everything there is: they keep it to themselves.
        """
        if self._kept is not None:
            self._begin(Common(), is_shared=False)
        self._follow(set(things) - {""})
        return self._common.appraiser

    # ------------------------------------------------------------ lots

    def _lots(self, asked: Sequence[str]) -> dict[str, Evidence]:
        books, in_force = self._books, self._in_force()
        said = books.marks(asked, BEARING)
        births = {lot: born for lot in asked if (born := _birth(said.get(lot, ()))) is not None}
        summaries = books.lots(births)
        behind = self._behind({lot: summaries.get(lot, _NO_LOT).origin_set for lot in births})
        holders = books.balances(ACCOUNT_KINDS["stock"], births)
        owners = books.balances(ACCOUNT_KINDS["title"], births)
        made = self._made({lot for lot, born in births.items() if born.value["how"] not in ROOTS})
        said |= books.marks(made.keys() - said.keys(), BEARING)
        start = {thing for lot in births for thing in (*holders.get(lot, ()), *owners.get(lot, ()))}
        start.update(one.step.party for one in made.values())
        start |= leads(said.values())
        for each in self._sets.values():
            start |= each.things
            start |= leads(self._marks[lot] for lot in each.marked)
        self._follow(start - {""})
        found: dict[str, Evidence] = {}
        for lot, born in births.items():
            value, origins = born.value, behind[lot]
            commodity, form = str(value["commodity"]), str(value["form"])
            pack = in_force.commodities.get(commodity)
            known_form = pack.forms.get(form) if pack is not None else None
            way = sorted(_ancestors(lot, made), key=lambda step: (step.at_index, step.lot))
            found[lot] = Evidence(
                lot=lot,
                commodity=commodity,
                form=form,
                kind=str(value.get("kind", "main")),
                grams=integer(value["grams"]),
                claimable=known_form is None or known_form.claimable,
                behind=origins,
                steps=tuple(way),
                blocks=summaries.get(lot, _NO_LOT).blocks,
                holders=holders.get(lot, {}),
                owners=owners.get(lot, {}),
                way={
                    **{one: said.get(one, ()) for one in (lot, *(step.lot for step in way))},
                    **{one: self._marks[one] for one in origins.marked if one != lot},
                },
                appraiser=self._common.appraiser,
                pack=pack,
                schemes=in_force.schemes,
                frameworks=in_force.frameworks,
            )
        return found

    def _in_force(self) -> InForce:
        found = self._common.in_force
        if found is None:
            found = self._packs.among(self._books.adopted_packs())
            if self._kept is None:
                self._common.in_force = found
            else:
                self._kept.add_packs(self._common, self._books.size, found)
        return found

    # ------------------------------------------------------------ deliveries

    def _behind(self, numbers: Mapping[str, int | None]) -> dict[str, Behind]:
        """The deliveries behind each lot; `_sets` holds those of this question alone."""
        before, self._sets = self._sets, {}
        nothing = Behind(self._common.appraiser)
        found: dict[str, Behind] = {}
        missing: list[int] = []
        for wanted in {number for number in numbers.values() if number is not None}:
            kept = self._common.sets.get(wanted) or before.get(wanted)
            if kept is None:
                missing.append(wanted)
            else:
                self._sets[wanted] = kept
        missing.sort()
        for first in range(0, len(missing), _SETS_AT_ONCE):
            self._sets |= self._read_sets(missing[first : first + _SETS_AT_ONCE])
        for lot, number in numbers.items():
            found[lot] = nothing if number is None else self._sets[number]
        return found

    def _read_sets(self, numbers: list[int]) -> dict[int, Behind]:
        books = self._books
        sets, said = books.behind(numbers, BEARING)
        deliveries: dict[str, Delivery] = {}
        others: dict[str, list[Standing]] = {}
        for lot, index, kind, effective_from, value, actor in said:
            if kind != "born":
                others.setdefault(lot, []).append(Standing(index, kind, effective_from, value))
            elif value.get("thing") == "lot" and (lot not in deliveries or deliveries[lot].at_index < index):
                deliveries[lot] = delivery_of(lot, Standing(index, kind, effective_from, value), actor)
        for marks in others.values():
            marks.sort(key=_INDEX)
        self._add_marks(others)
        found: dict[int, Behind] = {}
        for number, rows in sets.items():
            named = dict.fromkeys(row.delivery for row in rows)
            behind = Behind(
                self._common.appraiser,
                rows,
                {lot: deliveries[lot] for lot in named if lot in deliveries},
                [lot for lot in named if lot in others] if others else (),
            )
            found[number] = behind
            if self._kept is None:
                self._common.add_set(number, behind)
            else:
                self._kept.add_set(self._common, books.size, number, behind)
        return found

    # ------------------------------------------------------------ the way of lots

    def _made(self, lots: set[str]) -> dict[str, Made]:
        """How these lots and all they were made of were made; deliveries were made of nothing."""
        sets = [*self._sets.values()]
        roots = sets[0].deliveries.keys() if len(sets) == 1 else {lot for each in sets for lot in each.deliveries}
        found: dict[str, Made] = {}
        read: dict[str, Made] = {}
        level = lots
        while level:
            known = self._common.made
            new = self._read_made({lot for lot in level if lot not in known}, roots)
            read |= new
            found |= {lot: new.get(lot) or known[lot] for lot in level if lot in new or lot in known}
            level = {source for lot in level if lot in found for source in found[lot].sources} - found.keys()
        if self._kept is None:
            self._common.add_made(read)
        elif read:
            self._kept.add_made(self._common, self._books.size, read)
        return found

    def _read_made(self, lots: set[str], roots: AbstractSet[str]) -> dict[str, Made]:
        if not lots:
            return {}
        inputs = self._books.inputs_of(lots)
        return {
            lot: Made(
                _step(lot, born, actor, inputs.get(lot, ())),
                tuple(source for source in inputs.get(lot, ()) if source not in roots),
            )
            for lot, born, actor in self._books.marks_by(lots, ("born",))
            if born.value.get("thing") == "lot" and born.value["how"] not in ROOTS
        }

    # ------------------------------------------------------------ people, land and papers

    def _follow(self, start: set[str]) -> None:
        """Load the marks of everything in `start`, of what those name, and so on until nothing new is named."""
        level = start - self._marks.keys()
        while level:
            found: dict[str, Sequence[Standing]] = dict.fromkeys(level, ())
            found.update(self._books.marks(level, BEARING))
            self._add_marks(found)
            level = leads(found.values()) - self._marks.keys()

    def _add_marks(self, marks: Mapping[str, Sequence[Standing]]) -> None:
        if self._kept is None:
            self._common.add_marks(marks)
        else:
            self._kept.add_marks(self._common, self._books.size, marks)


def evidence_of(books: Books, lots: Iterable[str], packs: Packs) -> dict[str, Evidence]:
    """Everything the claims of lots rest on, as known at the books' size; unknown ones are left out."""
    return EvidenceOf(books, packs).lots(lots)


def _ancestors(lot: str, made: Mapping[str, Made]) -> Iterator[StepTaken]:
    """How the lot and everything it was made of were made."""
    seen = {lot}
    level = [lot]
    while level:
        here = [made[one] for one in level if one in made]
        yield from (one.step for one in here)
        level = [source for source in dict.fromkeys(s for one in here for s in one.sources) if source not in seen]
        seen.update(level)


def _birth(marks: Iterable[Standing]) -> Standing | None:
    found = [mark for mark in marks if mark.kind == "born" and mark.value.get("thing") == "lot"]
    return found[-1] if found else None


def delivery_of(lot: str, born: Standing, party: str) -> Delivery:
    """A delivery, purchase or opening from the birth of its lot and the party that took it in."""
    said = born.value
    text = said.get
    return Delivery(
        lot,
        str(said["how"]),
        born.effective_from,
        str(text("harvested_from", "")),
        str(text("harvested_to", "")),
        str(text("season", "")),
        str(said["form"]),
        str(text("facility", "")),
        party,
        integer(said["grams"]),
        born.index,
        str(text("origin", "")),
    )


def _step(lot: str, born: Standing, party: str, inputs: Iterable[str]) -> StepTaken:
    value = born.value
    return StepTaken(
        lot=lot,
        how=str(value["how"]),
        process=str(value.get("process", "")),
        day=born.effective_from,
        facility=str(value.get("facility", "")),
        party=party,
        form=str(value["form"]),
        at_index=born.index,
        inputs=tuple(inputs),
    )


def integer(value: object) -> int:
    """A whole number the books hold, or 0."""
    return value if isinstance(value, int) else 0
