"""When: days that run forward, clocks that can be believed, nothing worked before it was born."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World, lots_of


@pytest.mark.rule("periods_run_forward", "accepts")
@pytest.mark.rule("periods_run_forward", "refuses")
def test_a_period_ends_after_it_began(world: World) -> None:
    coop, mill, farm = world.coop(), world.mill(), world.farm()
    picked = world.delivery(farm, 100, harvested_from="2026-06-02", harvested_to="2026-06-01")
    assert world.refused(picked) == ["period-reversed"]
    mandate = world.mandate(coop, mill, "lot", valid_from="2026-06-02", valid_to="2026-06-01")
    assert world.refused(mandate) == ["period-reversed"]
    world.say(mandate.but(valid_to="2026-06-02"))
    held = {"plot": farm.plot, "holder": farm.producer, "tenure": "owner", "held_from": "2026-02-02"}
    assert world.refused(world.draft("plot.held", held | {"held_to": "2026-02-01"}, coop)) == ["period-reversed"]
    world.say(world.draft("plot.held", held, coop))


@pytest.mark.rule("periods_run_forward", "refuses")
def test_a_look_speaks_for_days_before_it_only(world: World) -> None:
    coop = world.coop()
    signed = {
        "agreement": world.new_id("agreement"),
        "framework": "best-practice",
        "level": "family",
        "code": "AC-1",
        "institutions": [{"party": coop.id, "role": "cooperative"}],
        "commitments": [{"code": "training", "kind": "do", "critical": False}],
        "valid_from": "2026-01-01",
    }
    world.say(world.draft("agreement.signed", signed, coop))
    look = {
        "monitoring": world.new_id("look"),
        "agreement": signed["agreement"],
        "kind": "inspection",
        "monitored_on": "2026-06-01",
        "assessed": [{"commitment": "training", "result": "met"}],
    }
    seen = world.draft("agreement.monitored", look | {"covers_from": "2026-06-02"}, coop)
    assert world.refused(seen) == ["period-reversed"]
    world.say(seen.but(covers_from="2026-03-01"))


@pytest.mark.rule("harvest_precedes_delivery", "accepts")
@pytest.mark.rule("harvest_precedes_delivery", "refuses")
def test_nothing_is_delivered_before_it_was_picked(world: World) -> None:
    farm = world.farm()
    assert world.refused(world.delivery(farm, 100, harvested_to="2026-06-13")) == ["harvest-after-delivery"]
    only_begun = world.delivery(farm, 100, harvested_from="2026-06-13").but(harvested_to=None)
    assert world.refused(only_begun) == ["harvest-after-delivery"]
    world.say(world.delivery(farm, 100, harvested_to="2026-06-12"))
    world.say(world.delivery(farm, 100).but(harvested_from=None, harvested_to=None))


@pytest.mark.rule("harvest_precedes_delivery", "accepts")
def test_the_day_of_a_moment_is_the_day_as_its_signer_wrote_it(world: World) -> None:
    # In UTC it was the 12th already; at the scale it was still the evening of the 11th.
    late = world.delivery(world.farm(), 100, harvested_to="2026-06-11").on("2026-06-11T23:30:00-05:00")
    world.say(late)
    assert world.lot(late["lot"]).born_on == "2026-06-11"


@pytest.mark.rule("clock_can_be_believed", "accepts")
@pytest.mark.rule("clock_can_be_believed", "flags")
def test_a_clock_that_runs_ahead_is_suspect_and_never_bounces_a_delivery(world: World) -> None:
    farm = world.farm()
    world.clock.set("2026-06-12T20:30:00+00:00")
    assert world.flagged(world.delivery(farm, 100).on("2026-06-12T15:40:00-05:00")) == []
    assert world.flagged(world.delivery(farm, 100).on("2026-06-12T15:41:00-05:00")) == ["clock-suspect"]
    assert world.flagged(world.delivery(farm, 100).on("2031-01-01")) == ["clock-suspect"]
    assert world.flagged(world.delivery(farm, 100).on("2026-06-05")) == []


@pytest.mark.rule("inputs_were_born_before", "accepts")
@pytest.mark.rule("inputs_were_born_before", "flags")
def test_a_lot_worked_before_it_was_born_is_looked_at(world: World) -> None:
    coop = world.coop()
    lot = world.deliver(world.farm(), 100)
    assert world.flagged(world.pooling(coop, [(lot, 10)]).on("2026-06-12")) == []
    early = world.pooling(coop, [(lot, 10)]).on("2026-06-11")
    assert world.flagged(early) == ["worked-before-born"]
    assert world.stock(lots_of(early)[0]) == {coop.id: 10}


@pytest.mark.rule("harvest_fits_the_season", "accepts")
@pytest.mark.rule("harvest_fits_the_season", "flags")
def test_a_harvest_of_ten_years_ago_is_no_delivery_of_this_season(world: World) -> None:
    farm = world.farm()
    for day in ("2025-12-30", "2026-05-20"):
        assert world.flagged(world.delivery(farm, 100, harvested_from=day, harvested_to=day)) == []
    old = world.delivery(farm, 100, harvested_from="2016-05-20", harvested_to="2016-06-02")
    assert world.flagged(old) == ["harvest-outside-season"]


@pytest.mark.rule("harvest_fits_the_season", "accepts")
@pytest.mark.rule("harvest_fits_the_season", "flags")
def test_this_years_grain_does_not_draw_on_last_years_licence_unseen(world: World) -> None:
    """Licence, estimate and cap are all kept by season, so a season wrongly typed escapes all three."""
    farm = world.farm()
    assert world.flagged(world.delivery(farm, 100, season="2025")) == ["harvest-outside-season"]
    late = "2026-03-31"
    shorn_over_the_new_year: dict[str, Any] = {"harvested_from": late, "harvested_to": late, "season": "2025"}
    assert world.flagged(world.delivery(farm, 100, **shorn_over_the_new_year)) == []
