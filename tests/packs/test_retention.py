"""How long personal data is kept: periods with their source, and the first day on which nothing has to be."""

from __future__ import annotations

import pytest

from ledger.errors import FormatError
from ledger.packs.retention import RetentionPeriod, parse_retention, retention_ends, retention_periods

PERIOD = """
[[period]]
code = "law"
names = { es = "ley", en = "law" }
years = 5
counted_from = "last-fact"
source = "Law 1, article 2"
dated = "2020-01-01"
verified = false
"""


def period(counted_from: str) -> RetentionPeriod:
    (made,) = parse_retention(PERIOD.replace("last-fact", counted_from).encode())
    return made


def test_every_built_in_period_has_its_source_and_date() -> None:
    assert {each.code for each in retention_periods()} == {"eudr", "tax-pe"}
    assert all(each.source and each.dated and set(each.names) == {"es", "en"} for each in retention_periods())


@pytest.mark.parametrize(
    ("counted_from", "last", "free"),
    [
        ("last-fact", "2026-06-12", "2031-06-12"),
        ("last-fact", "2028-02-29", "2033-03-01"),
        ("last-fact", "2024-02-29", "2029-03-01"),
        ("year-after", "2026-01-01", "2032-01-01"),
        ("year-after", "2026-12-31", "2032-01-01"),
    ],
)
def test_a_period_ends_on_its_first_free_day(counted_from: str, last: str, free: str) -> None:
    assert period(counted_from).ends_on(last) == free


def test_the_longest_period_decides() -> None:
    ends_on, decided = retention_ends("2026-06-12")

    assert (ends_on, decided.code) == ("2032-01-01", "tax-pe")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('source = "Law 1, article 2"\n', "", "/period/0"),
        ('source = "Law 1, article 2"', 'source = " "', "/period/0/source"),
        ('dated = "2020-01-01"', 'dated = "2020-13-01"', "/period/0/dated"),
        ("years = 5", "years = 0", "/period/0/years"),
        ("years = 5", "years = true", "/period/0/years"),
        ('"last-fact"', '"whenever"', "/period/0/counted_from"),
        ("verified = false", 'verified = "no"', "/period/0/verified"),
        ('{ es = "ley", en = "law" }', '{ es = "ley" }', "/period/0/names"),
        ("verified = false", "verified = false\nmore = 1", "/period/0"),
        ("[[period]]", "[[other]]", "/period"),
        ("[[period]]", "[[period", ""),
    ],
)
def test_a_period_that_lacks_something_is_refused(old: str, new: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_retention(PERIOD.replace(old, new).encode())

    assert [(p.code, p.where) for p in caught.value.problems] == [("retention-malformed", where)]
