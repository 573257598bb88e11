"""A pack that could create mass, hide a source or be misread is refused, with every problem at its place."""

from __future__ import annotations

import pytest

from ledger.errors import FormatError
from ledger.packs.check import check
from ledger.packs.commodity import parse_commodity
from ledger.packs.mask import Mask
from ledger.packs.toml import LARGEST_BYTES

SOUND = """\
format = "chaski.commodity/1"
code = "vanilla"
version = "1"
names = { es = "vainilla", en = "vanilla" }
hs = ["0905"]
eudr = false
scale_tolerance = { value = 0.005, source = "trade", verified = false }

[sources.trade]
title = "What the trade says"

[forms.green]
names = { es = "vaina verde", en = "green pod" }
unit = "g"

[forms.cured]
names = { es = "vaina curada", en = "cured pod" }
unit = "g"

[processes.curing]
names = { es = "curado", en = "curing" }
inputs = ["green"]
outputs = [{ form = "cured", kind = "main" }]
band = { low = 0.15, typical = 0.2, high = 0.25, source = "trade", verified = false }
physical_max = { value = 0.3, source = "trade", verified = false }
"""


def problems(text: str) -> dict[str, str]:
    """Code by pointer: what `chaski packs check` would print."""
    return {problem.where: problem.code for problem in check(text.encode())}


def changed(old: str, new: str) -> dict[str, str]:
    assert SOUND.count(old) == 1, old
    return problems(SOUND.replace(old, new))


def test_the_sound_pack_passes() -> None:
    assert problems(SOUND) == {}


def test_numbers_are_exact_decimals() -> None:
    found = parse_commodity(SOUND.replace("low = 0.15", "low = 0.1001").encode()).processes["curing"].band

    assert found is not None
    assert (found.low.value, found.low.scale) == (1001, 4)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e3", "1e999999999", "1e-999999999", "9" * 400])
def test_numbers_that_are_not_plain_decimals_are_refused(number: str) -> None:
    assert changed("low = 0.15", f"low = {number}")["/processes/curing/band/low"] == "pack-number-not-exact"


def test_a_number_of_many_thousand_digits_is_refused_at_the_door() -> None:
    assert changed("low = 0.15", f"low = {'9' * 5_000}") == {"": "pack-not-toml"}


def test_a_ratio_finer_than_a_ten_thousandth_is_refused() -> None:
    assert changed("low = 0.15", "low = 0.15001") == {"/processes/curing/band/low": "pack-number-too-fine"}


def test_a_limit_below_the_band_is_refused() -> None:
    assert changed("value = 0.3,", "value = 0.24,") == {"/processes/curing/physical_max": "pack-limit-below-band"}


def test_a_limit_above_one_would_create_mass() -> None:
    assert changed("value = 0.3,", "value = 1.01,") == {
        "/processes/curing/physical_max/value": "pack-ratio-out-of-range"
    }


def test_a_negative_yield_is_refused() -> None:
    assert changed("low = 0.15", "low = -0.15") == {"/processes/curing/band/low": "pack-ratio-out-of-range"}


def test_a_band_out_of_order_is_refused() -> None:
    assert changed("typical = 0.2,", "typical = 0.26,") == {"/processes/curing/band": "pack-band-out-of-order"}


def test_a_process_that_conserves_mass_has_no_other_limit_than_one() -> None:
    text = SOUND.replace('inputs = ["green"]', 'inputs = ["green"]\nconserves_mass = true')

    assert problems(text) == {"/processes/curing/physical_max": "pack-conserving-limit"}


def test_a_process_without_a_limit_is_refused() -> None:
    text = "\n".join(line for line in SOUND.splitlines() if "physical_max" not in line)

    assert problems(text) == {"/processes/curing/physical_max": "pack-key-missing"}


def test_an_unknown_form_is_named_with_the_one_that_was_meant() -> None:
    (problem,) = check(SOUND.replace('form = "cured"', 'form = "curd"').encode())

    assert (problem.code, problem.where) == ("pack-unknown-form", "/processes/curing/outputs/0/form")
    assert (problem.found, problem.expected) == ("curd", "cured")


def test_an_unknown_input_is_refused_at_its_place_in_the_list() -> None:
    assert changed('inputs = ["green"]', 'inputs = ["green", "grean"]') == {
        "/processes/curing/inputs/1": "pack-unknown-form"
    }


def test_an_input_listed_twice_is_refused() -> None:
    assert changed('inputs = ["green"]', 'inputs = ["green", "green"]') == {
        "/processes/curing/inputs/1": "pack-listed-twice"
    }


def test_an_output_listed_twice_is_refused() -> None:
    twice = 'outputs = [{ form = "cured", kind = "main" }, { form = "cured", kind = "second" }]'

    assert changed('outputs = [{ form = "cured", kind = "main" }]', twice) == {
        "/processes/curing/outputs/1/form": "pack-listed-twice"
    }


def test_a_process_without_a_main_output_is_refused() -> None:
    assert changed('kind = "main"', 'kind = "second"') == {"/processes/curing/outputs": "pack-no-main-output"}


def test_a_missing_spanish_name_is_refused() -> None:
    assert changed('names = { es = "vaina verde", en = "green pod" }', 'names = { en = "green pod" }') == {
        "/forms/green/names/es": "pack-key-missing"
    }


def test_an_unknown_key_is_refused_with_the_nearest_known_one() -> None:
    (problem,) = check(SOUND.replace('hs = ["0905"]', 'hs = ["0905"]\neudrr = false').encode())

    assert (problem.code, problem.where, problem.expected) == ("pack-unknown-key", "/eudrr", "eudr")


def test_a_misspelt_key_deep_inside_is_refused() -> None:
    assert changed("[sources.trade]", "[sources.trade]\nyaer = 2020") == {"/sources/trade/yaer": "pack-unknown-key"}


def test_a_number_without_a_source_is_refused() -> None:
    assert changed(', high = 0.25, source = "trade", verified = false', ', high = 0.25, source = "trade"') == {
        "/processes/curing/band/verified": "pack-key-missing"
    }
    assert changed(', high = 0.25, source = "trade", verified', ", high = 0.25, verified") == {
        "/processes/curing/band/source": "pack-key-missing"
    }


def test_a_source_nobody_described_is_refused() -> None:
    assert changed('high = 0.25, source = "trade"', 'high = 0.25, source = "hearsay"') == {
        "/processes/curing/band/source": "pack-unknown-source"
    }


@pytest.mark.parametrize("again", ["[forms.green]\nunit = 'g'", 'code = "other"'])
def test_a_code_declared_twice_is_refused(again: str) -> None:
    where = SOUND.replace('code = "vanilla"', f'code = "vanilla"\n{again}') if "code" in again else f"{SOUND}\n{again}"

    assert problems(where) == {"": "pack-declared-twice"}


def test_the_generic_processes_cannot_be_redefined() -> None:
    assert changed("[processes.curing]", "[processes.pooling]") == {"/processes/pooling": "pack-code-reserved"}


@pytest.mark.parametrize("code", ["Green", "green pod", "verde_1", "ñandu", "-green", "x" * 49])
def test_codes_are_kebab_case(code: str) -> None:
    assert changed("[forms.cured]", f'[forms."{code}"]')[f"/forms/{code}"] == "pack-code-unfit"


def test_grams_cannot_become_pieces_without_saying_what_a_piece_holds() -> None:
    pieces = SOUND.replace('en = "cured pod" }\nunit = "g"', 'en = "cured pod" }\nunit = "piece"')

    assert problems(pieces) == {"/processes/curing/outputs": "pack-unit-not-convertible"}

    held = pieces + '\n[forms.cured.content]\namount = 3\nunit = "g"\nsource = "trade"\nverified = false\n'
    assert problems(held) == {}
    assert problems(f"{held}at_least = true") == {"/processes/curing/band": "pack-band-on-least-content"}
    assert problems(held.replace("amount = 3", "amount = 0")) == {"/forms/cured/content/amount": "pack-not-above-zero"}


@pytest.mark.parametrize(
    ("old", "new", "where", "code"),
    [
        ('code = "vanilla"', "code = 7", "/code", "pack-not-a-text"),
        ('version = "1"', 'version = " "', "/version", "pack-text-unfit"),
        ('es = "vainilla"', 'es = "vainilla\\u0000"', "/names/es", "pack-text-unfit"),
        ('es = "vaina verde"', 'es = "cafe\\u0301"', "/forms/green/names/es", "pack-text-not-nfc"),
        ("eudr = false", "eudr = 0", "/eudr", "pack-not-true-or-false"),
        ('hs = ["0905"]', 'hs = "0905"', "/hs", "pack-not-a-list"),
        ('hs = ["0905"]', 'hs = ["0905.00"]', "/hs/0", "pack-hs-unfit"),
        (
            'title = "What the trade says"',
            'title = "t"\nyear = "2022"',
            "/sources/trade/year",
            "pack-not-a-whole-number",
        ),
        ("low = 0.15", 'low = "0.15"', "/processes/curing/band/low", "pack-not-a-number"),
        ("low = 0.15", "low = true", "/processes/curing/band/low", "pack-not-a-number"),
        ("low = 0.15", "low = { value = { value = 1 } }", "/processes/curing/band/low/value", "pack-not-a-number"),
        (
            'outputs = [{ form = "cured", kind = "main" }]',
            'outputs = ["cured"]',
            "/processes/curing/outputs/0",
            "pack-not-a-table",
        ),
        ('format = "chaski.commodity/1"', 'format = "chaski.commodity/2"', "/format", "pack-format-unknown"),
        ('format = "chaski.commodity/1"\n', "", "/format", "pack-key-missing"),
        ('format = "chaski.commodity/1"', "format = 1", "/format", "pack-format-unknown"),
    ],
)
def test_each_wrong_kind_of_value_is_named_at_its_place(old: str, new: str, where: str, code: str) -> None:
    assert changed(old, new)[where] == code


@pytest.mark.parametrize(
    ("more", "where", "code"),
    [
        ('[caps.c]\nform = "pod"', "/caps/c/form", "pack-unknown-form"),
        ('[caps.c]\nform = "green"\nper = "field"', "/caps/c/per", "pack-unknown-choice"),
        ('[checks.c]\nkind = "same-day"\nprocess = "cure"', "/checks/c/process", "pack-unknown-process"),
        ('[checks.c]\nkind = "score-fall"\nmeasure = "taste"', "/checks/c/measure", "pack-unknown-measure"),
        ('[checks.c]\nkind = "min-interval"\nform = "green"', "/checks/c/form", "pack-unknown-key"),
        ('[units.q]\ntrade_name = "quintal"\ncountry = "Peru"', "/units/q/country", "pack-country-unfit"),
        ('[documents.d]\nnumbers = ["(a+)+"]', "/documents/d/numbers/0", "pack-mask-unfit"),
        ('[documents.d]\nsteps = ["sale"]', "/documents/d/steps/0", "pack-unknown-choice"),
        ("[seasons.s]\nfrom_month = 13", "/seasons/s/from_month", "pack-month-unfit"),
        ("[attributes.a]\nvalues = {}", "/attributes/a/values", "pack-nothing-listed"),
        ('[quality.q.limits.l]\nattribute = "class"', "/quality/q/limits/l/attribute", "pack-unknown-attribute"),
        ("[quality.q.limits.l]\nlow = 3\nhigh = 2", "/quality/q/limits/l", "pack-band-out-of-order"),
        ("[quality.q]\nscale = 9", "/quality/q/scale", "pack-number-too-fine"),
        ("[processes.p]\nlosses = ['magic']", "/processes/p/losses/0", "pack-unknown-loss"),
        ("[processes.p]\nkeeps_form = true\noutputs = []", "/processes/p/outputs", "pack-outputs-with-keeps-form"),
        ("[forms.f]\nunit = 'g'\ncontent = { unit = 'g' }", "/forms/f/content/unit", "pack-content-same-unit"),
    ],
)
def test_each_section_is_checked(more: str, where: str, code: str) -> None:
    assert problems(f"{SOUND}\n{more}\n")[where] == code


def test_an_attribute_value_nobody_described_is_refused() -> None:
    more = """
[attributes.class]
names = { es = "clase", en = "class" }
forms = ["cured"]
[attributes.class.values.red]
names = { es = "roja", en = "red" }
[quality.length]
names = { es = "largo", en = "length" }
unit = "mm"
lowest = 0
highest = 400
source = "trade"
verified = false
[quality.length.limits.red]
names = { es = "roja", en = "red" }
forms = ["cured"]
attribute = "class"
value = "rde"
low = 100
source = "trade"
verified = false
"""
    assert problems(SOUND + more) == {"/quality/length/limits/red/value": "pack-unknown-value"}


def test_one_unit_name_means_one_amount_per_form_and_country() -> None:
    unit = """
[units.{code}]
trade_name = "bundle"
names = {{ es = "atado", en = "bundle" }}
form = "cured"
country = "PE"
amount = 500
unit = "g"
source = "trade"
verified = false
"""
    assert problems(SOUND + unit.format(code="a") + unit.format(code="b")) == {"/units/b/trade_name": "pack-unit-twice"}


def test_every_problem_is_reported_at_once() -> None:
    text = SOUND.replace("low = 0.15", "low = nan").replace('unit = "g"', 'unit = "kg"').replace('code = "vanilla"', "")

    assert set(problems(text)) >= {"/code", "/forms/green/unit", "/forms/cured/unit", "/processes/curing/band/low"}


def test_an_empty_file_says_all_that_is_missing() -> None:
    found = problems('format = "chaski.commodity/1"')

    assert set(found) == {
        "/code", "/version", "/names", "/eudr", "/sources", "/scale_tolerance", "/forms",
    }  # fmt: skip
    assert set(found.values()) == {"pack-key-missing"}


@pytest.mark.parametrize(
    ("data", "code", "found"),
    [
        (b"\xff\xfe", "pack-not-utf8", 0),
        (b"a = 1\nb = \n", "pack-not-toml", "2:5"),
        (b"\xef\xbb\xbfcode = 'x'", "pack-not-toml", "1:1"),
        (b"#" * (LARGEST_BYTES + 1), "pack-too-large", LARGEST_BYTES + 1),
        (b"a = " + b"[" * 100_000, "pack-not-toml", "1:1"),
    ],
)
def test_bytes_that_are_not_a_pack_are_refused_before_anything_is_read(data: bytes, code: str, found: object) -> None:
    with pytest.raises(FormatError) as refused:
        parse_commodity(data)

    (problem,) = refused.value.problems
    assert (problem.code, problem.where, problem.found) == (code, "", found)


@pytest.mark.parametrize(
    "text", ["", "a", "#{0,3}", "#{5,2}", "#{1,99}", "#+", "[A-Z]", "#{1,9}#{1,9}#{1,9}", "#" * 65]
)
def test_a_mask_that_could_be_slow_or_empty_is_refused(text: str) -> None:
    assert Mask.read(text) is None


def test_a_mask_takes_literals_as_they_are() -> None:
    mask = Mask.read("B.@-#{2}/#")

    assert mask is not None
    assert mask.fits("B.X-12/3")
    assert not mask.fits("BxX-12/3")
