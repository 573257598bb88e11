"""Who has it: only the holder acts on stock, only the named receiver takes it, and held stock does not leave."""

from __future__ import annotations

import pytest

from tests.world import World, codes, lots_of

# ------------------------------------------------------------ the holder


@pytest.mark.rule("custodian_holds_lot", "accepts")
@pytest.mark.rule("custodian_holds_lot", "refuses")
def test_stock_is_acted_on_by_who_holds_it(world: World) -> None:
    coop, thief, buyer = world.coop(), world.buyer("Ladron"), world.buyer()
    lot = world.deliver(world.farm(), 1_000)
    sample = {"lot": lot, "sample": "M-1", "grams": 1, "purpose": "cupping"}
    drafts = [
        world.pooling(coop, [(lot, 10)]),
        world.packing(coop, [(lot, 10)], [10]),
        world.unpacking(coop, [(lot, 10)], 10),
        world.dispatch(coop, buyer, (lot, 10)),
        world.loss(coop, lot, 10),
        world.returning(coop, lot, 10, to=buyer.id),
        world.draft("lot.sampled", sample, coop),
    ]
    for draft in drafts:
        assert "not-the-custodian" in world.refused(draft.said_by(thief)), draft.fact
    for draft in drafts:
        world.say(draft)


@pytest.mark.rule("custodian_holds_lot", "refuses")
def test_a_lot_is_not_dispatched_twice(world: World) -> None:
    coop, buyer, other = world.coop(), world.buyer(), world.buyer("Otro")
    lot = world.deliver(world.farm(), 1_000)
    world.send(coop, buyer, (lot, 1_000))
    assert world.refused(world.dispatch(coop, other, (lot, 1_000))) == ["not-the-custodian"]
    assert world.refused(world.pooling(coop, [(lot, 1)])) == ["not-the-custodian"]


@pytest.mark.rule("custodian_holds_lot", "accepts")
def test_two_parties_hold_parts_of_one_lot(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 1_000)
    world.say(world.receipt(buyer, world.send(coop, buyer, (lot, 400))))
    assert world.stock(lot) == {coop.id: 600, buyer.id: 400}
    world.say(world.loss(coop, lot, 600))
    assert "not-the-custodian" in world.refused(world.loss(coop, lot, 1))
    assert world.stock(lot) == {buyer.id: 400}


@pytest.mark.rule("holder_or_role_speaks_of_lot", "accepts")
@pytest.mark.rule("holder_or_role_speaks_of_lot", "refuses")
def test_quality_is_stated_by_the_holder_or_by_whose_task_it_is(world: World) -> None:
    coop, certifier, buyer = world.coop(), world.certifier(), world.buyer()
    lot = world.deliver(world.farm(), 1_000)
    measures = [{"kind": "cup-score", "value": 8450, "scale": 2, "unit": "points"}]
    draft = world.draft(
        "lot.inspected", {"lot": lot, "inspected_on": "2026-06-12", "measures": measures, "result": "passed"}, coop
    )
    assert world.refused(draft.said_by(buyer)) == ["not-the-custodian"]
    world.say(draft)
    again = world.draft("lot.inspected", draft.body, certifier)
    world.say(again)
    assert world.lot(lot).measures["cup-score"] == {"value": 8450, "scale": 2, "unit": "points"}


# ------------------------------------------------------------ dispatch and receipt


@pytest.mark.rule("dispatch_names_a_lot_once", "accepts")
@pytest.mark.rule("dispatch_names_a_lot_once", "refuses")
def test_a_dispatch_names_each_lot_once_and_goes_to_somebody_else(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot, other = world.deliver(world.farm(), 1_000), world.deliver(world.farm(), 1_000)
    assert world.refused(world.dispatch(coop, buyer, (lot, 10), (lot, 10))) == ["lot-named-twice"]
    assert world.refused(world.dispatch(coop, coop, (lot, 10))) == ["receiver-is-sender"]
    world.say(world.dispatch(coop, buyer, (lot, 10), (other, 10)))


@pytest.mark.rule("receiver_is_named", "accepts")
def test_accepted_refused_and_missing_grams_go_their_ways(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 200_000)
    sent = world.send(coop, buyer, (lot, 200_000))
    assert (world.stock(lot), world.lot(lot).in_transit) == ({}, 200_000)
    world.say(world.receipt(buyer, sent, {"lot": lot, "accepted": 185_900, "refused": 14_000, "missing": 100}))
    assert (world.stock(lot), world.lot(lot).in_transit) == ({buyer.id: 185_900}, 0)
    world.say(world.returning(coop, lot, 14_000, dispatch=sent["dispatch"]))
    assert world.stock(lot) == {buyer.id: 185_900, coop.id: 14_000}


@pytest.mark.rule("receiver_is_named", "accepts")
def test_a_dispatch_may_arrive_lot_by_lot(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lots = [world.deliver(world.farm(), 100) for _ in range(2)]
    sent = world.send(coop, buyer, (lots[0], 100), (lots[1], 100))
    for lot in lots:
        world.say(world.receipt(buyer, sent, {"lot": lot, "accepted": 100}))
    assert world.refused(world.receipt(buyer, sent)) == ["not-in-transit", "not-in-transit"]


@pytest.mark.rule("receiver_is_named", "refuses")
def test_a_dispatch_is_not_received_twice(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 100)
    sent = world.send(coop, buyer, (lot, 100))
    twice = [{"lot": lot, "accepted": 100}] * 2
    assert "lot-named-twice" in world.refused(world.receipt(buyer, sent, *twice))
    world.say(world.receipt(buyer, sent))
    assert world.refused(world.receipt(buyer, sent)) == ["not-in-transit"]


@pytest.mark.rule("receiver_is_named", "refuses")
def test_only_the_named_receiver_takes_a_dispatch(world: World) -> None:
    coop, buyer, thief = world.coop(), world.buyer(), world.buyer("Ladron")
    lot = world.deliver(world.farm(), 100)
    sent = world.send(coop, buyer, (lot, 100))
    assert world.refused(world.receipt(thief, sent)) == ["not-the-receiver"]
    assert world.refused(world.receipt(thief, sent, receiver=thief.id)) == ["not-the-receiver", "not-the-receiver"]
    assert world.refused(world.receipt(buyer, sent, receiver=thief.id)) == ["not-the-receiver"]


@pytest.mark.rule("receiver_is_named", "refuses")
def test_what_arrives_adds_up_to_what_was_sent(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot, other = world.deliver(world.farm(), 100), world.deliver(world.farm(), 100)
    sent = world.send(coop, buyer, (lot, 100))
    for accepted in (99, 101):
        assert world.refused(world.receipt(buyer, sent, {"lot": lot, "accepted": accepted})) == [
            "receipt-does-not-add-up"
        ]
    assert world.refused(world.receipt(buyer, sent, {"lot": other, "accepted": 100})) == ["not-in-transit"]


@pytest.mark.rule("receiver_is_named", "accepts")
def test_a_sender_tells_of_an_arrival_from_a_bill_of_lading_only(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 100)
    sent = world.send(coop, buyer, (lot, 100))
    assert world.refused(world.receipt(coop, sent)) == ["not-the-receiver"]
    world.say(world.receipt(coop, sent, evidence="bill-of-lading"))
    assert world.stock(lot) == {buyer.id: 100}
    assert world.refused(world.receipt(buyer, sent)) == ["not-in-transit"]


# ------------------------------------------------------------ what goes back


@pytest.mark.rule("return_has_a_way", "accepts")
def test_accepted_stock_goes_back_to_a_named_party(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 100)
    world.say(world.receipt(buyer, world.send(coop, buyer, (lot, 100))))
    world.say(world.returning(buyer, lot, 30, to=coop.id))
    assert world.stock(lot) == {buyer.id: 70, coop.id: 30}


@pytest.mark.rule("return_has_a_way", "refuses")
def test_a_return_takes_back_no_more_than_was_refused_and_only_its_sender(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 100)
    sent = world.send(coop, buyer, (lot, 100))
    named = sent["dispatch"]
    assert world.refused(world.returning(coop, lot, 1, dispatch=named)) == ["return-exceeds-refused"]
    world.say(world.receipt(buyer, sent, {"lot": lot, "accepted": 60, "refused": 40}))
    assert world.refused(world.returning(coop, lot, 41, dispatch=named)) == ["return-exceeds-refused"]
    assert world.refused(world.returning(buyer, lot, 40, dispatch=named)) == ["not-the-sender"]
    world.say(world.returning(coop, lot, 40, dispatch=named))
    assert world.refused(world.returning(coop, lot, 1, dispatch=named)) == ["return-exceeds-refused"]


@pytest.mark.rule("return_has_a_way", "refuses")
def test_a_return_goes_to_somebody(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100)
    assert world.refused(world.returning(coop, lot, 10)) == ["return-to-nobody"]
    assert world.refused(world.returning(coop, lot, 10, to=coop.id)) == ["return-to-nobody"]


# ------------------------------------------------------------ holds and recalls


@pytest.mark.rule("nothing_blocked_leaves", "accepts")
@pytest.mark.rule("nothing_blocked_leaves", "refuses")
@pytest.mark.rule("who_held_releases", "accepts")
def test_held_stock_stays_until_it_is_released(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 100)
    hold = world.hold(coop, lot)
    world.say(hold)
    assert world.refused(world.dispatch(coop, buyer, (lot, 100))) == ["lot-held"]
    world.say(world.release(coop, hold))
    world.send(coop, buyer, (lot, 100))


@pytest.mark.rule("nothing_blocked_leaves", "refuses")
def test_a_hold_goes_with_the_grams_wherever_they_are_mixed(world: World) -> None:
    """Processing stays statable, and everything forward of a held lot is held: also what was made before the hold."""
    coop, buyer = world.coop(), world.buyer()
    wet, dry = world.deliver(world.farm(), 100), world.deliver(world.farm(), 100)
    earlier = world.pool(coop, (wet, 50))
    hold = world.hold(coop, wet)
    world.say(hold)
    later = world.pool(coop, (wet, 50), (dry, 50))
    bags = world.packing(coop, [(later, 100)], [60, 40])
    world.say(bags)
    for lot in (wet, earlier, later, *lots_of(bags)):
        assert world.blocks(lot) == {("held", hold["hold"])}
    assert world.blocks(dry) == set()
    assert world.refused(world.dispatch(coop, buyer, (lots_of(bags)[0], 60))) == ["lot-held"]
    world.send(coop, buyer, (dry, 50))
    world.say(world.release(coop, hold, lots_of(bags)[0]))
    world.send(coop, buyer, (lots_of(bags)[0], 60))
    assert world.refused(world.dispatch(coop, buyer, (lots_of(bags)[1], 40))) == ["lot-held"]
    world.say(world.release(coop, hold, wet))
    assert world.blocks(lots_of(bags)[1]) == set()


@pytest.mark.rule("nothing_blocked_leaves", "refuses")
def test_recalled_stock_is_not_sent_on_but_goes_back(world: World) -> None:
    coop, buyer, other = world.coop(), world.buyer(), world.buyer("Otro")
    lot = world.deliver(world.farm(), 100)
    world.say(world.receipt(buyer, world.send(coop, buyer, (lot, 100))))
    world.say(world.recall(coop, lot))
    assert world.refused(world.dispatch(buyer, other, (lot, 100))) == ["lot-recalled"]
    # Nor does it leave under the name of a return to somebody who never had it.
    assert world.refused(world.returning(buyer, lot, 100, to=other.id)) == ["lot-recalled"]
    world.say(world.returning(buyer, lot, 90, to=coop.id))
    world.say(world.loss(buyer, lot, 10, kind="destroyed", owner=coop.id))
    assert world.stock(lot) == {coop.id: 90}


@pytest.mark.rule("nothing_blocked_leaves", "refuses")
def test_what_rests_on_a_retracted_delivery_is_not_sent(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    draft = world.delivery(world.farm(), 100)
    delivered = world.say(draft)
    pooled = world.pool(coop, (draft["lot"], 100))
    world.say(world.retraction(coop, delivered))
    assert world.refused(world.dispatch(coop, buyer, (pooled, 100))) == ["lot-in-question"]


@pytest.mark.rule("nothing_blocked_leaves", "refuses")
def test_every_reason_that_keeps_a_lot_is_named_at_once(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot, other = world.deliver(world.farm(), 100), world.deliver(world.farm(), 100)
    world.say(world.hold(coop, lot))
    world.say(world.recall(coop, lot))
    found = world.refused(world.dispatch(coop, buyer, (lot, 101), (other, 101)))
    assert sorted(found) == ["book-overdrawn", "book-overdrawn", "lot-held", "lot-recalled"]


@pytest.mark.rule("holder_or_role_holds", "accepts")
@pytest.mark.rule("holder_or_role_holds", "refuses")
def test_a_lot_is_held_by_who_has_it_or_whose_task_it_is(world: World) -> None:
    coop, certifier, rival = world.coop(), world.certifier(), world.buyer("Rival")
    lot = world.deliver(world.farm(), 100)
    assert world.refused(world.hold(rival, lot)) == ["not-the-custodian"]
    world.say(world.hold(coop, lot))
    world.say(world.hold(certifier, lot))
    assert len(world.blocks(lot)) == 2


@pytest.mark.rule("who_held_releases", "refuses")
def test_a_hold_is_lifted_by_who_put_it(world: World) -> None:
    coop, certifier = world.coop(), world.certifier()
    lot, other = world.deliver(world.farm(), 100), world.deliver(world.farm(), 100)
    hold = world.hold(certifier, lot)
    world.say(hold)
    assert world.refused(world.release(coop, hold)) == ["not-your-hold"]
    assert world.refused(world.release(certifier, hold, other)) == ["not-held"]
    world.say(world.release(certifier, hold))
    assert world.refused(world.release(certifier, hold)) == ["not-held"]


@pytest.mark.rule("who_had_it_recalls", "accepts")
@pytest.mark.rule("who_had_it_recalls", "refuses")
def test_a_lot_is_recalled_by_who_had_it_not_by_a_rival(world: World) -> None:
    coop, buyer, certifier, rival = world.coop(), world.buyer(), world.certifier(), world.buyer("Rival")
    lot = world.deliver(world.farm(), 100)
    world.say(world.receipt(buyer, world.send(coop, buyer, (lot, 100))))
    assert world.refused(world.recall(rival, lot)) == ["not-the-custodian"]
    for party in (coop, buyer, certifier):
        recall = world.recall(party, lot)
        world.say(recall)
        world.say(world.release(party, recall))
    assert world.blocks(lot) == set()


@pytest.mark.rule("nothing_blocked_leaves", "accepts")
def test_a_dry_run_says_what_a_dispatch_would_meet_and_writes_nothing(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 100)
    before = world.ledger.head()
    outcomes = world.check(world.dispatch(coop, buyer, (lot, 100)), world.dispatch(coop, buyer, (lot, 100)))
    assert outcomes[0].status == "checked"
    assert codes(outcomes[1]) == ["not-the-custodian"]
    assert world.ledger.head() == before
