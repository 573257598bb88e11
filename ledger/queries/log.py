"""Where the log stands and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.errors import Problem


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log stands: size, root and the signed checkpoint over both."""

    origin: str
    size: int
    root: str
    checkpoint: str
    recorded_at: str


_CODES = {"green": "plausibility-green", "amber": "plausibility-amber", "red": "plausibility-red"}


@dataclass(frozen=True, slots=True)
class FactRecord:
    """A fact as it stands in the log. `sealed` fields show digests only; `ended_by` is set once corrected."""

    index: int
    id: str
    type: str
    digest: str
    entry: str
    recorded_at: str
    at: str
    by: str
    actor: str
    kid: str
    assurance: str
    jws: str
    envelope: Mapping[str, object]
    flags: tuple[Problem, ...] = ()
    ended_by: int | None = None
    withheld: bool = False
