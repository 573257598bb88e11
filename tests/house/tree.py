"""The repository as somebody else gets it: its tracked files, and a clean clone of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def git(*arguments: str, cwd: Path = ROOT) -> str:
    """What git says; fails with its own words."""
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def tracked() -> list[Path]:
    """Every file a commit of the work tree would hold; a test without git has nothing to look at and says so."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return sorted(path for name in set(names) - {""} if (path := ROOT / name).is_file())


def clone(into: Path) -> Path:
    """A clean clone of the last commit, with the uncommitted changes of the files it holds applied to it.

    A file nobody added to git is missing in it, as it would be for everybody else.
    """
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    if not git("for-each-ref"):
        pytest.skip("nothing is committed yet")
    target = into / "chaski"
    git("clone", "--quiet", "--no-hardlinks", str(ROOT), str(target))
    changes = git("diff", "--binary", "HEAD")
    if changes:
        subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=target, input=changes, text=True, check=True)
    return target
