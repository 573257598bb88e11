"""The log a new one continues: that it was really closed, at the very checkpoint the new one names."""

from __future__ import annotations

from ledger.book.copy import Copy
from ledger.errors import FormatError, Problem, ProofError
from ledger.facts.log import LogClosed
from ledger.log.checkpoint import SignedCheckpoint


def must_be_closed(database: str, named: SignedCheckpoint, successor: str, *, workers: int | None = None) -> None:
    """Check the predecessor's whole database, and that its last word, under the named checkpoint, is its end.

    Raises ProofError for a database that is not whole or not that log, or predecessor-not-closed where it goes on or
    ends otherwise; FormatError predecessor-names-another where it names somebody else as its successor.
    """
    checkpoint = named.checkpoint
    with Copy(database, verifier_key=named.log_keys[0].format()) as copy:
        if copy.origin != checkpoint.origin:
            raise ProofError(Problem("checkpoint-origin", found=copy.origin, expected=checkpoint.origin))
        # Root and all: the statement looked at below is the one the checkpoint is over.
        copy.verify(checkpoint=named.note.format().decode(), workers=workers)
        ends = dict(copy.statements_of(LogClosed.TYPE))
        size, _ = copy.stands_at()
    end = ends.get(checkpoint.size - 1)
    if end is None or size != checkpoint.size:
        raise ProofError(
            Problem("predecessor-not-closed", found=checkpoint.origin, expected=checkpoint.size, retry="after-change")
        )
    fact = end.fact
    if isinstance(fact, LogClosed) and fact.successor not in {None, successor}:
        raise FormatError(
            Problem("predecessor-names-another", found=fact.successor, expected=successor, retry="after-change")
        )
