"""Ledgers of both kinds with a co-operative in them, and a courier over each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ledger.book import Ledger
from tests.outbox.net import Net
from tests.store.world import ORIGIN, SEED, Place, found, place


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place of each kind that several processes can open."""
    postgres = str(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None
    with place(request.param, tmp_path, postgres) as made:
        yield made


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Place]:
    """An SQLite file."""
    with place("sqlite", tmp_path) as made:
        yield made


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    """A ledger, and no witness yet."""
    with ExitStack() as stack:
        made = Net(tmp_path, stack)
        with Ledger.create(
            made.database, origin=ORIGIN, operator="Operador Inventado", demo_seed=SEED, clock=made.clock
        ) as ledger:
            found(ledger)
        yield made
