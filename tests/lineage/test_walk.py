"""Walks over lineage: level by level, each lot once, however often it was split and pooled again."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import ProofError
from ledger.lineage import closure, levels, topological
from tests.lineage.reference import Plain

seeds = st.integers(min_value=0, max_value=2**32)


def random_history(seed: int, facts: int = 25) -> Plain:
    """A history of deliveries, poolings and splits."""
    random, plain = Random(seed), Plain()
    for number in range(facts):
        lots = [lot for lot, grams in plain.left.items() if grams]
        if random.random() < 0.35 or not lots:
            plain.deliver(f"D{number}", random.randint(1, 5_000))
            continue
        chosen = random.sample(lots, min(len(lots), random.randint(1, 4)))
        inputs = {lot: random.randint(1, plain.left[lot]) for lot in chosen}
        whole = sum(inputs.values())
        parts = min(whole, random.randint(1, 3))
        cuts = sorted(random.sample(range(1, whole), parts - 1)) if parts > 1 else []
        sizes = [b - a for a, b in zip([0, *cuts], [*cuts, whole], strict=True)]
        plain.transform(inputs, {f"T{number}-{place}": size for place, size in enumerate(sizes)})
    return plain


@given(seeds)
def test_closures_are_those_of_the_recursive_walk(seed: int) -> None:
    plain = random_history(seed)
    for lot in plain.grams:
        back = closure([lot], lambda level: {found: plain.parents[found] for found in level})
        forward = closure([lot], plain.children)
        assert (set(back), len(back)) == (plain.backward(lot), len(plain.backward(lot)))
        assert (set(forward), len(forward)) == (plain.forward(lot), len(plain.forward(lot)))


@given(seeds)
def test_a_level_is_as_far_away_as_its_number_of_steps(seed: int) -> None:
    plain = random_history(seed)
    for lot in plain.grams:
        steps = {lot: 0}
        queue = [lot]
        for found in queue:
            for child in plain.children([found])[found]:
                if child not in steps:
                    steps[child] = steps[found] + 1
                    queue.append(child)
        walked = levels([lot], plain.children)
        assert {found: number for number, level in enumerate(walked) for found in level} == steps


@given(seeds)
def test_in_topological_order_every_lot_comes_after_what_it_was_made_of(seed: int) -> None:
    plain = random_history(seed)
    order = topological(plain.parents)
    assert sorted(order) == sorted(plain.parents)
    place = {lot: number for number, lot in enumerate(order)}
    assert all(place[parent] < place[lot] for lot, parents in plain.parents.items() for parent in parents)


def test_a_lot_that_is_its_own_ancestor_is_proof_of_damage() -> None:
    with pytest.raises(ProofError, match="lineage-cycle"):
        topological({"A": ["B"], "B": ["A"]})


def test_twenty_levels_of_split_and_repool_are_asked_for_once_a_level() -> None:
    """A walk along every path would take 2^20 steps; this one asks 41 times and visits 61 lots."""
    plain = Plain()
    plain.deliver("L0", 2**20)
    for level in range(20):
        plain.transform({f"L{level}": 2**20}, {f"A{level}": 2**19, f"B{level}": 2**19})
        plain.transform({f"A{level}": 2**19, f"B{level}": 2**19}, {f"L{level + 1}": 2**20})
    asked: list[int] = []

    def following(level: list[str]) -> Mapping[str, list[str]]:
        asked.append(len(level))
        return {lot: list(plain.parents[lot]) for lot in level}

    assert len(closure(["L20"], following)) == 61
    assert (len(asked), sum(asked)) == (41, 61)
