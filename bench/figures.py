"""One number: what was measured, against what limit of the same run, and what was asked of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True, slots=True)
class Number:
    """A measured value beside the limit measured in the same run.

    `ratio` is the median of the rounds' own ratios: both sides of one round saw the same neighbours on
    the machine. `bound` says whether the target is a floor or a ceiling, and `of` whether it is asked
    of the ratio or of the value itself.
    """

    name: str
    value: float
    unit: str
    target: float
    bound: Literal["at least", "at most"]
    of: Literal["value", "ratio"] = "value"
    limit: float | None = None
    limit_name: str = ""
    ratio: float | None = None
    aim: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        found = self.ratio if self.of == "ratio" else self.value
        if found is None:
            return False
        return found >= self.target if self.bound == "at least" else found <= self.target

    def as_json(self) -> dict[str, object]:
        """For bench-results.json."""
        return {**asdict(self), "met": self.met}


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes, in seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def paired(values: Sequence[float], limits: Sequence[float]) -> float:
    """The median ratio of rounds in which value and limit were measured one after the other."""
    return median(value / limit for value, limit in zip(values, limits, strict=True))


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
