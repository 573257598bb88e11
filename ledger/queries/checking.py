"""What checking the ledger found, and what must still be erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` did and did not prove.

    `withheld` are indexes of statements whose text is gone; `hidden` and `erased` count persons as the books do.
    """

    origin: str
    size: int
    root: str
    statements: int
    signatures: int
    entries: int
    nodes: int
    seconds: float
    proved: tuple[str, ...]
    not_proved: tuple[str, ...]
    checkpoint: str = ""
    withheld: tuple[int, ...] = ()
    hidden: int = 0
    erased: int = 0


@dataclass(frozen=True, slots=True)
class ErasureLine:
    """A request for erasure: hidden since it was asked; `ends_on` is the first day on which it may be destroyed.

    `ends_on` is "" where nothing has to be kept; `kept_for` names what decides: the code of a retention period, or
    `audit`. `destroys` counts what there is now by kind, or was when it was destroyed.
    """

    erasure: str
    person: str
    asked_on: str
    asked_by: str
    state: Literal["hidden", "due", "done"]
    ends_on: str
    kept_for: str
    destroys: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What `rebuild --check` compared; `differences` is empty when the stored books equal the replay."""

    size: int
    rows: Mapping[str, int]
    differences: tuple[str, ...]
