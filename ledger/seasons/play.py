"""Plays one story on a new ledger: tells it, says what happened, and verifies the whole log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.book import Ledger
from ledger.queries import Verification
from ledger.seasons import stage
from ledger.seasons.narrate import narrate
from ledger.seasons.refusals import tell_refusals, try_sales
from ledger.seasons.story import Story
from ledger.seasons.telling import Telling
from ledger.seasons.voice import Say, Voice
from ledger.words import Language


@contextmanager
def told(database: Path, names: tuple[str, ...], seed: str) -> Iterator[tuple[Ledger, tuple[Story, ...], Telling]]:
    """A new ledger in which the named stories have been told, open until the end of the block."""
    ledger, clock = stage.new_ledger(database, seed)
    with ledger:
        stories = tuple(stage.stories_of(ledger, seed, names).values())
        telling = Telling(ledger, clock, stories)
        telling.run()
        yield ledger, stories, telling


def play(database: Path, name: str, seed: str, say: Say, language: Language = "en") -> Verification:
    """Tell one story, say what became of its traced lot, and verify the whole log (ProofError if it is broken)."""
    voice = Voice(say, language)
    with told(database, (name,), seed) as (ledger, (story,), telling):
        narrate(ledger, story, voice, language)
        tell_refusals(ledger, list(try_sales(ledger, story)), voice, language)
        for code, times in sorted(telling.flags.items()):
            voice.tell("Flag {code}: {times}", code=code, times=times)
        found = ledger.verify()
        voice.tell(
            "Verified: {statements} statements, {signatures} signatures, root {root}",
            statements=f"{found.statements:,}",
            signatures=f"{found.signatures:,}",
            root=found.root,
        )
        return found
