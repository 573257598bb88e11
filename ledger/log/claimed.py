"""What a checkpoint says of itself before anybody has verified it: enough to know whose keys to ask for."""

from __future__ import annotations

from ledger.errors import FormatError
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note


def claimed_origin(note: bytes) -> str | None:
    """The log a signed checkpoint says it is of; None for what is no checkpoint. Proves nothing."""
    try:
        return Checkpoint.parse(Note.parse(note).text).origin
    except FormatError:
        return None
