"""The schemes and frameworks that come with the project: what they rule, and how far each ruling can be trusted."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping

import pytest

from ledger.facts import certificates
from ledger.packs.anypack import kind_of, parse_pack
from ledger.packs.catalogue import builtin
from ledger.packs.check import check
from ledger.packs.commodity import parse_commodity
from ledger.packs.framework import STATUS_WORDS, FrameworkPack
from ledger.packs.framework_file import parse_framework
from ledger.packs.scheme import LAPSES, MODELS, SchemePack
from ledger.packs.scheme_file import parse_scheme

SCHEMES = {code: parse_scheme(data) for (kind, code), data in builtin().items() if kind == "scheme"}
FRAMEWORKS = {code: parse_framework(data) for (kind, code), data in builtin().items() if kind == "framework"}
EVERY = {**SCHEMES, **FRAMEWORKS}


def trusted_things(thing: object) -> Iterator[object]:
    """Everything inside a pack that names a source."""
    if hasattr(thing, "source"):
        yield thing
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for field in dataclasses.fields(thing):
            yield from trusted_things(getattr(thing, field.name))
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from trusted_things(value)
    elif isinstance(thing, tuple):
        for value in thing:
            yield from trusted_things(value)


def test_all_that_the_project_promises_are_inside_the_package() -> None:
    assert set(SCHEMES) == {"eu-organic", "fairtrade", "fsc", "rainforest-alliance", "ras", "usda-nop"}
    assert set(FRAMEWORKS) == {
        "best-practice",
        "forest-agreement",
        "pasture-agreement",
        "production-protection-compact",
    }


@pytest.mark.parametrize(("kind", "code"), list(builtin()))
def test_each_pack_is_read_by_its_format_line_under_its_own_name_and_digest(kind: str, code: str) -> None:
    (data,) = (data for named, data in builtin().items() if named == (kind, code))

    parsed = parse_pack(data)

    assert check(data) == []
    assert (kind_of(parsed), parsed.code) == (kind, code)
    assert parsed.digest == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("pack", EVERY.values(), ids=EVERY)
def test_every_ruling_names_a_source_of_its_pack_with_a_year_or_a_date(pack: SchemePack | FrameworkPack) -> None:
    rulings = list(trusted_things(pack))

    assert len(rulings) > 10
    for ruling in rulings:
        source = pack.sources[ruling.source]  # type: ignore[attr-defined]  # asked for by hasattr above
        assert source.title
        assert source.year or source.date


@pytest.mark.parametrize("pack", EVERY.values(), ids=EVERY)
def test_general_knowledge_is_never_called_verified(pack: SchemePack | FrameworkPack) -> None:
    for ruling in trusted_things(pack):
        if ruling.source in {"general", "project", "record"}:  # type: ignore[attr-defined]  # as above
            assert not ruling.verified  # type: ignore[attr-defined]  # as above


@pytest.mark.parametrize("pack", SCHEMES.values(), ids=SCHEMES)
def test_every_form_a_scheme_names_is_one_of_its_commodity(pack: SchemePack) -> None:
    for row in pack.products:
        data = builtin().get(("commodity", row.commodity))
        if data is not None:
            assert set(row.forms) <= set(parse_commodity(data).forms)


def test_models_are_those_a_certificate_can_state() -> None:
    stated = certificates.CertificateRecorded.model_json_schema()["properties"]["models"]["items"]["enum"]

    assert set(stated) == set(MODELS)


@pytest.mark.parametrize("pack", SCHEMES.values(), ids=SCHEMES)
def test_a_scheme_says_what_every_lapse_does_and_never_lets_a_sale_through_it(pack: SchemePack) -> None:
    assert tuple(pack.lapses) == LAPSES
    assert "carried" not in {after.new_sales for after in pack.lapses.values()}


@pytest.mark.parametrize(
    ("scheme", "commodity", "form", "balance"),
    [
        ("eu-organic", "coffee", "green", False),
        ("eu-organic", "stingless-bee-honey", "honey", False),
        ("usda-nop", "cocoa", "dry-beans", False),
        ("fairtrade", "coffee", "green", False),
        ("fairtrade", "dragon-fruit", "fresh", False),
        ("fairtrade", "cocoa", "dry-beans", True),
        ("rainforest-alliance", "coffee", "green", False),
        ("rainforest-alliance", "cocoa", "dry-beans", True),
        ("ras", "alpaca-fibre", "tops", False),
    ],
)
def test_mass_balance_is_for_the_products_that_allow_it(scheme: str, commodity: str, form: str, balance: bool) -> None:
    models = SCHEMES[scheme].models_for(commodity, form)

    assert "segregated" in models
    assert ("mass-balance" in models) is balance


@pytest.mark.parametrize(
    ("scheme", "commodity", "form"),
    [
        ("ras", "coffee", "green"),
        ("fsc", "coffee", "green"),
        ("fairtrade", "alpaca-fibre", "tops"),
        # A row of some forms says that the others are not covered, whatever the row of every commodity says.
        ("eu-organic", "alpaca-fibre", "tops"),
    ],
)
def test_a_product_outside_the_scheme_may_be_sold_under_no_model(scheme: str, commodity: str, form: str) -> None:
    assert SCHEMES[scheme].models_for(commodity, form) == ()


def test_volume_is_licensed_for_rainforest_alliance_alone() -> None:
    assert {code for code, pack in SCHEMES.items() if pack.volume.value == "licensed"} == {"rainforest-alliance"}


def test_what_a_removed_member_brings_is_held_where_the_product_is_organic_and_lost_elsewhere() -> None:
    assert {code for code, pack in SCHEMES.items() if pack.member_removed.value == "held"} == {"eu-organic", "usda-nop"}
    assert {pack.member_suspended.value for pack in SCHEMES.values()} == {"held"}
    assert {pack.plot_status.value for pack in SCHEMES.values()} == {"organic", ""}


def test_organic_groups_in_the_union_are_limited() -> None:
    limits = SCHEMES["eu-organic"].limits

    assert {code: str(limit) for code, limit in limits.items()} == {
        "group-members": "2000 members",
        "groups-per-person": "1 groups",
        "member-hectares": "5 ha",
        "reinspection-least": "10 members",
        "reinspection-share": "0.0500",
        "sample-share": "0.0200",
    }


def test_after_decertification_fairtrade_fulfils_no_contract() -> None:
    after = SCHEMES["fairtrade"].lapses["withdrawn"]

    assert (after.new_sales, after.contracted_sales, after.stock_before) == ("not-carried",) * 3
    # The publication speaks of contracts only, and one mark of trust stands for all three.
    assert not after.verified
    assert str(SCHEMES["fairtrade"].limits["suspension-months"]) == "6 months"


def test_only_the_certificates_of_the_usda_are_without_an_end() -> None:
    assert {code for code, pack in SCHEMES.items() if pack.validity.value == "open"} == {"usda-nop"}


def test_the_alpaca_standard_names_its_successor_and_the_day() -> None:
    successor = SCHEMES["ras"].successor

    assert successor is not None
    assert (successor.code, successor.mandatory_from) == ("materials-matter", "2027-12-31")


def test_frameworks_judge_plots_herds_or_both() -> None:
    assert {code: set(pack.land) for code, pack in FRAMEWORKS.items()} == {
        "best-practice": {"plot", "herd"},
        "forest-agreement": {"plot"},
        "pasture-agreement": {"herd"},
        "production-protection-compact": {"plot"},
    }


@pytest.mark.parametrize("pack", FRAMEWORKS.values(), ids=FRAMEWORKS)
def test_a_critical_breach_is_never_compliant_and_an_unattributed_one_punishes_nobody(pack: FrameworkPack) -> None:
    assert pack.critical_breach.value == "non-compliant"
    assert pack.unattributed_breach.value == "under-review"
    assert {pack.partly_met.value, pack.not_monitored.value, pack.unendorsed.value} <= set(STATUS_WORDS)
    assert any(commitment.critical for commitment in pack.commitments.values())


def test_common_land_is_the_communitys_and_the_rest_the_familys() -> None:
    assert {code for code, pack in FRAMEWORKS.items() if pack.wins.value == "community"} == {"pasture-agreement"}
