"""Places for ledgers, of every kind of store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.world import Kind, Place, place


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place of each kind in turn."""
    yield from _place(request.param, request, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place of each kind that several processes can open."""
    yield from _place(request.param, request, tmp_path)


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Place]:
    """An SQLite file."""
    with place("sqlite", tmp_path) as made:
        yield made


def _place(kind: Kind, request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    postgres = str(request.getfixturevalue("postgres_url")) if kind == "postgresql" else None
    with place(kind, folder, postgres) as made:
        yield made
