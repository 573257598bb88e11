"""Whether the forest agreements were kept: patrols, a felling by a family, another by strangers, and benefits."""

from __future__ import annotations

from datetime import date

from ledger.seasons.agreements import Felling, Seen, deliver_benefit, monitor, record_felling
from ledger.seasons.calendar import at, day, later
from ledger.seasons.coffee_enrolment import COMMITMENTS, Cast, Enrolled
from ledger.seasons.families import Family
from ledger.seasons.scribe import Scribe

_ALL_MET = [(code, "met") for code, _, _ in COMMITMENTS]


def patrols(scribe: Scribe, cast: Cast, enrolled: Enrolled) -> None:
    """The head of the area looks at every agreement twice in the season; stoves and a path reach who was promised."""
    running, committee = enrolled.agreements.running(), enrolled.agreements.committee
    for round_, month in enumerate((5, 8)):
        for place, agreement in enumerate(running):
            when = at(day(month, 4 + 2 * round_), 9, place * 70)
            monitor(scribe, cast.authority.hand, agreement, "patrol", _ALL_MET, when)
    homes = [f for f in enrolled.families if enrolled.joined[f.producer] == running[0] and f.household][:2]
    for place, family in enumerate(homes):
        to = family.household or family.producer
        deliver_benefit(scribe, cast.authority.hand, running[0], "improved-stove", to, at(day(6, 3), 10, place * 40))
    deliver_benefit(
        scribe, cast.authority.hand, enrolled.agreements.community[0], "market-access", committee, at(day(6, 4), 11)
    )


def family_fells(scribe: Scribe, cast: Cast, enrolled: Enrolled, family: Family, first_visit: date) -> None:
    """A patrol finds trees felled on a family's plot before its harvest: the family's own doing, and critical."""
    seen = Seen(family.household, family.producer, family.grown)
    agreement, hand = enrolled.joined[family.producer], cast.authority.hand
    looked = at(later(first_visit, -12), 10)
    found = monitor(scribe, hand, agreement, "patrol", [("no-felling", "breached")], looked, seen=seen)
    felling = Felling(seen, "producer", later(first_visit, -40), 1_400, found)
    record_felling(scribe, hand, agreement, felling, at(later(first_visit, -11), 9))


def strangers_fell(scribe: Scribe, cast: Cast, enrolled: Enrolled, family: Family) -> None:
    """Strangers felled on a family's plot: recorded as theirs, and the family is not punished for it."""
    seen = Seen(family.household, family.producer, family.grown)
    agreement, hand = enrolled.joined[family.producer], cast.authority.hand
    found = monitor(scribe, hand, agreement, "patrol", [("no-felling", "breached")], at(day(5, 26), 8), seen=seen)
    felling = Felling(seen, "third-party", day(5, 10), 2_600, found)
    record_felling(scribe, hand, agreement, felling, at(day(5, 27), 9))


def keeps_in_part(scribe: Scribe, cast: Cast, enrolled: Enrolled, family: Family) -> None:
    """One family has planted only some of its trees: said, and no reason to take the claim from it."""
    seen = Seen(family.household, family.producer, family.grown)
    results = [("agroforestry", "partly"), ("no-felling", "met")]
    agreement = enrolled.joined[family.producer]
    monitor(scribe, cast.authority.hand, agreement, "inspection", results, at(day(5, 12), 15), seen=seen)
