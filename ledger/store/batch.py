"""What the write side passes around: items on their way in, the end of the log, and the text of an entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ledger.log.entry import NO_PREVIOUS, Entry
from ledger.log.merkle import EMPTY_ROOT
from ledger.postings import Postings, post
from ledger.state import State, Wants, wants
from ledger.statement import Disclosure, Statement
from ledger.store.names import Names

Clock = Callable[[], int]
"""Milliseconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Item:
    """A statement with what it would post and what judging it takes, worked out before the queue.

    `verified` says that its signature was checked against a key the log had authorised by then; if the
    key comes earlier in the same batch, the check is made when its turn comes.
    """

    statement: Statement
    postings: Postings
    wants: Wants
    verified: bool
    disclosures: tuple[Disclosure, ...] = ()

    @classmethod
    def of(cls, statement: Statement, *, verified: bool, disclosures: tuple[Disclosure, ...] = ()) -> Item:
        """Work out postings and wants."""
        postings = post(statement)
        return cls(statement, postings, wants(statement, postings), verified, disclosures)


@dataclass(frozen=True, slots=True)
class Group:
    """What is accepted or refused together: one statement, or all of an atomic request."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Tip:
    """The end of the log: size, root, hash of the last entry and when it was recorded."""

    size: int
    root: bytes
    last_entry: bytes
    recorded: int


GENESIS_TIP = Tip(0, EMPTY_ROOT, b"", 0)


def moment(milliseconds: int) -> str:
    """RFC 3339 UTC with milliseconds, as entries write it."""
    whole = datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{milliseconds % 1000:03d}Z"


def entry_text(origin: str, index: int, recorded: int, previous: bytes, digest: bytes) -> bytes:
    """The six lines of an entry from the values the store keeps; the first entry follows the hash of nothing."""
    return Entry(
        origin=origin,
        index=index,
        recorded_at=moment(recorded),
        previous=previous or NO_PREVIOUS,
        statement=digest,
    ).format()


@dataclass(slots=True)
class Memory:
    """What a writer remembers between batches; all of it can be read again from the database."""

    names: Names
    tip: Tip = GENESIS_TIP
    peaks: dict[tuple[int, int], bytes] = field(default_factory=dict)
    state: State = field(default_factory=State)

    def forget(self) -> None:
        """Drop everything: another process has written, or something failed."""
        self.tip = GENESIS_TIP
        self.peaks = {}
        self.state = State()
        self.names.forget()
