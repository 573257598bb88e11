"""The exercises an auditor asks for, one call each: where does this lot come from, and where did this delivery go.

Each answers from one log size and checks itself: grams that do not add up are in the answer, not in a log file. What a
window does not show is summed as `outside`, so that an answer is complete in grams even where it is not in names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ledger.audit.fieldwork.window import EVERYTHING, Window, births
from ledger.errors import NotFoundError, Problem
from ledger.postings.privacy import issued_about
from ledger.queries import Contribution, Step
from ledger.rules import Packs
from ledger.store.books import Books
from ledger.store.lot_view import trace
from ledger.store.reach import Reach, reach
from ledger.store.schema import ACCOUNT_KINDS

FOLLOWED: Final = ("lot", "producer", "household", "plot", "herd")
"""What can be followed forward."""

_LEAVING: Final = ("dispatched", "received", "sold", "lost")
_MADE: Final = frozenset({"transformed", "packed", "unpacked"})


@dataclass(frozen=True, slots=True)
class Check:
    """One sum of an exercise: what the parts add up to, against what the whole says, in grams."""

    code: str
    about: str
    found: int
    expected: int

    @property
    def ok(self) -> bool:
        """Whether it adds up."""
        return self.found == self.expected


@dataclass(frozen=True, slots=True)
class TraceBack:
    """A lot back to its deliveries: `traced` grams have a producer, `untraced` none, `outside` are not to be shown.

    `contributions` and `steps` are what may be shown; of those outside only grams and number are told. `complete` says
    that every gram was shown with a producer. `checks` are those that failed.
    """

    lot: str
    size: int
    commodity: str
    form: str
    grams: int
    traced_grams: int
    untraced_grams: int
    outside_grams: int
    outside_steps: int
    producers: int
    deliveries: int
    complete: bool
    contributions: tuple[Contribution, ...]
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """A lot downstream: its grams, how many of them are of what was asked about, and what is left with whom."""

    lot: str
    commodity: str
    form: str
    made_by: str
    born_on: str
    grams: int
    expected_grams: int
    at_most_grams: int
    holders: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Departure:
    """Something that happened to a lot downstream: sent, received, sold, lost; `to` is the other party, if any."""

    lot: str
    how: str
    on: str
    by: str
    to: str
    grams: int
    index: int


@dataclass(frozen=True, slots=True)
class TraceForward:
    """Where a delivery, producer or plot went: every lot with grams of it, who got them, and papers issued about them.

    `started_grams` are those it begins with; `held` says by holder how many of them are expected where they lie now.
    Lots outside the window are summed.
    """

    subject: str
    kind: str
    size: int
    started_grams: int
    lots: tuple[Followed, ...]
    departures: tuple[Departure, ...]
    held: Mapping[str, int]
    documents: tuple[str, ...]
    outside_lots: int
    outside_grams: int
    checks: tuple[Check, ...]


def trace_back(books: Books, packs: Packs, lot: str, today: str, window: Window = EVERYTHING) -> TraceBack:
    """Every gram of a lot back to the delivery it came from; raises NotFoundError for an unknown lot."""
    born = books.birth_of(lot)
    whole = trace(books, lot, packs, today)
    made = births(books, {each.delivery for each in whole.contributions} - {""})
    shown = tuple(
        each
        for each in whole.contributions
        if each.delivery in made and window.shows_lot(each.delivery, made[each.delivery].party, made[each.delivery].day)
    )
    steps = tuple(step for step in whole.steps if window.shows_lot(step.lot, step.party, step.at[:10]))
    traced = sum(each.grams for each in shown if each.producer)
    told = sum(each.grams for each in whole.contributions)
    return TraceBack(
        lot=lot,
        size=books.size,
        commodity=str(born.value["commodity"]),
        form=str(born.value["form"]),
        grams=whole.grams,
        traced_grams=traced,
        untraced_grams=sum(each.grams for each in shown if not each.producer),
        outside_grams=told - sum(each.grams for each in shown),
        outside_steps=len(whole.steps) - len(steps),
        producers=len({each.producer for each in shown} - {""}),
        deliveries=len({each.delivery for each in shown}),
        complete=traced == whole.grams,
        contributions=shown,
        steps=steps,
        checks=_failed((Check("contributions-sum", lot, told, whole.grams), *_made_of(steps))),
    )


def _made_of(steps: Iterable[Step]) -> Iterable[Check]:
    """The grams of every output are those its inputs gave."""
    for step in steps:
        if step.how in _MADE and step.inputs:
            yield Check("inputs-sum", step.lot, sum(grams for _, grams in step.inputs), step.grams)


def trace_forward(books: Books, subject: str, window: Window = EVERYTHING) -> TraceForward:
    """Every lot with grams of a delivery, producer, household, plot or herd; raises NotFoundError for anything else."""
    found = reach(books, subject)
    if found.kind not in FOLLOWED:
        raise NotFoundError(Problem("reference-wrong-kind", "", found.kind, " / ".join(FOLLOWED)))
    started = _started(books, subject, found)
    lots = _followed(books, found)
    shown = tuple(each for each in lots if window.shows_lot(each.lot, each.made_by, each.born_on))
    hidden = {each.lot for each in lots} - {each.lot for each in shown}
    held: dict[str, int] = {}
    for each in shown:
        for holder, grams in each.holders.items():
            held[holder] = held.get(holder, 0) + each.expected_grams * grams // max(each.grams, 1)
    return TraceForward(
        subject=subject,
        kind=found.kind,
        size=books.size,
        started_grams=started,
        lots=shown,
        departures=_departures(books, [each.lot for each in shown], window),
        held=held,
        documents=_documents(books, [each.lot for each in shown]),
        outside_lots=len(hidden),
        outside_grams=sum(each.expected_grams for each in lots if each.lot in hidden),
        checks=_failed(_within(shown)),
    )


def _within(lots: Iterable[Followed]) -> Iterable[Check]:
    """No lot holds more of what was asked about than it weighs."""
    for each in lots:
        yield Check("more-than-whole", each.lot, each.expected_grams, min(each.expected_grams, each.grams))


def _started(books: Books, subject: str, found: Reach) -> int:
    """The grams what is asked about began with: of its deliveries, or of the lot itself."""
    starts = {books.number(each) for each in found.deliveries or {subject}}
    return sum(reached.expected for lot, reached in found.lots.items() if lot in starts)


def _followed(books: Books, found: Reach) -> list[Followed]:
    books.names.read(books.db, found.lots)
    names = {books.names.text(number): reached for number, reached in found.lots.items()}
    born, made = books.births(names), births(books, names)
    holders = books.balances(ACCOUNT_KINDS["stock"], names)
    return [
        Followed(
            lot=lot,
            commodity=str(born[lot].value["commodity"]),
            form=str(born[lot].value["form"]),
            made_by=made[lot].party,
            born_on=made[lot].day,
            grams=_whole(born[lot].value["grams"]),
            expected_grams=reached.expected,
            at_most_grams=reached.at_most,
            holders=holders.get(lot, {}),
        )
        for lot, reached in names.items()
        if lot in born
    ]


def _departures(books: Books, lots: Iterable[str], window: Window) -> tuple[Departure, ...]:
    told = books.marks_by(lots, _LEAVING)
    return tuple(
        Departure(
            lot=lot,
            how=mark.kind,
            on=mark.effective_from,
            by=by,
            to=str(mark.value.get("to") or mark.value.get("buyer") or ""),
            grams=_whole(mark.value.get("grams")),
            index=mark.index,
        )
        for lot, mark, by in told
        if window.shows(by, mark.effective_from)
    )


def _documents(books: Books, lots: Iterable[str]) -> tuple[str, ...]:
    marks = books.marks([issued_about(lot) for lot in lots], ("in",))
    return tuple(sorted({str(mark.value["document"]) for rows in marks.values() for mark in rows}))


def _failed(checks: Iterable[Check]) -> tuple[Check, ...]:
    return tuple(check for check in checks if not check.ok)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
