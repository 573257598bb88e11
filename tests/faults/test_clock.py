"""The machine's clock is set back under a real process (libfaketime): a little is bridged, more stops the writing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.store.clock import system_clock
from tests.store.world import COOP, Place, accept, count, facility, found, place

ROOT = Path(__file__).parents[2]
LIBRARIES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1")
STATE = """
import sys
from ledger.book import Ledger
from ledger.errors import LedgerError
from tests.store.world import COOP, facility
with Ledger.open(sys.argv[1]) as ledger:
    try:
        [outcome] = ledger.state(facility(sys.argv[2]), party=COOP)
    except LedgerError as error:
        print(error.problems[0].code)
    else:
        print(outcome.status, outcome.recorded_at)
"""


@pytest.fixture(scope="module")
def faketime() -> str:
    """The library that shows a process another time."""
    for pattern in LIBRARIES:
        for path in sorted(Path("/").glob(pattern.removeprefix("/"))):
            return str(path)
    pytest.skip("libfaketime is not there")


def said(where: Place, label: str, faketime: str, shift: str) -> list[str]:
    """What a process with a shifted clock says of stating a centre."""
    done = subprocess.run(
        [sys.executable, "-c", STATE, where.database, label],
        env={**os.environ, "LD_PRELOAD": faketime, "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_a_clock_set_back_by_an_hour_stops_the_writing_and_nothing_else(tmp_path: Path, faketime: str) -> None:
    with place("sqlite", tmp_path) as where:
        ledger = where.create(clock=system_clock)
        found(ledger)
        size = count(ledger)
        where.close(ledger)
        assert said(where, "an hour ago", faketime, "-1h") == ["clock-backwards"]
        ledger = where.open(clock=system_clock)
        assert count(ledger) == size
        accept(ledger.state(facility("an hour ago"), party=COOP))
        assert ledger.verify().size == size + 1


def test_time_never_runs_backwards_in_the_log_when_the_clock_is_corrected(tmp_path: Path, faketime: str) -> None:
    with place("sqlite", tmp_path) as where:
        ledger = where.create(clock=system_clock)
        found(ledger)
        where.close(ledger)
        first = said(where, "five past", faketime, "2030-01-01 10:00:05")
        # A second less by the corrected clock: the log keeps the time it had.
        assert said(where, "four past", faketime, "2030-01-01 10:00:04") == first
        assert first[0] == "accepted"
        assert said(where, "two past", faketime, "2030-01-01 10:00:02") == ["clock-backwards"]
        assert said(where, "six past", faketime, "2030-01-01 10:00:06") > first
