"""The same on PostgreSQL: exercises, a sample drawn again, and a look recorded through a grant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.audit.fieldwork.access import Drawable, Viewer
from ledger.audit.fieldwork.drills import trace_forward
from ledger.audit.fieldwork.period import Period
from ledger.audit.fieldwork.samples import Drawing, check_sample, draw_sample
from tests.rules.test_audits import SEED, granted, opened
from tests.world import ORIGIN, FixedClock, World

YEAR = Period("2026-01-01", "2026-12-31")


@pytest.fixture
def world(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    clock = FixedClock()
    ledger = Ledger.create(
        postgres_url, origin=ORIGIN, operator="Valle", demo_seed="world", clock=clock, state_dir=tmp_path
    )
    world = World(ledger, clock)
    yield world
    world.end()


@pytest.mark.postgres
def test_an_audit_on_postgresql(world: World) -> None:
    coop, auditor = world.coop(), world.certifier()
    farms = [world.farm() for _ in range(5)]
    lots = [world.deliver(farm, 10_000) for farm in farms]
    pool = world.pool(coop, *((lot, 10_000) for lot in lots))
    audit = opened(world, auditor, coop)
    looks = ["trace-back", "trace-forward", "mass-balance", "population", "fact"]
    grant = granted(world, coop, auditor, audit=audit, looks=looks, lots=[])
    viewer = Viewer(world.ledger, auditor.id)

    back = json.loads(viewer.trace_back(pool).data)
    assert (back["traced_grams"], back["complete"], back["checks"]) == (50_000, True, [])
    balance = json.loads(viewer.mass_balance(coop.place, YEAR).data)
    assert [line["closing"] for line in balance["stock"]] == [50_000]
    people = json.loads(viewer.population(Drawable(coop.id, "producers", YEAR, "risk")).data)
    assert people["population_size"] == 5
    assert json.loads(viewer.fact(world.lot(pool).statement).data)["fact"] == "lot.transformed/1"
    with world.ledger.books_and_packs() as (books, _):
        assert {each.lot for each in trace_forward(books, farms[0].plot).lots} == {lots[0], pool}
    assert [use.look for use in viewer.uses(grant)] == ["trace-back", "mass-balance", "population", "fact"]

    asked = Drawing(audit, coop.id, "producers", "re-inspection", SEED, "square-root", "risk")
    sample = world.draft("sample.drawn", draw_sample(world.ledger, asked).body(world.new_id("sample")), auditor)
    world.say(sample)
    assert check_sample(world.ledger, sample.id).ok
