"""What a lot's claims are judged on, gathered from the books by following the marks, level by level.

Every level is one query: what a delivery names leads to producers and land, these to households, communities,
areas, agreements and certificates, and so on until nothing new is named. A lot of 2,500 deliveries takes as many
queries as a lot of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ledger.claims import Appraiser, Delivery, Evidence, StepTaken
from ledger.lineage import contributions, levels
from ledger.rules import Packs
from ledger.state import LotBooks, Standing
from ledger.store.books import Books
from ledger.store.kept import KeptSet
from ledger.store.schema import ACCOUNT_KINDS

BEARING: Final = (
    "agreement",
    "agreement-on",
    "agreement-status",
    "animals",
    "approved",
    "born",
    "breach",
    "breach-closed",
    "breach-on",
    "certificate-of",
    "certificate-status",
    "certified",
    "closed",
    "credited",
    "endorsed",
    "evidence",
    "extended",
    "grazes",
    "holds",
    "household",
    "incident",
    "member",
    "monitored",
    "plot-status",
    "registry",
    "release",
    "released-claim",
    "relinquished",
    "renewed",
    "sale-reversed",
    "sold",
    "status",
    "succeeded",
    "succeeds",
    "superseded",
)
"""The kinds of marks that bear on a claim; estimates, counts, labels and the like are left where they are."""

_LEADS: Mapping[str, tuple[str, ...]] = {
    "agreement": ("agreement", "household"),
    "breach-on": ("agreement",),
    "renewed": ("statement",),
    "certificate-of": ("certificate",),
    "certified": ("certificate",),
    "grazes": ("area",),
    "holds": ("plot",),
    "household": ("household",),
    "incident": ("incident",),
    "member": ("certificate",),
    "sold": ("contract", "seller", "buyer"),
    "succeeds": ("producer",),
    "superseded": ("by",),
}
"""Which fields of a mark name something that bears on the claim too."""

_BIRTH_LEADS: Mapping[str, tuple[str, ...]] = {
    "agreement": ("parent", "statement"),
    "area": ("within",),
    "facility": ("party",),
    "lot": ("facility",),
    "plot": ("within", "parents"),
    "producer": ("community",),
}
"""The same for births, by what was born."""


_ROOTS = ("harvested", "bought", "opened")
_NO_LOT = LotBooks(None, ())


class EvidenceOf:
    """Gathers evidence lot after lot over the same books; what lots share is read once."""

    def __init__(self, books: Books, packs: Packs) -> None:
        """Read through `books`, as known at their size."""
        self._books = books
        self._in_force = packs.among(books.adopted_packs())
        self._appraiser = books.appraiser()
        self._marks = self._appraiser.marks
        self._sets: dict[int, KeptSet] = {}

    def lot(self, lot: str) -> Evidence:
        """Everything a lot's claims rest on; raises NotFoundError for an unknown lot."""
        self._books.birth_of(lot)
        return self.lots([lot])[lot]

    def lots(self, wanted: Iterable[str]) -> dict[str, Evidence]:
        """The same for several lots at once, in as many queries as for one; unknown ones are left out."""
        books = self._books
        births = {lot: born for lot, born in books.births(wanted).items() if born.value.get("thing") == "lot"}
        summaries = books.lots(births)
        sets = {lot: self._origin_set(summaries.get(lot, _NO_LOT).origin_set) for lot in births}
        holders = books.balances(ACCOUNT_KINDS["stock"], births)
        owners = books.balances(ACCOUNT_KINDS["title"], births)
        into = self._inputs(births, {root for origins in sets.values() for root in origins.deliveries})
        start = {*births, *into}
        for lot, origins in sets.items():
            start |= origins.things
            start.update(holders.get(lot, ()), owners.get(lot, ()))
        self._follow(start - {""})
        made = {one: born for one in {*births, *into} if (born := _birth(self._marks.get(one, ()))) is not None}
        actors = books.actors_at({born.index for born in made.values()})
        self._follow({*actors.values()})
        steps = {
            one: _step(one, born, actors[born.index], into.get(one, ()))
            for one, born in made.items()
            if born.value["how"] not in _ROOTS
        }
        found: dict[str, Evidence] = {}
        for lot, born in births.items():
            value, origins = born.value, sets[lot]
            commodity, form = str(value["commodity"]), str(value["form"])
            pack = self._in_force.commodities.get(commodity)
            known_form = pack.forms.get(form) if pack is not None else None
            grams = integer(value["grams"])
            way = (steps[one] for one in _ancestors(lot, into) if one in steps)
            found[lot] = Evidence(
                lot=lot,
                commodity=commodity,
                form=form,
                kind=str(value.get("kind", "main")),
                grams=grams,
                claimable=known_form is None or known_form.claimable,
                shares=contributions(grams, origins.rows),
                deliveries=origins.deliveries,
                steps=tuple(sorted(way, key=lambda step: (step.at_index, step.lot))),
                blocks=summaries.get(lot, _NO_LOT).blocks,
                holders=holders.get(lot, {}),
                owners=owners.get(lot, {}),
                appraiser=self._appraiser,
                pack=pack,
                schemes=self._in_force.schemes,
                frameworks=self._in_force.frameworks,
            )
        return found

    def _origin_set(self, number: int | None) -> KeptSet:
        """The rows of an origin set, with the deliveries they name and what was said of those."""
        if number is None:
            return KeptSet((), {}, {}, frozenset())
        found = self._sets.get(number) or self._books.kept_set(number)
        if found is None:
            rows = self._books.origins(number)
            roots = {row.delivery for row in rows}
            marks = self._books.marks(roots, BEARING)
            births = {root: born for root, said in marks.items() if (born := _birth(said)) is not None}
            actors = self._books.actors_at({born.index for born in births.values()})
            deliveries = {root: delivery_of(root, born, actors[born.index]) for root, born in births.items()}
            # Births are in the deliveries already; the other marks on a delivery are few.
            others = {root: rest for root, said in marks.items() if (rest := [m for m in said if m.kind != "born"])}
            things = {thing for row in rows for thing in (row.producer, row.grown)}
            for one in deliveries.values():
                things.update((one.facility, one.party))
            found = KeptSet(rows, deliveries, others, frozenset(things))
            self._books.keep_set(number, found)
        self._sets[number] = found
        self._marks.update(found.marks)
        return found

    def _inputs(self, lots: Iterable[str], roots: set[str]) -> dict[str, list[str]]:
        """The inputs of lots and of all they were made from. Deliveries have none: nobody walks into them."""
        into: dict[str, list[str]] = {}

        def following(level: list[str]) -> dict[str, list[str]]:
            found: dict[str, list[str]] = {}
            for row in self._books.edges_into([one for one in level if one not in roots]):
                found.setdefault(row.output, []).append(row.input)
            into.update(found)
            return found

        levels(lots, following)
        return into

    def around(self, things: Iterable[str]) -> Appraiser:
        """Load all that bears on claims around these things; who judges claims over it."""
        self._follow(set(things) - {""})
        return self._appraiser

    def _follow(self, start: set[str]) -> None:
        """Load the marks of everything in `start`, of what those name, and so on until nothing new is named."""
        level = start - self._marks.keys()
        while level:
            found = self._books.marks(level, BEARING)
            for thing in level:
                self._marks[thing] = found.get(thing, ())
            named = {thing for rows in found.values() for mark in rows for thing in _leads(mark)}
            level = named - self._marks.keys()


def _ancestors(lot: str, into: Mapping[str, Iterable[str]]) -> set[str]:
    """The lot and everything it was made from, by inputs that are known already."""
    found = {lot}
    level = [lot]
    while level:
        level = [source for one in level for source in into.get(one, ()) if source not in found]
        found.update(level)
    return found


def evidence_of(books: Books, lot: str, packs: Packs) -> Evidence:
    """Everything one lot's claims rest on, as known at the books' size; raises NotFoundError for an unknown lot."""
    return EvidenceOf(books, packs).lot(lot)


def _leads(mark: Standing) -> Iterator[str]:
    value = mark.value
    fields = _BIRTH_LEADS.get(str(value.get("thing")), ()) if mark.kind == "born" else _LEADS.get(mark.kind, ())
    for field in fields:
        named = value.get(field)
        for thing in named if isinstance(named, list) else (named,):
            if isinstance(thing, str) and thing:
                yield thing


def _birth(marks: Iterable[Standing]) -> Standing | None:
    found = [mark for mark in marks if mark.kind == "born" and mark.value.get("thing") == "lot"]
    return found[-1] if found else None


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
