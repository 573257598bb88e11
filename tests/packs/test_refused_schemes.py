"""A scheme or framework that hides a source, misspells a word or leaves a ruling out is refused, each at its place."""

from __future__ import annotations

import re

import pytest

from ledger.errors import FormatError
from ledger.packs.check import check
from ledger.packs.framework_file import parse_framework
from ledger.packs.scheme_file import parse_scheme
from ledger.packs.toml import LARGEST_BYTES

TRUST = 'source = "rule", verified = false'

SCHEME = f"""\
format = "chaski.scheme/1"
code = "valley-mark"
version = "1"
names = {{ es = "marca del valle", en = "valley mark" }}
standard = "Rules of the valley"
members_listed = {{ value = "yes", {TRUST} }}
ics_status_counts = {{ value = "no", {TRUST} }}
member_days = {{ values = ["harvest", "delivery"], {TRUST} }}
member_suspended = {{ value = "held", {TRUST} }}
member_removed = {{ value = "not-carried", {TRUST} }}
plot_status = {{ value = "organic", {TRUST} }}
conversion_months = {{ value = 36, {TRUST} }}
parallel_production = {{ value = "held", {TRUST} }}
unknown_harvest = {{ value = "carried", {TRUST} }}
volume = {{ value = "none", {TRUST} }}
validity = {{ value = "dated", {TRUST} }}
transaction_certificate = {{ value = "none", {TRUST} }}
premium_kinds = {{ values = ["valley-premium"], {TRUST} }}

[sources.rule]
title = "Rules of the valley, first edition"
year = 2026

[[products]]
commodity = "coffee"
forms = ["green"]
models = ["segregated", "mass-balance"]
source = "rule"
verified = false

[[products]]
commodity = "*"
models = ["segregated"]
source = "rule"
verified = false

[mass_balance]
period_months = 12
credit_months = 6
source = "rule"
verified = false

[successor]
code = "valley-mark-two"
names = {{ es = "marca dos", en = "mark two" }}
mandatory_from = 2027-12-31
source = "rule"
verified = false

[limits]
group-members = {{ value = 500, {TRUST} }}
reinspection-share = {{ value = 0.05, {TRUST} }}

[guide.allows]
es = ["Vender lo de la lista."]
en = ["Selling what is listed."]

[guide.refuses]
es = ["Vender lo demás."]
en = ["Selling the rest."]
""" + "".join(
    f"""
[lapses.{lapse}]
new_sales = "held"
contracted_sales = "held"
stock_before = "held"
source = "rule"
verified = false
"""
    for lapse in ("suspended", "withdrawn", "surrendered", "expired", "gap")
)

FRAMEWORK = f"""\
format = "chaski.framework/1"
code = "valley-forest"
version = "1"
names = {{ es = "bosque del valle", en = "valley forest" }}
kind = "forest"
needs_area = true
land = {{ values = ["plot"], {TRUST} }}
levels = {{ values = ["family", "community"], {TRUST} }}
ladder = {{ values = ["warning", "suspension", "termination"], {TRUST} }}
wins = {{ value = "family", {TRUST} }}
unendorsed = {{ value = "compliant", {TRUST} }}
unattributed_breach = {{ value = "under-review", {TRUST} }}
critical_breach = {{ value = "non-compliant", {TRUST} }}
other_breach = {{ value = "compliant-with-observations", {TRUST} }}
partly_met = {{ value = "compliant-with-observations", {TRUST} }}
not_monitored = {{ value = "unknown", {TRUST} }}
monitoring_months = {{ value = 12, {TRUST} }}

[sources.rule]
title = "Text of the agreement"
date = 2026-01-31

[commitments.no-felling]
names = {{ es = "no talar", en = "no felling" }}
kind = "prohibit"
critical = true
source = "rule"
verified = false

[guide.allows]
es = ["Firmar."]
en = ["Signing."]

[guide.refuses]
es = ["Talar."]
en = ["Felling."]
"""


def problems(text: str) -> dict[str, str]:
    return {problem.where: problem.code for problem in check(text.encode())}


def changed(sound: str, old: str, new: str) -> dict[str, str]:
    assert sound.count(old) == 1, old
    return problems(sound.replace(old, new))


@pytest.mark.parametrize("sound", [SCHEME, FRAMEWORK])
def test_the_sound_packs_pass(sound: str) -> None:
    assert problems(sound) == {}


def test_what_is_written_is_what_is_read() -> None:
    scheme, framework = parse_scheme(SCHEME.encode()), parse_framework(FRAMEWORK.encode())

    assert scheme.models_for("coffee", "green") == ("segregated", "mass-balance")
    assert scheme.models_for("coffee", "husk") == ()
    assert scheme.models_for("quinoa", "grain") == ("segregated",)
    assert scheme.transaction_certificate == ""
    assert str(scheme.limits["reinspection-share"]) == "0.0500"
    assert scheme.successor is not None
    assert scheme.successor.mandatory_from == "2027-12-31"
    assert framework.sources["rule"].date == "2026-01-31"
    assert framework.trust["land"].source == "rule"
    assert framework.commitments["no-felling"].critical


@pytest.mark.parametrize("sound", [SCHEME, FRAMEWORK])
def test_a_ruling_without_its_source_is_refused_wherever_it_stands(sound: str) -> None:
    """Every row, one by one: the word without somebody who says so is no ruling."""
    lines = [n for n, line in enumerate(sound.splitlines()) if "source = " in line]
    assert len(lines) > 5
    for number in lines:
        text = sound.splitlines()
        text[number] = text[number].replace('source = "rule"', "").replace("{ ,", "{").replace(", ,", ",")
        found = problems("\n".join(text))
        assert list(found.values()) == ["pack-key-missing"], text[number]
        assert next(iter(found)).endswith("/source")


@pytest.mark.parametrize("sound", [SCHEME, FRAMEWORK])
def test_a_ruling_that_does_not_say_whether_it_was_verified_is_refused(sound: str) -> None:
    for match in list(re.finditer(r",? ?verified = false", sound)):
        text = sound[: match.start()] + sound[match.end() :]
        found = problems(text)
        assert [code for where, code in found.items() if where.endswith("/verified")] == ["pack-key-missing"]


@pytest.mark.parametrize("sound", [SCHEME, FRAMEWORK])
def test_every_line_is_needed_or_optional_on_purpose(sound: str) -> None:
    """Leaving any single ruling out is refused, but for the figures a pack may do without."""
    may_lack = {"conversion_months", "monitoring_months", "group-members", "reinspection-share", "forms"}
    for line in sound.splitlines():
        key = line.partition(" = ")[0]
        if " = " in line and key not in may_lack:
            assert problems(sound.replace(f"{line}\n", "", 1)), line


@pytest.mark.parametrize("sound", [SCHEME, FRAMEWORK])
def test_a_source_that_is_not_described_or_not_dated_is_refused(sound: str) -> None:
    undated = re.sub(r"\n(year|date) = .*", "", sound)

    assert problems(undated) == {"/sources/rule": "pack-source-undated"}
    assert set(problems(sound.replace("[sources.rule]", "[sources.rulebook]")).values()) == {"pack-unknown-source"}


@pytest.mark.parametrize(
    ("old", "new", "where", "code"),
    [
        (
            'members_listed = { value = "yes"',
            'members_listed = { value = "maybe"',
            "/members_listed/value",
            "pack-unknown-choice",
        ),
        (
            'member_suspended = { value = "held"',
            'member_suspended = { value = "hold"',
            "/member_suspended/value",
            "pack-unknown-choice",
        ),
        ('plot_status = { value = "organic"', 'plot_status = { value = ""', "/plot_status/value", "pack-text-unfit"),
        ('volume = { value = "none"', "volume = { value = 0", "/volume/value", "pack-not-a-text"),
        (
            'values = ["harvest", "delivery"]',
            'values = ["harvest", "sale"]',
            "/member_days/values/1",
            "pack-unknown-choice",
        ),
        ('values = ["harvest", "delivery"]', "values = []", "/member_days/values", "pack-nothing-listed"),
        ('values = ["valley-premium"]', 'values = ["Valley premium"]', "/premium_kinds/values", "pack-code-unfit"),
        (
            "conversion_months = { value = 36",
            "conversion_months = { value = 36.5",
            "/conversion_months/value",
            "pack-number-too-fine",
        ),
        ("conversion_months = {", "convertion_months = {", "/convertion_months", "pack-unknown-key"),
        (
            'models = ["segregated", "mass-balance"]',
            'models = ["segregated", "book-and-claim"]',
            "/products/0/models/1",
            "pack-unknown-choice",
        ),
        ('models = ["segregated", "mass-balance"]\n', "", "/products/0/models", "pack-key-missing"),
        ('commodity = "*"', 'commodity = "Café"', "/products/1/commodity", "pack-code-unfit"),
        ('commodity = "*"', 'commodity = "coffee"\nforms = ["green"]', "/products/1/commodity", "pack-listed-twice"),
        ("period_months = 12", "period_months = 0", "/mass_balance/period_months", "pack-not-above-zero"),
        ("mandatory_from = 2027-12-31", 'mandatory_from = "2027-12-31"', "/successor/mandatory_from", "pack-not-a-day"),
        (
            "mandatory_from = 2027-12-31",
            "mandatory_from = 2027-12-31T00:00:00Z",
            "/successor/mandatory_from",
            "pack-not-a-day",
        ),
        ("mandatory_from = 2027-12-31\n", "", "/successor/mandatory_from", "pack-key-missing"),
        ("group-members = {", "group-member = {", "/limits/group-member", "pack-unknown-key"),
        (
            "reinspection-share = { value = 0.05",
            "reinspection-share = { value = 5",
            "/limits/reinspection-share/value",
            "pack-ratio-out-of-range",
        ),
        ("[lapses.gap]", "[lapses.break]", "/lapses/break", "pack-unknown-key"),
        ('es = ["Vender lo de la lista."]', "es = []", "/guide/allows/es", "pack-nothing-listed"),
        (
            'es = ["Vender lo de la lista."]',
            'es = ["Vender\\nlo de la lista."]',
            "/guide/allows/es/0",
            "pack-text-unfit",
        ),
        ("[guide.refuses]", "[guide.forbids]", "/guide/forbids", "pack-unknown-key"),
    ],
)
def test_each_fault_of_a_scheme_is_named_at_its_place(old: str, new: str, where: str, code: str) -> None:
    assert changed(SCHEME, old, new)[where] == code


def test_mass_balance_without_the_life_of_its_credits_is_refused() -> None:
    without = re.sub(r"\[mass_balance\]\n(.+\n)+", "", SCHEME)

    assert problems(without) == {"/mass_balance": "pack-mass-balance-unstated"}


def test_a_scheme_without_products_is_refused() -> None:
    without = re.sub(r"\[\[products\]\]\n(.+\n)+", "", SCHEME)

    assert problems(without)["/products"] == "pack-key-missing"


@pytest.mark.parametrize(
    ("old", "new", "where", "code"),
    [
        ('kind = "forest"', 'kind = "woods"', "/kind", "pack-unknown-choice"),
        ('values = ["plot"]', 'values = ["plots"]', "/land/values/0", "pack-unknown-choice"),
        (
            'values = ["family", "community"]',
            'values = ["family", "village"]',
            "/levels/values/1",
            "pack-unknown-choice",
        ),
        ('"warning", "suspension", "termination"', '"suspension", "warning"', "/ladder", "pack-ladder-out-of-order"),
        ('"warning", "suspension", "termination"', '"warning", "jail"', "/ladder/values/1", "pack-unknown-choice"),
        ('wins = { value = "family"', 'wins = { value = "both"', "/wins/value", "pack-unknown-choice"),
        (
            'unattributed_breach = { value = "under-review"',
            'unattributed_breach = { value = "guilty"',
            "/unattributed_breach/value",
            "pack-unknown-choice",
        ),
        ("needs_area = true", 'needs_area = "yes"', "/needs_area", "pack-not-true-or-false"),
        ('kind = "prohibit"', 'kind = "forbid"', "/commitments/no-felling/kind", "pack-unknown-choice"),
        ("[commitments.no-felling]", "[commitments.No_Felling]", "/commitments/No_Felling", "pack-code-unfit"),
        ("critical = true\n", "", "/commitments/no-felling/critical", "pack-key-missing"),
        ("date = 2026-01-31", "date = 2026", "/sources/rule/date", "pack-not-a-day"),
    ],
)
def test_each_fault_of_a_framework_is_named_at_its_place(old: str, new: str, where: str, code: str) -> None:
    assert changed(FRAMEWORK, old, new)[where] == code


def test_an_unknown_source_is_named_with_the_one_that_was_meant() -> None:
    (problem,) = check(
        SCHEME.replace(
            'commodity = "*"\nmodels = ["segregated"]\nsource = "rule"',
            'commodity = "*"\nmodels = ["segregated"]\nsource = "role"',
        ).encode()
    )

    assert (problem.code, problem.where, problem.found, problem.expected) == (
        "pack-unknown-source", "/products/1/source", "role", "rule",
    )  # fmt: skip


@pytest.mark.parametrize("parse", [parse_scheme, parse_framework])
@pytest.mark.parametrize(
    "data", [b"\xff", b"a = \n", b"#" * (LARGEST_BYTES + 1), b"", b'format = "chaski.commodity/1"']
)
def test_bytes_that_are_another_thing_are_refused(parse: object, data: bytes) -> None:
    with pytest.raises(FormatError):
        parse(data)  # type: ignore[operator]  # one of the two parsers


def test_every_problem_is_reported_at_once() -> None:
    text = (
        SCHEME.replace("year = 2026", "")
        .replace('value = "yes"', 'value = "yea"')
        .replace('code = "valley-mark"\n', "")
    )

    assert set(problems(text)) == {"/sources/rule", "/members_listed/value", "/code"}
