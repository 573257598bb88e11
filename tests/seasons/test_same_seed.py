"""The same seed gives the same log, byte for byte; another seed gives another."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import NotFoundError
from ledger.keys import SigningKey
from ledger.seasons import stage
from ledger.seasons.play import told
from ledger.seasons.signing import in_order, sign_all
from ledger.seasons.stage import STORIES
from ledger.seasons.world import World
from tests.seasons.conftest import Stage


def submissions(seed: str, name: str) -> list[bytes]:
    keys = [SigningKey.derived(b"tests", label) for label in ("operator", "node")]
    world = World(seed, origin="a.example/log/b", operator="0" * 16, operator_key=keys[0], node_key=keys[1])
    return [signed.submission for signed in sign_all(world, in_order(STORIES[name](world).drafts))]


def root(folder: Path, seed: str) -> str:
    with told(folder / "chaski.db", ("alpaca",), seed) as (ledger, _, _):
        return ledger.head().root


@pytest.mark.parametrize("name", list(STORIES))
def test_a_story_is_signed_the_same_way_again(name: str) -> None:
    assert submissions("chaski", name) == submissions("chaski", name)


@pytest.mark.parametrize("name", list(STORIES))
@pytest.mark.parametrize("seed", ["1", "2", "3", "4", "5"])
def test_every_seed_has_a_story(name: str, seed: str) -> None:
    assert len(submissions(seed, name)) > 1_000


@pytest.mark.parametrize("name", list(STORIES))
def test_another_seed_shares_no_statement(name: str) -> None:
    assert not set(submissions("chaski", name)) & set(submissions("another", name))


def test_the_same_seed_gives_the_same_root_and_another_seed_does_not(tmp_path: Path) -> None:
    one = root(tmp_path / "one", "chaski")

    assert root(tmp_path / "two", "chaski") == one
    assert root(tmp_path / "three", "another") != one


def test_stories_do_not_touch_each_other(stage: Stage) -> None:
    """No id of one story is used in another: any of them can be told alone or with the others."""
    ids = {name: {draft.id for draft in story.drafts} for name, story in stage.stories.items()}

    assert sum(len(each) for each in ids.values()) == len(set().union(*ids.values()))


def test_an_unknown_story_is_named(tmp_path: Path) -> None:
    ledger, _ = stage.new_ledger(tmp_path / "chaski.db", "chaski")
    with ledger, pytest.raises(NotFoundError, match="story-unknown"):
        stage.stories_of(ledger, "chaski", ["quinoa"])


def test_the_log_is_named_by_the_public_host_and_its_path() -> None:
    assert stage.origin_of("http://127.0.0.1:8080") == "127.0.0.1:8080/log/demo"
    assert stage.origin_of("https://ledger.example", "valle") == "ledger.example/log/valle"
