"""What became of offered facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ledger.errors import Problem

Status = Literal["accepted", "duplicate", "refused", "checked"]


_CODES = {"green": "plausibility-green", "amber": "plausibility-amber", "red": "plausibility-red"}


@dataclass(frozen=True, slots=True)
class Plausibility:
    """How a delivery fits what its plot or herd was estimated to give, as a dry run says before it is stated.

    Green up to the estimate, amber up to 110 percent of it, red above. `delivered_grams` came before,
    `this_grams` is the delivery itself, `permille` both together in thousandths of the estimate, rounded up.
    `status` is the plot status the estimate is for, "" where estimates are not kept apart.
    """

    level: Literal["green", "amber", "red"]
    grown: str
    commodity: str
    form: str
    season: str
    status: str
    delivered_grams: int
    this_grams: int
    estimated_grams: int
    permille: int

    @property
    def remark(self) -> Problem:
        """The same as words know it; it stops nothing."""
        percent = f"{self.permille // 10}.{self.permille % 10}"
        return Problem(
            _CODES[self.level],
            "/body/net",
            self.delivered_grams + self.this_grams,
            self.estimated_grams,
            effect="flag",
            details={"percent": percent},
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one offered fact. `problems` holds refusals; `flags` stay open until justified.

    `plausibility` is only there in the answer of a dry run, and only for deliveries with an estimate.
    """

    status: Status
    id: str = ""
    type: str = ""
    digest: str = ""
    index: int | None = None
    recorded_at: str = ""
    receipt_code: str = ""
    problems: tuple[Problem, ...] = ()
    flags: tuple[Problem, ...] = ()
    plausibility: Plausibility | None = None
