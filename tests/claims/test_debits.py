"""Licensed volume is drawn from the seasons the grams come from, by the larger of book and invoice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.claims.debits import debits_wanted

SHARES = st.dictionaries(st.sampled_from(["2024", "2025", "2025-2026", "2026"]), st.integers(0, 10**9))
GRAMS = st.integers(1, 10**9)


def test_one_season_is_drawn_by_the_larger_weight() -> None:
    assert debits_wanted({"2026": 225_150}, 200_000, 199_000) == {"2026": 200_000}
    assert debits_wanted({"2026": 225_150}, 200_000, 200_300) == {"2026": 200_300}


def test_two_seasons_are_drawn_in_proportion_and_the_odd_gram_goes_to_the_earlier() -> None:
    assert debits_wanted({"2026": 500, "2025": 500}, 101, 101) == {"2025": 51, "2026": 50}
    assert debits_wanted({"2025": 1, "2026": 2}, 100, 90) == {"2025": 33, "2026": 67}


def test_a_season_that_gives_nothing_has_no_line_and_unknown_origin_none_at_all() -> None:
    assert debits_wanted({"2025": 0, "2026": 10}, 5, 5) == {"2026": 5}
    assert debits_wanted({}, 5, 5) == {}


@given(SHARES, GRAMS, GRAMS)
def test_what_is_drawn_is_the_larger_weight_to_the_gram(shares: dict[str, int], grams: int, invoiced: int) -> None:
    drawn = debits_wanted(shares, grams, invoiced)
    assert sum(drawn.values()) == (max(grams, invoiced) if any(shares.values()) else 0)
    assert all(part > 0 for part in drawn.values())
