"""Builds the planted season of a seed, lets a process of its own look for everything wrong, and compares."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.book import Ledger
from ledger.errors import Problem, ProofError
from ledger.seasons.planted import insider
from ledger.seasons.planted.case import Case, write_labels
from ledger.seasons.planted.compare import Result, compare
from ledger.seasons.planted.findings import Found, read_found
from ledger.seasons.planted.planting import SEEDS, Seed
from ledger.seasons.planted.season import PlantedSeason, write_season
from ledger.seasons.planted.teller import Teller
from ledger.seasons.stage import new_ledger
from ledger.seasons.world import World

DATABASE: Final = "log/chaski.db"
ANSWERS: Final = "log/answers.jsonl"
LABELS: Final = "labels.json"
FINDINGS: Final = "findings.jsonl"


@dataclass(frozen=True, slots=True)
class Told:
    """A season that was told and closed: what was planted in it, and how many facts stand and were refused."""

    cases: tuple[Case, ...]
    facts: int
    refused: int


@dataclass(frozen=True, slots=True)
class Selftest:
    """What came of a seed: how many facts stand and were refused, and the comparison."""

    seed: str
    facts: int
    refused: int
    result: Result

    @property
    def ok(self) -> bool:
        """Every planted one found and nobody else accused."""
        return self.result.ok


def run(seed: str, folder: Path | None = None, *, plants: bool = True) -> Selftest:
    """Build, detect and compare, in a folder that stays or one that is thrown away; without plants nobody is guilty."""
    kept = nullcontext(str(folder)) if folder is not None else tempfile.TemporaryDirectory(prefix="chaski-selftest-")
    with kept as name:
        place = Path(name)
        told = build(place, seed, plants=plants)
        write_labels(place / LABELS, told.cases)
        found = detected(place)
        return Selftest(seed, told.facts, told.refused, compare(told.cases, found))


def build(folder: Path, seed: str, *, plants: bool = True) -> Told:
    """Tell the season of a seed to a new ledger in a folder, and edit its database as an insider would."""
    database = folder / DATABASE
    database.parent.mkdir(parents=True, exist_ok=True)
    ledger, clock = new_ledger(database, seed)
    with ledger:
        season = season_of(ledger, seed)
        teller = Teller(ledger, clock, world_of(ledger, seed))
        teller.tell([*season.background, *(d for drafts in season.by_case.values() if plants for d in drafts)])
        facts = ledger.head().size
    teller.write(folder / ANSWERS)
    cases = (season.standing, *(season.labels(teller) if plants else ()))
    if plants:
        cases = (*cases, *insider.edit(database, teller))
    refused = sum(line["answer"] == "refused" for line in teller.answers)
    return Told(cases, facts, refused)


def world_of(ledger: Ledger, seed: str) -> World:
    """Everything of a season follows from these."""
    return World(
        seed,
        origin=ledger.origin,
        operator=ledger.operator_party,
        operator_key=ledger.operator_key,
        node_key=ledger.node_key,
    )


def season_of(ledger: Ledger, seed: str, seeds: Sequence[Seed] = tuple(SEEDS)) -> PlantedSeason:
    """The season of a seed, written for this ledger."""
    return write_season(world_of(ledger, seed), seeds)


def detected(folder: Path) -> Found:
    """Let another process look: it is given database and answers, and nothing that leads to the labels."""
    out = folder / FINDINGS
    command = [sys.executable, "-m", "ledger.seasons.planted.detect"]
    paths = {"--database": folder / DATABASE, "--answers": folder / ANSWERS, "--out": out}
    for option, path in paths.items():
        command += [option, str(path.resolve())]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own program
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [str(done.returncode)]
        raise ProofError(Problem("detection-failed", "", said[-1][:200]))
    return read_found(out)
