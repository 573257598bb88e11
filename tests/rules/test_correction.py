"""Corrections: only what stands, by who said it or above, and with the counterparty's word once it has acted."""

from __future__ import annotations

import pytest

from tests.world import Draft, World, codes, lots_of


@pytest.mark.rule("only_a_standing_fact_is_corrected", "accepts")
@pytest.mark.rule("correction_is_by_its_stater_or_above", "accepts")
@pytest.mark.rule("counterparty_has_endorsed", "accepts")
def test_a_replacement_is_judged_without_what_it_replaces(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    draft = world.delivery(farm, 100_000)
    first = world.say(draft)
    right = world.delivery(farm, 98_000, lot=draft["lot"])
    assert world.refused(right) == ["lot-restated-differently"]
    second = world.say(right.replacing(first))
    assert world.stock(draft["lot"]) == {coop.id: 98_000}
    assert world.ledger.fact(first.id).ended_by == second.index
    assert world.lot(draft["lot"], size=second.index).grams == 100_000


@pytest.mark.rule("correction_is_by_its_stater_or_above", "accepts")
def test_a_registrar_retracts_what_a_party_should_not_have_said(world: World) -> None:
    said = world.say(world.delivery(world.farm(), 100))
    world.say(world.retraction(world.operator, said))


@pytest.mark.rule("correction_is_by_its_stater_or_above", "refuses")
def test_nobody_corrects_the_words_of_another(world: World) -> None:
    rival = world.buyer("Rival")
    draft = world.delivery(world.farm(), 100)
    said = world.say(draft)
    assert world.refused(world.retraction(rival, said)) == ["not-your-fact"]
    assert world.refused(draft.but(receipt="B001-2").said_by(rival).replacing(said)) == ["id-conflict"]
    again = world.delivery(world.farm(), 90, lot=draft["lot"]).said_by(rival).replacing(said)
    assert world.refused(again) == ["not-your-fact"]


@pytest.mark.rule("correction_is_by_its_stater_or_above", "accepts")
def test_a_principal_corrects_what_its_agent_said_for_it(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    lot = world.deliver(world.farm(), 100)
    world.say(world.mandate(coop, mill, "lot"))
    lost = world.say(world.loss(mill, lot, 60).for_(coop))
    world.say(world.retraction(coop, lost))
    assert world.stock(lot) == {coop.id: 100}


@pytest.mark.rule("only_a_standing_fact_is_corrected", "refuses")
def test_what_is_corrected_stands_and_is_of_one_kind(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    draft = world.delivery(farm, 100)
    first = world.say(draft)
    assert "replaces-other-type" in world.refused(world.loss(coop, draft["lot"], 1).replacing(first))
    world.say(world.delivery(farm, 90, lot=draft["lot"]).replacing(first))
    assert world.refused(world.retraction(coop, first)) == ["already-corrected"]
    unknown = world.draft("fact.retracted", {"statement": "0" * 64, "reason": "test-entry"}, coop)
    assert world.refused(unknown) == ["statement-unknown"]


@pytest.mark.rule("only_a_standing_fact_is_corrected", "refuses")
def test_keys_roles_and_retractions_stand_for_ever(world: World) -> None:
    coop = world.coop()
    device = world.unproven_key(coop)
    enrolled = world.say_as_operator(world.authorisation(device))
    revoked = world.say_as_operator(world.revocation(device, "stolen"))
    granted = world.say(world.role(coop, "auditor"))
    retracted = world.say(world.retraction(coop, world.say(world.delivery(world.farm(), 100))))
    for outcome in (enrolled, revoked, granted, retracted):
        assert world.refused(world.retraction(world.operator, outcome)) == ["not-correctable"], outcome.type
    more = world.say(world.delivery(world.farm(), 100))
    assert "not-correctable" in world.refused(world.retraction(coop, more).replacing(retracted))


@pytest.mark.rule("only_a_standing_fact_is_corrected", "accepts")
def test_retracting_a_replacement_does_not_revive_the_first(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    draft = world.delivery(farm, 100)
    second = world.say(world.delivery(farm, 90, lot=draft["lot"]).replacing(world.say(draft)))
    world.say(world.retraction(coop, second))
    assert "lot-unknown" in world.refused(world.pooling(coop, [(draft["lot"], 1)]))
    # Its id is free again: the delivery may be stated anew.
    world.say(world.delivery(farm, 95, lot=draft["lot"]))
    assert world.stock(draft["lot"]) == {coop.id: 95}


@pytest.mark.rule("counterparty_has_endorsed", "refuses")
def test_a_delivery_the_farmer_confirmed_goes_only_with_the_farmers_word(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    person = world.party("Productora 1", "buyer")
    phone = world.own_key(person, "person")
    draft = world.delivery(farm, 100)
    said = world.say(draft)
    body = {"lot": draft["lot"], "statement": said.digest, "producer": farm.producer}
    world.say(phone.sign(world.draft("delivery.confirmed", body, person)))
    less = world.delivery(farm, 80, lot=draft["lot"]).replacing(said)
    assert world.refused(world.retraction(coop, said)) == ["counterparty-not-endorsed"]
    assert world.refused(less) == ["counterparty-not-endorsed"]
    world.say(world.endorsement(person, said, "delivery"))
    assert world.refused(less) == ["counterparty-not-endorsed"]
    world.say(world.endorsement(person, said, "retraction"))
    world.say(less)


@pytest.mark.rule("counterparty_has_endorsed", "refuses")
def test_what_was_dispatched_and_received_is_not_retracted_and_sold_again(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 100)
    sent = world.dispatch(coop, buyer, (lot, 100))
    dispatched = world.say(sent)
    received = world.say(world.receipt(buyer, sent))
    retraction = world.retraction(coop, dispatched)
    assert world.refused(retraction) == ["counterparty-not-endorsed"]
    less = world.dispatch(coop, buyer, (lot, 10)).but(dispatch=sent["dispatch"])
    assert "counterparty-not-endorsed" in world.refused(less.replacing(dispatched))
    # The buyer takes its own receipt back: then nobody has acted on the dispatch any more.
    world.say(world.retraction(buyer, received))
    world.say(retraction)
    assert world.stock(lot) == {coop.id: 100}


@pytest.mark.rule("counterparty_has_endorsed", "refuses")
def test_a_retraction_is_not_hidden_in_the_batch_of_the_receipt(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 100)
    sent = world.dispatch(coop, buyer, (lot, 100))
    dispatched = world.say(sent)
    drafts = (world.receipt(buyer, sent), world.retraction(coop, dispatched))
    assert [codes(o) for o in world.check(*drafts)] == [[], ["counterparty-not-endorsed"]]
    assert [codes(o) for o in world.batch(*drafts)] == [[], ["counterparty-not-endorsed"]]
    # Also where the fact to go came in the same batch itself.
    delivery = world.delivery(world.farm(), 50)
    prepared = world.ledger.prepare_unsigned(delivery.unsigned(), party=delivery.by)
    gone = world.draft("fact.retracted", {"statement": prepared.statement.digest, "reason": "test-entry"}, coop)
    role = {"statement": prepared.statement.digest, "role": "delivery"}
    outcomes = world.batch(delivery, world.draft("fact.endorsed", role, buyer), gone)
    assert [codes(o) for o in outcomes] == [[], [], ["counterparty-not-endorsed"]]


@pytest.mark.rule("counterparty_has_endorsed", "refuses")
def test_a_countersignature_is_an_act_of_the_counterparty(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    said = world.say(world.delivery(world.farm(), 100))
    endorsed = world.say(world.endorsement(buyer, said, "delivery"))
    assert world.refused(world.retraction(coop, said)) == ["counterparty-not-endorsed"]
    world.say(world.retraction(buyer, endorsed))
    world.say(world.retraction(coop, said))


@pytest.mark.rule("counterparty_has_endorsed", "accepts")
def test_an_agents_act_is_its_principals(world: World) -> None:
    """The co-operative's own agent is no counterparty; the buyer's agent acts for the buyer."""
    coop, mill, buyer, broker = world.coop(), world.mill(), world.buyer(), world.buyer("Agente")
    lot = world.deliver(world.farm(), 100)
    world.say(world.mandate(coop, mill, "lot"))
    pooled = world.pooling(coop, [(lot, 100)])
    said = world.say(pooled)
    world.say(world.loss(mill, lots_of(pooled)[0], 10).for_(coop))
    world.say(world.mandate(buyer, broker, "lot", "fact"))
    sent = world.dispatch(coop, buyer, (lots_of(pooled)[0], 50))
    dispatched = world.say(sent)
    world.say(world.receipt(broker, sent).for_(buyer))
    outcome = world.state(world.retraction(coop, dispatched))
    assert [problem.found for problem in outcome.problems] == [buyer.id]
    assert world.refused(world.retraction(coop, said)) == ["counterparty-not-endorsed"]
    world.say(world.endorsement(broker, said).for_(buyer))
    world.say(world.retraction(coop, said))


@pytest.mark.rule("counterparty_has_endorsed", "accepts")
def test_a_registrars_own_hold_does_not_keep_it_from_retracting(world: World) -> None:
    draft = world.delivery(world.farm(), 100)
    said = world.say(draft)
    world.say(world.hold(world.operator, draft["lot"]))
    world.say(world.retraction(world.operator, said))


# ------------------------------------------------------------ what leans on a corrected fact


def test_what_leans_on_a_retracted_delivery_is_in_question_until_it_is_mended(world: World) -> None:
    coop, buyer, farm = world.coop(), world.buyer(), world.farm()
    draft = world.delivery(farm, 100)
    said = world.say(draft)
    other = world.deliver(farm, 50)
    pooled = world.pool(coop, (draft["lot"], 100), (other, 50))
    child = world.pool(coop, (pooled, 150))
    world.say(world.retraction(coop, said))
    for lot in (pooled, child):
        assert {kind for kind, _ in world.blocks(lot)} == {"in-question"}
    assert world.blocks(other) == set()
    assert world.refused(world.dispatch(coop, buyer, (child, 150))) == ["lot-in-question"]
    # Loss and processing stay statable.
    world.say(world.loss(coop, child, 1))
    heir = world.pool(coop, (child, 49))
    assert {kind for kind, _ in world.blocks(heir)} == {"in-question"}
    # Stated anew it comes after what was taken from it: that it was there in time is what a replacement says.
    world.say(world.delivery(farm, 100, lot=draft["lot"]))
    assert world.blocks(draft["lot"]) == {("in-question", "overdrawn")}
    assert world.blocks(heir) == {("in-question", "overdrawn")}


def test_more_sold_than_a_corrected_delivery_weighed_is_in_question(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    draft = world.delivery(farm, 1_000)
    first, lot = world.say(draft), draft["lot"]
    # Sold, but still in the store: the stock of a lighter delivery is not below zero, only its title is.
    world.say(world.sale(coop, world.buyer(), (lot, 900)))
    less = world.say(world.delivery(farm, 600, lot=lot).replacing(first))
    assert world.stock(lot) == {coop.id: 600}
    assert world.blocks(lot) == {("in-question", "overdrawn")}
    assert world.refused(world.dispatch(coop, world.buyer(), (lot, 600))) == ["lot-in-question"]
    world.say(world.delivery(farm, 900, lot=lot).replacing(less))
    assert world.blocks(lot) == set()


def test_a_correction_of_a_correction_mends_everything_forward_of_it(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    draft = world.delivery(farm, 100)
    first = world.say(draft)
    pooled = world.pool(coop, (draft["lot"], 100))
    short = world.say(world.delivery(farm, 98, lot=draft["lot"]).replacing(first))
    assert world.blocks(pooled) == {("in-question", "overdrawn")}
    world.say(world.delivery(farm, 100, lot=draft["lot"]).replacing(short))
    assert world.blocks(draft["lot"]) == world.blocks(pooled) == set()
    assert world.contributions(pooled) == {draft["lot"]: 100}


def test_a_delivery_corrected_to_another_farm_moves_all_its_grams(world: World) -> None:
    coop, farm, neighbour = world.coop(), world.farm(), world.farm()
    draft = world.delivery(farm, 60)
    first = world.say(draft)
    other = world.deliver(neighbour, 40)
    pooled = world.pool(coop, (draft["lot"], 60), (other, 40))
    world.say(world.delivery(neighbour, 60, lot=draft["lot"]).replacing(first))
    lines = world.ledger.trace(pooled).contributions
    assert {line.producer for line in lines} == {neighbour.producer}
    assert sum(line.grams for line in lines) == 100


def test_a_retracted_hold_holds_no_more(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 100)
    hold = world.say(world.hold(coop, lot))
    pooled = world.pool(coop, (lot, 40))
    world.say(world.retraction(coop, hold))
    assert world.blocks(lot) == world.blocks(pooled) == set()
    world.send(coop, buyer, (lot, 60))


def test_a_retracted_release_holds_again(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 100)
    hold = world.hold(coop, lot)
    world.say(hold)
    released = world.say(world.release(coop, hold))
    world.say(world.retraction(coop, released))
    assert world.refused(world.dispatch(coop, buyer, (lot, 60))) == ["lot-held"]


def test_a_retracted_delivery_gives_its_share_of_the_estimate_back(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    line = {"commodity": "coffee", "form": "dry-parchment", "season": "2026"}
    estimate = {"estimate": world.new_id(), "grown": farm.plot, **line, "grams": 100, "method": "count"}
    world.say(world.draft("estimate.made", estimate, coop))
    said = world.say(world.delivery(farm, 100))
    probe: Draft = world.delivery(farm, 100)
    assert [flag.code for flag in world.check(probe)[0].flags] == ["estimate-far-exceeded"]
    world.say(world.retraction(coop, said))
    assert world.flagged(probe) == []
