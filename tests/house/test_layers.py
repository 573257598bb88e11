"""The rooms depend one way: the two contracts of pyproject.toml hold, and breaking one is seen."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT


def lint_imports(where: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages that lie in `where`, without a cache from another run."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=where, capture_output=True, text=True, check=False)


def test_the_contracts_hold() -> None:
    done = lint_imports(ROOT)

    assert done.returncode == 0, done.stdout
    assert "Contracts: 2 kept, 0 broken." in done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("ledger/errors.py", "import ledger.values"),
        ("ledger/values/__init__.py", "import ledger.canonical"),
        ("ledger/store/__init__.py", "import api"),
        ("api/__init__.py", "import ledger.cli"),
        ("ledger/attic.py", ""),
    ],
    ids=["inwards-out", "siblings", "ledger-sees-api", "api-sees-cli", "unlisted-room"],
)
def test_a_wrong_import_is_seen(tmp_path: Path, file: str, line: str) -> None:
    # Given packages whose rooms are empty,
    for room in ("values", "canonical", "store", "cli"):
        (tmp_path / "ledger" / room).mkdir(parents=True)
        (tmp_path / "ledger" / room / "__init__.py").touch()
    for empty in ("ledger/__init__.py", "ledger/errors.py", "api/__init__.py"):
        (tmp_path / empty).parent.mkdir(exist_ok=True)
        (tmp_path / empty).touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert lint_imports(tmp_path).returncode == 0

    # when one line goes the wrong way,
    (tmp_path / file).write_text(line + "\n", encoding="utf-8")

    # then a contract is broken.
    done = lint_imports(tmp_path)
    assert done.returncode != 0
    assert "1 broken" in done.stdout or "2 broken" in done.stdout
