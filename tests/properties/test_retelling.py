"""What was retracted never happened, and what concerns different things happened in any order."""

from __future__ import annotations

from random import Random

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tests.properties.programs import Step, programs, step
from tests.properties.retelling import books_of, reordered, retell, taken_back, without
from tests.properties.season import BEARING, Season, begun_season
from tests.world import lots_of

MISTAKES = ("deliver", "sell_carried", "certificate_status", "member_status", "plot_status", "breach", "hold")
MORE = ("pool", "split", "pack", "relinquish", "adjust_volume", "agreement_status", "hull")


def tell(season: Season, story: list[Step]) -> None:
    for name, said in story:
        season.do(name, **said)


@settings(max_examples=10)
@given(
    programs(most=6),
    st.one_of([step(name) for name in (*MISTAKES, *MORE)]),
    programs(corrections=False, most=8),
)
def test_what_was_retracted_never_happened(before: list[Step], mistake: Step, after: list[Step]) -> None:
    with begun_season() as season:
        tell(season, before)
        said = season.do(mistake[0], **mistake[1])
        assume(said is not None and said.status == "accepted")
        tell(season, after)
        [draft] = [told.draft for told in season.told if told.outcome is said]
        assert said is not None
        gone = season.say(season.world.retraction(season._party(draft.by), said))
        assume(gone is not None and gone.status == "accepted")
        assert (draft, gone) in [(one.draft, other.outcome) for one, other in taken_back(season)]
        with begun_season() as never:
            # Where something leaned on it, the story without it cannot be told; it is in question instead.
            if not _retold(never, season, {said.digest}):
                event("leaned on")
                return
            event(f"never happened: {draft.fact}")
            lots = [lot for lot in season.lots if draft.fact not in BEARING or lot not in lots_of(draft)]
            assert books_of(season, lots, {said.digest}) == books_of(never, lots)


def _retold(never: Season, season: Season, gone: set[str]) -> bool:
    return retell(never, without(season, gone)[len(never.told) :])


@settings(max_examples=8)
@given(programs(), st.integers(0, 2**16))
def test_facts_that_share_no_subject_commute(story: list[Step], seed: int) -> None:
    with begun_season() as season, begun_season() as other:
        begun = len(other.told)
        tell(season, story)
        first = [draft.id for draft, _ in season.told[:begun]]
        again = [draft for draft in reordered(season, Random(seed)) if draft.id not in first]
        assert retell(other, again), other.told[-1].outcome.problems
        assert books_of(season, season.lots) == books_of(other, season.lots)
