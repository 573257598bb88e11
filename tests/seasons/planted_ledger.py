"""The background of a planted season, told once; copies of it take cases, with or without one rule."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ledger.book import Ledger
from ledger.errors import LedgerError
from ledger.seasons.clock import SeasonClock
from ledger.seasons.planted.compare import Result, compare
from ledger.seasons.planted.detect import detect
from ledger.seasons.planted.season import PlantedSeason
from ledger.seasons.planted.selftest import season_of, world_of
from ledger.seasons.planted.teller import Teller
from ledger.seasons.stage import new_ledger
from ledger.seasons.tamper import copy_ledger
from ledger.seasons.world import World


@dataclass(frozen=True)
class Background:
    """A closed ledger in which the background of a season stands, and the season it is of."""

    database: Path
    season: PlantedSeason
    world: World
    teller: Teller

    @classmethod
    def begin(cls, folder: Path, seed: str) -> Background:
        """Tell the background of a seed."""
        database = folder / "chaski.db"
        ledger, clock = new_ledger(database, seed)
        with ledger:
            world = world_of(ledger, seed)
            season = season_of(ledger, seed)
            teller = Teller(ledger, clock, world)
            teller.tell(season.background)
        assert {line["answer"] for line in teller.answers} == {"accepted"}
        return cls(database, season, world, teller)

    def told(self, names: Iterable[str], looks: tuple[str, ...], *, without_rule: str = "") -> Result | None:
        """These cases told to a copy, and compared; None where the ledger could not even go on."""
        folder = self.database.parent / f"without {without_rule or 'nothing'}"
        database = copy_ledger(self.database, folder)
        clock = SeasonClock(self.season.background[-1].arrives)
        wanted = set(names)
        try:
            with Ledger.open(str(database), clock=clock, without_rule=without_rule) as ledger:
                teller = Teller(
                    ledger,
                    clock,
                    self.world,
                    signed=dict(self.teller.signed),
                    counters=dict(self.teller.counters),
                )
                teller.tell(d for name, drafts in self.season.by_case.items() if name in wanted for d in drafts)
            teller.write(folder / "answers.jsonl")
            found = detect(database, folder / "answers.jsonl", looks)
        except LedgerError:
            # A rule that keeps the books sound was missing, and the books say so.
            return None
        finally:
            shutil.rmtree(folder)
        labels = [case.seen_by(looks) for case in self.season.labels(teller) if case.id in wanted]
        return compare(labels, found)
