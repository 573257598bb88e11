"""A whole planted season for a seed: the background, every case, and the labels once everything is signed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ledger.seasons.planted import cases as _registers_them  # noqa: F401 - importing it registers every case
from ledger.seasons.planted.background import background
from ledger.seasons.planted.case import Case
from ledger.seasons.planted.cast import cast_of
from ledger.seasons.planted.planting import SEEDS, Seed
from ledger.seasons.planted.stated import Stated
from ledger.seasons.planted.teller import Teller
from ledger.seasons.planted.valley import Valley
from ledger.seasons.world import World


@dataclass(frozen=True, slots=True)
class PlantedSeason:
    """Drafts of the background and of each case, by its name; `labels` is asked with the teller once all is told."""

    background: tuple[Stated, ...]
    by_case: dict[str, tuple[Stated, ...]]
    labels: Callable[[Teller], tuple[Case, ...]]
    standing: Case


def write_season(world: World, seeds: Iterable[Seed] = tuple(SEEDS)) -> PlantedSeason:
    """Write a season down with these cases (all of them unless said).

    The background is the same whichever cases are planted, for one seed: cases draw families of their own from it.
    """
    valley = Valley(world)
    cast = cast_of(valley)
    signed: list[Teller] = []

    def digest(draft: Stated) -> str:
        return signed[-1].digest_of(draft)

    labels = [seed.sow(valley, cast, digest) for seed in seeds]
    valley.assess(cast.coop)
    standing = background(valley, cast)
    by_case: dict[str, list[Stated]] = {}
    for draft in valley.drafts:
        by_case.setdefault(draft.of, []).append(draft)

    def made(teller: Teller) -> tuple[Case, ...]:
        signed.append(teller)
        return tuple(label() for label in labels)

    return PlantedSeason(
        background=tuple(by_case.pop("", [])),
        by_case={name: tuple(drafts) for name, drafts in by_case.items()},
        labels=made,
        standing=standing,
    )
