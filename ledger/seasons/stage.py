"""Sets the stage: a new ledger with the demo's keys and clock, and the stories that are told to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ledger.book import Ledger
from ledger.errors import NotFoundError, Problem
from ledger.seasons import alpaca, cocoa, coffee, pitahaya
from ledger.seasons.calendar import at, day
from ledger.seasons.clock import SeasonClock
from ledger.seasons.people import organisation
from ledger.seasons.story import Story
from ledger.seasons.world import World

STORIES: Final = {story.NAME: story.tell for story in (coffee, cocoa, pitahaya, alpaca)}
OPERATOR: Final = organisation("Programa Cuatro Valles")
PUBLIC_URL: Final = "http://127.0.0.1:8080"
LOG_NAME: Final = "demo"
_OPENING: Final = at(day(1, 5), 8)


def origin_of(public_url: str = PUBLIC_URL, name: str = LOG_NAME) -> str:
    """The name of a log that its own server serves under `/log/<name>`: public host, then that path."""
    return f"{urlsplit(public_url).netloc}/log/{name}"


def new_ledger(database: Path, seed: str, *, public_url: str = PUBLIC_URL) -> tuple[Ledger, SeasonClock]:
    """An empty ledger whose keys and nonces follow from the seed, and the clock that moves it through the year."""
    clock = SeasonClock(_OPENING)
    ledger = Ledger.create(
        str(database),
        origin=origin_of(public_url),
        operator=OPERATOR,
        public_url=public_url,
        demo_seed=seed,
        clock=clock,
    )
    return ledger, clock


def stories_of(ledger: Ledger, seed: str, names: Sequence[str] = tuple(STORIES)) -> Mapping[str, Story]:
    """The named stories, written for this ledger; raises NotFoundError for a name that is none."""
    unknown = [name for name in names if name not in STORIES]
    if unknown:
        raise NotFoundError(Problem("story-unknown", "", unknown[0], ", ".join(STORIES)))
    world = World(
        seed,
        origin=ledger.origin,
        operator=ledger.operator_party,
        operator_key=ledger.operator_key,
        node_key=ledger.node_key,
    )
    return {name: STORIES[name](world) for name in names}
