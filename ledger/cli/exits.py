"""What the command line says with its exit code; scripts build on these numbers."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from ledger.errors import ConflictError, FormatError, LedgerError, NotFoundError, ProofError, RefusedError


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    FORMAT = 3
    NOT_FOUND = 4
    CONFLICT = 5
    PROOF = 6
    FORK = 10
    ROLLBACK = 11
    CONTENT = 12
    SIGNATURE = 13
    MISSING = 14
    QUORUM = 15
    STALE = 16
    SERVER = 17
    UNREACHABLE = 18
    INTERNAL = 70
    INTERRUPTED = 130


MEANINGS: Final[dict[Exit, str]] = {
    Exit.OK: "Done.",
    Exit.REFUSED: "The rules refused something, or a check found problems.",
    Exit.USAGE: "The command was not understood.",
    Exit.FORMAT: "A file, a setting or an input is not what it claims to be.",
    Exit.NOT_FOUND: "There is no such ledger, lot, fact or file.",
    Exit.CONFLICT: "Somebody was first, or the ledger is busy; trying again may help.",
    Exit.PROOF: "Tampered with, or not proven.",
    Exit.FORK: "Monitor: the log has signed two histories; the proof is kept.",
    Exit.ROLLBACK: "Monitor: the log stands behind a checkpoint seen before.",
    Exit.CONTENT: "Monitor: entries or tiles are not those the checkpoint is over.",
    Exit.SIGNATURE: "Monitor: no known key signed the checkpoint, or what it signed was changed.",
    Exit.MISSING: "Monitor: files of the log are not there.",
    Exit.QUORUM: "Monitor: too few witnesses have seen the checkpoint.",
    Exit.STALE: "Monitor: nothing new was signed for longer than is usual.",
    Exit.SERVER: "Monitor: the server answers as no log does.",
    Exit.UNREACHABLE: "Monitor: the server did not answer, or not in time.",
    Exit.INTERNAL: "The program or the machine failed: a mistake of ours, a full disk, a damaged database.",
    Exit.INTERRUPTED: "Stopped by the user.",
}

_OF_ERROR: Final = (
    (RefusedError, Exit.REFUSED),
    (FormatError, Exit.FORMAT),
    (NotFoundError, Exit.NOT_FOUND),
    (ConflictError, Exit.CONFLICT),
    (ProofError, Exit.PROOF),
)


def exit_of(error: LedgerError) -> Exit:
    """The exit code of a failure."""
    return next((code for kind, code in _OF_ERROR if isinstance(error, kind)), Exit.INTERNAL)
