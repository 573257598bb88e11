"""The member's passbook adds up: every gram, every price, every payment, to the last centimo."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.reports.member_account import worth
from ledger.store import roll
from ledger.store.schema import ACCOUNT_KINDS
from tests.reports.asking import ask, column, lines, picked
from tests.reports.paying import Till
from tests.world import World


@pytest.fixture
def till(world: World) -> Till:
    return Till(world)


def passbook(till: Till, **more: Any) -> Any:
    return ask(till.world, "passbook", **({"party": till.coop.id, "season": "2026"} | more))


def test_a_season_of_a_member_by_hand(till: Till) -> None:
    world, farm = till.world, till.world.farm()
    till.pay(farm, 30_000, "input-credit", "2026-03-01")
    world.deliver(farm, 100_000, deductions=[{"kind": "moisture", "grams": 4_500}], receipt="B-1")
    world.deliver(farm, 50_000, receipt="B-2")
    till.season_price(1_450)
    till.pay(farm, 50_000, "advance", "2026-06-20", number="P-1")
    kept = {"input-credit": 30_000, "advance": 50_000, "freight": 2_000}
    last = till.pay(farm, 150_000, "settlement", "2026-07-20", deductions=kept)
    till.confirmed(last)
    found = passbook(till)
    deliveries = lines(found, "deliveries")
    assert [picked(d, "receipt", "gross", "tare", "net", "payable", "price_basis", "due") for d in deliveries] == [
        # 95.5 kg at 14.50 are 1,384.75; 50 kg are 725.00.
        ("B-1", 101_200, 1_200, 100_000, 95_500, "season-provisional", 138_475),
        ("B-2", 51_200, 1_200, 50_000, 50_000, "season-provisional", 72_500),
    ]
    assert [picked(m, "entry", "owed", "paid", "balance") for m in lines(found, "movements")] == [
        ("input-credit", 0, 30_000, -30_000),
        ("delivery", 138_475, 0, 108_475),
        ("delivery", 72_500, 0, 180_975),
        ("advance", 0, 50_000, 130_975),
        ("settlement", 0, 150_000, -19_025),
        ("input-credit-repaid", 30_000, 0, 10_975),
        ("advance-repaid", 50_000, 0, 60_975),
    ]
    (totals,) = lines(found, "totals")
    assert picked(totals, "currency", "delivered", "repaid", "paid", "kept", "handed_over", "balance") == (
        "PEN",
        210_975,
        80_000,
        230_000,
        82_000,
        148_000,
        60_975,
    )
    assert picked(totals, "paid_input_credit", "paid_advance", "paid_settlement") == (30_000, 50_000, 150_000)
    settled = next(p for p in lines(found, "payments") if p["payment"] == last)
    assert picked(settled, "deductions", "kept", "handed_over", "confirmed") == (
        "input-credit=30000; advance=50000; freight=2000",
        82_000,
        68_000,
        "yes",
    )
    (weights,) = lines(found, "weights")
    assert picked(weights, "deliveries", "gross", "tare", "net", "payable", "unpriced") == (
        2,
        152_400,
        2_400,
        150_000,
        145_500,
        0,
    )


def test_the_price_that_stands_is_the_final_one(till: Till) -> None:
    world, farm = till.world, till.world.farm()
    agreed = {"minor": 1_000, "scale": 0, "currency": "PEN", "per_grams": 1_000}
    plain, told, own = world.deliver(farm, 1_000), world.deliver(farm, 1_000, price=agreed), world.deliver(farm, 1_000)

    def basis() -> dict[str, tuple[str | int, ...]]:
        return {str(d["lot"]): picked(d, "price_basis", "due") for d in lines(passbook(till), "deliveries")}

    assert basis() == {plain: ("", ""), told: ("scale", 1_000), own: ("", "")}
    till.season_price(900)
    till.lot_price(own, 1_100)
    assert basis() == {plain: ("season-provisional", 900), told: ("scale", 1_000), own: ("provisional", 1_100)}
    till.season_price(1_200, "final", "2026-07-01")
    assert set(basis().values()) == {("season-final", 1_200)}
    till.lot_price(own, 1_300, "final")
    assert basis()[own] == ("final", 1_300)
    # Asked for a day before the final price was to count, the provisional one stood.
    before = passbook(till, at="2026-06-30")
    assert {d["lot"]: d["price_basis"] for d in lines(before, "deliveries")}[plain] == "season-provisional"


def test_goods_on_deposit_are_weighed_and_not_owed(till: Till) -> None:
    farm = till.world.farm()
    till.season_price(900)
    till.world.deliver(farm, 1_000, terms="deposit")
    found = passbook(till)
    assert column(found, "deliveries", "due") == [""]
    assert column(found, "weights", "net") == [1_000]
    assert lines(found, "totals") == []


def test_premium_is_owed_when_it_is_set_aside_and_settled_when_paid(till: Till) -> None:
    ana, juan = till.world.farm(), till.world.farm()
    pot = till.premium(10_000, (ana, 6_001), (juan, 3_999))
    payment = till.pay_premium(pot, ana, 4_000)
    till.confirmed(payment, "premium.confirmed")
    found = {line["producer"]: line for line in lines(passbook(till), "premium")}
    assert picked(found[ana.producer], "allocated", "paid", "confirmed", "open") == (6_001, 4_000, 4_000, 2_001)
    assert picked(found[juan.producer], "allocated", "paid", "confirmed", "open") == (3_999, 0, 0, 3_999)
    totals = {line["producer"]: line["balance"] for line in lines(passbook(till), "totals")}
    assert totals == {ana.producer: 2_001, juan.producer: 3_999}


def test_a_payment_that_names_no_season_is_shown_apart(till: Till) -> None:
    farm = till.world.farm()
    lot = till.world.deliver(farm, 1_000)
    loose = till.pay(farm, 500, season=None)
    named = till.pay(farm, 700, season=None, lots=[lot])
    found = passbook(till)
    assert column(found, "payments", "payment") == [named]
    assert column(found, "without-season", "payment") == [loose]
    whole = passbook(till, season="")
    assert set(column(whole, "payments", "payment")) == {named, loose}
    assert lines(whole, "without-season") == []


def test_a_delivery_or_payment_that_never_happened_leaves_no_trace(till: Till) -> None:
    farm = till.world.farm()
    till.season_price(900)
    gone = till.world.say(till.world.delivery(farm, 1_000))
    size = till.world.ledger.head().size
    till.world.say(till.world.retraction(till.coop, gone))
    assert lines(passbook(till), "movements") == []
    assert column(passbook(till, size=size), "movements", "balance") == [900]


def test_a_members_book_holds_that_member_alone(till: Till) -> None:
    ana, juan = till.world.farm(), till.world.farm()
    till.season_price(900)
    for farm in (ana, juan):
        till.world.deliver(farm, 1_000)
        till.pay(farm, 100)
    found = passbook(till, producer=ana.producer)
    for table in ("totals", "weights", "movements", "deliveries", "payments"):
        assert set(column(found, table, "producer")) == {ana.producer}
    assert lines(ask(till.world, "passbook", party=till.world.mill().id), "movements") == []


@pytest.mark.parametrize(
    ("grams", "minor", "scale", "per", "due"),
    [(95_500, 1_450, 0, 1_000, 138_475), (1, 500, 0, 1_000, 1), (1, 499, 0, 1_000, 0), (333, 12_345, 1, 1_000, 411)],
)
def test_worth_is_rounded_half_up(grams: int, minor: int, scale: int, per: int, due: int) -> None:
    price = {"minor": minor, "scale": scale, "currency": "PEN", "per_grams": per}
    assert worth(grams, price, "scale").due_minor == due


_STEP = st.tuples(
    st.sampled_from(["deliver", "price", "pay", "advance", "repay", "premium"]),
    st.integers(0, 1),
    st.integers(1, 90_000),
)


@settings(max_examples=8)
@given(steps=st.lists(_STEP, max_size=8))
def test_whatever_happens_the_passbook_adds_up(steps: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        world = World.begin(Path(folder))
        try:
            _happens(Till(world), steps)
        finally:
            world.ledger.close()


def _happens(till: Till, steps: list[tuple[str, int, int]]) -> None:
    farms = [till.world.farm(), till.world.farm()]
    for step, who, amount in steps:
        farm = farms[who]
        match step:
            case "deliver":
                till.world.deliver(farm, amount)
            case "price":
                till.season_price(amount, scale=1)
            case "pay":
                till.pay(farm, amount, deductions={"freight": amount // 3} if amount > 3 else {})
            case "advance":
                till.pay(farm, amount, "advance")
            case "repay":
                till.pay(farm, amount, deductions={"advance": amount})
            case _:
                till.pay_premium(till.premium(amount, (farm, amount)), farm, (amount + 1) // 2)
    found = passbook(till)
    balances: dict[tuple[str | int, ...], int] = defaultdict(int)
    for line in lines(found, "movements"):
        account = picked(line, "party", "producer", "currency")
        balances[account] += int(line["owed"]) - int(line["paid"])
        assert line["balance"] == balances[account]
    totals = {picked(line, "party", "producer", "currency"): line for line in lines(found, "totals")}
    assert {account: line["balance"] for account, line in totals.items()} == balances
    # What was paid and kept back is what the money accounts of the books hold.
    with till.world.ledger.books_and_packs() as (books, _):
        moved = roll.moves(books, ACCOUNT_KINDS["money"], [farm.producer for farm in farms])
    paid: dict[str, int] = defaultdict(int)
    for move in moved:
        paid[move.a] += move.amount
    told: dict[str, int] = defaultdict(int)
    for line in lines(found, "payments"):
        if line["kind"] != "premium":
            told[str(line["producer"])] += int(line["amount"])
    assert told == paid
