"""A story's own bookkeeping: whole grams, nothing made, nothing lost unsaid."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.keys import SigningKey
from ledger.seasons.draft import Hand
from ledger.seasons.families import Goods
from ledger.seasons.scribe import Scribe
from ledger.seasons.stock import Held, Made, Store, dried, share, take
from ledger.seasons.world import World

KEY = SigningKey.derived(b"tests", "stock")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

lots = st.lists(st.integers(1, 500_000), min_size=1, max_size=20)


def store() -> Store:
    world = World("stock", origin="a.example/log/b", operator="0" * 16, operator_key=KEY, node_key=KEY)
    return Store(Scribe(world, "stock"), Hand("0" * 16, KEY), Goods("coffee", "dry-parchment"))


def held(amounts: list[int], moisture: int = 0) -> list[Held]:
    return [Held(f"lot-{place}", "green", grams, moisture) for place, grams in enumerate(amounts)]


@given(amounts=lots, data=st.data())
def test_taking_from_the_oldest_leaves_exactly_the_rest(amounts: list[int], data: st.DataObject) -> None:
    stock = held(amounts)
    wanted = data.draw(st.integers(1, sum(amounts)))

    taken = take(stock, wanted)

    assert sum(one.grams for one in taken) == wanted
    assert sum(one.grams for one in stock) == sum(amounts) - wanted
    assert [one.lot for one in taken] == [f"lot-{place}" for place in range(len(taken))]


@given(amounts=lots, before=st.integers(121, 600), after=st.integers(0, 120), handling=st.integers(0, 5))
def test_drying_accounts_for_every_gram_and_keeps_to_the_formula(
    amounts: list[int], before: int, after: int, handling: int
) -> None:
    left, moisture, lost, mean = dried(held(amounts, before), after, handling)

    assert left + moisture + lost == sum(amounts)
    assert mean == before
    assert left * (1000 - after) <= sum(amounts) * (1000 - mean)


@given(grams=st.integers(0, 10**9), permille=st.integers(0, 1000))
def test_a_share_is_never_more_than_its_part(grams: int, permille: int) -> None:
    assert share(grams, permille) * 1000 <= grams * permille


def test_a_process_that_makes_a_gram_is_not_written_down() -> None:
    made = [Made("out", "green", "main", 101)]

    with pytest.raises(ValueError, match="100 g went in and 101 g are accounted for"):
        store().process("sorting", "place", held([100]), made, NOON)


def test_a_process_that_loses_a_gram_unsaid_is_not_written_down() -> None:
    made = [Made("out", "green", "main", 98)]

    with pytest.raises(ValueError, match="100 g went in and 99 g are accounted for"):
        store().process("sorting", "place", held([100]), made, NOON, losses={"process": 1})
