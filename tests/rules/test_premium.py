"""A premium's way from the contract to the farmer: never more than came in, divided as stated, to the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.postings import Move, post
from ledger.shares import divide
from tests.world import Draft, Farm, Party, World


def received(world: World, coop: Party, minor: int, *, currency: str = "USD", **changes: Any) -> Draft:
    """A premium comes in under a contract."""
    contract = world.contract(coop, world.buyer(), 1_000)
    world.say(contract)
    body = {
        "premium": world.new_id("premium"),
        "kind": "fairtrade",
        "amount": {"minor": minor, "currency": currency},
        "contract": contract["contract"],
        "received_on": "2026-06-12",
    }
    return world.draft("premium.received", body | changes, coop)


def premium(world: World, coop: Party, minor: int) -> str:
    """The same, accepted: the premium."""
    draft = received(world, coop, minor)
    world.say(draft)
    return str(draft["premium"])


def allocation(world: World, coop: Party, of: str, *lines: Mapping[str, Any], **changes: Any) -> Draft:
    """A premium is divided, with minutes."""
    body = {"premium": of, "season": "2026", "currency": "USD", "lines": [dict(line) for line in lines]}
    return world.draft("premium.allocated", body | {"minutes": "ab" * 32} | changes, coop)


def project(minor: int) -> dict[str, Any]:
    """A line for a project the assembly decided."""
    return {"use": "project", "minor": minor, "rule": "assembly", "purpose": "school-path"}


def members(minor: int, rule: str, *shares: tuple[Farm, int | None, int]) -> dict[str, Any]:
    """A line for members: (farm, grams, minor) each."""
    named = [
        {"producer": farm.producer, "minor": cents, **({} if grams is None else {"grams": grams})}
        for farm, grams, cents in shares
    ]
    return {"use": "member-payment", "minor": minor, "rule": rule, "producers": named}


def paying(world: World, coop: Party, of: str, minor: int, use: str = "project", **changes: Any) -> Draft:
    """A part of a premium is paid."""
    body = {
        "premium": of,
        "payment": world.new_id("payment"),
        "use": use,
        "amount": {"minor": minor, "currency": "USD"},
        "paid_on": "2026-06-12",
    }
    return world.draft("premium.paid", body | changes, coop)


@pytest.mark.rule("premium_has_one_source", "accepts")
@pytest.mark.rule("premium_has_one_source", "refuses")
def test_a_premium_comes_from_one_contract_or_sale_of_its_holder(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    sale = world.sale(coop, buyer, (world.deliver(world.farm(), 100), 100))
    world.say(sale)
    draft = received(world, coop, 500)
    assert world.refused(draft.but(contract=None)) == ["premium-source-unclear"]
    assert world.refused(draft.but(sale=sale["sale"])) == ["premium-source-unclear"]
    assert world.refused(draft.said_by(buyer)) == ["not-your-premium"]
    assert world.refused(draft.but(contract=None, sale=sale["sale"]).said_by(buyer)) == ["not-your-premium"]
    world.say(draft)
    world.say(received(world, coop, 500).but(contract=None, sale=sale["sale"]))


@pytest.mark.rule("holder_divides_the_premium", "accepts")
@pytest.mark.rule("holder_divides_the_premium", "refuses")
def test_a_premium_is_divided_by_its_holder_in_its_currency(world: World) -> None:
    coop, committee = world.coop(), world.party("Comite", "community")
    pot = premium(world, coop, 1_000)
    draft = allocation(world, coop, pot, project(400))
    assert world.refused(draft.said_by(committee)) == ["not-your-premium"]
    assert "currency-differs" in world.refused(draft.but(currency="PEN"))
    world.say(draft)
    paid = paying(world, coop, pot, 100, party=committee.id)
    assert "not-your-premium" in world.refused(paid.said_by(world.mill()))
    assert "currency-differs" in world.refused(paid.but(amount={"minor": 100, "currency": "PEN"}))
    world.say(paid)


@pytest.mark.rule("allocation_stays_within_the_premium", "accepts")
@pytest.mark.rule("allocation_stays_within_the_premium", "refuses")
def test_a_premium_is_not_allocated_twice(world: World) -> None:
    coop = world.coop()
    pot = premium(world, coop, 1_000)
    assert world.refused(allocation(world, coop, pot, project(1_001))) == ["premium-overallocated"]
    assert world.refused(allocation(world, coop, pot, project(600), project(401))) == ["premium-overallocated"]
    world.say(allocation(world, coop, pot, project(1_000)))
    assert world.refused(allocation(world, coop, pot, project(1_000))) == ["premium-overallocated"]
    assert world.refused(allocation(world, coop, pot, project(1))) == ["premium-overallocated"]


@pytest.mark.rule("shares_sum_to_their_line", "accepts")
@pytest.mark.rule("shares_sum_to_their_line", "refuses")
def test_the_shares_of_a_line_sum_to_it_and_members_are_named_once(world: World) -> None:
    coop, first, second = world.coop(), world.farm(), world.farm()
    pot = premium(world, coop, 1_000)

    def of(*shares: tuple[Farm, int | None, int]) -> Draft:
        return allocation(world, coop, pot, members(100, "assembly", *shares))

    assert world.refused(of()) == ["members-unnamed"]
    assert world.refused(of((first, None, 60), (second, None, 39))) == ["shares-differ-from-line"]
    assert world.refused(of((first, None, 60), (first, None, 40))) == ["share-named-twice"]
    world.say(of((first, None, 60), (second, None, 40)))


@pytest.mark.rule("shares_follow_the_stated_rule", "accepts")
@pytest.mark.rule("shares_follow_the_stated_rule", "refuses")
def test_shares_by_kilos_and_in_equal_parts_can_be_checked_by_everybody(world: World) -> None:
    coop = world.coop()
    first, second = sorted((world.farm(), world.farm()), key=lambda farm: farm.producer)
    pot = premium(world, coop, 1_000)

    def of(rule: str, *shares: tuple[Farm, int | None, int]) -> Draft:
        return allocation(world, coop, pot, members(100, rule, *shares))

    assert world.refused(of("per-kilo", (first, 1_000, 34), (second, 2_000, 66))) == ["share-differs"] * 2
    assert world.refused(of("per-kilo", (first, None, 33), (second, 2_000, 67))) == ["share-grams-missing"]
    assert world.refused(of("equal", (first, None, 51), (second, None, 49))) == ["share-differs"] * 2
    world.say(of("per-kilo", (first, 1_000, 33), (second, 2_000, 67)))
    world.say(of("equal", (first, None, 50), (second, None, 50)))
    world.say(of("assembly", (first, None, 99), (second, None, 1)))


@pytest.mark.rule("assembly_left_minutes", "accepts")
@pytest.mark.rule("assembly_left_minutes", "flags")
def test_what_the_assembly_decided_stands_in_minutes(world: World) -> None:
    coop = world.coop()
    pot = premium(world, coop, 1_000)
    assert world.flagged(allocation(world, coop, pot, project(10)).but(minutes=None)) == ["minutes-missing"]
    assert world.flagged(allocation(world, coop, pot, project(10))) == []


@pytest.mark.rule("payment_stays_within_the_allocation", "accepts")
@pytest.mark.rule("payment_stays_within_the_allocation", "refuses")
@pytest.mark.rule("payment_has_one_payee", "accepts")
@pytest.mark.rule("payment_has_one_payee", "refuses")
def test_no_more_of_a_premium_is_paid_than_was_set_aside_for_it(world: World) -> None:
    coop, committee, first, second = world.coop(), world.party("Comite", "community"), world.farm(), world.farm()
    pot = premium(world, coop, 1_000)
    assert world.refused(paying(world, coop, pot, 1, party=committee.id)) == ["premium-overpaid"]
    shares = members(500, "assembly", (first, None, 300), (second, None, 200))
    world.say(allocation(world, coop, pot, project(400), shares))

    def to(farm: Farm, minor: int) -> Draft:
        return paying(world, coop, pot, minor, "member-payment", producer=farm.producer)

    assert world.refused(to(second, 201)) == ["premium-overpaid"]
    world.say(to(first, 300))
    assert world.refused(to(first, 1)) == ["premium-overpaid"]
    world.say(to(second, 200))
    assert world.refused(paying(world, coop, pot, 401, party=committee.id)) == ["premium-overpaid"]
    assert world.refused(paying(world, coop, pot, 1)) == ["payee-unclear"]
    assert "payee-unclear" in world.refused(paying(world, coop, pot, 1, party=committee.id, producer=first.producer))
    assert world.refused(paying(world, coop, pot, 1, party=coop.id)) == ["payee-is-payer"]
    world.say(paying(world, coop, pot, 400, party=committee.id))


@pytest.mark.rule("payment_stays_within_the_allocation", "accepts")
@pytest.mark.rule("payment_stays_within_the_allocation", "refuses")
def test_an_allocation_that_was_paid_from_is_not_taken_back(world: World) -> None:
    coop, committee = world.coop(), world.party("Comite", "community")
    pot = premium(world, coop, 1_000)
    paid_from = world.say(allocation(world, coop, pot, project(700)))
    untouched = world.say(allocation(world, coop, pot, {**project(300), "use": "reserve"}))
    world.say(paying(world, coop, pot, 600, party=committee.id))
    # Else the same premium could be set aside, and paid, a second time.
    assert world.refused(world.retraction(coop, paid_from)) == ["premium-overpaid"]
    less = allocation(world, coop, pot, project(599))
    assert world.refused(less.replacing(paid_from)) == ["premium-overpaid"]
    world.say(allocation(world, coop, pot, project(600)).replacing(paid_from))
    world.say(world.retraction(coop, untouched))


@pytest.mark.rule("payee_confirms", "accepts")
@pytest.mark.rule("payee_confirms", "refuses")
def test_a_part_of_a_premium_is_confirmed_by_who_got_it(world: World) -> None:
    coop, committee, farm = world.coop(), world.party("Comite", "community"), world.farm()
    body = {"party": world.new_id("person"), "kind": "person", "country": "PE"}
    world.say(world.draft("party.registered", body, world.operator, sealed={"/person": {"name": "Persona"}}))
    person = world.own_key(str(body["party"]), "person")
    pot = premium(world, coop, 1_000)
    world.say(allocation(world, coop, pot, project(400), members(100, "equal", (farm, None, 100))))
    built, share = paying(world, coop, pot, 400, party=committee.id), paying(world, coop, pot, 100, "member-payment")
    share = share.but(producer=farm.producer)
    world.say(built)
    world.say(share)

    def confirms(draft: Draft, by: Party | str, fact: str = "premium.confirmed") -> Draft:
        return world.draft(fact, {"payment": draft["payment"]}, by)

    operator_key = world.own_key(coop, "organisation")
    assert world.refused(operator_key.sign(confirms(built, coop))) == ["not-the-payee"]
    assert world.refused(operator_key.sign(confirms(share, coop))) == ["not-the-payee"]
    assert "payment-of-other-kind" in world.refused(person.sign(confirms(share, person.party, "payment.confirmed")))
    world.say(person.sign(confirms(share, person.party)))
    world.say(world.own_key(committee, "organisation").sign(confirms(built, committee)))


# ---------------------------------------------------------------- dividing


@given(st.integers(0, 10**9), st.dictionaries(st.text("ABC", min_size=1, max_size=4), st.integers(0, 10**7)))
def test_a_division_loses_no_cent_and_strays_by_less_than_one(total: int, weights: dict[str, int]) -> None:
    parts, whole = divide(total, weights), sum(weights.values())
    assert sum(parts.values()) == (total if whole else 0)
    assert set(parts) == set(weights)
    for thing, part in parts.items():
        assert whole == 0 or abs(part * whole - total * weights[thing]) < whole


# ---------------------------------------------------------------- every account sums to nothing


def moves_of(world: World, draft: Draft) -> list[Move]:
    """What a draft posts."""
    return list(post(world.ledger.prepare_unsigned(draft.unsigned(), party=draft.by).statement).moves)


MINOR = st.integers(1, 400)
STEPS = st.lists(
    st.tuples(st.sampled_from(["receive", "allocate", "share", "pay", "wages"]), MINOR, MINOR), max_size=14
)


@settings(max_examples=25)
@given(STEPS)
def test_whatever_is_accepted_every_account_of_money_sums_to_nothing(steps: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        world = World.begin(Path(folder))
        try:
            said = told(world, steps)
            sums: Counter[tuple[str, str]] = Counter()
            places: Counter[tuple[str, str]] = Counter()
            for move in (move for draft in said for move in moves_of(world, draft)):
                if move.account.kind != "money":
                    continue
                kind, currency = move.account.c.split("/")[:2]
                pot = move.account.a if kind in PLACES else kind
                sums[pot, currency] += move.amount
                places[move.account.a, kind] += move.amount
            assert set(sums.values()) <= {0}
            assert all(amount >= 0 for (_, place), amount in places.items() if place in PLACES - {"received"})
        finally:
            world.end()


PLACES = {"received", "open", "member-payment", "project", "productivity", "reserve", "paid"}


def told(world: World, steps: list[tuple[str, int, int]]) -> list[Draft]:
    """Right and wrong facts about money; those that were accepted."""
    coop, committee, farms = world.coop(), world.party("Comite", "community"), [world.farm(), world.farm()]
    pots: list[str] = []
    said: list[Draft] = []
    for what, minor, other in steps:
        if what == "receive" or not pots:
            draft = received(world, coop, minor)
            pots.append(str(draft["premium"]))
        elif what == "allocate":
            draft = allocation(world, coop, pots[other % len(pots)], project(minor), project(other))
        elif what == "share":
            parts = divide(minor, {farm.producer: other + place for place, farm in enumerate(farms)})
            shares = [(farm, other + place, parts[farm.producer]) for place, farm in enumerate(farms)]
            draft = allocation(world, coop, pots[other % len(pots)], members(minor, "per-kilo", *shares))
        elif what == "pay" and other % 2:
            draft = paying(world, coop, pots[minor % len(pots)], other, party=committee.id)
        elif what == "pay":
            farm = farms[minor % 2].producer
            draft = paying(world, coop, pots[minor % len(pots)], other, "member-payment", producer=farm)
        else:
            body = {
                "payment": world.new_id("payment"),
                "producer": farms[0].producer,
                "kind": ("advance", "settlement", "reintegro")[other % 3],
                "amount": {"minor": minor, "currency": ("PEN", "USD")[minor % 2]},
                "deductions": [{"kind": "input-credit", "minor": other}],
                "paid_on": "2026-06-12",
            }
            draft = world.draft("payment.made", body, coop)
        if world.state(draft).status == "accepted":
            said.append(draft)
    return said
