"""Grams divided without losing or making one: contributions, mixtures, and who gets the odd gram."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ledger.lineage import contributions, mix
from ledger.shares import apportion
from ledger.state import Origin

grams = st.integers(min_value=1, max_value=50_000_000)
weights = st.lists(st.integers(min_value=0, max_value=10_000_000), min_size=1, max_size=40)
LOTS = [f"LOT{number:013d}" for number in range(12)]


@st.composite
def origin_sets(draw: st.DrawFn) -> tuple[Origin, ...]:
    """Rows as stored: by delivery, each with some weight."""
    deliveries = draw(st.lists(st.sampled_from(LOTS), min_size=1, max_size=8, unique=True))
    return tuple(Origin(f"P-{lot}", f"G-{lot}", lot, draw(grams)) for lot in sorted(deliveries))


def slow_apportion(total: int, parts: list[int]) -> list[int]:
    """Largest remainder by exact fractions, one gram at a time."""
    whole = sum(parts)
    if whole == 0:
        return [total] + [0] * (len(parts) - 1)
    exact = [Fraction(total * part, whole) for part in parts]
    given_ = [int(share) for share in exact]
    while sum(given_) < total:
        place = max(range(len(parts)), key=lambda p: (exact[p] - given_[p], -p))
        given_[place] += 1
    return given_


@given(total=st.integers(min_value=0, max_value=10**12), parts=weights)
def test_shares_sum_exactly_and_are_never_negative(total: int, parts: list[int]) -> None:
    shares = apportion(total, parts)
    assert sum(shares) == total
    assert min(shares) >= 0
    assert shares == slow_apportion(total, parts)


@given(total=st.integers(min_value=0, max_value=10**9), parts=weights.filter(any))
def test_no_share_is_a_gram_away_from_its_due(total: int, parts: list[int]) -> None:
    whole = sum(parts)
    for share, part in zip(apportion(total, parts), parts, strict=True):
        assert abs(Fraction(share) - Fraction(total * part, whole)) < 1


def test_the_odd_gram_goes_to_the_first_of_equals() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(11, [1, 1, 1]) == [4, 4, 3]
    assert apportion(1, [1, 1]) == [1, 0]


@given(origin_sets(), grams)
def test_contributions_sum_to_the_lot(rows: tuple[Origin, ...], lot_grams: int) -> None:
    shares = contributions(lot_grams, rows)
    assert sum(share.grams for share in shares) == lot_grams
    assert [share.origin for share in shares] == list(rows)
    assert all(share.grams >= 0 for share in shares)


def test_ties_between_deliveries_go_by_lot_id() -> None:
    rows = mix([(1, (Origin("p", "g", "B", 1),)), (1, (Origin("p", "g", "A", 1),))])
    assert [(share.origin.delivery, share.grams) for share in contributions(3, rows)] == [("A", 2), ("B", 1)]


@given(st.lists(st.tuples(grams, origin_sets()), min_size=1, max_size=6))
def test_a_mixture_weighs_what_went_in(inputs: list[tuple[int, tuple[Origin, ...]]]) -> None:
    rows = mix(inputs)
    assert sum(row.grams for row in rows) == sum(amount for amount, _ in inputs)
    assert {row.delivery for row in rows} == {row.delivery for _, inner in inputs for row in inner}
    assert list(rows) == sorted(rows, key=lambda row: (row.delivery, row.grown, row.producer))


@given(st.lists(st.tuples(grams, origin_sets()), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_inputs_does_not_matter(inputs: list[tuple[int, tuple[Origin, ...]]], random: object) -> None:
    shuffled = list(inputs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert mix(inputs) == mix(shuffled)


@given(origin_sets(), grams)
def test_one_delivery_that_came_by_two_ways_is_one_row(rows: tuple[Origin, ...], amount: int) -> None:
    mixed = mix([(amount, rows), (amount, rows)])
    assert [row.delivery for row in mixed] == [row.delivery for row in rows]
    assert sum(row.grams for row in mixed) == 2 * amount
