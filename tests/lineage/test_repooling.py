"""Twenty levels of split and repool in a real ledger: the number of questions grows with the levels, not the paths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.store.connection import Connection
from tests.world import World

LEVELS = 20


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every query that is asked meanwhile."""
    asked: list[str] = []
    original = Connection.all

    def all_(self: Connection, sql: str, *params: object) -> list[tuple[object, ...]]:
        asked.append(sql)
        return original(self, sql, *params)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "all", all_)
        yield asked


def repooled(world: World, levels: int) -> tuple[str, str]:
    """A lot split in two and pooled again, so many times; the first lot and the last."""
    coop = world.coop()
    first, other = world.deliver(world.farm(), 60_000), world.deliver(world.farm(), 40_000)
    lot = world.pool(coop, (first, 60_000), (other, 40_000))
    for _ in range(levels):
        halves = world.split(coop, lot, 50_000, 50_000)
        lot = world.pool(coop, *((half, 50_000) for half in halves))
    return first, lot


def questions(world: World, monkeypatch: pytest.MonkeyPatch, levels: int) -> tuple[int, int, int]:
    """How many queries a trace, a lot page and a correction at the root take after so many levels."""
    first, last = repooled(world, levels)
    with counted(monkeypatch) as trace_back:
        back = world.ledger.trace(last)
    assert sum(line.grams for line in back.contributions) == 100_000
    assert {line.delivery: line.grams for line in back.contributions}[first] == 60_000
    assert len(back.steps) == 1 + 3 * levels
    with counted(monkeypatch) as trace_on:
        forward = world.ledger.trace(first).forward
    assert len(forward) == 1 + 3 * levels
    assert next(line for line in forward if line.lot == last).expected_grams == 60_000
    with counted(monkeypatch) as correcting:
        world.say(world.hold(world.operator, first))
    assert {kind for kind, _ in world.blocks(last)} == {"held"}
    return len(trace_back), len(trace_on), len(correcting)


def test_the_number_of_questions_grows_with_the_levels_not_with_the_paths(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    smaller = World.begin(_made(tmp_path / "smaller"))
    few = questions(smaller, monkeypatch, LEVELS // 2)
    smaller.end()
    many = questions(world, monkeypatch, LEVELS)
    for less, more in zip(few, many, strict=True):
        assert more <= 2 * less
        assert more < 200


def test_splits_of_splits_write_no_origin_rows(world: World) -> None:
    first, _ = repooled(world, 0)
    coop = world.coop()
    before = world.ledger.rebuild().rows["origin"]
    lot = world.deliver(world.farm(), 64)
    for _ in range(6):
        lot, *_ = world.split(coop, lot, 1, world.stock(lot)[coop.id] - 1)[::-1]
    world.pool(coop, (lot, 1))
    # The one delivery's own row and no other.
    assert world.ledger.rebuild().rows["origin"] == before + 1
    assert world.stock(first) == {}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
