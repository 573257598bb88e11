"""One case while it is planted: what is stated in it, by a clock of its own, and what finding it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from ledger.seasons.calendar import at, later
from ledger.seasons.dice import Dice
from ledger.seasons.planted import cast as papers
from ledger.seasons.planted.case import Case, How, Kind, Sign
from ledger.seasons.planted.cast import Cast
from ledger.seasons.planted.stated import DigestOf, Hand, Stated
from ledger.seasons.planted.valley import FIRST_CASE, Family, Party, Valley

_SPAN_DAYS: Final = 55
"""Cases begin within so many days: the season has dates of its own for every seed."""


@dataclass(slots=True)
class Planting:
    """One case of one season. Helpers return what was written down; nothing is judged here."""

    valley: Valley
    cast: Cast
    case: Case
    now: datetime
    dice: Dice
    signs: list[tuple[How, tuple[str, ...], str | Stated]] = field(default_factory=list)
    carried: list[tuple[str, str]] = field(default_factory=list)
    about: str = ""

    # ------------------------------------------------------------ stating

    def thing(self, label: str = "thing") -> str:
        """The id of a new thing."""
        return self.valley.thing(f"{self.case.id}/{label}")

    def say(self, by: Hand | Party, fact: str, body: Mapping[str, Any], **more: Any) -> Stated:
        """Something is stated some minutes after what was stated before; fields that are None are not said."""
        self.now += timedelta(minutes=self.dice.roll(2, 25))
        said = {name: value for name, value in body.items() if value is not None}
        hand = by if isinstance(by, Hand) else by.office
        draft = Stated(
            id=self.thing(fact),
            hand=hand,
            fact=f"{fact}/1",
            at=more.pop("at", self.now),
            arrives=self.now,
            body=said,
            of=self.case.id,
            **more,
        )
        self.valley.drafts.append(draft)
        return draft

    def again(self, draft: Stated, by: Hand | Party | None = None, **changes: Any) -> Stated:
        """The same fact once more under another id, with other values in its body."""
        more = {"sealed": draft.sealed, "around": draft.around}
        return self.say(by or draft.hand, draft.fact.removesuffix("/1"), {**draft.body, **changes}, **more)

    def days_later(self, days: int) -> None:
        """Some days pass."""
        self.now += timedelta(days=days)

    @property
    def today(self) -> str:
        """The day of what is stated next."""
        return (self.now + timedelta(minutes=30)).date().isoformat()

    def day(self, before: int) -> str:
        """So many days before today."""
        return later(date.fromisoformat(self.today), -before).isoformat()

    # ------------------------------------------------------------ who

    def neighbour(self) -> Family:
        """A family of the background; which one is chance."""
        return self.dice.pick(self.cast.neighbours)

    def northerner(self) -> Family:
        """A family of the north; which one is chance."""
        return self.dice.pick(self.cast.northerners)

    def family(self, **changes: Any) -> Family:
        """A family of its own, enrolled with everybody else's."""
        return papers.family(self.valley, self.cast, **changes)

    def enrolled(self, **changes: Any) -> Family:
        """A family outside every area, with no paper unless named."""
        return papers.northerner(self.valley, self.cast, **{"paper": "", **changes})

    def group(self, label: str) -> Party:
        """A small association of its own."""
        return self.valley.party(f"Asociación {label}", "association", "collection-centre")

    # ------------------------------------------------------------ what finding it means

    def is_about(self, subject: str) -> None:
        """The id or number the case is about, where it is not the subject of its first sign."""
        self.about = subject

    def refused(self, draft: Stated, *codes: str) -> Stated:
        """It must be refused, for exactly these codes."""
        self.signs.append(("refused", codes, draft))
        return draft

    def flagged(self, draft: Stated, code: str, subject: str = "") -> Stated:
        """It must be written and flagged, the flag naming the subject (the statement itself unless said)."""
        self.signs.append(("flag", (code,), subject or draft))
        return draft

    def claimed(self, subject: str, *codes: str) -> None:
        """A claim of some lot must be held or not carried for each of these reasons, naming the subject."""
        self.signs.append(("claim", codes, subject))

    def blocked(self, lot: str, code: str) -> None:
        """The lot must be held, recalled or in question."""
        self.signs.append(("blocked", (code,), lot))

    def stands(self, lot: str, *claims: str) -> None:
        """The lot must carry these claims when all is told."""
        self.carried.extend((lot, claim) for claim in claims)


Plant = Callable[[Planting], None]


@dataclass(frozen=True, slots=True)
class Seed:
    """A case waiting to be planted: its name, kind and sentence, the rules that find it, and how it is done."""

    id: str
    kind: Kind
    sentence: Mapping[str, str]
    rules: tuple[str, ...]
    plant: Plant
    at_end: bool = False

    def sow(self, valley: Valley, cast: Cast, digests: Callable[[Stated], str]) -> Callable[[], Case]:
        """Write the case's facts down; what is returned gives the label once everything is signed."""
        dice = valley.dice(f"begin/{self.id}")
        begins = at(later(FIRST_CASE, _SPAN_DAYS + 30 if self.at_end else dice.roll(0, _SPAN_DAYS)), dice.roll(7, 11))
        empty = Case(self.id, self.kind, self.sentence, "", rules=self.rules)
        planting = Planting(valley, cast, empty, begins, dice)
        self.plant(planting)

        def label() -> Case:
            signs = tuple(
                Sign(how, codes, subject if isinstance(subject, str) else digests(subject))
                for how, codes, subject in planting.signs
            )
            subject = planting.about or (signs[0].subject if signs else "")
            return Case(self.id, self.kind, self.sentence, subject, signs, tuple(planting.carried), self.rules)

        return label


SEEDS: Final[list[Seed]] = []
"""Every case there is, in the order of the files that hold them."""


def plant(name: str, kind: Kind, es: str, en: str, *rules: str, at_end: bool = False) -> Callable[[Plant], Plant]:
    """Register a case by the function that plants it."""

    def register(function: Plant) -> Plant:
        SEEDS.append(Seed(name, kind, {"es": es, "en": en}, rules, function, at_end))
        return function

    return register


def retract(p: Planting, by: Hand | Party, gone: Stated, **changes: Any) -> Stated:
    """What was said never happened."""
    return p.say(by, "fact.retracted", {"statement": DigestOf(gone.id), "reason": "never-happened", **changes})
