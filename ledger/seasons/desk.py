"""The weighing desk of a collection centre: who comes when, and the small things that go otherwise than planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ledger.seasons.calendar import at
from ledger.seasons.dice import Dice
from ledger.seasons.families import Family
from ledger.seasons.organisations import Centre
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held, Store, Weighing, share

WORKING_DAY = (7, 600, 19)
"""A desk opens at seven, takes in for ten hours, and its scale finds network at nineteen hours."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A family comes with so many grams."""

    family: Family
    grams: int


@dataclass(frozen=True, slots=True)
class Habit:
    """How families deliver: from how much to how much of the estimate (permille), in how many visits, how far apart."""

    lowest: int
    highest: int
    visits: tuple[int, int]
    gap: tuple[int, int]
    smallest: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn at the desk (a week, a buying day): its days, a label, and what goes otherwise.

    `offline` are the places in the queue taken down on the handheld without network, `mistyped` the
    place whose weight is typed wrong at first, `too_bad` the place that is sent home, with the reason.
    """

    label: str
    days: Sequence[date]
    offline: Sequence[int] = ()
    mistyped: int | None = None
    too_bad: tuple[int, str] | None = None


def plan(scribe: Scribe, families: Sequence[Family], turns: int, habit: Habit) -> list[list[Visit]]:
    """Who comes in which turn with how much; nobody delivers more than the estimate."""
    planned: list[list[Visit]] = [[] for _ in range(turns)]
    for family in families:
        dice = scribe.dice(f"visits/{family.number}")
        whole = share(family.estimate, dice.roll(habit.lowest, habit.highest))
        visits = dice.roll(*habit.visits)
        gaps = [dice.roll(*habit.gap) for _ in range(visits - 1)]
        turn = dice.roll(0, turns - 1 - sum(gaps))
        for gap in [*gaps, 0]:
            grams = max(habit.smallest, share(whole // visits, dice.roll(850, 1000)) // 100 * 100)
            planned[turn].append(Visit(family, grams))
            turn += gap
    return planned


def brought_by(dice: Dice) -> str:
    """Mostly the farmer or somebody of the family, now and then a neighbour or the carrier of the sector."""
    draw = dice.roll(0, 999)
    if draw < 780:
        return "self"
    if draw < 940:
        return "family"
    return "neighbour" if draw < 985 else "carrier"


class Desk:
    """A centre's scale with its handheld for days without network, and what they take in for a store."""

    def __init__(
        self,
        store: Store,
        scale: Centre,
        handheld: Centre,
        *,
        herd: bool = False,
        hours: tuple[int, int, int] = WORKING_DAY,
    ) -> None:
        """Both belong to one centre; each has its own key and its own series of receipts.

        `hours` are the hour it opens, the minutes it is open, and the hour its scale finds network.
        """
        self.store = store
        self._opens, self._open_minutes, self._sync = hours
        self.scale = scale
        self.handheld = handheld
        self.herd = herd
        self._late: list[tuple[datetime, Held]] = []

    def take_in(self, turn: Turn, weighings: Sequence[Weighing]) -> list[Held]:
        """Weigh everybody of a turn; returns the lots the log knows by the evening. Late ones come by `arrived`."""
        known: list[Held] = []
        for place, weighing in enumerate(weighings):
            when = self._moment(turn, place, len(weighings))
            label = f"{turn.label}/{place}"
            evening = at(when.date(), self._sync)
            if turn.too_bad is not None and turn.too_bad[0] == place:
                gross = weighing.net + weighing.tare
                self.store.reject(self.scale, weighing.family, gross, turn.too_bad[1], when, arrives=evening)
            elif place in turn.offline:
                arrives = evening + timedelta(days=9)
                held = self.store.deliver(self.handheld, weighing, when, label=label, arrives=arrives, herd=self.herd)[
                    0
                ]
                self._late.append((arrives, held))
            elif turn.mistyped == place:
                wrong = replace(weighing, net=weighing.net + 9_000)
                _, draft = self.store.deliver(self.scale, wrong, when, label=label, arrives=evening, herd=self.herd)
                mended = at(when.date(), self._sync, 40)
                known.append(self.store.correct(draft, self.scale, weighing, mended, herd=self.herd))
            else:
                held = self.store.deliver(self.scale, weighing, when, label=label, arrives=evening, herd=self.herd)[0]
                known.append(held)
        return known

    def arrived(self, by: datetime) -> list[Held]:
        """The late lots whose handheld has found network by then."""
        due = [held for arrives, held in self._late if arrives < by]
        self._late = [(arrives, held) for arrives, held in self._late if arrives >= by]
        return due

    def _moment(self, turn: Turn, place: int, of: int) -> datetime:
        """People come evenly through the days of a turn and through each day."""
        slot = place * len(turn.days) * self._open_minutes // of
        return at(turn.days[slot // self._open_minutes], self._opens, 20 + slot % self._open_minutes)
