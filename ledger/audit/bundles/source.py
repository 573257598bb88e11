"""What a bundle is made from: an open ledger with its keys, or a copy of its database with a signed checkpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.book import Copy, Ledger
from ledger.errors import FormatError, Problem, ProofError
from ledger.facts import known_types
from ledger.log.bundle_note import bundle_note
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note
from ledger.queries.logged import Logged
from ledger.statement import Statement, parse_restated, parse_statement, restore

LOG_THEMES = ("log.", "role.", "key.", "pack.", "rules.", "statement.")
"""Facts about the log itself: who may sign and what is in force rests on them, so every bundle holds all of them."""

PORTION = 512
"""Statements per query."""


class BundleSource:
    """The log at one size, with its checkpoint."""

    def __init__(self, reading: Ledger | Copy, checkpoint: bytes | None = None) -> None:
        """A copy has no key to sign with: it needs a checkpoint, as the log's address or its operator hands it out.

        Raises FormatError bundle-needs-checkpoint, ProofError where the checkpoint is not of this log.
        """
        self.reading = reading
        if checkpoint is None:
            if not isinstance(reading, Ledger):
                raise FormatError(Problem("bundle-needs-checkpoint", expected="--checkpoint", retry="after-change"))
            checkpoint = reading.checkpoint()
        self.checkpoint = checkpoint
        head = Checkpoint.parse(Note.parse(checkpoint).text)
        size, _ = reading.stands_at()
        if head.origin != reading.origin:
            raise ProofError(Problem("checkpoint-origin", found=head.origin, expected=reading.origin))
        if head.size > size:
            raise ProofError(Problem("older-than-checkpoint", "", size, head.size))
        if reading.root_at(head.size) != head.root:
            raise ProofError(Problem("forked-from-checkpoint", "", head.size))
        self.origin, self.size, self.root = head.origin, head.size, head.root

    @property
    def signs(self) -> bool:
        """Whether the log's key is at hand."""
        return isinstance(self.reading, Ledger)

    def statements(self, first: int, after: int) -> Iterator[Logged]:
        """The statements of these indexes as they lie there."""
        for begin in range(first, after, PORTION):
            yield from self.reading.logged(begin, min(begin + PORTION, after))

    def recorded(self, index: int) -> int:
        """When an entry was recorded, in milliseconds since 1970."""
        return self.reading.logged(index, index + 1)[0].recorded_at

    def log_facts(self) -> list[int]:
        """The indexes of all facts about the log itself."""
        types = [name for name in known_types() if name.startswith(LOG_THEMES)]
        return [index for index in self.reading.indexes_of(types) if index < self.size]

    def disclosures(self, digests: Sequence[str], party: str | None) -> Mapping[str, Sequence[str]]:
        """The disclosures of these statements that may be shown; a copy has none."""
        if not isinstance(self.reading, Ledger):
            return {}
        return self.reading.disclosure_texts(digests, party=party)

    def documents(self, named: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Those of the documents that are kept here and are not personal, with their bytes; a copy has none."""
        if isinstance(self.reading, Ledger):
            for digest in self.reading.open_documents(named):
                _, portions = self.reading.document(digest)
                yield digest, b"".join(portions)

    def note(self, manifest_digest: str) -> bytes:
        """The signed note over a manifest; a copy's is not signed."""
        if isinstance(self.reading, Ledger):
            return self.reading.sign_bundle(manifest_digest)
        return bundle_note(self.origin, manifest_digest, None)


def read_logged(logged: Logged) -> Statement:
    """A statement of our own database, parsed; a withheld one as what stands in its place."""
    if logged.jws is not None:
        return parse_statement(logged.jws)
    restated = logged.restated or b""
    return restore(restated, b"", parse_restated(restated).key, logged.digest)
