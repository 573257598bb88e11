"""The examples run as the README says, and each ends with the whole log verified."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from ledger.seasons.stage import STORIES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", list(STORIES))
def test_an_example_tells_its_story_and_verifies(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    import_module(f"examples.{name}").main()

    lines = capsys.readouterr().out.splitlines()

    assert "(ejemplo)" in lines[0]
    assert any("delivery at the scale" in line for line in lines)
    assert any("dispatch" in line for line in lines)
    assert any("receipt" in line for line in lines)
    assert lines[-1].startswith("Verified: ")


def test_a_season_is_built_from_a_seed(tmp_path: Path) -> None:
    database = tmp_path / "season.db"
    command = [sys.executable, "-m", "examples.season", "alpaca", "--seed", "x", "--database", str(database)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert database.is_file()
    assert done.stdout.splitlines()[0].startswith("alpaca: 183 families, lot ")
    assert " facts, root " in done.stdout.splitlines()[-1]
