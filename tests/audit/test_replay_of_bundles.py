"""Judging again out of an audit bundle: a bundle of ALL is a whole log, one of less says what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.audit.bundles.make import make_bundle
from ledger.audit.bundles.scope import scope_of
from ledger.audit.bundles.source import BundleSource
from ledger.audit.replay.replay import replay
from ledger.audit.whole.opening import is_elsewhere, opened_whole
from ledger.errors import FormatError
from tests.audit.shown import found, slip_in
from tests.world import World


@pytest.fixture
def sold(tmp_path: Path) -> Iterator[tuple[World, str]]:
    """A lot, a flag, a withheld text, and a fact past the rules."""
    world = World.begin(tmp_path)
    farm = world.farm()
    lot = world.deliver(farm, 100_000, receipt="B001-7")
    world.say(world.delivery(farm, 50_000, receipt="B001-7"))
    gone = world.say(world.delivery(farm, 20_000))
    world.ledger.withhold(gone.digest, reason="court-order")
    slip_in(world, world.delivery(farm, 100_000).but(net=400_000))
    yield world, lot
    world.ledger.close()


def bundled(world: World, scope: str, out: Path) -> str:
    source = BundleSource(world.ledger)
    make_bundle(source, scope_of(scope, source.size, world.ledger), out)
    return str(out)


def test_a_bundle_of_all_is_judged_again(sold: tuple[World, str], tmp_path: Path) -> None:
    world, _ = sold
    file = bundled(world, "ALL", tmp_path / "all.zip")
    assert is_elsewhere(file)

    with opened_whole(file, None) as log:
        done = replay(log)

    assert found(done) == [("refused", done.size - 1, ["net-differs"])]
    assert (done.is_signed, done.flags_compared, done.flags["receipt-number-repeated"]) == (True, False, 1)
    assert (len(done.withheld), done.root) == (1, world.ledger.head().root)


def test_a_bundle_of_a_lot_is_no_whole_log(sold: tuple[World, str], tmp_path: Path) -> None:
    world, lot = sold
    file = bundled(world, lot, tmp_path / "lot.zip")

    with opened_whole(file, None) as log, pytest.raises(FormatError, match="statements-incomplete"):
        replay(log)
