"""The pages made from the program are up to date: problems, configuration, command line."""

from __future__ import annotations

import subprocess
import sys

from tests.words.source import ROOT


def test_pages_made_from_the_program_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "make_pages.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
