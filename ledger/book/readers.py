"""Reading connections, a few of them kept open, and the views over them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from ledger.errors import NotFoundError, Problem
from ledger.store.books import Books
from ledger.store.connection import Connection
from ledger.store.kept import Kept
from ledger.store.log_view import LogView
from ledger.store.names import Names

_KEPT = 4


@dataclass(frozen=True, slots=True)
class Reader:
    """A connection for reading, with the names it has met: committed names never change."""

    connection: Connection
    names: Names


class Readers:
    """Views of one log, each inside a read transaction of its own."""

    def __init__(self, engine: Engine, log: int, origin: str) -> None:
        """Connections are opened when first asked for."""
        self._engine = engine
        self._log = log
        self._origin = origin
        self._idle: list[Reader] = []
        self._lock = threading.Lock()
        self._kept = Kept(log)

    def close(self) -> None:
        """Let the idle connections go."""
        while self._idle:
            self._idle.pop().connection.close()

    @contextmanager
    def log_view(self) -> Iterator[LogView]:
        """The log as it is committed now."""
        with self._reader() as reader:
            yield LogView(reader.connection, self._log, self._origin, reader.names)

    @contextmanager
    def books(self, size: int | None) -> Iterator[Books]:
        """The books as known at a log size (None: now); raises NotFoundError for a size the log does not have."""
        with self._reader() as reader:
            now = LogView(reader.connection, self._log, self._origin, reader.names).tip().size
            if size is not None and not 0 < size <= now:
                raise NotFoundError(Problem("size-unknown", "", size, now))
            self._kept.follow(reader.connection, reader.names, now)
            yield Books(reader.connection, self._log, reader.names, size or now, self._kept)

    @contextmanager
    def _reader(self) -> Iterator[Reader]:
        with self._lock:
            reader = self._idle.pop() if self._idle else None
        reader = reader or Reader(Connection(self._engine), Names(self._log))
        try:
            reader.connection.begin_read()
            yield reader
        finally:
            reader.connection.rollback()
            reader.names.trim()
            with self._lock:
                # A few stay at hand; after a rush the others go back, or the pool would have none left to give.
                kept = len(self._idle) < _KEPT
                if kept:
                    self._idle.append(reader)
            if not kept:
                reader.connection.close()
