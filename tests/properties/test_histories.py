"""Whatever is told in whatever order: nothing comes from nothing, and the stored books are those of a replay."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.store.schema import ACCOUNT_KINDS
from tests.properties.reference import PlainBooks, read
from tests.properties.teller import Teller
from tests.world import World, codes

seeds = st.integers(min_value=0, max_value=2**32)
PHYSICAL = ("stock", "transit", "return", "loss", "field", "purchase", "opening")


@contextmanager
def story(seed: int, facts: int, *, corrections: bool = True, checks: bool = False) -> Iterator[Teller]:
    """A story told by a seed; its ledger is closed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        teller = Teller(World.begin(Path(folder)), Random(seed), checks=checks)
        try:
            teller.begin()
            teller.tell(facts, corrections=corrections)
            yield teller
        finally:
            teller.world.ledger.close()


def sizes_of(teller: Teller, how_many: int) -> list[int]:
    """The present size and some earlier ones."""
    size = teller.world.ledger.head().size
    return [size, *(teller.random.randint(1, size) for _ in range(how_many))]


@settings(max_examples=12)
@given(seeds)
def test_stored_books_are_those_of_a_replay_at_every_size(seed: int) -> None:
    with story(seed, 70) as teller:
        ledger = teller.world.ledger
        assert ledger.verify().size == ledger.head().size
        for size in sizes_of(teller, 3):
            assert ledger.rebuild(until=size).differences == ()


@settings(max_examples=12)
@given(seeds)
def test_stored_books_are_those_of_plain_sums_at_every_size(seed: int) -> None:
    with story(seed, 60) as teller:
        ledger, lots = teller.world.ledger, teller.lots
        told = read(ledger)
        for size in sizes_of(teller, 3):
            plain = PlainBooks(told, size)
            with ledger._readers.books(size) as books:
                assert books.balances(ACCOUNT_KINDS["stock"], lots) == plain.stock()
                assert books.births(lots).keys() == plain.births
                stored = books.lots(lots)
                assert stored.keys() == plain.named
                for lot, found in stored.items():
                    assert {tuple(block) for block in found.blocks} == plain.blocks(lot), lot
                    if lot in plain.births:
                        assert found.origin_set is not None
                        behind = {row.delivery for row in books.origins(found.origin_set) if row.grams}
                        assert behind <= plain.deliveries(lot)
            for lot in plain.births:
                trace = ledger.trace(lot, size=size)
                assert sum(line.grams for line in trace.contributions) == trace.grams


@settings(max_examples=8)
@given(seeds)
def test_no_story_creates_mass(seed: int) -> None:
    with story(seed, 60) as teller:
        told = read(teller.world.ledger)
        for fact in told:
            moved = [grams for account, grams in fact.postings.moves if account.kind in PHYSICAL]
            assert sum(moved) == 0, fact.statement.type
        totals = PlainBooks(told, len(told)).totals()
        there = totals["stock"] + totals["transit"] + totals["return"] + totals["loss"]
        assert there == -totals["field"]


@settings(max_examples=8)
@given(seeds)
def test_no_account_runs_below_zero_where_nothing_was_corrected(seed: int) -> None:
    with story(seed, 70, corrections=False) as teller:
        sums: dict[tuple[str, ...], int] = {}
        for fact in read(teller.world.ledger):
            for account, grams in fact.postings.moves:
                sums[tuple(account)] = sums.get(tuple(account), 0) + grams
            for key, total in sums.items():
                assert total >= 0 or key[0] in ("field", "field-title", "estimate"), key
        with teller.world.ledger._readers.books(None) as books:
            kinds = {block.kind for found in books.lots(teller.lots).values() for block in found.blocks}
        assert kinds <= {"held", "recalled"}


@settings(max_examples=8)
@given(seeds)
def test_a_dry_run_gives_the_verdict_that_stating_gives(seed: int) -> None:
    with story(seed, 50, checks=True) as teller:
        assert {outcome.status for _, outcome in teller.told} >= {"accepted"}


@settings(max_examples=8)
@given(seeds)
def test_in_batches_everything_is_judged_as_one_by_one(seed: int) -> None:
    with story(seed, 60) as first, tempfile.TemporaryDirectory() as folder:
        second = Teller(World.begin(Path(folder)), Random(seed))
        try:
            second.begin()
            ledger, rest = second.world.ledger, list(first.told)
            while rest:
                cut = second.random.randint(1, 12)
                batch, rest = rest[:cut], rest[cut:]
                prepared = [ledger.prepare_unsigned(draft.unsigned(), party=draft.by) for draft, _ in batch]
                good = all(outcome.status == "accepted" for _, outcome in batch)
                if not good and len(batch) > 1 and second.random.random() < 0.5:
                    # All or nothing: one refusal undoes the whole request, corrections and all.
                    before = ledger.head()
                    undone = ledger.offer(prepared, atomic=True).result()
                    assert {outcome.status for outcome in undone} == {"refused"}
                    assert ledger.head() == before
                atomic = good and second.random.random() < 0.5
                for (_, alone), together in zip(batch, ledger.offer(prepared, atomic=atomic).result(), strict=True):
                    assert (together.status, codes(together)) == (alone.status, codes(alone))
                    assert (together.digest, together.index) == (alone.digest, alone.index)
                    assert [flag.code for flag in together.flags] == [flag.code for flag in alone.flags]
            second.world.end()
        finally:
            second.world.ledger.close()


def test_the_stories_are_worth_telling() -> None:
    """Enough of what is told is accepted and enough refused, and every kind of fact is among both."""
    accepted: dict[str, int] = {}
    refused: set[str] = set()
    for seed in range(3):
        with story(seed, 80) as teller:
            for draft, outcome in teller.told:
                if outcome.status == "accepted":
                    kind = draft.fact + (" again" if "replaces" in draft.around else "")
                    accepted[kind] = accepted.get(kind, 0) + 1
                refused.update(codes(outcome))
    assert accepted.keys() >= {
        "lot.harvested/1",
        "lot.harvested/1 again",
        "lot.transformed/1",
        "lot.transformed/1 again",
        "lot.packed/1",
        "lot.dispatched/1",
        "lot.received/1",
        "lot.lost/1",
        "lot.held/1",
        "lot.released/1",
        "fact.retracted/1",
        "fact.endorsed/1",
    }
    assert refused >= {"book-overdrawn", "not-the-custodian", "counterparty-not-endorsed", "already-corrected"}
