"""One place of a log as somebody outside holds it: the statement, or what is there in its stead and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ledger.errors import Problem

Absence = Literal["", "withheld", "not-included"]
"""Why the statement's own text is not there: it is; it was withheld (`statement.withheld`); not for this reader."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A statement at its index, as a source hands it out.

    `recorded_at` is in milliseconds since 1970, UTC, and `digest` the SHA-256 of the statement, 64 hex characters:
    both as the entry has them. Exactly one of `jws` and `restated` is there, unless `why_absent` is `not-included`;
    `restated` is the canonical text that stands in the place of a withheld one. `flags` are those raised when the
    fact was accepted, in their order, or None where the source does not say: the log itself does not commit to them.
    """

    index: int
    recorded_at: int
    digest: str
    jws: bytes | None
    restated: bytes | None = None
    why_absent: Absence = ""
    flags: tuple[Problem, ...] | None = None
