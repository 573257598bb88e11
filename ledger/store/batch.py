"""What the write side passes around: items on their way in, the end of the log, and the text of an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from ledger.log.entry import MAX_INDEX, NO_PREVIOUS, Entry, check_origin, entry_lines
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

    `texts` are all ids that the store numbers, each once, in an order that depends on the fact alone.
    `verified` says that its signature was checked against a key the log had authorised by then; if the
    key comes earlier in the same batch, the check is made when its turn comes.
    """

    statement: Statement
    postings: Postings
    wants: Wants
    texts: tuple[str, ...]
    verified: bool
    disclosures: tuple[Disclosure, ...] = ()

    @classmethod
    def of(cls, statement: Statement, *, verified: bool, disclosures: tuple[Disclosure, ...] = ()) -> Item:
        """Work out postings and wants."""
        postings = post(statement)
        texts = tuple(dict.fromkeys(texts_of(statement, postings)))
        return cls(statement, postings, wants(statement, postings), texts, verified, disclosures)


def texts_of(statement: Statement, postings: Postings) -> Iterable[str]:
    """Every text of a fact that the store numbers, in the order in which new ones get their slots."""
    yield statement.kid
    yield statement.envelope.by
    yield statement.actor
    for account, _ in postings.moves:
        yield account.a
        yield account.b
    for mark in postings.marks:
        yield mark.subject
        place = mark.value.get("facility")
        if mark.kind == "born" and isinstance(place, str):
            yield place
        origins = mark.value.get("origins")
        if isinstance(origins, list):
            for producer, grown, _ in origins:
                yield producer or ""
                yield grown or ""
    for edge in postings.edges:
        yield edge.output
        yield edge.input


@dataclass(frozen=True, slots=True)
class Group:
    """What is accepted or refused together: one statement, or all of an atomic request."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Tip:
    """The end of the log: size, root, hash of the last entry and when it was recorded.

    `listening` came with it from the database: how often subscriptions have changed.
    """

    size: int
    root: bytes
    last_entry: bytes
    recorded: int
    listening: int = field(default=0, compare=False)


GENESIS_TIP = Tip(0, EMPTY_ROOT, b"", 0)


_LAST_MOMENT: Final = 253_402_300_799_999
"""The last millisecond of the year 9999."""


def moment(milliseconds: int) -> str:
    """RFC 3339 UTC with milliseconds, as entries write it."""
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


@lru_cache(maxsize=256)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def entry_text(origin: str, index: int, recorded: int, previous: bytes, digest: bytes) -> bytes:
    """The six lines of an entry from the values the store keeps; the first entry follows the hash of nothing."""
    before = previous or NO_PREVIOUS
    if index and 0 <= recorded <= _LAST_MOMENT and len(before) == len(digest) == 32 and index <= MAX_INDEX:
        # Three times per fact: what cannot be wrong here is not looked at again.
        check_origin(origin)
        return entry_lines(origin, index, moment(recorded), before, digest)
    return Entry(origin, index, moment(recorded), before, digest).format()


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
