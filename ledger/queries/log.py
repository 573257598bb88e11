"""Where the log stands and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of the statement behind a receipt code: nothing of what it says, only that and when it stands.

    `unknown` is not in this log (yet): not sent, refused, or misread. `digest` is that of the entry's statement, as the
    public log has it; `ended_by` is the index of the correction.
    """

    code: str
    status: Literal["standing", "corrected", "unknown"]
    origin: str
    size: int
    index: int | None = None
    recorded_at: str = ""
    digest: str = ""
    ended_by: int | None = None
    ended_at: str = ""
