"""The packs that come with the project say what the trade says, exactly, and how far each number can be trusted."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import pytest

from ledger.facts import lots
from ledger.packs.catalogue import builtin
from ledger.packs.check import check
from ledger.packs.commodity import parse_commodity
from ledger.packs.figure import Figure
from ledger.packs.generic import HANDLING, LOSS_KINDS
from ledger.packs.pack import CommodityPack, Names, OutputKindName
from ledger.packs.yields import cap_for_area, cap_for_count, equivalent_grams

HONEY = Path(__file__).parents[2] / "examples" / "packs" / "stingless-bee-honey.toml"
CODES = ("alpaca-fibre", "cocoa", "coffee", "dragon-fruit")


def every_pack() -> dict[str, bytes]:
    commodities = {code: data for (kind, code), data in builtin().items() if kind == "commodity"}
    return {**commodities, "stingless-bee-honey": HONEY.read_bytes()}


def pack(code: str) -> CommodityPack:
    return parse_commodity(every_pack()[code])


def values_in(thing: object) -> Iterator[object]:
    yield thing
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for field in dataclasses.fields(thing):
            yield from values_in(getattr(thing, field.name))
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from values_in(value)
    elif isinstance(thing, tuple):
        for value in thing:
            yield from values_in(value)


def band(code: str, process: str) -> tuple[str, ...]:
    found = pack(code).processes[process]
    assert found.band is not None
    return str(found.band.low), str(found.band.typical), str(found.band.high), str(found.physical_max)


def test_the_four_commodities_are_inside_the_package() -> None:
    assert tuple(code for kind, code in builtin() if kind == "commodity") == CODES


@pytest.mark.parametrize("code", every_pack())
def test_each_pack_parses_under_its_own_name_and_digest(code: str) -> None:
    data = every_pack()[code]

    parsed = parse_commodity(data)

    assert check(data) == []
    assert parsed.code == code
    assert parsed.digest == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("code", every_pack())
def test_every_figure_names_a_source_and_says_whether_it_was_verified(code: str) -> None:
    parsed = pack(code)
    figures = [value for value in values_in(parsed) if isinstance(value, Figure)]

    assert figures
    for figure in figures:
        assert figure.source in parsed.sources
        assert isinstance(figure.verified, bool)
        assert figure.unit


@pytest.mark.parametrize("code", every_pack())
def test_no_float_survives_reading(code: str) -> None:
    assert not [value for value in values_in(pack(code)) if isinstance(value, float)]


@pytest.mark.parametrize("code", every_pack())
def test_handling_is_open_to_every_form_and_conserves_mass(code: str) -> None:
    parsed = pack(code)

    for name in HANDLING:
        process = parsed.processes[name]
        assert set(process.input_forms) == set(parsed.forms)
        assert process.conserves_mass
        assert process.physical_max.ratio.floor_of(12_345) == 12_345
        assert [o.form for o in process.outputs_from(frozenset({process.input_forms[0]}))] == [process.input_forms[0]]


@pytest.mark.parametrize("code", every_pack())
def test_forms_and_processes_carry_names_in_both_languages(code: str) -> None:
    parsed = pack(code)

    names = [value for value in values_in(parsed) if isinstance(value, Names)]

    assert len(names) > len(parsed.forms) + len(parsed.processes)
    assert all(name.es and name.en for name in names)


def test_packs_and_facts_speak_of_the_same_losses_and_outputs() -> None:
    assert get_args(lots.LossKind) == LOSS_KINDS
    assert get_args(lots.OutputKind) == get_args(OutputKindName)


@pytest.mark.parametrize(
    ("code", "process", "expected"),
    [
        ("coffee", "cherry-to-dry-parchment", ("0.1600", "0.1980", "0.2500", "0.3000")),
        ("coffee", "hulling", ("0.7200", "0.8000", "0.8400", "0.8600")),
        ("cocoa", "fermenting-and-drying", ("0.3300", "0.3900", "0.4500", "0.5000")),
        ("alpaca-fibre", "sorting", ("0.9500", "0.9700", "0.9900", "1.0000")),
    ],
)
def test_bands_are_those_of_the_trade(code: str, process: str, expected: tuple[str, ...]) -> None:
    assert band(code, process) == expected


def test_single_figures_of_processes_are_those_of_the_trade() -> None:
    assert band("coffee", "drying")[1] == "0.5100"
    assert band("coffee", "roasting")[1] == f"{round(10_000 / 1.19) / 10_000:.4f}"
    assert band("cocoa", "drying-pre-fermented")[3] == "0.6000"
    assert band("alpaca-fibre", "scouring")[::2] == ("0.8700", "0.9500")
    assert band("alpaca-fibre", "scouring-and-combing")[::2] == ("0.7000", "0.8500")


def test_only_what_was_seen_in_a_source_is_called_verified() -> None:
    coffee = pack("coffee")
    from_cherry, drying, hulling = (coffee.processes[code] for code in ("cherry-to-dry-parchment", "drying", "hulling"))
    assert from_cherry.band is not None
    assert drying.band is not None

    assert [f.verified for f in (from_cherry.band.low, from_cherry.band.typical, from_cherry.band.high)] == [True] * 3
    assert from_cherry.band.low.source == "cenicafe"
    assert not from_cherry.physical_max.verified
    assert (drying.band.low.verified, drying.band.typical.verified) == (False, True)
    export_grade = hulling.outputs[0].share
    assert export_grade is not None
    assert export_grade.typical is not None
    assert (str(export_grade.typical), export_grade.typical.verified) == ("0.7600", True)
    assert coffee.caps["green-per-hectare"].amount.verified


def test_hulling_gives_green_seconds_descarte_and_a_husk_without_claims() -> None:
    coffee = pack("coffee")

    kinds = {output.form: output.kind for output in coffee.processes["hulling"].outputs}

    assert kinds == {"green": "main", "seconds": "second", "descarte": "second", "husk": "by-product"}
    assert not coffee.forms["husk"].claimable
    assert coffee.forms["green"].claimable


def test_caps_are_those_of_the_trade() -> None:
    assert cap_for_area(pack("coffee").caps["green-per-hectare"], 20_000) == 2 * 25 * 46_000
    assert cap_for_area(pack("cocoa").caps["dry-per-hectare"], 5_000) == 750_000
    fleece = pack("alpaca-fibre").caps["fleece-per-animal"]
    assert cap_for_count(fleece, 40) == 160_000
    assert fleece.typical is not None
    assert fleece.typical.value == 2_300


def test_a_quintal_means_nothing_without_commodity_form_and_country() -> None:
    coffee, alpaca = pack("coffee"), pack("alpaca-fibre")
    green, parchment = coffee.unit("quintal", "green", "PE"), coffee.unit("quintal", "dry-parchment", "PE")
    fleece = alpaca.unit("quintal", "fleece", "PE")
    assert green is not None
    assert parchment is not None
    assert fleece is not None

    assert (green.in_units(1), parchment.in_units(1)) == (46_000, 55_200)
    assert (str(fleece.amount), fleece.in_units(1), fleece.in_units(1_000)) == ("45359.237 g", 45_359, 45_359_237)
    assert coffee.unit("quintal", "green", "CO") is None
    assert coffee.unit("quintal", "cherry", "PE") is None


def test_bags_and_containers_are_those_of_the_trade() -> None:
    coffee = pack("coffee")
    bag, container = coffee.unit("bag", "green", "PE"), coffee.unit("container", "green", "IT")
    assert bag is not None
    assert container is not None

    assert bag.in_units(275) == container.in_units(1) == 18_975_000


def test_fruit_is_priced_by_the_hundred_and_kept_in_grams() -> None:
    fruit = pack("dragon-fruit")
    ciento = fruit.unit("ciento", "fresh", "PE")
    assert ciento is not None

    assert (ciento.in_units(3), ciento.unit, fruit.forms["fresh"].unit) == (300, "piece", "g")


def test_scale_tolerance_is_half_a_percent() -> None:
    assert {str(pack(code).scale_tolerance) for code in CODES} == {"0.0050"}


def test_only_coffee_and_cocoa_are_in_the_scope_of_eudr() -> None:
    assert {code for code in CODES if pack(code).eudr} == {"coffee", "cocoa"}
    assert {code: pack(code).hs for code in CODES} == {
        "alpaca-fibre": ("5102",),
        "cocoa": ("1801",),
        "coffee": ("0901",),
        "dragon-fruit": ("081090",),
    }


def test_quality_limits_are_those_of_the_trade() -> None:
    def limits(code: str, measure: str, limit: str) -> tuple[str | None, ...]:
        found = pack(code).quality[measure].limits[limit]
        return tuple(None if f is None else str(f) for f in (found.low, found.target, found.high))

    assert limits("coffee", "moisture", "storage") == ("10.0 percent", None, "12.0 percent")
    assert limits("coffee", "cup-score", "specialty") == ("80.00 points", None, None)
    assert limits("cocoa", "moisture", "storage") == (None, None, "7.0 percent")
    for defect in ("mouldy", "slaty", "other-defects"):
        assert limits("cocoa", defect, "iso-2451-grade-1") == (None, None, "3.0 percent")
    assert limits("dragon-fruit", "temperature", "cold-chain-yellow")[1] == "6.0 celsius"
    assert limits("dragon-fruit", "temperature", "cold-chain-red")[1] == "10.0 celsius"
    assert limits("dragon-fruit", "humidity", "cold-chain") == ("85.0 percent", None, "90.0 percent")


def test_thresholds_behind_warnings_are_those_of_the_trade() -> None:
    assert str(pack("cocoa").checks["wet-beans-too-old"].limit) == "48 h"
    assert str(pack("alpaca-fibre").checks["shorn-again"].limit) == "8 month"


def test_fineness_classes_follow_the_norm_and_leave_no_gap() -> None:
    classes = pack("alpaca-fibre").attributes["class"]

    bounds = {code: str(v.at_most) for code, v in classes.values.items() if v.at_most is not None}
    lower = [str(v.above) for v in classes.values.values() if v.above is not None]

    assert classes.norm == "NTP 231.301:2022"
    assert bounds == {
        "ultrafina": "18 micrometre",
        "superfina": "20 micrometre",
        "extrafina": "23 micrometre",
        "fina": "26.5 micrometre",
        "semifina": "29 micrometre",
        "semigruesa": "31.5 micrometre",
    }
    assert lower == list(bounds.values())
    assert "corta" in classes.values


def test_shearing_runs_over_the_new_year() -> None:
    shearing = pack("alpaca-fibre").seasons["shearing"]

    assert [month for month in range(1, 13) if shearing.holds(month)] == [1, 2, 3, 4, 11, 12]


@pytest.mark.parametrize("number", ["T001-1", "V123-12345678", "EG07-00001234", "G001-42"])
def test_waybill_numbers_are_recognised(number: str) -> None:
    assert pack("coffee").documents["guia-remision"].number_fits(number)


@pytest.mark.parametrize("number", ["T01-1", "T001-123456789", "EG17-1", "t001-1", "T001-1\n", "T\u0660\u0660\u0661-1"])
def test_other_waybill_numbers_are_not(number: str) -> None:
    assert not pack("coffee").documents["guia-remision"].number_fits(number)


def test_purchase_settlements_are_recognised_and_papers_without_known_numbers_take_any() -> None:
    documents = pack("cocoa").documents

    assert documents["liquidacion-compra"].number_fits("E001-731")
    assert not documents["liquidacion-compra"].number_fits("E002-731")
    assert documents["bill-of-lading"].number_fits("whatever the carrier prints")


def test_a_cap_in_green_can_be_held_against_parchment_and_cherry() -> None:
    coffee = pack("coffee")

    assert equivalent_grams(coffee, 100_000, "dry-parchment", "green") == 80_000
    assert equivalent_grams(coffee, 100_000, "cherry", "green") == 15_840
    assert equivalent_grams(coffee, 100_000, "green", "green") == 100_000
    assert equivalent_grams(coffee, 100_000, "green", "cherry") is None
    assert equivalent_grams(coffee, 100_000, "unheard-of", "green") is None
