"""A log with its statements, wherever it lies: what judging again and moving to another machine read.

`LogSource` (source.py) is the public half, digests alone; this is what an auditor is shown beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ledger.log.checkpoint import Checkpoint
from ledger.queries.logged import Logged


@dataclass(frozen=True, slots=True)
class ShownHead:
    """Where a log is said to stand, unverified; `note` is the signed checkpoint, None where nobody signed one."""

    checkpoint: Checkpoint
    note: bytes | None


class WholeLog(Protocol):
    """Everything of a log that takes no key: nothing it says is believed.

    Raises NotFoundError for what is not there, ProofError for what no honest log gives, ConflictError where trying
    again may help.
    """

    @property
    def name(self) -> str:
        """What people call it: the address, the file or the database."""
        ...

    def head(self) -> ShownHead:
        """Where the log stands; the statements are those of this size, also while the log grows."""
        ...

    def statements(self) -> Iterator[Logged]:
        """What lies at every index, in order, from the first on."""
        ...

    def pack(self, digest: str) -> bytes:
        """The bytes a pack was read from, by their SHA-256; raises NotFoundError."""
        ...


@runtime_checkable
class Growing(Protocol):
    """A log that may grow while it is read."""

    def later(self) -> Iterator[Logged]:
        """What came after the head that was shown."""
        ...
