"""The approved-producer list: who is on it, on which land, and what is different from another list."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.reports.approved_producers import season_before
from tests.claims.certified_valley import CertifiedValley, Family
from tests.outlines import square
from tests.reports.asking import ask, column, lines, picked
from tests.world import World


@pytest.fixture
def valley(world: World) -> CertifiedValley:
    return CertifiedValley(world)


def ics(valley: CertifiedValley, family: Family, status: str, effective_from: str, **more: Any) -> None:
    """The programme sets a producer's own status."""
    body = {"producer": family.producer, "programme": valley.coop.id, "status": status}
    draft = valley.world.draft("producer.status-set", body | {"effective_from": effective_from} | more, valley.coop)
    valley.world.say(draft)


def held(valley: CertifiedValley, family: Family, plot: str) -> None:
    """A plot is held by a family."""
    body = {"plot": plot, "holder": family.producer, "tenure": "owner", "held_from": "2020-01-01"}
    valley.world.say(valley.world.draft("plot.held", body, valley.coop))


def estimated(valley: CertifiedValley, family: Family, grams: int, status: str | None = None) -> None:
    """What a plot should give this season."""
    body = {
        "estimate": valley.world.new_id("estimate"),
        "grown": family.plot,
        "commodity": "coffee",
        "form": "dry-parchment",
        "season": "2026",
        "status": status,
        "grams": grams,
        "method": "count",
    }
    valley.world.say(valley.world.draft("estimate.made", body, valley.coop))


def asked(valley: CertifiedValley, **more: Any) -> Any:
    """The list of the valley's programme."""
    return ask(valley.world, "approved-producers", party=valley.coop.id, season="2026", **more)


def test_a_line_tells_household_papers_land_and_estimate(valley: CertifiedValley) -> None:
    family = valley.family()
    held(valley, family, family.plot)
    estimated(valley, family, 900_000, "organic")
    estimated(valley, family, 100_000, "conventional")
    ics(valley, family, "approved", "2026-02-01")
    found = asked(valley)
    (line,) = lines(found, "producers")
    assert picked(line, "producer", "code", "household", "ics_status", "ics_since") == (
        family.producer,
        family.producer[:6],
        family.household[:6],
        "approved",
        "2026-02-01",
    )
    assert line["certificates"] == "HC-ORG-1=listed; HC-RA-1=listed"
    assert picked(line, "agreements", "plots", "area_m2") == ("AC-1", 1, 20_000)
    assert line["estimates"] == "coffee/dry-parchment=1000000"
    (land,) = lines(found, "land")
    assert picked(land, "land", "kind", "how", "area_m2") == (family.plot, "plot", "held", 20_000)
    assert land["statuses"] == "eu-organic=organic"
    assert sorted(column(found, "estimates", "grams")) == [100_000, 900_000]


def test_the_programmes_own_word_comes_before_a_listing(valley: CertifiedValley) -> None:
    approved, conditional, suspended, left = (valley.family() for _ in range(4))
    unknown, listed = valley.family(listed=False), valley.family()
    said = {"approved": approved, "conditional": conditional, "suspended": suspended, "left": left}
    for status, family in said.items():
        ics(valley, family, status, "2026-02-01")
    found = asked(valley)
    assert set(column(found, "producers", "producer")) == {each.producer for each in (approved, conditional, listed)}
    assert {each["producer"]: each["ics_status"] for each in lines(found, "others")} == {
        suspended.producer: "suspended",
        left.producer: "left",
        unknown.producer: "",
    }


def test_a_status_counts_from_its_day(valley: CertifiedValley) -> None:
    family = valley.family()
    ics(valley, family, "approved", "2026-02-01")
    ics(valley, family, "expelled", "2026-07-01")
    assert column(asked(valley, at="2026-06-30"), "producers", "producer") == [family.producer]
    assert column(asked(valley, at="2026-07-01"), "producers", "producer") == []


def test_others_programmes_have_lists_of_their_own(valley: CertifiedValley) -> None:
    valley.family()
    other = ask(valley.world, "approved-producers", party=valley.mill.id, season="2026")
    assert (lines(other, "producers"), lines(other, "others")) == ([], [])


def test_the_difference_to_last_season_names_who_came_and_who_went(valley: CertifiedValley) -> None:
    new, old = valley.family(), valley.family()
    ics(valley, old, "approved", "2024-02-01")
    ics(valley, old, "left", "2026-05-01")
    found = asked(valley)
    changes = {(line["change"], line["producer"]) for line in lines(found, "changes")}
    assert changes == {("added", new.producer), ("removed", old.producer)}
    (compared,) = lines(found, "compared")
    assert picked(compared, "season", "day") == ("2025", "2025-08-06")
    assert picked(compared, "approved_before", "approved", "added", "removed", "changed") == (1, 1, 1, 1, 0)


def test_the_difference_to_an_earlier_size_names_what_changed(valley: CertifiedValley) -> None:
    family = valley.family()
    held(valley, family, family.plot)
    before = valley.world.ledger.head().size
    valley.plot_status(family, "in-conversion", "2026-03-01")
    valley.world.say(valley.member(valley.rainforest, family, "removed", "2026-06-01"))
    found = asked(valley, since=before)
    changes = {line["field"]: (line["before"], line["after"]) for line in lines(found, "changes")}
    assert changes["certificates"] == ("HC-ORG-1=listed; HC-RA-1=listed", "HC-ORG-1=listed; HC-RA-1=removed")
    assert changes["land"] == (
        f"{family.plot} 20000 m2 eu-organic=organic",
        f"{family.plot} 20000 m2 eu-organic=in-conversion",
    )
    assert set(changes) == {"certificates", "land"}
    assert {line["change"] for line in lines(found, "changes")} == {"changed"}


def test_the_list_of_an_earlier_size_stays_what_it_was(valley: CertifiedValley) -> None:
    valley.family()
    size = valley.world.ledger.head().size
    first = asked(valley)
    valley.family()
    again = asked(valley, size=size)
    assert (again.tables, again.version, again.stamp) == (first.tables, first.version, first.stamp)
    now = asked(valley)
    assert (now.digest == first.digest, now.version == first.version) == (False, False)


def test_what_does_not_concern_the_list_leaves_its_rows_and_changes_its_size(valley: CertifiedValley) -> None:
    valley.family()
    first = lines(asked(valley), "producers")
    valley.world.say(valley.world.contract(valley.coop, valley.buyer, 1_000))
    assert lines(asked(valley), "producers") == first


def test_a_plot_that_was_split_is_told_as_its_parts(valley: CertifiedValley) -> None:
    world, family = valley.world, valley.family()
    held(valley, family, family.plot)
    parts = [world.new_id("plot"), world.new_id("plot")]
    into = [{"plot": part, "area_m2": 10_000} for part in parts]
    body = {"plot": family.plot, "into": into, "effective_from": "2026-07-01"}
    sealed = {f"/into/{place}/geometry": square(90 + place) for place in range(2)}
    world.say(world.draft("plot.split", body, valley.coop, sealed=sealed))
    assert column(asked(valley, at="2026-06-30"), "land", "land") == [family.plot]
    after = lines(asked(valley), "land")
    assert {line["land"] for line in after} == set(parts)
    assert {line["statuses"] for line in after} == {"eu-organic=organic"}


@pytest.mark.parametrize(("season", "before"), [("2026", "2025"), ("2025-2026", "2024-2025")])
def test_the_season_before(season: str, before: str) -> None:
    assert season_before(season) == before
