"""Samples over a real ledger: drawn with the seed committed to, the same whoever draws again, and lies are found."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.audit.fieldwork.period import Period
from ledger.audit.fieldwork.population import population
from ledger.audit.fieldwork.samples import Drawing, Sample, check_sample, draw_sample
from ledger.audit.fieldwork.sampling import Member
from ledger.errors import FormatError, NotFoundError, RefusedError
from tests.rules.test_audits import SEED, finding, opened, own_key
from tests.world import DAY, Farm, Party, World

YEAR = Period("2026-01-01", "2026-06-30")


@pytest.fixture
def farms(world: World) -> list[Farm]:
    """Twelve families, each with one delivery."""
    farms = [world.farm() for _ in range(12)]
    for number, farm in enumerate(farms, 1):
        world.deliver(farm, 1_000 * number)
    return farms


def wanted(audit: str, party: Party, **changes: Any) -> Drawing:
    """Members to be inspected again."""
    asked: dict[str, Any] = {
        "audit": audit,
        "party": party.id,
        "population": "producers",
        "purpose": "re-inspection",
        "seed": SEED,
        "size_rule": "square-root",
    }
    return Drawing(**asked | changes)


def state(world: World, auditor: Party, sample: Sample, **changes: Any) -> str:
    """The auditor says what it drew, or something else; the fact's id."""
    draft = world.draft("sample.drawn", sample.body(world.new_id("sample")) | changes, auditor)
    world.say(draft)
    return draft.id


@pytest.mark.parametrize("of", ["producers", "deliveries"])
@pytest.mark.parametrize("weighting", ["equal", "risk"])
def test_anybody_draws_the_same_again(world: World, farms: list[Farm], of: str, weighting: str) -> None:
    auditor, coop = world.certifier(), world.coop()
    audit = opened(world, auditor, coop)
    sample = draw_sample(world.ledger, wanted(audit, coop, population=of, weighting=weighting))
    assert (sample.population_size, sample.least, len(sample.drawn)) == (len(farms), 4, 4)
    fact = state(world, auditor, sample)
    world.deliver(world.farm(), 5_000)  # what comes later changes nothing
    check = check_sample(world.ledger, fact)
    assert check.ok, check.problems
    assert check.again == sample
    assert check_sample(world.ledger, sample_of(world, fact)).ok


def sample_of(world: World, fact: str) -> str:
    body = world.ledger.fact(fact).envelope["body"]
    assert isinstance(body, dict)
    return str(body["sample"])


def test_a_favourite_slipped_into_the_sample_is_found(world: World, farms: list[Farm]) -> None:
    auditor, coop = world.certifier(), world.coop()
    sample = draw_sample(world.ledger, wanted(opened(world, auditor, coop), coop))
    drawn = [member.thing for member in sample.drawn]
    other = next(farm.producer for farm in farms if farm.producer not in drawn)
    fact = state(world, auditor, sample, drawn=[*drawn[:3], other])
    check = check_sample(world.ledger, fact)
    assert [(problem.code, problem.where) for problem in check.problems] == [("sample-differs", "/body/drawn")]


def test_a_family_left_out_of_the_population_is_found(world: World, farms: list[Farm]) -> None:
    auditor, coop = world.certifier(), world.coop()
    sample = draw_sample(world.ledger, wanted(opened(world, auditor, coop), coop))
    fact = state(world, auditor, sample, population_size=11, population_digest="ab" * 32, root="cd" * 32)
    where = [problem.where for problem in check_sample(world.ledger, fact).problems]
    assert where == ["/body/root", "/body/population_size", "/body/population_digest"]
    assert len(farms) == 12


def test_a_day_fixed_beforehand_leaves_the_auditor_no_choice_of_moment(world: World, farms: list[Farm]) -> None:
    auditor, coop = world.certifier(), world.coop()
    audit = opened(world, auditor, coop, population_on="2026-06-14")
    world.clock.set("2026-06-14T23:00:00+00:00")
    size = world.ledger.head().size
    world.clock.set("2026-06-15T15:00:00+00:00")
    world.say(world.delivery(farms[0], 900).on("2026-06-15"))
    sample = draw_sample(world.ledger, wanted(audit, coop), size=world.ledger.head().size)
    assert (sample.log_size, sample.fixed) == (size, "audit")
    later = world.ledger.head().size
    chosen = draw_sample(world.ledger, wanted(opened(world, auditor, coop), coop), size=later)
    assert (chosen.log_size, chosen.fixed) == (later, "auditor")
    fact = state(world, auditor, sample, log_size=later, root=world.ledger.root_at(later).hex())
    assert "/body/log_size" in [problem.where for problem in check_sample(world.ledger, fact).problems]


def test_the_word_for_what_a_sample_is_for_is_no_lever(world: World, farms: list[Farm]) -> None:
    """Seed, population and root are fixed; a word the auditor thinks of last must not be tried until it pleases."""
    auditor, coop = world.certifier(), world.coop()
    audit = opened(world, auditor, coop, population_on="2026-06-14")
    world.clock.set("2026-06-15T15:00:00+00:00")
    lists = {
        tuple(each.thing for each in draw_sample(world.ledger, wanted(audit, coop, purpose=f"visit-{n}")).drawn)
        for n in range(8)
    }
    assert len(lists) == 1


def test_what_is_drawn_later_is_drawn_from_before_the_seed_was_shown(world: World, farms: list[Farm]) -> None:
    auditor, coop = world.certifier(), world.coop()
    audit = opened(world, auditor, coop)
    state(world, auditor, draw_sample(world.ledger, wanted(audit, coop)))
    shown_at = world.ledger.head().size - 1
    world.deliver(farms[0], 5_000)
    later = draw_sample(world.ledger, wanted(audit, coop, population="deliveries"))
    assert (later.log_size, later.population_size) == (shown_at, len(farms))
    assert check_sample(world.ledger, state(world, auditor, later)).ok


def test_more_than_the_least_may_be_drawn(world: World, farms: list[Farm]) -> None:
    auditor, coop = world.certifier(), world.coop()
    audit = opened(world, auditor, coop)
    few, more = (draw_sample(world.ledger, wanted(audit, coop, count=count)) for count in (None, 7))
    assert [each.thing for each in more.drawn][:4] == [each.thing for each in few.drawn]
    assert len(more.drawn) == 7 <= len(farms)
    assert check_sample(world.ledger, state(world, auditor, more)).ok


def test_what_cannot_be_drawn_says_why(world: World, farms: list[Farm]) -> None:
    auditor, coop, mill = world.certifier(), world.coop(), world.mill()
    audit = opened(world, auditor, coop)

    def code(error: type[Exception], **changes: Any) -> str:
        with pytest.raises(error) as raised:
            draw_sample(world.ledger, wanted(**{"audit": audit, "party": coop, **changes}))
        return raised.value.problems[0].code  # type: ignore[attr-defined,no-any-return]

    assert code(FormatError, seed="AB" * 32) == "seed-malformed"
    assert code(FormatError, size_rule="some") == "size-rule-unknown"
    assert code(RefusedError, seed="22" * 32) == "seed-not-committed"
    assert code(RefusedError, party=mill) == "party-not-audited"
    assert code(RefusedError, population="lots") == "population-empty"
    assert code(NotFoundError, audit=farms[0].producer) == "reference-unknown"
    with pytest.raises(NotFoundError):
        check_sample(world.ledger, audit)


# ---------------------------------------------------------------- the signs of risk


def members(world: World, party: Party, of: Any = "producers", period: Period = YEAR) -> dict[str, Member]:
    """The population with its signs."""
    with world.ledger.books_and_packs() as (books, _):
        return {member.thing: member for member in population(books, party.id, of, period, "risk")}


def test_signs_of_risk_are_read_from_the_books(world: World, farms: list[Farm]) -> None:
    coop, auditor = world.coop(), world.certifier()
    quiet, visited, shaky, gone, looked_at, heavy = (farm.producer for farm in (*farms[:5], farms[11]))
    visit = {"inspection": world.new_id(), "subject": visited, "kind": "internal", "visited_on": DAY}
    said = visit | {"conflict_of_interest": False, "result": "passed"}
    world.say(world.draft("inspection.made", said, coop, sealed={"/inspector": "Inspectora 7"}))
    for producer, status in ((shaky, "conditional"), (gone, "left")):
        said = {"producer": producer, "programme": coop.id, "status": status, "effective_from": DAY}
        world.say(world.draft("producer.status-set", said, coop))
    own = own_key(world, auditor)
    world.say(own.sign(finding(world, auditor, about=[looked_at])))

    found = members(world, coop)

    assert gone not in found
    assert len(found) == 11
    assert found[quiet].signs == ("new", "unvisited")
    assert found[visited].signs == ("new",)
    assert found[shaky].signs == ("status", "new", "unvisited")
    assert found[looked_at].signs == ("finding", "new", "unvisited")
    assert found[heavy].signs == ("new", "unvisited", "large")
    assert found[quiet].weight == 1 + 2 + 2
    # An earlier size knows nothing of all this, whoever asks later.
    with world.ledger.books_and_packs(world.ledger.head().size - 1) as (books, _):
        before = {m.thing: m for m in population(books, coop.id, "producers", YEAR, "risk")}
    assert before[looked_at].signs == ("new", "unvisited")


def test_a_flag_nobody_explained_weighs_and_an_explained_one_does_not(world: World, farms: list[Farm]) -> None:
    coop = world.coop()
    late = world.delivery(farms[0], 2_000, harvested_from="2024-01-01", harvested_to="2024-01-02")
    outcome = world.say(late)
    codes = [flag.code for flag in outcome.flags]
    assert codes
    assert "flagged" in members(world, coop)[farms[0].producer].signs
    assert "flagged" in members(world, coop, "deliveries")[late["lot"]].signs
    for code in codes:
        explained = {"statement": outcome.digest, "flag": code, "grounds": "typed-wrong"}
        world.say(world.draft("flag.justified", explained, coop))
    assert "flagged" not in members(world, coop)[farms[0].producer].signs


def test_only_the_partys_own_is_drawn_from(world: World, farms: list[Farm]) -> None:
    other = world.coop("Otra")
    world.deliver(world.farm(other), 3_000, other)
    made = world.pool(world.coop(), (world.deliver(farms[0], 500), 500))
    assert len(members(world, other)) == 1
    assert set(members(world, world.coop(), "lots")) == {made}
    assert len(members(world, world.coop(), "deliveries")) == 13
    assert members(world, world.coop(), "deliveries", Period("2026-07-01", "2026-07-31")) == {}
