"""aics-tlog as a verifier: it needs Python 3.12, so it runs as a program of its own (aics_check.py)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.log.thirdparty.evidence import Evidence, RefusedByStrangerError

PROGRAM = Path(__file__).with_name("aics_check.py")
REQUIREMENTS = Path(__file__).resolve().parents[3] / "requirements" / "thirdparty.txt"


def install(folder: Path) -> Path:
    """A Python with the pinned package in an environment under `folder`, or a skip that says what is missing."""
    python = _newer_python()
    if python is None:
        pytest.skip("aics-tlog needs Python 3.12 or newer, and none is found")
    environment = folder / "aics"
    inside = environment / "bin" / "python"
    pip = [str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    for command in ([python, "-m", "venv", str(environment)], [*pip, "-r", str(REQUIREMENTS)]):
        ran = subprocess.run(command, capture_output=True, check=False)
        if ran.returncode:
            pytest.skip(f"aics-tlog could not be installed: {ran.stderr.decode()[-200:].strip()}")
    return inside


def _newer_python() -> str | None:
    """A Python of at least 3.12 that runs: this one, one on the path, or one that pyenv keeps aside."""
    named = [shutil.which(f"python3.{minor}") for minor in range(12, 20)]
    kept = (Path.home() / ".pyenv" / "versions").glob("3.1[2-9]*/bin/python")
    candidates = [sys.executable, *filter(None, named), *map(str, sorted(kept))]
    return next((each for each in candidates if _is_newer(each)), None)


def _is_newer(python: str) -> bool:
    # A name on the path may be a stand-in for a version that is not installed, so it is asked.
    asked = [python, "-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def check(python: Path, evidence: Evidence) -> int:
    """The number of proofs it accepted; raises RefusedByStrangerError with its words."""
    ran = subprocess.run([python, PROGRAM], input=evidence.to_json(), capture_output=True, check=False)
    if ran.returncode:
        raise RefusedByStrangerError(ran.stderr.decode())
    return int(ran.stdout)
