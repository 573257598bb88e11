"""`chaski demo` makes what it promises, and says so when it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Chaski


@pytest.mark.slow
def test_the_demo_leaves_a_ledger_that_verifies(chaski: Chaski, folder: Path) -> None:
    answer = chaski("demo", "--out", "demo", "--json")

    assert answer.code == 0, answer.err
    summary = json.loads((folder / "demo" / "summary.json").read_text(encoding="utf-8"))
    assert answer.json["origin"] == summary["origin"]
    assert chaski("verify", "--database", "demo/chaski.db").code == 0


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_demo_does_not_write_over_a_file(chaski: Chaski, folder: Path, language: str) -> None:
    (folder / "demo").write_text("mine", encoding="utf-8")

    answer = chaski("demo", "--out", "demo", "--json", "--lang", language)

    assert answer.code in {3, 5}
    assert answer.json["problems"][0]["remedy"]
    assert (folder / "demo").read_text(encoding="utf-8") == "mine"
