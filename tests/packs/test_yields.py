"""What a process can give: integers that never pass the physical limit and never flag a gram of rounding."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError
from ledger.packs.catalogue import builtin
from ledger.packs.commodity import parse_commodity
from ledger.packs.figure import Ratio
from ledger.packs.pack import Process
from ledger.packs.yields import (
    band_grams,
    expected_after_drying,
    inputs_in_basis,
    outputs_in_basis,
    physical_limit_grams,
    scale_tolerance_grams,
)

HONEY = parse_commodity((Path(__file__).parents[2] / "examples" / "packs" / "stingless-bee-honey.toml").read_bytes())
PACKS = {code: parse_commodity(data) for (kind, code), data in builtin().items() if kind == "commodity"}
COFFEE = PACKS["coffee"]
ALPACA = PACKS["alpaca-fibre"]

grams = st.integers(min_value=0, max_value=2**53 - 1)
moistures = st.builds(Ratio, st.integers(min_value=0, max_value=9_999))
processes = st.sampled_from([p for pack in (*PACKS.values(), HONEY) for p in pack.processes.values()])


def exact(ratio: Ratio) -> Fraction:
    return Fraction(ratio.value, 10**ratio.scale)


@given(processes, grams)
def test_the_limit_is_the_last_whole_gram_within_the_ratio(process: Process, amount: int) -> None:
    limit = physical_limit_grams(process, amount)

    most = amount * exact(process.physical_max.ratio)
    assert limit <= most < limit + 1


@given(processes, grams, moistures, moistures)
def test_recorded_moistures_never_open_the_limit(process: Process, amount: int, m_in: Ratio, m_out: Ratio) -> None:
    assert physical_limit_grams(process, amount, m_in, m_out) <= physical_limit_grams(process, amount) <= amount


@given(grams, moistures, moistures)
def test_dry_matter_is_not_created(amount: int, m_in: Ratio, m_out: Ratio) -> None:
    limit = physical_limit_grams(COFFEE.processes["re-drying"], amount, m_in, m_out)

    assert limit * (1 - exact(m_out)) <= amount * (1 - exact(m_in))


@given(grams, st.sampled_from([Ratio(10_000), Ratio(10_001), Ratio(-1), Ratio(2, 0)]), moistures)
def test_impossible_moistures_are_not_used(amount: int, impossible: Ratio, fine: Ratio) -> None:
    drying = COFFEE.processes["drying"]

    assert physical_limit_grams(drying, amount, impossible, fine) == physical_limit_grams(drying, amount)
    assert physical_limit_grams(drying, amount, fine, impossible) == physical_limit_grams(drying, amount)


def test_moistures_mean_nothing_where_water_is_not_all_that_goes() -> None:
    milling = COFFEE.processes["cherry-to-dry-parchment"]

    assert physical_limit_grams(milling, 100_000, Ratio(9_000), Ratio(0)) == 30_000


@given(processes, grams)
def test_the_band_is_in_order_and_below_the_limit(process: Process, amount: int) -> None:
    found = band_grams(process, amount)

    if found is None:
        assert process.band is None
    else:
        low, typical, high = found
        assert 0 <= low <= typical <= high <= physical_limit_grams(process, amount)


@given(processes, grams, grams)
def test_no_true_yield_inside_the_band_is_flagged_by_rounding(process: Process, amount: int, part: int) -> None:
    found = band_grams(process, amount)
    if found is None or process.band is None or amount == 0:
        return
    output = part % (amount + 1)
    inside = exact(process.band.low.ratio) <= Fraction(output, amount) <= exact(process.band.high.ratio)

    if inside:
        assert found[0] <= output <= found[2]


@given(grams, moistures, moistures, moistures)
def test_drier_is_lighter(amount: int, m_in: Ratio, one: Ratio, other: Ratio) -> None:
    drier, wetter = sorted((one, other), key=exact)

    assert expected_after_drying(amount, m_in, drier) <= expected_after_drying(amount, m_in, wetter)


@given(grams, moistures, moistures, moistures)
def test_wetter_input_leaves_less(amount: int, one: Ratio, other: Ratio, m_out: Ratio) -> None:
    drier, wetter = sorted((one, other), key=exact)

    assert expected_after_drying(amount, wetter, m_out) <= expected_after_drying(amount, drier, m_out)


@given(grams, moistures)
def test_drying_to_the_same_moisture_changes_nothing(amount: int, moisture: Ratio) -> None:
    assert expected_after_drying(amount, moisture, moisture) == amount


@given(st.integers(min_value=0, max_value=1_000), st.integers(min_value=0, max_value=5))
def test_a_moisture_means_the_same_at_any_scale(percent_tenths: int, more: int) -> None:
    coarse = Ratio.from_percent(percent_tenths, 1)
    fine = Ratio.from_percent(percent_tenths * 10**more, 1 + more)

    assert exact(coarse) == exact(fine) == Fraction(percent_tenths, 1_000)


def test_parchment_at_14_5_percent_dried_to_11() -> None:
    assert expected_after_drying(300_000, Ratio.from_percent(145, 1), Ratio.from_percent(11)) == 288_202


@pytest.mark.parametrize("impossible", [Ratio(10_000), Ratio(-1)])
def test_drying_from_or_to_an_impossible_moisture_is_refused(impossible: Ratio) -> None:
    with pytest.raises(FormatError, match="pack-moisture-out-of-range"):
        expected_after_drying(1_000, impossible, Ratio(1_100))
    with pytest.raises(FormatError, match="pack-moisture-out-of-range"):
        expected_after_drying(1_000, Ratio(1_100), impossible)


def test_hulling_of_the_worked_example() -> None:
    hulling = COFFEE.processes["hulling"]

    assert band_grams(hulling, 285_000) == (205_200, 228_000, 239_400)
    assert physical_limit_grams(hulling, 285_000) == 245_100


def test_scale_gain_is_tolerated_up_to_half_a_percent() -> None:
    assert scale_tolerance_grams(COFFEE, 200_000) == 1_000
    assert scale_tolerance_grams(COFFEE, 199) == 0


def test_a_29th_bottle_would_be_honey_from_nowhere() -> None:
    bottling = HONEY.processes["bottling"]
    limit = physical_limit_grams(bottling, inputs_in_basis(HONEY, bottling, [("honey", 10_000)]))

    assert outputs_in_basis(HONEY, bottling, [("bottle-350", 28)]) == 9_800 <= limit
    assert outputs_in_basis(HONEY, bottling, [("bottle-350", 28), ("bottle-60", 3)]) == 9_980 <= limit
    assert outputs_in_basis(HONEY, bottling, [("bottle-350", 29)]) > limit


def test_bottles_pooled_are_counted_in_bottles() -> None:
    pooling = HONEY.processes["pooling"]

    assert inputs_in_basis(HONEY, pooling, [("bottle-350", 5), ("bottle-350", 7)]) == 12
    assert outputs_in_basis(HONEY, pooling, [("bottle-350", 12)]) == 12


def test_a_byproduct_in_another_unit_does_not_count_against_the_limit() -> None:
    filtering = HONEY.processes["filtering"]

    assert outputs_in_basis(HONEY, filtering, [("honey", 9_700), ("cerumen", 4_000)]) == 9_700


def test_garments_are_bounded_by_the_lightest_that_can_be_knitted() -> None:
    knitting = ALPACA.processes["knitting"]
    limit = physical_limit_grams(knitting, 1_000)

    assert outputs_in_basis(ALPACA, knitting, [("pieces", 50)]) <= limit
    assert outputs_in_basis(ALPACA, knitting, [("pieces", 51)]) > limit


def test_handling_keeps_one_form() -> None:
    pooling = COFFEE.processes["pooling"]

    assert [o.form for o in pooling.outputs_from(frozenset({"green"}))] == ["green"]
    assert pooling.outputs_from(frozenset({"green", "husk"})) == ()
    assert pooling.outputs_from(frozenset()) == ()
    assert pooling.outputs_from(frozenset({"cocoa"})) == ()
    assert len(COFFEE.processes["hulling"].outputs_from(frozenset({"dry-parchment"}))) == 4
    assert COFFEE.processes["hulling"].outputs_from(frozenset({"green"})) == ()
