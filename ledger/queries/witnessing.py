"""How far witnesses have seen the log."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CosignedBy:
    """One witness of the policy: the largest size it has cosigned, as far as is known (0: none), and when (or "")."""

    name: str
    key: str
    url: str
    size: int
    at: str


@dataclass(frozen=True, slots=True)
class WitnessStanding:
    """The log's size, the largest size a quorum has cosigned (0: none), and since when there are entries beyond it.

    `unwitnessed_since` is the time the first entry without a quorum was recorded at (RFC 3339), None where all have
    one. `quorum` is the policy's, `none` where no cosignature is asked for.
    """

    size: int
    witnessed_size: int
    unwitnessed_since: str | None
    quorum: str
    witnesses: tuple[CosignedBy, ...] = ()
