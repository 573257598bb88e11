"""What a lot's claims are judged on, gathered from the books by following the marks, level by level.

Every level is one query: what a delivery names leads to producers and land, these to households, communities,
areas, agreements and certificates, and so on until nothing new is named. A lot of 2,500 deliveries takes as many
queries as a lot of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ledger.claims import Appraiser, Behind, Delivery, Evidence, StepTaken
from ledger.packs.in_force import InForce
from ledger.rules import Packs
from ledger.state import LotBooks, Standing
from ledger.store.bearing import BEARING, leads
from ledger.store.books import Books
from ledger.store.kept import Common, StaleError
from ledger.store.schema import ACCOUNT_KINDS

ROOTS = ("harvested", "bought", "opened")
_NO_LOT = LotBooks(None, ())


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
        steps = self._steps({lot for lot, born in births.items() if born.value["how"] not in ROOTS})
        said |= books.marks(steps.keys() - said.keys(), BEARING)
        start = {thing for lot in births for thing in (*holders.get(lot, ()), *owners.get(lot, ()))}
        start.update(step.party for step in steps.values())
        start.update(leads(mark for marks in said.values() for mark in marks))
        for each in self._sets.values():
            start |= each.things
            start.update(leads(mark for lot in each.marked for mark in self._marks[lot]))
        self._follow(start - {""})
        found: dict[str, Evidence] = {}
        for lot, born in births.items():
            value, origins = born.value, behind[lot]
            commodity, form = str(value["commodity"]), str(value["form"])
            pack = in_force.commodities.get(commodity)
            known_form = pack.forms.get(form) if pack is not None else None
            way = sorted((steps[one] for one in _ancestors(lot, steps)), key=lambda step: (step.at_index, step.lot))
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
        for lot, number in numbers.items():
            if number is None:
                found[lot] = nothing
                continue
            if number not in self._sets:
                kept = self._common.sets.get(number) or before.get(number)
                self._sets[number] = kept if kept is not None else self._read_set(number)
            found[lot] = self._sets[number]
        return found

    def _read_set(self, number: int) -> Behind:
        books = self._books
        rows = books.origins(number)
        births: dict[str, tuple[Standing, str]] = {}
        others: dict[str, list[Standing]] = {}
        for lot, mark, actor in books.marks_by({row.delivery for row in rows}, BEARING):
            if mark.kind == "born":
                if mark.value.get("thing") == "lot":
                    births[lot] = mark, actor
            else:
                others.setdefault(lot, []).append(mark)
        deliveries = {lot: delivery_of(lot, born, actor) for lot, (born, actor) in births.items()}
        found = Behind(self._common.appraiser, rows, deliveries, others)
        self._add_marks(others)
        if self._kept is None:
            self._common.add_set(number, found)
        else:
            self._kept.add_set(self._common, books.size, number, found)
        return found

    # ------------------------------------------------------------ the way of lots

    def _steps(self, lots: set[str]) -> dict[str, StepTaken]:
        """How these lots and all they were made of were made; deliveries were made of nothing."""
        found: dict[str, StepTaken] = {}
        level = lots
        while level:
            known = {lot: step for lot in level if (step := self._common.steps.get(lot)) is not None}
            new = self._read_steps(level - known.keys())
            found |= known
            found |= new
            reached = {source for step in (*known.values(), *new.values()) for source in step.inputs}
            level = {lot for lot in reached - found.keys() if not any(lot in each.deliveries for each in ())}
        return found
def delivery_of(lot: str, born: Standing, party: str) -> Delivery:
    """A delivery, purchase or opening from the birth of its lot and the party that took it in."""
    value = born.value
    return Delivery(
        lot=lot,
        how=str(value["how"]),
        delivered_on=born.effective_from,
        harvested_from=str(value.get("harvested_from", "")),
        harvested_to=str(value.get("harvested_to", "")),
        season=str(value.get("season", "")),
        form=str(value["form"]),
        facility=str(value.get("facility", "")),
        party=party,
        grams=integer(value["grams"]),
        at_index=born.index,
        origin=str(value.get("origin", "")),
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
