"""PostgreSQL is killed under load and comes back: what was acknowledged is there, and the same ledger goes on."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.book import Ledger
from ledger.errors import LedgerError
from tests import postgres
from tests.store.world import COOP, accept, facility, found, place

DURABLE = {**postgres.SETTINGS, "fsync": "on", "full_page_writes": "on"}
WRITERS = 3


@pytest.fixture
def killable() -> Iterator[Path]:
    """A server of the test's own, which keeps what it has promised."""
    if os.environ.get("TEST_PG_URL"):
        pytest.skip("TEST_PG_URL names somebody else's server: not ours to kill")
    _, folder = postgres.start(os.getpid(), DURABLE)
    yield folder
    postgres.kill(folder)


@pytest.mark.postgres
@pytest.mark.parametrize("kills", [3, pytest.param(25, marks=pytest.mark.soak)])
def test_postgresql_killed_and_restarted_under_load_loses_nothing(
    killable: Path, tmp_path: Path, kills: int, record_property: Callable[[str, object], None]
) -> None:
    record_property("kills", kills)
    url = f"postgresql+psycopg://{postgres.USER}@/postgres?host={killable}"
    chance = random.Random(7)
    with place("postgresql", tmp_path, url) as where:
        ledger = where.create()
        found(ledger)
        for turn in range(kills):
            load = Load(ledger, turn)
            load.wait_for(10 * WRITERS)
            time.sleep(chance.uniform(0, 0.1))
            postgres.kill(killable)
            load.wait_until_felt()
            postgres.start_again(killable, DURABLE)
            acknowledged = load.stop()
            assert all(ledger.fact(digest).index == index for digest, index in acknowledged.items())
            # The connections that died are made anew; the writer needs no restart.
            accept(ledger.state(facility(f"after {turn}"), party=COOP))
        size = ledger.head().size
        assert ledger.verify().size == size
        assert ledger.rebuild().differences == ()
        where.close(ledger)
        assert where.open().verify().size == size


class Load:
    """Threads that state centres as fast as they can and note what was acknowledged and what went wrong."""

    def __init__(self, ledger: Ledger, turn: int) -> None:
        self._ledger = ledger
        self._acknowledged: dict[str, int] = {}
        self._failed: set[str] = set()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(f"{turn}/{n}",)) for n in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def _work(self, name: str) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            try:
                [outcome] = accept(self._ledger.state(facility(f"{name}/{number}"), party=COOP))
            except LedgerError as error:
                self._failed.add(error.problems[0].code)
                time.sleep(0.02)
            else:
                assert outcome.index is not None
                self._acknowledged[outcome.digest] = outcome.index

    def wait_for(self, many: int) -> None:
        """Until so many facts were acknowledged."""
        _until(lambda: len(self._acknowledged) >= many)

    def wait_until_felt(self) -> None:
        """Until some caller was told that the database is not there."""
        _until(lambda: bool(self._failed))

    def stop(self) -> dict[str, int]:
        """What was acknowledged, digest and index; every failure was said in the ledger's own words."""
        self._over.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()
        assert self._failed <= {"database-unreachable", "books-busy"}, self._failed
        return self._acknowledged


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not done():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
