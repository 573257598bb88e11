"""Moving a ledger to another machine: what lies beside the log, read as it is and put as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledger.book.enrolment import identity_documents
from ledger.book.erasing import Erasing
from ledger.statement import parse_disclosure
from ledger.store.vault import SealedValue


class KeptDocument(NamedTuple):
    """A document as it is kept: its digest, media type, whether it is personal, and its bytes in the clear."""

    sha256: str
    media_type: str
    personal: bool
    chunks: Iterator[bytes]


class Moving(Erasing):
    """The half of a ledger that only its operator asks for, with every key at hand."""

    def sealed_values(self, statements: Sequence[str]) -> list[SealedValue]:
        """The disclosures of these statements in the clear, also of hidden persons: the duty to keep moves along."""
        return self._vault.sealed_values(statements)

    def take_sealed(self, values: Sequence[SealedValue]) -> None:
        """Seal values of statements that stand in the log under this machine's keys, each under its holder's."""
        documents = []
        for digest in dict.fromkeys(value.statement for value in values):
            with self._readers.log_view() as view:
                statement = view.statement(view.index_of(digest))
            own = [parse_disclosure(value.text.encode()) for value in values if value.statement == digest]
            documents += list(identity_documents(statement, own))
        self._vault.put(values, documents)
        self._vault.committed(dict.fromkeys(value.statement for value in values))

    def kept_documents(self) -> Iterator[KeptDocument]:
        """Every document in the order of its digest."""
        for sha256, media_type, personal in self._documents.listed():
            yield KeptDocument(sha256, media_type, personal, self._documents.get(sha256)[1])
