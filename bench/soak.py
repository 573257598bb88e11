"""`make soak`: processes killed hundreds of times on SQLite and PostgreSQL, every rule switched off once, long stories.

The tests are the ordinary ones marked `soak`, left out of `make test` because they take hours. At the end it prints
the line that belongs into the table of docs/security.md. Further arguments go to pytest: `-k sqlite`, `-x`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from ledger import __version__

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run everything marked `soak`, say how it ended in one line of a table, and pass it on."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        # The older of pytest's two formats keeps what a test notes about itself: how often it killed.
        kept = [f"--junitxml={results}", "-o", "junit_family=xunit1"]
        command = [sys.executable, "-m", "pytest", "-m", "soak", "--durations=5", *kept, "tests", *sys.argv[1:]]
        ended = subprocess.run(command, cwd=ROOT, check=False).returncode
        if results.exists():
            print("\n" + line_of(results, datetime.now(UTC).date().isoformat()))
    return ended


def line_of(results: Path, day: str) -> str:
    """The line of docs/security.md for a run: day, release, tests, kills, minutes, result."""
    # Written by our own pytest a moment ago.
    [suite] = ElementTree.parse(results).getroot().iter("testsuite")  # noqa: S314
    tests, wrong = int(suite.get("tests", 0)), int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    skipped = int(suite.get("skipped", 0))
    kills = sum(int(found.get("value", 0)) for found in suite.iter("property") if found.get("name") == "kills")
    said = f"{wrong} failed" if wrong else "all passed"
    said += f", {skipped} skipped" if skipped else ""
    minutes = float(suite.get("time", 0)) / 60
    return f"| {day} | {__version__} | {tests} | {kills} | {minutes:.0f} | {said} |"


if __name__ == "__main__":
    sys.exit(main())
