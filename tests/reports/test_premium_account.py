"""Premium accounts sum to nothing per kind and currency, and whatever is still open is shown."""

from __future__ import annotations

import pytest

from tests.reports.asking import ask, lines, picked
from tests.reports.paying import Till
from tests.rules.test_premium import allocation, premium, project
from tests.world import World


@pytest.fixture
def till(world: World) -> Till:
    return Till(world)


def test_a_premium_is_followed_to_the_last_cent(till: Till) -> None:
    world, ana, juan = till.world, till.world.farm(), till.world.farm()
    pot = till.premium(10_000, (ana, 6_000), (juan, 3_000))
    other = premium(world, till.coop, 5_000)
    world.say(allocation(world, till.coop, other, project(4_000)))
    first, second = till.pay_premium(pot, ana, 6_000), till.pay_premium(pot, juan, 1_000)
    till.confirmed(first, "premium.confirmed")
    found = ask(world, "premium-account", party=till.coop.id)
    told = {line["premium"]: line for line in lines(found, "premiums")}
    names = ("received", "allocated", "open", "paid", "confirmed", "to_pay", "sum")
    assert picked(told[pot], *names) == (10_000, 9_000, 1_000, 7_000, 6_000, 2_000, 0)
    assert picked(told[other], *names) == (5_000, 4_000, 1_000, 0, 0, 4_000, 0)
    (sums,) = lines(found, "sums")
    assert picked(sums, "kind", "currency", "received", "open", "member_payment", "project", "paid", "sum") == (
        "fairtrade",
        "USD",
        -15_000,
        2_000,
        2_000,
        4_000,
        7_000,
        0,
    )
    open_names = ("premium", "what", "use", "whose", "payment", "amount")
    assert {picked(line, *open_names) for line in lines(found, "differences")} == {
        (pot, "not-allocated", "", "", "", 1_000),
        (pot, "not-paid", "member-payment", juan.producer, "", 2_000),
        (pot, "not-confirmed", "", juan.producer, second, 1_000),
        (other, "not-allocated", "", "", "", 1_000),
        (other, "not-paid", "project", "", "", 4_000),
    }
    assert [picked(line, "use", "rule", "purpose", "allocated") for line in lines(found, "uses")] == [
        ("member-payment", "assembly", "", 9_000),
        ("project", "assembly", "school-path", 4_000),
    ]


def test_premiums_of_a_season_are_those_set_aside_for_it(till: Till) -> None:
    world = till.world
    premium(world, till.coop, 5_000)
    pot = till.premium(100, (world.farm(), 100))
    found = ask(world, "premium-account", season="2026")
    assert [line["premium"] for line in lines(found, "premiums")] == [pot]
    assert lines(ask(world, "premium-account", season="2025"), "premiums") == []
    assert lines(ask(world, "premium-account", party=world.mill().id), "premiums") == []
