"""Prices and payments: for one thing, to one payee, and confirmed by nobody who paid."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import Draft, Party, World

PRICE = {"minor": 1_450, "scale": 0, "currency": "PEN", "per_grams": 1_000}


def payment(world: World, by: Party, minor: int = 10_000, **changes: Any) -> Draft:
    """A settlement."""
    body = {
        "payment": world.new_id("payment"),
        "kind": "settlement",
        "amount": {"minor": minor, "currency": "PEN"},
        "season": "2026",
        "paid_on": "2026-06-12",
    }
    return world.draft("payment.made", body | changes, by)


def price(world: World, by: Party, **changes: Any) -> Draft:
    """A provisional price."""
    body = {"kind": "provisional", "price": PRICE, "effective_from": "2026-06-12"}
    return world.draft("price.set", body | changes, by)


@pytest.mark.rule("price_is_for_one_thing", "accepts")
@pytest.mark.rule("price_is_for_one_thing", "refuses")
def test_a_price_is_for_one_thing_and_set_by_whose_it_is(world: World) -> None:
    coop, buyer, other = world.coop(), world.buyer(), world.buyer("Otro")
    lot = world.deliver(world.farm(), 1_000)
    sale = world.sale(coop, buyer, (lot, 500))
    world.say(sale)
    season = {"facility": coop.place, "commodity": "coffee", "form": "dry-parchment", "season": "2026"}
    assert world.refused(price(world, coop)) == ["price-target-unclear"]
    assert world.refused(price(world, coop, lot=lot, sale=sale["sale"])) == ["price-target-unclear"]
    for target in ({"lot": lot}, {"sale": sale["sale"]}, {"season": season}):
        assert world.refused(price(world, other, **target)) == ["not-your-price"]
        world.say(price(world, coop, **target))
    world.say(price(world, buyer, sale=sale["sale"]))


@pytest.mark.rule("final_price_stays", "accepts")
@pytest.mark.rule("final_price_stays", "refuses")
def test_a_final_price_is_final_for_its_season_and_form(world: World) -> None:
    coop = world.coop()
    season = {"facility": coop.place, "commodity": "coffee", "form": "dry-parchment", "season": "2026"}
    world.say(price(world, coop, season=season))
    final = world.say(price(world, coop, season=season, kind="final"))
    assert world.refused(price(world, coop, season=season)) == ["price-already-final"]
    world.say(price(world, coop, season=season | {"season": "2027"}))
    world.say(price(world, coop, season=season, kind="final").replacing(final))


@pytest.mark.rule("payment_has_one_payee", "accepts")
@pytest.mark.rule("payment_has_one_payee", "refuses")
def test_a_payment_goes_to_one_payee(world: World) -> None:
    coop, mill, farm = world.coop(), world.mill(), world.farm()
    assert world.refused(payment(world, coop)) == ["payee-unclear"]
    assert world.refused(payment(world, coop, producer=farm.producer, party=mill.id)) == ["payee-unclear"]
    assert world.refused(payment(world, coop, party=coop.id)) == ["payee-is-payer"]
    world.say(payment(world, coop, producer=farm.producer))
    world.say(payment(world, coop, party=mill.id))


@pytest.mark.rule("deductions_stay_within_the_payment", "accepts")
@pytest.mark.rule("deductions_stay_within_the_payment", "refuses")
def test_no_more_is_kept_back_than_is_paid(world: World) -> None:
    coop, farm = world.coop(), world.farm()

    def less(*deductions: tuple[str, int]) -> Draft:
        lines = [{"kind": kind, "minor": minor} for kind, minor in deductions]
        return payment(world, coop, 10_000, producer=farm.producer, deductions=lines)

    assert world.refused(less(("input-credit", 10_001))) == ["deductions-exceed-amount"]
    assert world.refused(less(("input-credit", 1), ("input-credit", 1))) == ["deduction-named-twice"]
    world.say(less(("input-credit", 9_000), ("freight", 1_000)))


@pytest.mark.rule("paid_deliveries_are_the_payees", "accepts")
@pytest.mark.rule("paid_deliveries_are_the_payees", "flags")
def test_paying_one_farmer_for_anothers_delivery_is_seen(world: World) -> None:
    coop, farm, neighbour = world.coop(), world.farm(), world.farm()
    lot = world.deliver(farm, 1_000)
    assert world.flagged(payment(world, coop, producer=farm.producer, lots=[lot])) == []
    assert world.flagged(payment(world, coop, producer=neighbour.producer, lots=[lot])) == ["delivery-of-another"]


@pytest.mark.rule("payee_confirms", "accepts")
@pytest.mark.rule("payee_confirms", "refuses")
def test_a_payment_is_confirmed_by_the_payee_alone(world: World) -> None:
    coop, mill, buyer = world.coop(), world.mill(), world.buyer()
    made = payment(world, coop, party=mill.id)
    outcome = world.say(made)
    body = {"payment": made["payment"]}
    for party in (coop, buyer):
        key = world.own_key(party, "organisation")
        assert world.refused(key.sign(world.draft("payment.confirmed", body, party))) == ["not-the-payee"]
    key = world.own_key(mill, "organisation")
    assert "payment-of-other-kind" in world.refused(key.sign(world.draft("premium.confirmed", body, mill)))
    world.say(key.sign(world.draft("payment.confirmed", body, mill)))
    assert world.refused(world.retraction(coop, outcome)) == ["counterparty-not-endorsed"]


@pytest.mark.rule("key_is_authorised", "refuses")
def test_the_node_never_confirms_a_payment_for_anybody(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    made = payment(world, coop, party=mill.id)
    world.say(made)
    assert "fact-not-delegable" in world.refused(world.draft("payment.confirmed", {"payment": made["payment"]}, mill))
