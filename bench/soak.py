"""`make soak`: writers killed hundreds of times, on SQLite and PostgreSQL, at random moments and at every chosen place.

The tests are the ordinary ones marked `soak` (tests/store/test_crash.py says what is checked after each kill); they
are left out of `make test` because they take a quarter of an hour. Further arguments go to pytest: `-k sqlite`, `-x`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run everything marked `soak` and pass on how it ended."""
    command = [sys.executable, "-m", "pytest", "-m", "soak", "--durations=5", "tests", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
