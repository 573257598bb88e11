"""Writes down the drafts of one story in the order they happen, with ids that follow from the seed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ledger.seasons.dice import Dice
from ledger.seasons.draft import Basis, Draft, Hand
from ledger.seasons.world import World


class Scribe:
    """Collects the drafts of one story; `thing` and `dice` are the story's own, so stories do not touch each other."""

    def __init__(self, world: World, story: str) -> None:
        """Begin a story by its name."""
        self.world = world
        self.story = story
        self.drafts: list[Draft] = []

    def thing(self, label: str) -> str:
        """The id of a thing of this story."""
        return self.world.thing(f"{self.story}/{label}")

    def dice(self, label: str) -> Dice:
        """Chance for one purpose of this story."""
        return self.world.dice(f"{self.story}/{label}")

    def digest(self, label: str) -> str:
        """The digest of a document of this story that nobody has written."""
        return self.world.bytes_of(f"{self.story}/document/{label}", 32).hex()

    def state(  # noqa: PLR0913 - an envelope has so many parts
        self,
        hand: Hand,
        fact: str,
        at: datetime,
        body: Mapping[str, Any],
        *,
        sealed: Mapping[str, object] | None = None,
        arrives: datetime | None = None,
        basis: Basis | None = None,
        about: str | None = None,
        replaces: str | None = None,
    ) -> Draft:
        """Write down that a hand states a fact (type without version: `lot.harvested`).

        It arrives at once unless said otherwise; values that are None are left out. `about` and
        `replaces` are ids of statements written down before.
        """
        draft = Draft(
            id=self.thing(f"statement/{len(self.drafts)}"),
            hand=hand,
            fact=f"{fact}/1",
            at=at,
            arrives=arrives or at,
            body={name: value for name, value in body.items() if value is not None},
            sealed=sealed or {},
            basis=basis,
            about=about,
            replaces=replaces,
        )
        self.drafts.append(draft)
        return draft
