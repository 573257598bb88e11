"""What it is and where it comes from: known commodities, forms and processes, one land or herd, no circles."""

from __future__ import annotations

import pytest

from tests.world import World, codes, lots_of


@pytest.mark.rule("commodity_is_known", "accepts")
@pytest.mark.rule("delivery_has_one_origin", "accepts")
@pytest.mark.rule("origin_is_named", "accepts")
def test_fibre_comes_from_a_herd(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    herd = world.herd(coop, farm.producer)
    draft = world.delivery(farm, 40_000, commodity="alpaca-fibre", form="fleece", plot=None, herd=herd)
    assert world.flagged(draft.but(plot=None)) == []
    assert world.contributions(draft["lot"]) == {draft["lot"]: 40_000}


@pytest.mark.rule("commodity_is_known", "refuses")
def test_only_commodities_and_forms_the_log_adopted_are_taken(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    assert world.refused(world.delivery(farm, 100, commodity="quinoa")) == ["commodity-unknown"]
    assert world.refused(world.delivery(farm, 100, form="powder")) == ["form-unknown"]
    assert "commodity-unknown" in world.refused(world.purchase(coop, 100, commodity="quinoa"))
    rejected = {
        "facility": coop.place,
        "producer": farm.producer,
        "commodity": "coffee",
        "form": "fleece",
        "gross": 100,
        "reason": "mould",
    }
    assert world.refused(world.draft("delivery.rejected", rejected, coop)) == ["form-unknown"]


@pytest.mark.rule("attributes_are_known", "accepts")
def test_lots_are_described_in_the_words_of_their_pack(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    herd = world.herd(coop, farm.producer)
    draft = world.delivery(farm, 400, commodity="alpaca-fibre", form="fleece", plot=None, herd=herd)
    draft = draft.but(plot=None, attributes=said(breed="suri", colour="white"))
    world.say(draft)
    world.say(world.purchase(coop, 50, commodity="dragon-fruit", form="fresh", attributes=said(species="red")))
    world.say(world.opening(coop, 50, commodity="alpaca-fibre", form="tops", attributes=said(**{"class": "fina"})))
    classes = [
        {"form": "sorted", "kind": "main", "grams": 200, "attributes": said(**{"class": word}, colour="white")}
        for word in ("superfina", "corta")
    ]
    world.say(world.transformation(coop, [(draft["lot"], 400)], classes, process="sorting", commodity="alpaca-fibre"))


@pytest.mark.rule("attributes_are_known", "refuses")
def test_lots_are_not_described_in_words_the_pack_lacks(world: World) -> None:
    coop = world.coop()
    fruit = {"commodity": "dragon-fruit", "form": "fresh"}
    described = world.purchase(coop, 100, **fruit)
    assert world.refused(described.but(attributes=said(colour="red"))) == ["attribute-unknown"]
    assert world.refused(described.but(attributes=said(calibre="huge"))) == ["attribute-value-unknown"]
    twice = [*said(calibre="small"), *said(calibre="large")]
    assert world.refused(described.but(attributes=twice)) == ["attribute-unknown"]
    assert world.refused(world.purchase(coop, 100, attributes=said(calibre="small"))) == ["attribute-unknown"]
    opened = world.opening(coop, 100, **fruit)
    assert world.refused(opened.but(attributes=said(species="blue"))) == ["attribute-value-unknown"]
    world.say(opened)
    outputs = [
        {"form": "fresh", "kind": "main", "grams": 80, "attributes": said(calibre="large")},
        {"form": "culls", "kind": "second", "grams": 20, "attributes": said(species="yellow", calibre="small")},
    ]
    graded = world.transformation(coop, [(opened["lot"], 100)], outputs, process="grading", commodity="dragon-fruit")
    (outcome,) = world.check(graded)
    found = [(problem.code, problem.where, problem.found, problem.expected) for problem in outcome.problems]
    assert found == [("attribute-unknown", "/body/outputs/1/attributes/1/code", "calibre", "species")]


def said(**attributes: str) -> list[dict[str, str]]:
    return [{"code": code, "value": value} for code, value in attributes.items()]


@pytest.mark.rule("process_takes_and_gives_these_forms", "accepts")
@pytest.mark.rule("process_takes_and_gives_these_forms", "refuses")
def test_a_process_takes_and_gives_the_forms_of_its_pack(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100)
    assert world.refused(world.transformation(coop, [(lot, 100)], [("green", 100)], process="magic")) == [
        "process-unknown"
    ]
    roasted = world.transformation(coop, [(lot, 100)], [("roasted", 80)], process="roasting", losses={"process": 20})
    assert world.refused(roasted) == ["process-input-form"]
    husk_as_main = [("green", 80), ("husk", 6), ("husk", "by-product", 14)]
    assert world.refused(world.transformation(coop, [(lot, 100)], husk_as_main, process="hulling")) == [
        "process-output-form"
    ]
    assert "process-output-form" in world.refused(world.transformation(coop, [(lot, 100)], [("green", 100)]))
    good = [("green", 80), ("husk", "by-product", 20)]
    world.say(world.transformation(coop, [(lot, 100)], good, process="hulling"))


@pytest.mark.rule("inputs_are_of_the_commodity", "accepts")
@pytest.mark.rule("inputs_are_of_the_commodity", "refuses")
def test_commodities_are_not_mixed_and_packing_changes_no_form(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    coffee = world.deliver(farm, 100)
    cocoa = world.deliver(farm, 100, commodity="cocoa", form="dry-beans")
    assert world.refused(world.pooling(coop, [(coffee, 100), (cocoa, 100)])) == ["commodity-differs"]
    assert world.refused(world.packing(coop, [(coffee, 100)], [100], form="green")) == ["form-differs"]
    assert world.refused(world.unpacking(coop, [(coffee, 100)], 100, form="green")) == ["form-differs"]
    world.say(world.packing(coop, [(coffee, 100)], [100]))


@pytest.mark.rule("delivery_has_one_origin", "refuses")
def test_a_delivery_does_not_grow_on_a_plot_and_on_a_herd(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    herd = world.herd(coop, farm.producer)
    assert world.refused(world.delivery(farm, 100, herd=herd)) == ["origin-twofold"]


@pytest.mark.rule("origin_is_named", "flags")
def test_a_delivery_without_a_plot_is_taken_and_flagged(world: World) -> None:
    assert world.flagged(world.delivery(world.farm(), 100).but(plot=None)) == ["origin-unnamed"]


@pytest.mark.rule("lineage_has_no_cycle", "refuses")
def test_a_correction_does_not_make_a_lot_its_own_ancestor(world: World) -> None:
    coop = world.coop()
    first = world.deliver(world.farm(), 100)
    made = world.pooling(coop, [(first, 100)])
    said = world.say(made)
    child = world.pool(coop, (lots_of(made)[0], 100))
    grandchild = world.pool(coop, (child, 60))
    for eaten in (child, grandchild):
        circle = world.pooling(coop, [(eaten, 40)]).but(outputs=[{**made["outputs"][0], "grams": 40}])
        assert "lineage-cycle" in world.refused(circle.replacing(said))
    itself = world.pooling(coop, [(lots_of(made)[0], 100)]).but(outputs=made["outputs"])
    assert "lineage-cycle" in world.refused(itself.replacing(said))


@pytest.mark.rule("lineage_has_no_cycle", "refuses")
def test_a_retracted_lot_is_not_born_again_out_of_its_own_descendants(world: World) -> None:
    coop = world.coop()
    first = world.deliver(world.farm(), 100)
    made = world.pooling(coop, [(first, 100)])
    said = world.say(made)
    child = world.pool(coop, (lots_of(made)[0], 100))
    world.say(world.retraction(coop, said))
    assert "lineage-cycle" in world.refused(world.pooling(coop, [(child, 100)]).but(outputs=made["outputs"]))
    world.say(world.pooling(coop, [(first, 100)]).but(outputs=made["outputs"]))
    assert world.contributions(child) == {first: 100}


@pytest.mark.rule("lineage_has_no_cycle", "refuses")
def test_a_correction_sees_what_the_same_batch_made_of_the_lot(world: World) -> None:
    coop = world.coop()
    first = world.deliver(world.farm(), 100)
    made = world.pooling(coop, [(first, 100)])
    said = world.say(made)
    child = world.pooling(coop, [(lots_of(made)[0], 100)])
    circle = world.pooling(coop, [(lots_of(child)[0], 100)]).but(outputs=made["outputs"]).replacing(said)
    assert [codes(o) for o in world.check(child, circle)] == [[], ["lineage-cycle"]]
    assert [codes(o) for o in world.batch(child, circle)] == [[], ["lineage-cycle"]]


@pytest.mark.rule("lineage_has_no_cycle", "accepts")
def test_a_process_is_corrected_to_have_taken_another_lot(world: World) -> None:
    coop = world.coop()
    first, second = world.deliver(world.farm(), 100), world.deliver(world.farm(), 100)
    made = world.pooling(coop, [(first, 100)])
    said = world.say(made)
    child = world.pool(coop, (lots_of(made)[0], 100))
    right = world.pooling(coop, [(second, 100)]).but(outputs=made["outputs"])
    world.say(right.replacing(said))
    assert world.contributions(child) == {second: 100}
    assert (world.stock(first), world.stock(second)) == ({coop.id: 100}, {})
    assert world.blocks(child) == set()
