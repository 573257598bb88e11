"""Land and herds: outlines that can be true, ground that is registered once, and no more than it can give."""

from __future__ import annotations

from typing import Any

import pytest

from tests.outlines import point, polygon, square
from tests.world import Draft, Farm, Party, World

HERE, FAR = 501, 502


def held(world: World, farm: Farm | str, holder: str, tenure: str = "owner", **changes: Any) -> Draft:
    """Somebody holds a plot."""
    plot = farm if isinstance(farm, str) else farm.plot
    body = {"plot": plot, "holder": holder, "tenure": tenure, "held_from": "2020-01-01", **changes}
    return world.draft("plot.held", body, world.coop())


def redrawn(world: World, plot: str, outline: str, **changes: Any) -> Draft:
    """A plot's outline is drawn again."""
    body = {"plot": plot, "reason": "correction", "area_m2": 20_000, "effective_from": "2026-06-01", **changes}
    return world.draft("plot.redrawn", body, world.coop(), sealed={"/geometry": outline})


def checked(world: World, plot: str, by: Party, **seen: Any) -> Draft:
    """Somebody says what an outline shows."""
    body = {
        "plot": plot,
        "statement": "0" * 64,
        "area_m2": 20_000,
        "checked": {"by": "node", "version": 1, **seen},
    }
    return world.draft("plot.checked", body, by)


def estimate(world: World, grown: str, grams: int, **changes: Any) -> Draft:
    """What a plot is expected to give in parchment."""
    body = {
        "estimate": world.new_id("estimate"),
        "grown": grown,
        "commodity": "coffee",
        "form": "dry-parchment",
        "season": "2026",
        "grams": grams,
        "method": "declared",
    }
    return world.draft("estimate.made", body | changes, world.coop())


def revised(world: World, made: Draft, grams: int) -> Draft:
    """The same estimate with another weight."""
    body = {name: value for name, value in made.body.items() if name != "method"}
    return world.draft("estimate.revised", {**body, "grams": grams, "reason": "second-look"}, world.coop())


def shorn(world: World, herd: str, animals: int, grams: int, day: str = "2026-02-03") -> Draft:
    """Animals are shorn."""
    body = {
        "herd": herd,
        "shorn_on": day,
        "age": "adult",
        "breed": "huacaya",
        "colour": "white",
        "animals": animals,
        "fleeces": animals,
        "grams": grams,
    }
    return world.draft("herd.shorn", body, world.coop())


def counted(world: World, herd: str, animals: int, day: str = "2026-01-05") -> None:
    """The animals of a herd are counted."""
    world.say(world.draft("herd.counted", {"herd": herd, "counted_on": day, "animals": animals}, world.coop()))


# ------------------------------------------------------------ outlines that can be true


@pytest.mark.rule("outline_lies_on_earth", "accepts")
def test_a_walked_plot_is_taken(world: World) -> None:
    assert world.flagged(world.plot(world.coop())) == []


@pytest.mark.rule("outline_lies_on_earth", "refuses")
def test_a_plot_with_its_axes_swapped_is_turned_away(world: World) -> None:
    coop = world.coop()
    turned = polygon([(-6_100_000, -77_000_000), (-6_098_800, -77_000_000), (-6_098_800, -76_998_800),
                      (-6_100_000, -76_998_800), (-6_100_000, -77_000_000)])  # fmt: skip
    assert world.refused(world.plot(coop, outline=turned)) == ["axes-swapped"]


@pytest.mark.rule("outline_lies_on_earth", "refuses")
def test_metres_and_lost_decimal_points_are_turned_away(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    metres = world.plot(coop, outline=point("282000", "9332000"))
    assert world.refused(metres) == ["coordinates-in-metres"]
    assert [problem.found for problem in world.state(metres).problems] == ["utm-18-south"]
    nowhere = point("-769.7", "-603.5")
    assert world.refused(world.plot(coop, outline=nowhere)) == ["coordinates-out-of-range"]
    assert world.refused(redrawn(world, farm.plot, nowhere)) == ["coordinates-out-of-range"]
    halves = [{"plot": world.new_id("plot"), "area_m2": 10_000} for _ in range(2)]
    split = {"plot": farm.plot, "into": halves, "effective_from": "2026-06-01"}
    sealed = {"/into/0/geometry": square(FAR, 10_000), "/into/1/geometry": nowhere}
    outcome = world.state(world.draft("plot.split", split, coop, sealed=sealed))
    assert [(each.code, each.where) for each in outcome.problems] == [
        ("coordinates-out-of-range", "/body/into/1/geometry")
    ]


@pytest.mark.rule("outline_can_be_relied_on", "accepts")
def test_a_small_plot_may_be_a_point(world: World) -> None:
    assert world.flagged(world.plot(world.coop(), outline=point("-76.97", "-6.03"), area_m2=40_000)) == []


@pytest.mark.rule("outline_can_be_relied_on", "flags")
def test_a_plot_above_four_hectares_is_more_than_a_point(world: World) -> None:
    drawn = world.plot(world.coop(), outline=point("-76.97", "-6.03"), area_m2=40_001)
    assert world.flagged(drawn) == ["polygon-wanted"]


@pytest.mark.rule("outline_can_be_relied_on", "flags")
def test_a_plot_of_another_country_or_area_is_looked_at(world: World) -> None:
    coop = world.coop()
    assert world.flagged(world.plot(coop, outline=point("-70.0", "4.0"))) == ["outside-country"]
    area = world.new_id("area")
    mapped = {"area": area, "kind": "conservation", "name": "Bosque", "area_m2": 1_000_000, "district": "Rioja"}
    world.say(world.draft("area.mapped", mapped, coop, sealed={"/geometry": square(700, 1_000_000)}))
    assert world.flagged(world.plot(coop, outline=square(HERE), within=area)) == ["outside-stated-area"]


@pytest.mark.rule("outline_can_be_relied_on", "flags")
def test_a_poor_receiver_is_said(world: World) -> None:
    feature = f'{{"type":"Feature","properties":{{"accuracy":34.5}},"geometry":{square(HERE)}}}'
    assert world.flagged(world.plot(world.coop(), outline=feature)) == ["accuracy-low"]


@pytest.mark.rule("area_is_that_of_the_outline", "accepts")
def test_an_area_may_be_a_little_off(world: World) -> None:
    assert world.flagged(world.plot(world.coop(), area_m2=21_500)) == []


@pytest.mark.rule("area_is_that_of_the_outline", "flags")
def test_an_area_far_from_the_outline_is_asked_about(world: World) -> None:
    assert world.flagged(world.plot(world.coop(), area_m2=22_500)) == ["area-differs"]
    assert world.flagged(redrawn(world, world.farm().plot, square(HERE), area_m2=15_000)) == ["area-differs"]


# ------------------------------------------------------------ ground that is registered once


@pytest.mark.rule("plot_is_registered_once", "accepts")
def test_sharecroppers_of_one_plot_are_no_second_plot(world: World) -> None:
    farm, neighbour = world.farm(), world.farm()
    assert world.flagged(held(world, farm, farm.producer)) == []
    assert world.flagged(held(world, farm, neighbour.producer, "sharecropper", share_permille=400)) == []


@pytest.mark.rule("plot_is_registered_once", "flags")
def test_a_plot_registered_under_two_producers_is_found(world: World) -> None:
    coop = world.coop()
    world.say(world.plot(coop, outline=square(HERE)))
    assert world.flagged(world.plot(coop, outline=square(HERE, east=1))) == ["plot-registered-twice"]


@pytest.mark.rule("plot_is_registered_once", "accepts")
def test_a_declared_share_may_be_mapped_on_its_own(world: World) -> None:
    coop = world.coop()
    whole, other = world.plot(coop, outline=square(HERE)), world.plot(coop, outline=square(FAR))
    world.say(whole)
    world.say(other)
    assert world.flagged(world.plot(coop, outline=square(HERE), shared_with=whole["plot"])) == []
    family = world.farm()
    world.say(held(world, other["plot"], family.producer, "co-owner", share_permille=500))
    assert world.flagged(world.plot(coop, outline=square(FAR))) == []


@pytest.mark.rule("plot_is_registered_once", "accepts")
def test_what_is_gone_is_no_second_registration(world: World) -> None:
    coop = world.coop()
    first = world.plot(coop, outline=square(HERE))
    gone = world.say(first)
    world.say(world.retraction(coop, gone))
    again = world.plot(coop, outline=square(HERE))
    assert world.flagged(again) == []
    world.say(redrawn(world, again["plot"], square(FAR)))
    assert world.flagged(world.plot(coop, outline=square(HERE))) == []


@pytest.mark.rule("plots_lie_side_by_side", "accepts")
def test_a_careless_corner_is_no_overlap(world: World) -> None:
    coop = world.coop()
    world.say(world.plot(coop, outline=square(HERE)))
    assert world.flagged(world.plot(coop, outline=square(HERE, east=139))) == []


@pytest.mark.rule("plots_lie_side_by_side", "flags")
def test_a_plot_over_its_neighbour_is_found(world: World) -> None:
    coop = world.coop()
    first = world.plot(coop, outline=square(HERE))
    world.say(first)
    outcome = world.say(world.plot(coop, outline=square(HERE, east=100)))
    assert [(flag.code, flag.details["other"]) for flag in outcome.flags] == [("plot-overlaps", first["plot"])]
    # What somebody else found and stated counts as well.
    stated = [{"other": first["plot"], "area_m2": 600, "source": "cadastre"}]
    assert world.flagged(world.plot(coop, overlaps=stated)) == ["plot-overlaps"]
    assert world.flagged(world.plot(coop, overlaps=[{**stated[0], "other": world.new_id("plot")}])) == []


@pytest.mark.rule("plots_lie_side_by_side", "accepts")
def test_halves_and_wholes_take_over_the_ground_of_their_parents(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    drawn = world.plot(coop, outline=square(HERE))
    world.say(drawn)
    halves = [{"plot": world.new_id("plot"), "area_m2": 5_000} for _ in range(2)]
    split = {"plot": drawn["plot"], "into": halves, "effective_from": "2026-06-01"}
    sealed = {"/into/0/geometry": square(HERE, 5_000), "/into/1/geometry": square(HERE, 5_000, east=71)}
    assert world.flagged(world.draft("plot.split", split, coop, sealed=sealed)) == []
    whole = {"plot": world.new_id("plot"), "area_m2": 20_000}
    merged = {"plots": [half["plot"] for half in halves], "into": whole, "effective_from": "2026-06-02"}
    sealed = {"/into/geometry": square(HERE)}
    assert world.flagged(world.draft("plot.merged", merged, coop, sealed=sealed)) == []
    assert world.flagged(redrawn(world, str(whole["plot"]), square(HERE, east=2))) == []
    assert world.flagged(redrawn(world, farm.plot, square(HERE, east=2))) == ["plot-registered-twice"]


@pytest.mark.rule("node_looked_for_the_operator", "accepts")
def test_the_operator_says_what_its_node_saw(world: World) -> None:
    plot = world.farm().plot
    assert world.flagged(checked(world, plot, world.operator, area_m2_geodesic=20_100)) == []
    assert world.flagged(checked(world, plot, world.operator, area_m2_geodesic=15_000)) == ["area-differs"]


@pytest.mark.rule("node_looked_for_the_operator", "refuses")
def test_nobody_else_says_what_outlines_show(world: World) -> None:
    assert world.refused(checked(world, world.farm().plot, world.coop())) == ["role-required"]


# ------------------------------------------------------------ who holds it


@pytest.mark.rule("shares_fit_in_the_plot", "accepts")
def test_owner_and_sharecropper_are_two_wholes(world: World) -> None:
    farm, one, two = (world.farm() for _ in range(3))
    world.say(held(world, farm, farm.producer))
    assert world.flagged(held(world, farm, one.producer, "sharecropper", share_permille=600)) == []
    assert world.flagged(held(world, farm, two.producer, "tenant", share_permille=400)) == []
    # The same holder again is a new word about the same share.
    assert world.flagged(held(world, farm, two.producer, "tenant", share_permille=300)) == []


@pytest.mark.rule("shares_fit_in_the_plot", "accepts")
def test_an_heir_follows_the_owner(world: World) -> None:
    farm, heir = world.farm(), world.farm()
    world.say(held(world, farm, farm.producer, held_to="2025-12-31"))
    assert world.flagged(held(world, farm, heir.producer, "heir", held_from="2026-01-01")) == []


@pytest.mark.rule("shares_fit_in_the_plot", "flags")
def test_a_plot_is_not_owned_one_and_a_half_times(world: World) -> None:
    farm, other = world.farm(), world.farm()
    world.say(held(world, farm, farm.producer))
    draft = held(world, farm, other.producer, "co-owner", share_permille=500)
    assert world.flagged(draft) == ["shares-exceed-whole"]
    assert [(flag.found, flag.expected) for flag in world.ledger.fact(draft.id).flags] == [(1500, 1000)]


# ------------------------------------------------------------ what it can give


@pytest.mark.rule("delivery_is_within_cap", "accepts")
def test_a_good_harvest_is_within_the_cap(world: World) -> None:
    # Two hectares give at most 2,300 kg of green coffee: 2,875 kg of parchment at 0.80.
    assert world.flagged(world.delivery(world.farm(), 2_875_000)) == []


@pytest.mark.rule("delivery_is_within_cap", "flags")
def test_a_season_above_what_hectares_can_give_is_asked_about(world: World) -> None:
    farm = world.farm()
    world.say(world.delivery(farm, 2_000_000))
    draft = world.delivery(farm, 875_002)
    assert world.flagged(draft) == ["cap-exceeded"]
    [flag] = world.ledger.fact(draft.id).flags
    assert (flag.found, flag.expected) == (2_300_001, 2_300_000)
    # Another season begins anew.
    assert world.flagged(world.delivery(farm, 2_875_000, season="2026-2027")) == []


def fleeces(world: World, herd: str, grams: int) -> Draft:
    """A family's fleeces at the scale."""
    draft = world.delivery(world.farm(), grams, commodity="alpaca-fibre", form="fleece", herd=herd)
    return draft.but(plot=None, harvested_from="2026-02-03", harvested_to="2026-02-03")


@pytest.mark.rule("delivery_is_within_cap", "flags")
def test_fleeces_are_from_animals_that_were_shorn(world: World) -> None:
    coop = world.coop()
    herd = world.herd(coop, world.farm().producer)
    assert world.flagged(fleeces(world, herd, 900_000)) == []
    counted(world, herd, 200)
    assert world.flagged(fleeces(world, world.herd(coop, world.farm().producer), 1)) == []
    assert world.flagged(fleeces(world, herd, 0 + 1)) == ["cap-exceeded"]
    world.say(shorn(world, herd, 200, 500_000))
    assert world.flagged(fleeces(world, herd, 1)) == ["cap-exceeded"]


@pytest.mark.rule("fleeces_are_within_cap", "accepts")
@pytest.mark.rule("fleeces_are_within_cap", "flags")
def test_an_animal_carries_four_kilograms_at_most(world: World) -> None:
    herd = world.herd(world.coop(), world.farm().producer)
    assert world.flagged(shorn(world, herd, 10, 40_000)) == []
    assert world.flagged(shorn(world, herd, 10, 40_001)) == ["cap-exceeded"]


@pytest.mark.rule("animals_are_shorn_once_a_season", "accepts")
def test_a_herd_is_shorn_on_several_days(world: World) -> None:
    herd = world.herd(world.coop(), world.farm().producer)
    assert world.flagged(shorn(world, herd, 30, 60_000, "2026-02-03")) == []
    counted(world, herd, 50)
    assert world.flagged(shorn(world, herd, 20, 40_000, "2026-02-10")) == []
    # Eight months later the fleece has grown again.
    assert world.flagged(shorn(world, herd, 50, 90_000, "2026-10-10").on("2026-10-11")) == ["clock-suspect"]


@pytest.mark.rule("animals_are_shorn_once_a_season", "flags")
def test_animals_shorn_twice_within_eight_months_are_seen(world: World) -> None:
    coop = world.coop()
    herd = world.herd(coop, world.farm().producer)
    counted(world, herd, 50)
    world.say(shorn(world, herd, 50, 100_000, "2025-11-20"))
    assert world.flagged(shorn(world, herd, 1, 2_000, "2026-05-20")) == ["shorn-again"]
    born = {"herd": herd, "changed_on": "2026-05-21", "kind": "bought", "animals": 2}
    world.say(world.draft("herd.changed", born, coop))
    assert world.flagged(shorn(world, herd, 1, 2_000, "2026-05-22")) == []


@pytest.mark.rule("estimate_comes_before_the_excess", "accepts")
def test_an_estimate_may_be_raised_before_the_harvest(world: World) -> None:
    farm = world.farm()
    made = estimate(world, farm.plot, 500_000)
    world.say(made)
    world.say(world.delivery(farm, 500_000))
    assert world.flagged(revised(world, made, 600_000)) == []
    world.say(world.delivery(farm, 150_000))
    assert world.flagged(revised(world, made, 400_000)) == []


@pytest.mark.rule("estimate_comes_before_the_excess", "flags")
def test_an_estimate_raised_after_the_excess_reads_so(world: World) -> None:
    farm = world.farm()
    made = estimate(world, farm.plot, 500_000)
    world.say(made)
    world.say(world.delivery(farm, 500_001))
    assert world.flagged(revised(world, made, 600_000)) == ["estimate-raised-after-excess"]
    world.say(world.delivery(farm, 100_000))
    # A second estimate or an inspection is no way round.
    assert world.flagged(estimate(world, farm.plot, 700_000)) == ["estimate-raised-after-excess"]
    world.say(world.delivery(farm, 100_000))
    line = {"grown": farm.plot, "commodity": "coffee", "form": "dry-parchment", "season": "2026", "grams": 800_000}
    inspection = {
        "inspection": world.new_id("inspection"),
        "kind": "internal",
        "subject": farm.producer,
        "visited_on": "2026-06-12",
        "result": "passed",
        "conflict_of_interest": False,
        "estimates": [line],
    }
    outcome = world.say(world.draft("inspection.made", inspection, world.coop(), sealed={"/inspector": "x"}))
    assert "estimate-raised-after-excess" in [flag.code for flag in outcome.flags]


# ------------------------------------------------------------ what a scale is told beforehand


def colour(world: World, draft: Draft) -> tuple[str, int, int, int, int] | None:
    """What a dry run says: level, delivered, this one, estimated, thousandths."""
    found = world.check(draft)[0].plausibility
    if found is None:
        return None
    return found.level, found.delivered_grams, found.this_grams, found.estimated_grams, found.permille


def test_a_dry_run_tells_the_colour_before_the_fact_is_stated(world: World) -> None:
    farm = world.farm()
    assert colour(world, world.delivery(farm, 1)) is None
    world.say(estimate(world, farm.plot, 100_000))
    assert colour(world, world.delivery(farm, 100_000)) == ("green", 0, 100_000, 100_000, 1000)
    assert colour(world, world.delivery(farm, 100_001)) == ("amber", 0, 100_001, 100_000, 1001)
    world.say(world.delivery(farm, 60_000))
    assert colour(world, world.delivery(farm, 50_000)) == ("amber", 60_000, 50_000, 100_000, 1100)
    assert colour(world, world.delivery(farm, 50_001)) == ("red", 60_000, 50_001, 100_000, 1101)
    assert world.state(world.delivery(farm, 1)).plausibility is None


def test_deliveries_of_one_batch_are_counted_one_after_the_other(world: World) -> None:
    farm = world.farm()
    world.say(estimate(world, farm.plot, 100_000))
    found = [each.plausibility for each in world.check(world.delivery(farm, 90_000), world.delivery(farm, 20_001))]
    assert [(each.level, each.delivered_grams) for each in found if each] == [("green", 0), ("red", 90_000)]


def test_plot_statuses_are_estimated_apart(world: World) -> None:
    farm = world.farm()
    world.say(estimate(world, farm.plot, 100_000, status="organic"))
    # Nobody said what the rest of the plot gives.
    assert colour(world, world.delivery(farm, 10, status="conventional")) is None
    world.say(estimate(world, farm.plot, 50_000, status="in-conversion"))
    world.say(world.delivery(farm, 100_000, status="organic"))
    assert colour(world, world.delivery(farm, 1, status="organic")) == ("amber", 100_000, 1, 100_000, 1001)
    assert colour(world, world.delivery(farm, 1, status="in-conversion")) == ("green", 0, 1, 50_000, 1)
    # Without a status it is measured against everything together.
    assert colour(world, world.delivery(farm, 50_000)) == ("green", 100_000, 50_000, 150_000, 1000)
    world.say(estimate(world, farm.plot, 20_000))
    assert colour(world, world.delivery(farm, 20_000)) == ("green", 0, 20_000, 20_000, 1000)
    assert world.flagged(world.delivery(farm, 2, status="organic")) == ["estimate-exceeded"]


def test_a_delivery_that_replaces_another_is_not_counted_twice(world: World) -> None:
    farm = world.farm()
    world.say(estimate(world, farm.plot, 100_000))
    draft = world.delivery(farm, 90_000)
    wrong = world.say(draft)
    right = world.delivery(farm, 100_000, lot=draft["lot"]).replacing(wrong)
    assert colour(world, right) == ("green", 0, 100_000, 100_000, 1000)


def test_a_herd_has_estimates_too(world: World) -> None:
    herd = world.herd(world.coop(), world.farm().producer)
    world.say(estimate(world, herd, 10_000, commodity="alpaca-fibre", form="fleece", method="count"))
    assert colour(world, fleeces(world, herd, 12_000)) == ("red", 0, 12_000, 10_000, 1200)
