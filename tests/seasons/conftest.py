"""Seasons told once and looked at by many tests: all four in one ledger, as the demo builds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.book import Ledger
from ledger.seasons.play import told
from ledger.seasons.stage import STORIES
from ledger.seasons.story import Story
from ledger.seasons.telling import Telling


@dataclass(frozen=True)
class Stage:
    """A ledger in which stories were told."""

    ledger: Ledger
    stories: dict[str, Story]
    telling: Telling
    database: Path


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The four seasons of the seed `chaski`."""
    database = tmp_path_factory.mktemp("seasons") / "chaski.db"
    with told(database, tuple(STORIES), "chaski") as (ledger, stories, telling):
        yield Stage(ledger, {story.name: story for story in stories}, telling, database)
