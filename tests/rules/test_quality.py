"""What a pack warns about: every warning is written with the fact, and nobody is turned away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import Draft, Party, World

COCOA: dict[str, Any] = {"commodity": "cocoa", "form": "wet-beans"}


def beans(world: World, picked: str, *, on: str = "2026-06-12", grams: int = 100_000) -> Draft:
    """Wet beans picked on one day and delivered on another."""
    days: dict[str, Any] = {"harvested_from": picked, "harvested_to": picked}
    return world.delivery(world.farm(), grams, **COCOA, **days).on(on)


@pytest.mark.rule("harvest_is_fresh", "accepts")
@pytest.mark.rule("harvest_is_fresh", "flags")
def test_wet_beans_older_than_two_days_are_taken_with_a_flag(world: World) -> None:
    assert world.flagged(beans(world, "2026-06-10")) == []
    assert world.flagged(beans(world, "2026-06-09")) == ["harvest-too-old"]
    dry = world.delivery(world.farm(), 50_000, commodity="cocoa", form="dry-beans")
    assert "harvest-too-old" not in world.flagged(dry)


def box(world: World, *deliveries: Draft) -> Draft:
    """Wet beans of several families in one fermentation box."""
    lots = []
    for draft in deliveries:
        world.say(draft)
        lots.append((draft["lot"], draft["net"]))
    whole = sum(grams for _, grams in lots)
    return world.transformation(
        world.coop(),
        lots,
        [("fermented-beans", whole * 9 // 10)],
        commodity="cocoa",
        process="box-fermenting",
        losses={"process": whole - whole * 9 // 10},
    )


@pytest.mark.rule("inputs_are_of_one_day", "accepts")
@pytest.mark.rule("inputs_are_of_one_day", "flags")
def test_a_box_holds_beans_of_one_day(world: World) -> None:
    same = box(world, beans(world, "2026-06-11"), beans(world, "2026-06-12"))
    assert "inputs-of-different-days" not in world.flagged(same)
    apart = box(world, beans(world, "2026-06-10"), beans(world, "2026-06-12"))
    assert "inputs-of-different-days" in world.flagged(apart)


def cupped(world: World, by: Party, lot: str, score: int, scale: int = 2, **changes: Any) -> Draft:
    """A cup score."""
    measures = [{"kind": "cup-score", "value": score, "scale": scale, "unit": "points"}]
    body = {"lot": lot, "inspected_on": "2026-06-20", "measures": measures, "result": "observed"}
    return world.draft("lot.inspected", body | changes, by)


@pytest.mark.rule("quality_holds_in_custody", "accepts")
@pytest.mark.rule("quality_holds_in_custody", "flags")
def test_a_cup_score_far_below_the_one_before_is_asked_about(world: World) -> None:
    coop, lot = world.coop(), world.deliver(world.farm(), 100_000)
    assert world.flagged(cupped(world, coop, lot, 8550)) == []
    assert world.flagged(cupped(world, coop, lot, 8151)) == []
    assert world.flagged(cupped(world, coop, lot, 7751)) == ["quality-fallen"]
    assert world.flagged(cupped(world, coop, lot, 84, 0)) == []


@pytest.mark.rule("measures_are_possible", "accepts")
@pytest.mark.rule("measures_are_possible", "flags")
def test_no_cup_scores_above_a_hundred(world: World) -> None:
    coop, lot = world.coop(), world.deliver(world.farm(), 100_000)
    assert world.flagged(cupped(world, coop, lot, 10000)) == []
    assert "measure-impossible" in world.flagged(cupped(world, coop, lot, 10001))


@pytest.mark.rule("seals_are_those_of_the_dispatch", "accepts")
@pytest.mark.rule("seals_are_those_of_the_dispatch", "flags")
def test_a_broken_seal_shows_on_arrival(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lots = [world.deliver(world.farm(), 100_000) for _ in range(3)]
    sealed = [world.dispatch(coop, buyer, (lot, 100_000), seals=["EJ-1", "EJ-2"]) for lot in lots]
    for draft in sealed:
        world.say(draft)
    assert world.flagged(world.receipt(buyer, sealed[0], seals=["EJ-2", "EJ-1"])) == []
    assert world.flagged(world.receipt(buyer, sealed[1])) == []
    assert world.flagged(world.receipt(buyer, sealed[2], seals=["EJ-1", "EJ-9"])) == ["seals-differ"]


def paper(world: World, by: Party, digest: str, number: str | None, **changes: Any) -> Draft:
    """A phytosanitary certificate."""
    body = {
        "document": digest * 32,
        "kind": "phytosanitary",
        "media_type": "application/pdf",
        "size": 10,
        "number": number,
    }
    return world.draft("document.attached", body | changes, by)


@pytest.mark.rule("document_number_is_used_once", "accepts")
@pytest.mark.rule("document_number_is_used_once", "flags")
def test_one_number_of_an_issuer_is_one_paper(world: World) -> None:
    coop, certifier = world.coop(), world.certifier()
    assert world.flagged(paper(world, coop, "aa", "F-1", issuer=certifier.id)) == []
    assert world.flagged(paper(world, coop, "aa", "F-1", issuer=certifier.id)) == []
    assert world.flagged(paper(world, coop, "bb", "F-1")) == []
    assert world.flagged(paper(world, coop, "bb", None)) == []
    assert world.flagged(paper(world, coop, "cc", "F-1", issuer=certifier.id)) == ["document-number-repeated"]
