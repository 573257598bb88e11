"""The blast radius named before the worst happens, and the claims that fall when it does, over random seasons.

Every claim of every lot is asked one by one before and after: slow, and with no notion of reach at all.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.claims.certified_valley import SALE_DAY
from tests.properties.programs import Step, programs
from tests.properties.season import Season, begun_season
from tests.world import Draft

Statuses = dict[tuple[str, str], str]


def statuses(season: Season) -> Statuses:
    """The status of every claim of every lot there is."""
    with season.world.ledger._readers.books(None) as books:
        born = [lot for lot in season.lots if books.knows(lot)]
    return {(lot, claim.name): claim.status for lot in born for claim in season.valley.claims(lot).claims}


def fell(before: Statuses, after: Statuses) -> set[tuple[str, str]]:
    """The claims that stood before, if only held, and have another status after."""
    return {claim for claim, status in before.items() if status != "not-carried" and after.get(claim) != status}


def at_stake(season: Season, subject: str) -> set[tuple[str, str]]:
    """The claims the blast radius of a subject names."""
    radius = season.world.ledger.blast_radius(subject, at=SALE_DAY, limit=10_000)
    return {(lot.lot, stake.name) for lot in radius.affected for stake in lot.stakes}


def worst(season: Season, what: str, family: int) -> tuple[str, list[Draft]]:
    """A subject and the worst that can be said of it."""
    home = season.families[family]
    match what:
        case "organic" | "rainforest":
            which = 0 if what == "organic" else 1
            # Whatever was said of it on any day is overtaken.
            return season.certificates[which], [
                season.certificate_status(which, "withdrawn", day) for day in ("2026-01-01", *_DAYS)
            ]
        case "agreement":
            return season.valley.agreement, [season.agreement_status("terminated", day, None) for day in _DAYS]
        case "member":
            return home.producer, [
                season.member_status(which, family, "removed", day)
                for which in (0, 1)
                for day in ("2026-01-01", *_DAYS)
            ]
        case "plot":
            felled = season.breach(family, "2026-01-20", "producer")
            return home.plot, [felled, *(season.plot_status(family, "conventional", day) for day in _DAYS)]
        case _:
            raise AssertionError(what)


_DAYS = ("2026-01-11", "2026-04-25", "2026-05-25", "2026-06-10", "2026-06-12", "2026-07-01", "2026-08-05")


def struck(story: list[Step], what: str, family: int) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Tell a story, ask the blast radius, let the worst happen: what was named, and what fell."""
    with begun_season() as season:
        for name, said in story:
            season.do(name, **said)
        before = statuses(season)
        subject, drafts = worst(season, what, family)
        named = at_stake(season, subject)
        for draft in drafts:
            season.world.say(draft)
        return named, fell(before, statuses(season))


@settings(max_examples=8)
@given(programs(), st.sampled_from(["organic", "rainforest", "agreement"]), st.integers(0, 1))
def test_a_paper_takes_exactly_what_was_named(story: list[Step], what: str, family: int) -> None:
    named, gone = struck(story, what, family)
    assert named == gone


@settings(max_examples=8)
@given(programs(), st.sampled_from(["member", "plot"]), st.integers(0, 4))
def test_a_family_or_its_plot_takes_nothing_that_was_not_named(story: list[Step], what: str, family: int) -> None:
    named, gone = struck(story, what, family)
    assert gone <= named


@pytest.mark.parametrize("what", ["organic", "rainforest", "agreement", "member", "plot"])
def test_something_falls_at_all(what: str) -> None:
    story: list[tuple[str, dict[str, Any]]] = [("hull", {"pick": 0, "percent": 80})]
    assert struck(story, what, 0)[1]
