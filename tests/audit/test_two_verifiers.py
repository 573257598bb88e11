"""The database's own check and the bundle's verify.py, over the same log with the same thing wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.bundles.check import check_bundle
from ledger.audit.bundles.make import make_bundle
from ledger.audit.bundles.scope import scope_of
from ledger.audit.bundles.source import BundleSource
from ledger.errors import ProofError
from ledger.postings import post
from ledger.postings.privacy import restatement
from ledger.statement import parse_statement, restated_text
from ledger.store import withhold as withholding
from ledger.store.connection import Connection
from tests.audit.shown import slip_in
from tests.world import Draft, OwnKey, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world whose story is not expected to end well: nothing is verified afterwards."""
    told = World.begin(tmp_path)
    yield told
    told.ledger.close()


def slip_in_signed(world: World, own: OwnKey, draft: Draft) -> int:
    """As `slip_in`, under a key of one's own."""
    size = world.ledger.head().size
    statement = parse_statement(own.sign(draft).split(b"~")[0])
    world.ledger._journal.replay([(statement, world.clock())])
    world.ledger.head()
    return size


def put_in_its_place(world: World, index: int, restated: str) -> None:
    """As somebody with the database does: a stand-in where a text was."""
    db = Connection(world.ledger._engine)
    try:
        db.begin_write()
        withholding.withhold(db, 1, index, restated)
        db.commit()
    finally:
        db.close()


def neither_is_deceived(world: World, folder: Path) -> tuple[str, str]:
    """The code of each; both must refuse."""
    with pytest.raises(ProofError) as stored:
        world.ledger.verify()
    source = BundleSource(world.ledger, world.ledger.checkpoint())
    make_bundle(source, scope_of("ALL", source.size, world.ledger), folder / "x.zip")
    with pytest.raises(ProofError) as bundled:
        check_bundle(folder / "x.zip")
    return stored.value.problems[0].code, bundled.value.problems[0].code


def test_a_key_does_not_authorise_itself(world: World, tmp_path: Path) -> None:
    own = world.unproven_key(world.coop(), "person")
    slip_in_signed(world, own, world.authorisation(own, by=own.party))

    assert neither_is_deceived(world, tmp_path) == ("key-used-before-authorised", "bundle-key-not-authorised")


def test_what_may_never_be_withheld_is_not_taken_for_withheld(world: World, tmp_path: Path) -> None:
    """A retraction whose text is gone hides that a delivery was taken back."""
    coop = world.coop()
    wrong = world.say(world.delivery(world.farm(coop), 50_000))
    gone = world.say(world.retraction(coop, wrong))
    restated = _restated(world, gone.index or 0)
    body = {"statement": gone.digest, "reason": "court-order", "restated": restated}
    slip_in(world, world.draft("statement.withheld", body, world.operator))
    put_in_its_place(world, gone.index or 0, restated)

    assert neither_is_deceived(world, tmp_path) == ("statement-altered", "bundle-withheld-differs")


def test_what_is_restated_a_second_time_counts_for_nothing(world: World, tmp_path: Path) -> None:
    said = world.say(world.delivery(world.farm(), 50_000))
    restated = _restated(world, said.index or 0)
    world.ledger.withhold(said.digest, reason="court-order")
    heavier = restated.replace("50000", "90000")
    body: dict[str, Any] = {"statement": said.digest, "reason": "court-order", "restated": heavier}
    slip_in(world, world.draft("statement.withheld", body, world.operator))
    put_in_its_place(world, said.index or 0, heavier)

    assert neither_is_deceived(world, tmp_path) == ("statement-altered", "bundle-withheld-differs")


def _restated(world: World, index: int) -> str:
    statement = world.ledger._journal.so_far()[0].statement(index)
    return restated_text(restatement(statement, post(statement)))
