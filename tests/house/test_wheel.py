"""The wheel alone, in an empty environment, is the whole of Chaski: packs, words, pages and migrations inside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import ledger
from tests.house.tree import ROOT, clone

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a clean clone: what nobody committed is not in it."""
    source = clone(tmp_path_factory.mktemp("source"))
    out = tmp_path_factory.mktemp("wheel")
    build = [_uv(), "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*build, "--out-dir", out, source], check=True)
    return next(out.glob("chaski_ledger-*.whl"))


@pytest.fixture(scope="module")
def chaski(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in an environment that holds the pinned dependencies and the wheel, and nothing else."""
    home = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    install: list[str | Path] = [_uv(), "pip", "install", "--quiet", "--python", python]
    subprocess.run([*install, "--require-hashes", "-r", ROOT / "requirements" / "runtime.txt"], check=True)
    subprocess.run([*install, "--no-deps", wheel], check=True)
    return home / "bin" / "chaski"


def test_the_wheel_holds_every_file_of_the_two_packages(wheel: Path, tmp_path: Path) -> None:
    source = clone(tmp_path)
    committed = {p.relative_to(source).as_posix() for room in ("ledger", "api") for p in (source / room).rglob("*")}
    files = {name for name in committed if (source / name).is_file()}

    packed = {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("chaski_ledger-")}

    assert packed == files


def test_the_command_says_its_version(chaski: Path, tmp_path: Path) -> None:
    told = json.loads(_run(chaski, "version", "--json", cwd=tmp_path))

    assert told["version"] == ledger.__version__


def test_the_demo_runs_from_the_wheel(chaski: Path, tmp_path: Path) -> None:
    _run(chaski, "demo", "--out", "demo", cwd=tmp_path)

    summary = json.loads((tmp_path / "demo" / "summary.json").read_text(encoding="utf-8"))
    assert summary["facts"] >= 1000
    assert (tmp_path / "demo" / "chaski.db").is_file()


def _run(chaski: Path, *arguments: str, cwd: Path) -> str:
    """Run the command far from the checkout, with nothing of this run's environment that could lend it a module."""
    environment = {"PATH": os.defpath, "HOME": str(cwd), "LANG": "C.UTF-8", "TERM": "dumb"}
    done = subprocess.run([chaski, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    assert found, "uv is not there: make test installs it"
    return found
