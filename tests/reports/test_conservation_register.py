"""The conservation register: who signed, how each stands on a day and why, breaches, benefits, kilograms bought."""

from __future__ import annotations

from typing import Any

import pytest

from tests.claims.certified_valley import FOREST, CertifiedValley, Family
from tests.reports.asking import ask, lines, picked
from tests.world import World


@pytest.fixture
def valley(world: World) -> CertifiedValley:
    return CertifiedValley(world)


def register(valley: CertifiedValley, **more: Any) -> Any:
    return ask(valley.world, "conservation-register", **more)


def held(valley: CertifiedValley, family: Family) -> None:
    body = {"plot": family.plot, "holder": family.producer, "tenure": "owner", "held_from": "2020-01-01"}
    valley.world.say(valley.world.draft("plot.held", body, valley.coop))


def breach(valley: CertifiedValley, family: Family, whose: str = "producer") -> str:
    """Forest was felled on a family's plot."""
    found = valley.world.new_id("breach")
    body = {
        "breach": found,
        "agreement": valley.agreement,
        "commitment": "no-felling",
        "severity": "serious",
        "attributed_to": whose,
        "window_from": "2026-06-01",
        "window_to": "2026-06-10",
        "household": family.household,
        "plot": family.plot,
        "area_m2": 3_000,
    }
    valley.world.say(valley.world.draft("breach.recorded", body, valley.authority))
    return found


def test_each_signatory_is_told_once_with_its_word_on_the_day(valley: CertifiedValley) -> None:
    family, other = valley.family(), valley.family()
    for each in (family, other):
        held(valley, each)
    left = {"agreement": valley.agreement, "signatory": other.producer, "household": other.household}
    left |= {"left_on": "2026-07-01", "reason": "moved-away"}
    valley.world.say(valley.world.draft("agreement.left", left, valley.coop))
    found = register(valley)
    told = {line["signatory"]: line for line in lines(found, "signatories")}
    assert set(told) == {family.producer, other.producer}
    assert picked(told[family.producer], "framework", "agreement_code", "kind", "code", "household") == (
        FOREST,
        "AC-1",
        "producer",
        family.producer[:6],
        family.household[:6],
    )
    assert picked(told[family.producer], "joined_on", "left_on", "status") == ("2026-01-10", "", "compliant")
    assert picked(told[other.producer], "left_on", "status") == ("2026-07-01", "no-agreement")
    assert "agreement-left" in str(told[other.producer]["reasons"])
    (agreement,) = lines(found, "agreements")
    assert picked(agreement, "code", "level", "endorsed") == ("AC-1", "family", "yes")
    assert picked(agreement, "signatories", "breaches_open") == (1, 0)
    before = {line["signatory"]: line["status"] for line in lines(register(valley, at="2026-06-30"), "signatories")}
    assert before == {family.producer: "compliant", other.producer: "compliant"}


def test_a_breach_is_open_until_it_is_cured(valley: CertifiedValley) -> None:
    family, neighbour = valley.family(), valley.family()
    for each in (family, neighbour):
        held(valley, each)
    named = breach(valley, family)
    (line,) = lines(register(valley), "breaches")
    assert picked(line, "breach", "commitment", "critical", "severity", "attributed_to") == (
        named,
        "no-felling",
        "yes",
        "serious",
        "producer",
    )
    assert picked(line, "window_from", "land", "area_m2", "state", "closed_on") == (
        "2026-06-01",
        family.plot,
        3_000,
        "open",
        "",
    )
    told = {each["signatory"]: each for each in lines(register(valley), "signatories")}
    assert picked(told[family.producer], "status", "breaches_open") == ("non-compliant", 1)
    assert picked(told[neighbour.producer], "status", "breaches_open") == ("compliant", 0)
    closed = {"breach": named, "agreement": valley.agreement, "outcome": "cured", "effective_from": "2026-07-20"}
    closed |= {"decided_by": valley.authority.id}
    valley.world.say(valley.world.draft("breach.closed", closed, valley.authority))
    after = register(valley)
    assert picked(lines(after, "breaches")[0], "state", "closed_on") == ("cured", "2026-07-20")
    assert {each["breaches_open"] for each in lines(after, "signatories")} == {0}
    assert lines(after, "agreements")[0]["breaches_open"] == 0
    assert lines(register(valley, at="2026-07-19"), "breaches")[0]["state"] == "open"


def test_somebody_elses_breach_is_told_as_theirs(valley: CertifiedValley) -> None:
    family = valley.family()
    held(valley, family)
    breach(valley, family, whose="third-party")
    assert lines(register(valley), "breaches")[0]["attributed_to"] == "third-party"
    assert lines(register(valley), "signatories")[0]["status"] != "non-compliant"


def test_monitoring_and_benefits_are_told(valley: CertifiedValley) -> None:
    family, other = valley.family(), valley.family()
    world = valley.world
    monitored = {
        "monitoring": world.new_id("monitoring"),
        "agreement": valley.agreement,
        "kind": "patrol",
        "monitored_on": "2026-05-02",
        "household": family.household,
        "assessed": [{"commitment": "no-felling", "result": "met"}],
    }
    world.say(world.draft("agreement.monitored", monitored, valley.authority))
    given = {"agreement": valley.agreement, "benefit": "stove", "to": family.producer, "delivered_on": "2026-04-01"}
    world.say(world.draft("benefit.delivered", given, valley.coop))
    found = register(valley)
    days = {line["signatory"]: line["monitored_on"] for line in lines(found, "signatories")}
    assert days == {family.producer: "2026-05-02", other.producer: ""}
    (benefit,) = lines(found, "benefits")
    assert picked(benefit, "benefit", "delivered_on", "to", "kind", "code") == (
        "stove",
        "2026-04-01",
        family.producer,
        "producer",
        family.producer[:6],
    )
    assert lines(register(valley, at="2026-03-31"), "benefits") == []


def test_what_was_bought_of_a_signatory_is_what_it_delivered(valley: CertifiedValley) -> None:
    family, outsider = valley.family(), valley.family(signatory=False)
    world = valley.world
    world.deliver(family, 40_000)
    world.deliver(family, 2_500, season="2025", harvested_from="2025-06-01", harvested_to="2025-06-02")
    world.deliver(outsider, 99_000)
    gone = world.say(world.delivery(family, 1_000))
    world.say(world.retraction(valley.coop, gone))
    told = [picked(line, "signatory", "season", "form", "bought") for line in lines(register(valley), "bought")]
    assert told == [
        (family.producer, "2025", "dry-parchment", 2_500),
        (family.producer, "2026", "dry-parchment", 40_000),
    ]
    assert [line["bought"] for line in lines(register(valley, season="2026"), "bought")] == [40_000]


def test_an_agreement_of_others_or_of_another_framework_is_left_out(valley: CertifiedValley) -> None:
    valley.family()
    assert len(lines(register(valley, party=valley.coop.id), "agreements")) == 1
    for other in ({"party": valley.buyer.id}, {"framework": "pasture-agreement"}):
        assert all(table.rows == () for table in register(valley, **other).tables)
