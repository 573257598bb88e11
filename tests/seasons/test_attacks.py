"""Each tampering is found, by the check that is named; what was not touched passes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger.book import Ledger
from ledger.errors import ProofError
from ledger.seasons import stage, tamper
from ledger.seasons.attacks import Evidence, attack_all, examine
from ledger.seasons.telling import Telling
from ledger.seasons.voice import Voice, silent


class World:
    """A small ledger, the copy somebody made of it earlier, and the checkpoint somebody else kept since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "chaski.db"
        ledger, clock = stage.new_ledger(self.database, "attacks")
        with ledger:
            telling = Telling(ledger, clock, list(stage.stories_of(ledger, "attacks", ["alpaca"]).values()))
            telling.run(until=1_200)
            self.older = tamper.copy_ledger(self.database, folder / "older")
            self.older_checkpoint = ledger.head().checkpoint
            telling.run()
            self.kept = ledger.head().checkpoint
        other, _ = stage.new_ledger(folder / "other" / "chaski.db", "another")
        with other:
            self.foreign = other.head().checkpoint

    def copy(self, folder: Path) -> Path:
        return tamper.copy_ledger(self.database, folder / "copy")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("attacks"))


def test_every_tampering_is_found_by_the_check_that_is_named(world: World, tmp_path: Path) -> None:
    evidence = Evidence(world.kept, world.older, world.foreign)

    found = {each.name: each for each in attack_all(world.database, tmp_path, evidence, Voice(silent))}

    assert {name: each.codes for name, each in found.items()} == {
        "control": (),
        "payload": ("statement-altered",),
        "entry": ("entry-altered",),
        "node": ("node-altered",),
        "truncated-tail": ("older-than-remembered",),
        "older-copy": ("older-than-checkpoint",),
        "foreign-checkpoint": ("checkpoint-foreign",),
    }
    assert all(each.as_expected for each in found.values())
    assert found["older-copy"].note


def test_an_untouched_copy_passes_with_any_checkpoint_kept_of_it(world: World, tmp_path: Path) -> None:
    copy = world.copy(tmp_path)

    assert examine(copy) == examine(copy, world.kept) == examine(copy, world.older_checkpoint) == ()


def test_an_older_copy_passes_alone_and_fails_against_a_kept_checkpoint(world: World, tmp_path: Path) -> None:
    shutil.copytree(world.older.parent, tmp_path / "older")
    copy = tmp_path / "older" / world.older.name

    assert examine(copy) == ()
    assert examine(copy, world.kept) == ("older-than-checkpoint",)


def test_a_truncated_tail_with_forgotten_head_is_found_by_a_kept_checkpoint_alone(world: World, tmp_path: Path) -> None:
    """Whoever owns the machine can take its memory away too; then only somebody outside can tell."""
    copy = world.copy(tmp_path)
    tamper.truncate_tail(copy, 300)
    tamper.forget_head(copy)

    assert examine(copy) == ()
    assert examine(copy, world.kept) == ("older-than-checkpoint",)


def test_a_truncated_ledger_does_not_open_where_its_size_is_remembered(world: World, tmp_path: Path) -> None:
    copy = world.copy(tmp_path)
    tamper.truncate_tail(copy, 1)

    with pytest.raises(ProofError, match="older-than-remembered"):
        Ledger.open(str(copy))


def test_the_original_is_never_touched(world: World, tmp_path: Path) -> None:
    tamper.edit_payload(world.copy(tmp_path))

    assert examine(world.database) == ()
