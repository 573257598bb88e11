"""What the books hold, row by row: standing marks, known statements, summaries of lots, origin rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ledger.statement import Statement


class Standing(NamedTuple):
    """A mark that stands, with the index of the fact that made it.

    A tuple, because claims read thousands at a time; nobody asks one for the place of an item.
    """

    index: int  # type: ignore[assignment]  # the field's name in every record; a tuple's own method is not used
    kind: str
    effective_from: str
    value: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Known:
    """A statement that is in the log: what rules about corrections need of it."""

    index: int
    statement: Statement
    ended: bool
    flags: tuple[str, ...]


PLEDGED = "pledged"
"""A block that only points at a pledge: whether its grams were touched is asked of the accounts when stock leaves."""


class Blocking(NamedTuple):
    """A reason why a lot must not move: held, recalled, in-question or pledged, by which source, first on which lot."""

    kind: str
    source: str
    lot: str


class LotBooks(NamedTuple):
    """The summary of a lot: which origin set it shares, what blocks it, and where it came to be ("" = unknown).

    A lot nobody bore has no set.
    """

    origin_set: int | None
    blocks: tuple[Blocking, ...]
    facility: str = ""


class Keeping(NamedTuple):
    """Why a person's data must still be kept: the day of the last fact about their trade, audits (id, last day)."""

    last_fact: str | None
    audits: tuple[tuple[str, str], ...]


class Origin(NamedTuple):
    """One row of an origin set: weight in grams of one delivery (opening, purchase), its producer and land."""

    producer: str
    grown: str
    delivery: str
    grams: int
