"""docs/security.md: every test it names is there, and the long run is not older than the last release."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.soak import line_of
from tests.house.tree import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
_NAMED = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
_RUN = re.compile(r"^\| (\d{4}-\d\d-\d\d) \| \S+ \| \d+ \| \d+ \| \d+ \| (.+) \|$", re.MULTILINE)
_RELEASE = re.compile(r"^## \S+ \((\d{4}-\d\d-\d\d)\)", re.MULTILINE)


def is_fresh(page: str, changes: str) -> bool:
    """Whether the newest run in the page is from the day of the newest release or later, and all of it passed."""
    day, said = max(_RUN.findall(page), default=("", ""))
    return day >= max(_RELEASE.findall(changes), default="0000-00-00") and said.startswith("all passed")


def test_every_test_the_page_names_exists() -> None:
    named = _NAMED.findall(PAGE)
    assert len(named) >= 50
    assert [f"{file}::{test}" for file, test in named if not _is_there(ROOT / file, test)] == []


def _is_there(file: Path, test: str) -> bool:
    return (
        file.exists()
        and re.search(rf"^\s*(async )?def {test}\(", file.read_text(encoding="utf-8"), re.MULTILINE) is not None
    )


def test_the_long_run_is_not_older_than_the_last_release() -> None:
    assert is_fresh(PAGE, CHANGES)


@pytest.mark.parametrize(
    ("row", "changes", "fresh"),
    [
        ("| 2026-11-20 | 0.1.0 | 300 | 900 | 60 | all passed |", "## 0.1.0 (2026-11-20)", True),
        ("| 2026-11-20 | 0.1.0 | 300 | 900 | 60 | all passed, 2 skipped |", "## Unreleased (0.1.0)", True),
        ("| 2026-11-19 | 0.1.0 | 300 | 900 | 60 | all passed |", "## 0.1.0 (2026-11-20)", False),
        ("| 2026-11-20 | 0.1.0 | 300 | 900 | 60 | 1 failed |", "## 0.1.0 (2026-11-20)", False),
        ("", "## 0.1.0 (2026-11-20)", False),
    ],
)
def test_a_run_from_before_a_release_is_too_old(row: str, changes: str, *, fresh: bool) -> None:
    assert is_fresh(row, changes) is fresh


def test_the_line_of_a_run_is_one_the_page_reads(tmp_path: Path) -> None:
    results = tmp_path / "results.xml"
    results.write_text(
        '<testsuites><testsuite errors="0" failures="0" skipped="1" tests="2" time="119.0"><testcase>'
        '<properties><property name="kills" value="25"/></properties></testcase></testsuite></testsuites>'
    )
    assert _RUN.findall(line_of(results, "2026-11-20")) == [("2026-11-20", "all passed, 1 skipped")]
