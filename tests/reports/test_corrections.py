"""Corrections and open flags: who took what back, what that left in question, what came late, what still waits."""

from __future__ import annotations

from tests.reports.asking import ask, column, lines, picked
from tests.world import World


def test_a_retraction_and_a_replacement_name_who_when_and_what(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    wrong, right = world.delivery(farm, 10_000), world.delivery(farm, 20_000)
    first, second = world.say(wrong), world.say(right)
    taken_back = world.say(world.retraction(coop, first))
    replaced = world.say(world.delivery(farm, 21_000, lot=right["lot"], receipt=right["receipt"]).replacing(second))
    found = lines(ask(world, "corrections"), "corrections")
    assert [picked(line, "kind", "index", "type", "corrected_by", "was_index", "lots") for line in found] == [
        ("retraction", taken_back.index, "lot.harvested/1", coop.id, first.index, wrong["lot"]),
        ("replacement", replaced.index, "lot.harvested/1", coop.id, second.index, right["lot"]),
    ]
    assert column(ask(world, "corrections"), "corrections", "reason") == ["never-happened", ""]
    assert found[0]["recorded_at"] == taken_back.recorded_at
    # Before the retraction was recorded, nobody had corrected anything.
    assert lines(ask(world, "corrections", size=taken_back.index), "corrections") == []


def test_what_leans_on_a_delivery_that_never_happened_is_in_question(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    delivered = world.delivery(farm, 10_000)
    outcome = world.say(delivered)
    pool = world.pool(coop, (delivered["lot"], 10_000))
    world.say(world.retraction(coop, outcome))
    found = ask(world, "corrections")
    assert pool in column(found, "in-question", "lot")
    line = next(line for line in lines(found, "in-question") if line["lot"] == pool)
    assert picked(line, "commodity", "form", "holders") == ("coffee", "dry-parchment", coop.id)
    assert lines(ask(world, "corrections", size=outcome.index), "in-question") == []


def test_a_fact_recorded_a_week_after_it_happened_is_late(world: World) -> None:
    farm = world.farm()
    late = world.delivery(farm, 1_000, harvested_from="2026-05-20", harvested_to="2026-05-21").on("2026-05-25")
    world.say(late)
    world.deliver(farm, 2_000)
    found = [line for line in lines(ask(world, "corrections"), "late-entries") if line["type"] == "lot.harvested/1"]
    assert [picked(line, "days_late", "fact", "at", "lots") for line in found] == [
        (18, late.id, "2026-05-25T09:41:00-05:00", late["lot"])
    ]


def test_a_flag_is_open_until_it_is_justified(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    draft = world.delivery(farm, 10_000, harvested_from=None, harvested_to=None, delivered_by="carrier", sacks=1)
    outcome = world.say(draft)
    estimate = {
        "estimate": world.new_id("estimate"),
        "grown": farm.plot,
        "commodity": "coffee",
        "form": "dry-parchment",
        "season": "2026",
        "grams": 5_000,
        "method": "count",
    }
    world.say(world.draft("estimate.made", estimate, coop))
    over = world.delivery(farm, 6_000)
    flagged = world.say(over)
    codes = [flag.code for flag in flagged.flags]
    assert codes
    before = ask(world, "corrections", party=coop.id)
    told = [line for line in lines(before, "open-flags") if line["index"] == flagged.index]
    assert [line["flag"] for line in told] == sorted(codes)
    assert {line["lots"] for line in told} == {over["lot"]}
    body = {"statement": flagged.digest, "flag": codes[0], "grounds": "second-visit"}
    world.say(world.draft("flag.justified", body, coop))
    after = ask(world, "corrections")
    assert codes[0] not in [line["flag"] for line in lines(after, "open-flags") if line["index"] == flagged.index]
    counted = {line["flag"]: picked(line, "open", "justified") for line in lines(after, "flag-counts")}
    assert counted[codes[0]][1] == 1
    # What never happened needs no justification.
    world.say(world.retraction(coop, flagged))
    gone = ask(world, "corrections")
    assert flagged.index not in column(gone, "open-flags", "index")
    assert outcome.status == "accepted"


def test_only_what_a_party_stated_is_told_where_one_is_named(world: World) -> None:
    coop = world.coop()
    world.say(world.retraction(coop, world.say(world.delivery(world.farm(), 10_000))))
    assert len(lines(ask(world, "corrections", party=coop.id), "corrections")) == 1
    assert lines(ask(world, "corrections", party=world.mill().id), "corrections") == []
