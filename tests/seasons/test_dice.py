"""Chance that can be repeated: the same numbers for the same seed and label, everywhere and for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.seasons.dice import Dice


def test_the_numbers_of_a_seed_never_change() -> None:
    dice = Dice(b"seed", "label")

    assert [dice.roll(0, 999) for _ in range(6)] == [28, 642, 488, 783, 905, 922]


def test_another_label_gives_other_numbers() -> None:
    one, other = Dice(b"seed", "one"), Dice(b"seed", "other")

    assert [one.roll(0, 10**9) for _ in range(4)] != [other.roll(0, 10**9) for _ in range(4)]


@given(seed=st.binary(max_size=40), low=st.integers(-1000, 1000), span=st.integers(0, 5000))
def test_a_roll_stays_within_its_bounds(seed: bytes, low: int, span: int) -> None:
    dice = Dice(seed, "bounds")

    assert all(low <= dice.roll(low, low + span) <= low + span for _ in range(20))
    assert all(low - span <= dice.around(low, span) <= low + span for _ in range(20))


@given(items=st.lists(st.integers(), max_size=40))
def test_shuffling_loses_and_makes_nothing(items: list[int]) -> None:
    assert sorted(Dice(b"seed", "shuffle").shuffled(items)) == sorted(items)


def test_every_face_of_a_die_comes_up() -> None:
    dice = Dice(b"seed", "faces")

    assert {dice.roll(1, 6) for _ in range(200)} == {1, 2, 3, 4, 5, 6}
