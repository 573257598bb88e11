"""Plays one story on a new ledger: tells it, says what happened, and verifies the whole log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.book import Ledger
from ledger.queries import Verification
from ledger.seasons import stage
from ledger.seasons.narrate import Say, narrate
from ledger.seasons.story import Story
from ledger.seasons.telling import Telling


@contextmanager
def told(database: Path, names: tuple[str, ...], seed: str) -> Iterator[tuple[Ledger, tuple[Story, ...], Telling]]:
    """A new ledger in which the named stories have been told, open until the end of the block."""
    ledger, clock = stage.new_ledger(database, seed)
    with ledger:
        stories = tuple(stage.stories_of(ledger, seed, names).values())
        telling = Telling(ledger, clock, stories)
        telling.run()
        yield ledger, stories, telling


def play(database: Path, name: str, seed: str, say: Say) -> Verification:
    """Tell one story, say what became of its traced lot, and verify the whole log (ProofError if it is broken)."""
    with told(database, (name,), seed) as (ledger, (story,), telling):
        narrate(ledger, story, say)
        for code, times in sorted(telling.flags.items()):
            say(f"Flag {code}: {times}")
        found = ledger.verify()
        say(f"Verified: {found.statements:,} statements, {found.signatures:,} signatures, root {found.root}")
        return found
