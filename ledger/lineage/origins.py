"""Origin sets: the deliveries behind a lot with their weights, mixed and divided to the gram."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ledger.shares import apportion
from ledger.state import Origin


class Share(NamedTuple):
    """Grams of a lot that one origin row stands for."""

    origin: Origin
    grams: int


def mix(inputs: Iterable[tuple[int, tuple[Origin, ...]]]) -> tuple[Origin, ...]:
    """The origin set of what was mixed from (grams, origin set) inputs; its weights sum to the grams.

    One delivery that came in by several ways is one row. Rows are ordered by delivery, land and
    producer, so that ties in later divisions always fall the same way.
    """
    sums: dict[tuple[str, str, str], int] = {}
    for grams, rows in inputs:
        for row, share in zip(rows, apportion(grams, [r.grams for r in rows]), strict=True):
            key = (row.delivery, row.grown, row.producer)
            sums[key] = sums.get(key, 0) + share
    return tuple(
        Origin(producer, grown, delivery, grams) for (delivery, grown, producer), grams in sorted(sums.items())
    )


def contributions(grams: int, rows: tuple[Origin, ...]) -> list[Share]:
    """What each origin row gave to a lot of so many grams: pro rata, largest remainder, summing exactly."""
    return [Share(row, share) for row, share in zip(rows, apportion(grams, [r.grams for r in rows]), strict=True)]
