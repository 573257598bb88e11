"""A whole log out of an open database: the ledger itself, or a copy of it without keys."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.audit.whole.log import ShownHead
from ledger.book import Copy, Ledger
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note
from ledger.queries.logged import Logged

PORTION = 500
"""Statements per query: a reader that holds one moment of a database for long stands in the writer's way."""


class WholeLedger:
    """The log of a ledger as it stood when this was made."""

    def __init__(self, ledger: Ledger | Copy) -> None:
        """Reads where the log stands, and signs that where the log's key is at hand."""
        self._ledger = ledger
        self.name = ledger.origin
        if isinstance(ledger, Ledger):
            note = ledger.shown_checkpoint()
            self._head = ShownHead(Checkpoint.parse(Note.parse(note).text), note)
        else:
            size, root = ledger.stands_at()
            self._head = ShownHead(Checkpoint(ledger.origin, size, bytes.fromhex(root)), None)

    def head(self) -> ShownHead:
        """Where the log stood."""
        return self._head

    def statements(self) -> Iterator[Logged]:
        """Every statement up to there, with the flags raised then."""
        size = self._head.checkpoint.size
        for first in range(0, size, PORTION):
            yield from self._ledger.logged(first, min(first + PORTION, size))

    def later(self) -> Iterator[Logged]:
        """What has come since."""
        size, _ = self._ledger.stands_at()
        for first in range(self._head.checkpoint.size, size, PORTION):
            yield from self._ledger.logged(first, min(first + PORTION, size))

    def pack(self, digest: str) -> bytes:
        """A pack's bytes as the database keeps them."""
        return self._ledger.pack_data(digest)
