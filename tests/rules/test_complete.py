"""What is said once, and what must be there to be answered."""

from __future__ import annotations

import pytest

from tests.world import Draft, World


@pytest.mark.rule("season_is_opened_once", "accepts")
@pytest.mark.rule("season_is_opened_once", "refuses")
def test_go_live_totals_are_stated_once_per_place_commodity_and_season(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    body = {"facility": coop.place, "commodity": "coffee", "season": "2026", "sold": [{"form": "green", "grams": 5}]}
    world.say(world.draft("season.opened", body, coop))
    assert world.refused(world.draft("season.opened", body, coop)) == ["season-already-opened"]
    world.say(world.draft("season.opened", body | {"season": "2025"}, coop))
    world.say(world.draft("season.opened", body | {"commodity": "cocoa"}, coop))
    world.say(world.draft("season.opened", body | {"facility": mill.place}, mill))


@pytest.mark.rule("season_is_opened_once", "accepts")
def test_wrong_go_live_totals_are_replaced_not_added(world: World) -> None:
    coop = world.coop()
    body = {"facility": coop.place, "commodity": "coffee", "season": "2026"}
    first = world.say(world.draft("season.opened", body, coop))
    world.say(world.draft("season.opened", body | {"sold": [{"form": "green", "grams": 5}]}, coop).replacing(first))
    assert world.refused(world.draft("season.opened", body, coop)) == ["season-already-opened"]


@pytest.mark.rule("named_statement_stands", "accepts")
def test_a_farmer_confirms_a_delivery_and_a_receiver_countersigns(world: World) -> None:
    farm = world.farm()
    person = world.party("Productora 1", "buyer")
    phone = world.own_key(person, "person")
    draft = world.delivery(farm, 100)
    said = world.say(draft)
    body = {"lot": draft["lot"], "statement": said.digest, "producer": farm.producer}
    world.say(phone.sign(world.draft("delivery.confirmed", body, person)))
    world.say(phone.sign(world.draft("delivery.disputed", body | {"reason": "weight"}, person)))
    world.say(world.endorsement(world.buyer(), said, "delivery"))


@pytest.mark.rule("named_statement_stands", "refuses")
def test_a_confirmation_names_the_delivery_that_stands(world: World) -> None:
    farm, other = world.farm(), world.farm()
    person = world.party("Productora 1", "buyer")
    phone = world.own_key(person, "person")
    draft, second = world.delivery(farm, 100), world.delivery(other, 200)
    said, pooled = world.say(draft), world.say(second)
    body = {"lot": draft["lot"], "statement": said.digest, "producer": farm.producer}

    def confirmed(**changes: str) -> list[str]:
        return world.refused(phone.sign(world.draft("delivery.confirmed", body | changes, person)))

    assert confirmed(statement="0" * 64) == ["statement-unknown"]
    assert confirmed(statement=pooled.digest) == ["delivery-differs"]
    assert confirmed(producer=other.producer) == ["delivery-differs"]
    assert confirmed(lot=second["lot"]) == ["delivery-differs"]
    world.say(world.retraction(world.coop(), said))
    assert "already-corrected" in confirmed()


@pytest.mark.rule("named_statement_stands", "refuses")
def test_nobody_countersigns_his_own_words(world: World) -> None:
    coop = world.coop()
    said = world.say(world.delivery(world.farm(), 100))
    assert world.refused(world.endorsement(coop, said)) == ["endorsed-by-its-own"]


@pytest.mark.rule("named_statement_stands", "accepts")
@pytest.mark.rule("named_statement_stands", "refuses")
def test_only_an_open_flag_is_justified(world: World) -> None:
    coop = world.coop()
    said = world.say(world.delivery(world.farm(), 100).but(plot=None))
    body = {"statement": said.digest, "flag": "origin-unnamed", "grounds": "mapped-later"}
    assert world.refused(world.draft("flag.justified", body | {"flag": "scale-gain"}, coop)) == ["flag-not-open"]
    world.say(world.draft("flag.justified", body, coop))


@pytest.mark.rule("party_has_a_name", "accepts")
@pytest.mark.rule("party_has_a_name", "refuses")
def test_organisations_are_named_openly_and_persons_are_not(world: World) -> None:
    body = {"party": world.new_id(), "kind": "person", "country": "PE"}
    named = world.draft("party.registered", body | {"name": "Nombre Inventado"}, world.operator)
    assert world.refused(named) == ["person-named-openly"]
    assert world.refused(world.draft("party.registered", body, world.operator)) == ["party-nameless"]
    sealed = {"/person": {"name": "Nombre Inventado"}}
    outcome = world.say(world.draft("party.registered", body, world.operator, sealed=sealed))
    assert world.ledger.disclosures(outcome.id) == {"/person": {"name": "Nombre Inventado"}}
    assert b"Inventado" not in world.ledger.fact(outcome.id).jws.encode()


@pytest.mark.rule("receipt_number_is_used_once", "accepts")
@pytest.mark.rule("receipt_number_is_used_once", "flags")
def test_the_same_paper_receipt_twice_may_be_the_same_sacks_twice(world: World) -> None:
    farm, coop, rival = world.farm(), world.coop(), world.coop("rival")
    first = world.say(world.delivery(farm, 100, receipt="B001-000731"))
    assert first.flags == ()
    assert world.flagged(world.delivery(farm, 100, receipt="B001-000731")) == ["receipt-number-repeated"]
    assert world.flagged(world.delivery(farm, 100, to=rival, receipt="B001-000731")) == []
    assert world.flagged(world.delivery(farm, 99, coop, receipt="B001-000731").replacing(first)) == [
        "receipt-number-repeated"
    ]


@pytest.mark.rule("producer_code_is_used_once", "accepts")
@pytest.mark.rule("producer_code_is_used_once", "flags")
def test_one_member_code_for_two_people_is_shown(world: World) -> None:
    coop = world.coop()

    def member(code: str) -> Draft:
        body = {"producer": world.new_id("member"), "code": code, "district": "Rioja"}
        return world.draft("producer.enrolled", body, coop, sealed={"/person": {"name": "Persona"}})

    assert world.flagged(member("R-1")) == []
    assert world.flagged(member("R-1")) == ["producer-code-repeated"]
    assert world.flagged(member("R-2")) == []
