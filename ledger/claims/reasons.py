"""Why a claim is held or not carried: a code, what it does, and about whom, when and by which fact."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Effect = Literal["note", "held", "not-carried"]
ClaimStatus = Literal["carried", "held", "not-carried"]

_WORSE: dict[str, int] = {"note": 0, "carried": 0, "held": 1, "not-carried": 2}


class Reason(NamedTuple):
    """One reason. `subject` is the id of what it is about, `day` the day that decided ("" where none did).

    `at_index` is the place in the log of the fact it rests on, None where it rests on the absence of one.
    """

    code: str
    effect: Effect
    subject: str = ""
    day: str = ""
    at_index: int | None = None


def status_of(reasons: Iterable[Reason]) -> ClaimStatus:
    """The status that the worst of the reasons leaves."""
    worst = max((_WORSE[reason.effect] for reason in reasons), default=0)
    return "carried" if worst == 0 else "held" if worst == 1 else "not-carried"


def worse_of(one: ClaimStatus, other: ClaimStatus) -> ClaimStatus:
    """The worse of two statuses."""
    return max(one, other, key=_WORSE.__getitem__)
