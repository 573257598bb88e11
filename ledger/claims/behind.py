"""The deliveries behind lots that share an origin set, and what they are worth: worked out once for all those lots.

Bags, pallets and containers are cut from the same grams. What differs between them is how many grams of each delivery
they hold, so a question is answered per delivery once, deliveries with one answer are put together, and a lot only
weighs the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

from ledger.claims.appraiser import Appraiser
from ledger.claims.evidence import Delivery, Place, StepTaken
from ledger.claims.home import Home, home_of
from ledger.claims.reasons import ClaimStatus, Reason
from ledger.shares import apportion
from ledger.state import Origin

_UNKNOWN = Delivery("", "", "", "", "", "", "", "", "", 0, 0)
_QUESTIONS_KEPT = 24
A = TypeVar("A")
_DIVISIONS_KEPT = 4


class PartVerdict(NamedTuple):
    """The answer for a delivery's grams; `is_outside`: the claim does not concern their land."""

    status: ClaimStatus
    reasons: tuple[Reason, ...]
    papers: tuple[str, ...]
    is_outside: bool = False


class Weighed(NamedTuple):
    """How many grams of a lot, of which families, have one answer."""

    verdict: PartVerdict
    grams: int
    families: frozenset[str]


class Behind:
    """The rows of an origin set with the deliveries they name, and the answers to questions about each of them.

    `marked` are the deliveries of which more is said than their birth. What it answers is good for as long as its
    appraiser is.
    """

    def __init__(
        self,
        appraiser: Appraiser,
        rows: Sequence[Origin] = (),
        deliveries: Mapping[str, Delivery] | None = None,
        marked: Iterable[str] = (),
    ) -> None:
        """Nothing is worked out before it is asked for."""
        self.rows = tuple(rows)
        self.deliveries: Mapping[str, Delivery] = deliveries or {}
        self.marked = tuple(marked)
        self._appraiser = appraiser
        self._weights = [row.grams for row in self.rows]
        self._divisions: dict[int, Sequence[int]] = {}
        self._judged: dict[tuple[str, str, str], Judged] = {}

    @cached_property
    def things(self) -> frozenset[str]:
        """The producers, land, places and parties that rows and deliveries name."""
        named = {thing for row in self.rows for thing in (row.producer, row.grown)}
        for one in self.deliveries.values():
            named.add(one.facility)
            named.add(one.party)
        return frozenset(named - {""})

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where the grams of each row grew, and who kept the land on the day of delivery."""
        homes: dict[str, Home] = {}
        deliveries, marks = self.deliveries, self._appraiser.marks
        found = []
        for producer, grown, lot, _ in self.rows:
            delivery = deliveries.get(lot) or _UNKNOWN._replace(lot=lot)
            home = homes.get(producer)
            if home is None:
                home = homes[producer] = home_of(producer, marks)
            settled = home.settled
            household = home.household(delivery.delivered_on) if settled is None else settled
            found.append(Place(producer, household, home.community, grown, delivery))
        return tuple(found)

    @cached_property
    def families(self) -> tuple[str, ...]:
        """The family of each row; a producer without a household is a family of its own."""
        return tuple(place.household or place.producer for place in self.places)

    @cached_property
    def all_families(self) -> frozenset[str]:
        """The families of all rows."""
        return frozenset(self.families) - {""}

    @cached_property
    def takings(self) -> tuple[StepTaken, ...]:
        """The deliveries as steps, one of each kind at each place and day: it was taken in at a site too."""
        found: dict[tuple[str, str, str, str], StepTaken] = {}
        for place in self.places:
            one = place.delivery
            key = (one.facility, one.party, one.how, one.delivered_on)
            if key not in found:
                found[key] = _as_step(one)
        return tuple(found.values())

    @cached_property
    def certificates(self) -> frozenset[str]:
        """The certificates that list any of the producers, or are of whoever took a delivery in."""
        subjects = {place.producer for place in self.places} | {place.delivery.party for place in self.places}
        marks = self._appraiser.marks
        return frozenset(
            str(value["certificate"])
            for subject in subjects
            for _, kind, _, value in marks.get(subject, ())
            if kind in ("member", "certificate-of")
        )

    @cached_property
    def frameworks(self) -> frozenset[str]:
        """The frameworks that concern any of the land or that any of the families ever joined."""
        lands = {place[:4]: place for place in self.places}
        return frozenset().union(*map(self._appraiser.frameworks_at, lands.values()))

    def divided(self, grams: int) -> Sequence[int]:
        """A lot's grams divided among the rows: pro rata, largest remainder, summing exactly."""
        found = self._divisions.get(grams)
        if found is None:
            if len(self._divisions) >= _DIVISIONS_KEPT:
                self._divisions = {}
            found = self._divisions[grams] = apportion(grams, self._weights)
        return found

    def families_of(self, grams: Sequence[int]) -> frozenset[str]:
        """The families whose rows have any of these grams."""
        if 0 not in grams:
            return self.all_families
        return frozenset(family for family, part in zip(self.families, grams, strict=True) if part) - {""}

    def judged(
        self, question: tuple[str, str, str], ask: Callable[[Place], A], verdict: Callable[[A], PartVerdict]
    ) -> Judged:
        """The answers to a question (what, commodity, day), asked of every row the first time it comes up.

        `ask` answers for a place, mostly with what it answered for others; `verdict` says what that means.
        """
        found = self._judged.get(question)
        if found is None:
            if len(self._judged) >= _QUESTIONS_KEPT:
                self._judged = {}
            verdicts: dict[PartVerdict, int] = {}
            by_answer: dict[int, int] = {}
            answers: list[A] = []
            numbers: list[int] = []
            for place in self.places:
                answer = ask(place)
                number = by_answer.get(id(answer))
                if number is None:
                    # Kept until all are judged: an answer that is gone could lend its address to another one.
                    answers.append(answer)
                    number = by_answer[id(answer)] = verdicts.setdefault(verdict(answer), len(verdicts))
                numbers.append(number)
            found = self._judged[question] = Judged(tuple(verdicts), numbers, self.families)
        return found


class Judged:
    """The different answers to one question, and which of them each row has."""

    def __init__(self, verdicts: Sequence[PartVerdict], of: Sequence[int], families: Sequence[str]) -> None:
        """`of` is the place among `verdicts` of each row's answer, `families` each row's family."""
        self.verdicts = verdicts
        self.of = of
        self._families = families

    def weighed(self, grams: Sequence[int]) -> list[Weighed]:
        """Each answer with its grams and families; a row without a gram has no family, and counts still."""
        sums = [0] * len(self.verdicts)
        for number, part in zip(self.of, grams, strict=True):
            sums[number] += part
        families = self._all_families if 0 not in grams else self._families_of(grams)
        return [Weighed(*each) for each in zip(self.verdicts, sums, families, strict=True)]

    @cached_property
    def _all_families(self) -> list[frozenset[str]]:
        return self._families_of(self.of, every=True)

    def _families_of(self, grams: Sequence[int], *, every: bool = False) -> list[frozenset[str]]:
        found: list[set[str]] = [set() for _ in self.verdicts]
        for number, family, part in zip(self.of, self._families, grams, strict=True):
            if every or part:
                found[number].add(family)
        return [frozenset(each - {""}) for each in found]


def _as_step(delivery: Delivery) -> StepTaken:
    return StepTaken(
        delivery.lot,
        delivery.how,
        "",
        delivery.delivered_on,
        delivery.facility,
        delivery.party,
        delivery.form,
        delivery.at_index,
    )
