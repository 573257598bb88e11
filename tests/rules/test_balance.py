"""How much there is: kilograms come from the scale, never from a process, a box or a second count."""

from __future__ import annotations

import pytest

from tests.world import World, codes, lots_of

# ------------------------------------------------------------ at the scale


@pytest.mark.rule("net_is_gross_less_tare", "accepts")
def test_what_is_not_paid_stays_in_stock(world: World) -> None:
    draft = world.delivery(world.farm(), 100_000, deductions=[{"kind": "moisture", "grams": 4_500}])
    world.say(draft)
    assert world.stock(draft["lot"]) == {world.coop().id: 100_000}


@pytest.mark.rule("net_is_gross_less_tare", "refuses")
def test_a_tare_above_the_gross_weight_asks_for_no_negative_net(world: World) -> None:
    draft = world.delivery(world.farm(), 50_000, gross=51_000, tare=151_000)

    assert world.refused(draft) == ["tare-not-below-gross"]


@pytest.mark.rule("net_is_gross_less_tare", "refuses")
def test_net_is_what_the_scale_says(world: World) -> None:
    farm = world.farm()
    assert world.refused(world.delivery(farm, 100_000, net=100_001)) == ["net-differs"]
    assert world.refused(world.purchase(world.coop(), 100_000, tare=1)) == ["net-differs"]


@pytest.mark.rule("net_is_gross_less_tare", "refuses")
def test_no_more_is_deducted_than_was_brought(world: World) -> None:
    lines = [{"kind": "moisture", "grams": 60}, {"kind": "impurities", "grams": 41}]
    assert world.refused(world.delivery(world.farm(), 100, deductions=lines)) == ["deductions-exceed-net"]


@pytest.mark.rule("declared_origins_fit_the_lot", "accepts")
def test_bought_coffee_says_what_is_known_of_its_origin(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    origins = [{"grams": 60_000, "producer": farm.producer, "grown": farm.plot}]
    draft = world.purchase(coop, 100_000, origin="declared", origins=origins)
    world.say(draft)
    assert world.lot(draft["lot"]).untraced_grams == 40_000
    world.say(world.opening(coop, 50_000))


@pytest.mark.rule("declared_origins_fit_the_lot", "refuses")
def test_declared_origins_are_no_more_than_the_lot(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    origins = [{"grams": 100_001, "producer": farm.producer}]
    assert world.refused(world.purchase(coop, 100_000, origin="declared", origins=origins)) == ["origins-exceed-lot"]
    assert world.refused(world.opening(coop, 100_000, origin="declared", origins=origins)) == ["origins-exceed-lot"]


@pytest.mark.rule("declared_origins_fit_the_lot", "refuses")
def test_an_origin_is_either_declared_or_not(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    origins = [{"grams": 10, "producer": farm.producer}]
    assert world.refused(world.purchase(coop, 100, origin="none", origins=origins)) == ["origins-contradict"]
    assert world.refused(world.purchase(coop, 100, origin="declared")) == ["origins-contradict"]


# ------------------------------------------------------------ the book


@pytest.mark.rule("book_is_not_overdrawn", "accepts")
def test_a_lot_is_used_to_the_last_gram(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100)
    world.pool(coop, (lot, 60))
    world.pool(coop, (lot, 40))
    assert world.stock(lot) == {}


@pytest.mark.rule("book_is_not_overdrawn", "refuses")
def test_kilograms_from_nothing_are_not_pooled_packed_sent_sampled_or_lost(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 100)
    sample = world.draft("lot.sampled", {"lot": lot, "sample": "M-1", "grams": 101, "purpose": "cupping"}, coop)
    for draft in (
        world.pooling(coop, [(lot, 101)]),
        world.packing(coop, [(lot, 101)], [101]),
        world.unpacking(coop, [(lot, 101)], 101),
        world.loss(coop, lot, 101),
        sample,
    ):
        assert "book-overdrawn" in world.refused(draft), draft.fact
    assert world.refused(world.dispatch(coop, buyer, (lot, 101))) == ["book-overdrawn"]
    assert world.refused(world.returning(coop, lot, 101, to=buyer.id)) == ["book-overdrawn"]


@pytest.mark.rule("book_is_not_overdrawn", "refuses")
def test_the_second_of_two_facts_in_one_batch_sees_the_first(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100)
    drafts = [world.pooling(coop, [(lot, 60)]), world.pooling(coop, [(lot, 60)])]
    prepared = [world.ledger.prepare_unsigned(d.unsigned(), party=d.by) for d in drafts]
    first, second = world.ledger.offer(prepared).result()
    assert first.status == "accepted"
    assert codes(second) == ["book-overdrawn", "title-overdrawn"]
    assert [p.expected for p in second.problems] == [40, 40]


@pytest.mark.rule("book_is_not_overdrawn", "refuses")
def test_a_loss_beside_an_emptied_input_counts_against_the_book(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100)
    line = {"lot": lot, "grams": 100, "empties": True, "loss_grams": 1}
    assert "book-overdrawn" in world.refused(world.pooling(coop, [line]))


@pytest.mark.rule("book_is_not_overdrawn", "accepts")
@pytest.mark.parametrize("terms", ["deposit", "service"])
def test_what_is_left_in_deposit_stays_its_owners(world: World, terms: str) -> None:
    coop, farm = world.coop(), world.farm()
    lot = world.deliver(farm, 100, terms=terms)
    assert world.refused(world.pooling(coop, [(lot, 100)])) == ["title-overdrawn"]
    line = {"lot": lot, "grams": 100, "owner": farm.producer}
    output = {"form": "dry-parchment", "kind": "main", "grams": 100, "owner": farm.producer}
    pooled = world.transformation(coop, [line], [output])
    world.say(pooled)
    assert world.stock(lots_of(pooled)[0]) == {coop.id: 100}


@pytest.mark.rule("owners_stay", "refuses")
def test_pooling_and_packing_give_deposited_coffee_to_nobody(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    lot = world.deliver(farm, 100, terms="deposit")
    line = {"lot": lot, "grams": 100, "owner": farm.producer}
    taken = {"form": "dry-parchment", "kind": "main", "grams": 100}
    assert world.refused(world.transformation(coop, [line], [taken])) == ["owner-changed"]
    assert world.refused(world.packing(coop, [line], [100])) == ["owner-changed"]
    assert world.refused(world.unpacking(coop, [line], 100)) == ["owner-changed"]


@pytest.mark.rule("owners_stay", "accepts")
def test_the_mill_may_keep_the_husk_of_service_milling(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    lot = world.deliver(farm, 1_000, terms="service")
    outputs = [
        {"form": "green", "kind": "main", "grams": 800, "owner": farm.producer},
        {"form": "husk", "kind": "by-product", "grams": 200},
    ]
    line = {"lot": lot, "grams": 1_000, "owner": farm.producer}
    world.say(world.transformation(coop, [line], outputs, process="hulling"))


@pytest.mark.rule("book_is_not_overdrawn", "refuses")
def test_deposited_coffee_is_not_written_off_as_the_cooperatives_own(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    lot = world.deliver(farm, 100, terms="deposit")
    assert world.refused(world.loss(coop, lot, 10)) == ["title-overdrawn"]
    world.say(world.loss(coop, lot, 10, owner=farm.producer))


@pytest.mark.rule("emptied_lot_leaves_exactly_the_rest", "accepts")
def test_an_emptied_lot_books_its_rest_as_loss(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100)
    line = {"lot": lot, "grams": 97, "empties": True, "loss_grams": 3, "loss_kind": "handling"}
    pooled = world.pooling(coop, [line])
    world.say(pooled)
    assert (world.stock(lot), world.stock(lots_of(pooled)[0])) == ({}, {coop.id: 97})


@pytest.mark.rule("emptied_lot_leaves_exactly_the_rest", "refuses")
def test_an_emptied_lot_hides_no_grams(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100)
    for loss, code in ((0, "rest-differs"), (2, "rest-differs")):
        line = {"lot": lot, "grams": 97, "empties": True, "loss_grams": loss}
        assert world.refused(world.pooling(coop, [line])) == [code]
    unemptied = {"lot": lot, "grams": 97, "loss_grams": 3}
    assert world.refused(world.packing(coop, [unemptied], [97])) == ["loss-without-emptying"]


@pytest.mark.rule("inputs_are_named_once", "accepts")
@pytest.mark.rule("inputs_are_named_once", "refuses")
def test_an_input_stands_on_one_line(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100)
    assert "lot-named-twice" in world.refused(world.pooling(coop, [(lot, 50), (lot, 50)]))
    world.say(world.pooling(coop, [(lot, 100)]))


# ------------------------------------------------------------ processes


@pytest.mark.rule("outputs_and_losses_add_up", "accepts")
def test_hulling_gives_green_seconds_and_husk(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100_000)
    outputs = [("green", 78_000), ("seconds", "second", 4_000), ("husk", "by-product", 17_500)]
    world.say(world.transformation(coop, [(lot, 100_000)], outputs, process="hulling", losses={"process": 500}))


@pytest.mark.rule("outputs_and_losses_add_up", "refuses")
@pytest.mark.parametrize("loss", [499, 501, None])
def test_kilograms_do_not_appear_or_vanish_in_a_process(world: World, loss: int | None) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100_000)
    outputs = [("green", 78_000), ("seconds", "second", 4_000), ("husk", "by-product", 17_500)]
    losses = {} if loss is None else {"process": loss}
    draft = world.transformation(coop, [(lot, 100_000)], outputs, process="hulling", losses=losses)
    assert world.refused(draft) == ["mass-does-not-add-up"]


@pytest.mark.rule("yield_is_possible", "accepts")
@pytest.mark.rule("yield_is_possible", "refuses")
def test_no_mill_gets_more_green_coffee_than_parchment_holds(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100_000)

    def hulled(green: int) -> list[str]:
        outputs = [("green", green), ("husk", "by-product", 100_000 - green)]
        return codes(world.check(world.transformation(coop, [(lot, 100_000)], outputs, process="hulling"))[0])

    assert hulled(86_000) == []
    assert hulled(86_001) == ["yield-impossible"]


@pytest.mark.rule("yield_is_possible", "refuses")
def test_water_does_not_dry_into_coffee(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100_000, form="wet-parchment")

    def dried(grams: int, before: int, after: int) -> list[str]:
        measures = [
            {"kind": "moisture-in", "value": before, "scale": 1, "unit": "percent"},
            {"kind": "moisture-out", "value": after, "scale": 1, "unit": "percent"},
        ]
        draft = world.transformation(
            coop,
            [(lot, 100_000)],
            [("dry-parchment", grams)],
            process="drying",
            losses={"moisture": 100_000 - grams},
            measures=measures,
        )
        return codes(world.check(draft)[0])

    # 100 kg x (1 - 0.53) / (1 - 0.11) = 52,808 g of dry matter and what water may stay in it.
    assert dried(52_808, 530, 110) == []
    assert dried(52_809, 530, 110) == ["yield-impossible"]


@pytest.mark.rule("yield_is_in_band", "accepts")
@pytest.mark.rule("yield_is_in_band", "flags")
def test_an_unusual_yield_is_written_and_stays_open_until_it_is_explained(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 300_000)

    def hulled(green: int) -> list[str]:
        outputs = [("green", green), ("husk", "by-product", 100_000 - green)]
        return world.flagged(world.transformation(coop, [(lot, 100_000)], outputs, process="hulling"))

    assert hulled(80_000) == []
    assert hulled(84_001) == ["yield-out-of-band"]
    assert hulled(71_999) == ["yield-out-of-band"]


@pytest.mark.rule("packing_conserves_mass", "accepts")
def test_bags_are_filled_and_opened_to_the_gram(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100)
    bags = world.packing(coop, [(lot, 100)], [69, 31])
    world.say(bags)
    first, second = lots_of(bags)
    opened = world.unpacking(coop, [(first, 69), (second, 31)], 100)
    world.say(opened)
    assert world.stock(opened["output"]) == {coop.id: 100}


@pytest.mark.rule("packing_conserves_mass", "refuses")
def test_bags_do_not_grow(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100)
    for grams in ([69, 32], [69, 30]):
        assert world.refused(world.packing(coop, [(lot, 100)], grams)) == ["packing-does-not-add-up"]
    assert world.refused(world.unpacking(coop, [(lot, 100)], 101)) == ["packing-does-not-add-up"]


# ------------------------------------------------------------ scales and shortages


@pytest.mark.rule("scale_stays_in_tolerance", "accepts")
@pytest.mark.rule("scale_stays_in_tolerance", "flags")
def test_a_scale_may_differ_by_half_a_percent_and_never_gains_stock(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 300_000)

    def pooled(weighed: int) -> tuple[list[str], dict[str, int]]:
        draft = world.pooling(coop, [{"lot": lot, "grams": 100_000, "weighed_grams": weighed}])
        return world.flagged(draft), world.stock(lots_of(draft)[0])

    assert pooled(100_500) == ([], {coop.id: 100_000})
    assert pooled(100_501) == (["scale-gain"], {coop.id: 100_000})
    sent = world.dispatch(coop, buyer, {"lot": lot, "grams": 100_000, "weighed_grams": 101_000})
    assert world.flagged(sent) == ["scale-gain"]
    arrived = {"lot": lot, "accepted": 100_000, "weighed_grams": 102_000}
    assert world.flagged(world.receipt(buyer, sent, arrived)) == ["scale-gain"]
    assert world.stock(lot) == {buyer.id: 100_000}


@pytest.mark.rule("shortage_is_explained", "accepts")
@pytest.mark.rule("shortage_is_explained", "flags")
def test_a_shortage_without_a_reason_is_flagged(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 300)
    explained = {"lot": lot, "grams": 90, "empties": True, "loss_grams": 10, "loss_kind": "pest"}
    other = world.deliver(world.farm(), 100)
    unexplained = {"lot": other, "grams": 90, "empties": True, "loss_grams": 10}
    sent = world.send(coop, buyer, (lot, 200))
    assert world.flagged(world.receipt(buyer, sent, {"lot": lot, "accepted": 199, "missing": 1})) == [
        "shortage-unexplained"
    ]
    assert world.flagged(world.pooling(coop, [explained])) == []
    assert world.flagged(world.pooling(coop, [unexplained])) == ["shortage-unexplained"]


# ------------------------------------------------------------ estimates and animals


@pytest.mark.rule("delivery_is_within_estimate", "accepts")
@pytest.mark.rule("delivery_is_within_estimate", "flags")
def test_a_plot_that_gives_more_than_expected_reads_amber_then_red(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    assert world.flagged(world.delivery(farm, 500)) == []
    estimate = {
        "estimate": world.new_id("estimate"),
        "grown": farm.plot,
        "commodity": "coffee",
        "form": "dry-parchment",
        "season": "2026",
        "grams": 1_000,
        "method": "inspection",
    }
    world.say(world.draft("estimate.made", estimate, coop))
    assert world.flagged(world.delivery(farm, 500)) == []
    assert world.flagged(world.delivery(farm, 100)) == ["estimate-exceeded"]
    assert world.flagged(world.delivery(farm, 1)) == ["estimate-far-exceeded"]
    assert world.flagged(world.delivery(farm, 1, season="2026-2027")) == []
    revised = {name: value for name, value in estimate.items() if name != "method"} | {"grams": 5_000, "reason": "new"}
    world.say(world.draft("estimate.revised", revised, coop))
    assert world.flagged(world.delivery(farm, 1)) == []


@pytest.mark.rule("delivery_is_within_estimate", "flags")
def test_what_a_season_had_delivered_before_the_ledger_counts(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    line = {"commodity": "coffee", "form": "dry-parchment", "season": "2026"}
    estimate = {"estimate": world.new_id(), "grown": farm.plot, **line, "grams": 1_000, "method": "count"}
    world.say(world.draft("estimate.made", estimate, coop))
    before = {"producer": farm.producer, "grown": farm.plot, "form": "dry-parchment", "grams": 999}
    opened = {"facility": coop.place, "commodity": "coffee", "season": "2026", "delivered": [before]}
    world.say(world.draft("season.opened", opened, coop))
    assert world.flagged(world.delivery(farm, 1)) == []
    assert world.flagged(world.delivery(farm, 1)) == ["estimate-exceeded"]


@pytest.mark.rule("shorn_animals_are_alive", "accepts")
@pytest.mark.rule("shorn_animals_are_alive", "flags")
def test_no_more_animals_are_shorn_than_were_counted(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    herd = world.herd(coop, farm.producer)
    world.say(world.draft("herd.counted", {"herd": herd, "counted_on": "2026-05-01", "animals": 40}, coop))

    def shorn(animals: int) -> list[str]:
        body = {
            "herd": herd,
            "shorn_on": "2026-06-01",
            "age": "adult",
            "breed": "huacaya",
            "colour": "white",
            "animals": animals,
            "fleeces": animals,
            "grams": animals * 2_000,
        }
        return world.flagged(world.draft("herd.shorn", body, coop))

    assert shorn(40) == []
    assert shorn(41) == ["shorn-above-alive"]
