"""What a monitor cries out about: one kind per way in which a log, or whoever serves it, lets its readers down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.errors import ConflictError, LedgerError, Problem


class AlarmKind(StrEnum):
    """The kinds of alarm; each has an exit code of its own (ledger/cli/exits.py)."""

    FORK = "fork"
    """The log signed two histories: proven, and kept as evidence."""
    ROLLBACK = "rollback"
    """The newest checkpoint is smaller than one seen before: an older copy, or the end was cut off."""
    CONTENT = "content"
    """Entries or tiles are not those the checkpoint is over: changed, left out, swapped, cut short."""
    MISSING = "missing"
    """Files that a log of this size has are not there."""
    SIGNATURE = "signature"
    """No known key signed, or what one signed was changed."""
    QUORUM = "quorum"
    """Fewer witnesses than the policy asks for have seen the checkpoint."""
    STALE = "stale"
    """Nothing new was signed or witnessed for longer than was said to be usual."""
    SERVER = "server"
    """The server answers as no log does: without end, elsewhere, encoded, or with what is no checkpoint."""
    UNREACHABLE = "unreachable"
    """The server did not answer, or not in time."""

    @property
    def passes(self) -> bool:
        """Whether it may mend itself: a later look can find the log as it should be, and nothing was proven."""
        return self in {AlarmKind.QUORUM, AlarmKind.STALE, AlarmKind.SERVER, AlarmKind.UNREACHABLE, AlarmKind.MISSING}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm, and the file that proves it where there is one."""

    kind: AlarmKind
    problem: Problem
    evidence: str | None = None


_OF_CODE: Final = {
    "log-forked": AlarmKind.FORK,
    "checkpoint-went-back": AlarmKind.ROLLBACK,
    "checkpoint-stale": AlarmKind.STALE,
    "quorum-missing": AlarmKind.QUORUM,
    "note-unsigned": AlarmKind.SIGNATURE,
    "signature-invalid": AlarmKind.SIGNATURE,
    "verifier-key-ambiguous": AlarmKind.SIGNATURE,
    "checkpoint-origin": AlarmKind.SIGNATURE,
    "tile-differs": AlarmKind.CONTENT,
    "tile-wrong-length": AlarmKind.CONTENT,
    "tiles-of-another-tree": AlarmKind.CONTENT,
    "checkpoint-over-other-entries": AlarmKind.CONTENT,
    "tile-missing": AlarmKind.MISSING,
    "source-missing": AlarmKind.MISSING,
}


def alarm_of(error: LedgerError) -> Alarm:
    """The alarm a failed look raises."""
    problem = error.problems[0]
    if problem.code.startswith("entry-"):
        return Alarm(AlarmKind.CONTENT, problem)
    other = AlarmKind.UNREACHABLE if isinstance(error, ConflictError) else AlarmKind.SERVER
    return Alarm(_OF_CODE.get(problem.code, other), problem)
