"""Whatever story is told: a node that keeps to its rules passes every time, and one more fact past them never does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit.replay.replay import replay
from ledger.audit.whole.ledger import WholeLedger
from tests.audit.shown import slip_in
from tests.properties.test_histories import story

seeds = st.integers(min_value=0, max_value=2**32)


@settings(max_examples=8)
@given(seeds)
def test_every_story_a_node_accepts_is_accepted_again(seed: int) -> None:
    with story(seed, 60) as teller:
        ledger = teller.world.ledger
        done = replay(WholeLedger(ledger))
        assert (done.deviations, done.undecided, done.result) == ((), (), "passed")
        assert (done.size, done.root) == (ledger.head().size, ledger.head().root)
        flags = [flag.code for fact in ledger.facts() for flag in fact.flags]
        assert sorted(flags) == sorted(code for code, count in done.flags.items() for _ in range(count))


@settings(max_examples=4)
@given(seeds)
def test_in_every_story_a_fact_past_the_rules_is_found(seed: int) -> None:
    with story(seed, 25) as teller:
        world = teller.world
        index = slip_in(world, world.delivery(world.farm(), 100_000).but(net=400_000))
        teller.tell(10)
        assert [(each.kind, each.index) for each in replay(WholeLedger(world.ledger)).deviations][:1] == [
            ("refused", index)
        ]
