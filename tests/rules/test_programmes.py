"""A programme's own control system: it speaks for itself, approves after a visit, and one group has each producer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import Draft, Farm, Party, World


def approval(world: World, farm: Farm, programme: Party, **changes: Any) -> Draft:
    """The programme approves a producer."""
    body = {
        "producer": farm.producer,
        "programme": programme.id,
        "status": "approved",
        "effective_from": "2026-04-01",
    }
    return world.draft("producer.status-set", body | changes, programme)


def visit(world: World, farm: Farm, by: Party, on: str, result: str = "passed") -> None:
    """Somebody inspects the producer."""
    body = {
        "inspection": world.new_id("inspection"),
        "kind": "internal",
        "subject": farm.producer,
        "visited_on": on,
        "result": result,
        "conflict_of_interest": False,
    }
    world.say(world.draft("inspection.made", body, by, sealed={"/inspector": "Inspectora"}))


@pytest.mark.rule("programme_speaks_for_itself", "accepts")
@pytest.mark.rule("programme_speaks_for_itself", "refuses")
def test_a_programme_sets_the_status_of_its_own_producers(world: World) -> None:
    coop, other, farm = world.coop(), world.coop("Otra"), world.farm()
    assert world.refused(approval(world, farm, coop).said_by(other)) == ["programme-not-yours"]
    world.say(approval(world, farm, coop))
    world.say(approval(world, farm, coop, status="conditional").said_by(world.operator))


@pytest.mark.rule("approval_follows_an_inspection", "accepts")
@pytest.mark.rule("approval_follows_an_inspection", "flags")
def test_an_approval_without_an_inspection_is_looked_at(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    visit(world, farm, coop, "2025-03-30")
    visit(world, farm, coop, "2026-03-01", "failed")
    assert world.flagged(approval(world, farm, coop)) == ["approved-without-inspection"]
    assert world.flagged(approval(world, farm, coop, season="2026")) == ["approved-without-inspection"]
    assert world.flagged(approval(world, farm, coop, status="suspended")) == []
    visit(world, farm, coop, "2026-03-20")
    assert world.flagged(approval(world, farm, coop)) == []
    assert world.flagged(approval(world, farm, coop, season="2026")) == []


@pytest.mark.rule("producer_is_in_one_group", "accepts")
@pytest.mark.rule("producer_is_in_one_group", "flags")
def test_a_producer_approved_in_two_groups_is_looked_at(world: World) -> None:
    coop, other, farm = world.coop(), world.coop("Otra"), world.farm()
    visit(world, farm, coop, "2026-03-01")
    assert world.flagged(approval(world, farm, coop)) == []
    assert world.flagged(approval(world, farm, other)) == ["producer-in-two-groups"]
    world.say(approval(world, farm, coop, status="left", effective_from="2026-05-01"))
    assert world.flagged(approval(world, farm, other, effective_from="2026-05-02")) == []
