"""A ledger's database without its keys: everything an auditor can read and check, nothing stated, nothing signed."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from ledger.book.readers import Readers
from ledger.book.reading import Reading
from ledger.errors import NotFoundError, Problem, ProofError
from ledger.log.note import VerifierKey
from ledger.log.succession import Succession
from ledger.queries import RebuildReport, Verification
from ledger.store.catalogue import Catalogue
from ledger.store.clock import system_clock
from ledger.store.connection import open_engine
from ledger.store.rebuild import rebuild
from ledger.store.troubles import as_written
from ledger.store.verify import verify

LOG = 1


class Copy(Reading):
    """Somebody else's ledger, opened from its database alone."""

    def __init__(self, database: str, *, verifier_key: str | None = None) -> None:
        """Open a database; `verifier_key` is the log's key from outside, else the genesis is taken at its word.

        A key that was replaced since leads to the newest, each handover signed for by the key before. Raises
        NotFoundError where there is no ledger, ProofError where the key is none of the log's.
        """
        self._database = database
        self._engine = open_engine(database, must_exist=True)
        try:
            self._open(verifier_key)
        except BaseException:
            self._engine.dispose()
            raise

    def _open(self, verifier_key: str | None) -> None:
        self._clock = system_clock
        self._catalogue = Catalogue(self._engine, LOG)
        if not self._catalogue.exists():
            raise NotFoundError(Problem("ledger-not-found", "", self._database))
        self._catalogue.check_version()
        self.origin, self.public_url = self._catalogue.identity()
        self._packs = self._catalogue.packs()
        self._readers = Readers(self._engine, LOG, self.origin)
        self._succession = self._checked_succession()
        self.verifier_key = self._succession.current.format()
        if verifier_key is not None:
            self._succession.follow(VerifierKey.parse(verifier_key))

    def close(self) -> None:
        """Let the database go."""
        self._readers.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def verify(
        self,
        *,
        checkpoint: str | None = None,
        workers: int | None = None,
        strict: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> Verification:
        """Check everything, as `Ledger.verify` does, without anything this machine would remember."""
        with as_written():
            found = verify(
                self._database,
                self._engine,
                LOG,
                self._succession.keys,
                kept=checkpoint,
                remembered=(0, b""),
                workers=workers,
                strict=strict,
                progress=progress,
            )
        return self.with_persons(found)

    def rebuild(self, *, until: int | None = None) -> RebuildReport:
        """Post every fact again into empty books and compare them with the stored ones."""
        with as_written():
            return rebuild(self._engine, LOG, self.origin, until=until)

    def _checked_succession(self) -> Succession:
        succession = self.succession()
        if succession is None:
            raise ProofError(Problem("genesis-missing"))
        return succession
