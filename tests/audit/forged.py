"""Logs as a dishonest operator makes them: with the true key, and entries to his liking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

from ledger.log import NO_PREVIOUS, Entry, entry_hash, leaf_hash, new_nodes
from tests.log.tiny_log import ORIGIN, TinyLog, moment

Change = Callable[[Entry], Entry]


def log_over(entries: Sequence[bytes]) -> TinyLog:
    """A log whose tree and checkpoint are over these entries, whatever they are."""
    log = TinyLog(entries=list(entries))
    growth = new_nodes(0, [leaf_hash(entry) for entry in entries], log.read_node)
    log.nodes.update({(level, number): digest for level, number, digest in growth.nodes})
    return log


def forked(size: int, at: int) -> TinyLog:
    """The log of that size with another statement at one place, chained, hashed and signed anew."""
    log = TinyLog()
    log.append(*(f"statement {index}".encode() for index in range(at)))
    log.append(b"another statement", *(f"statement {index}".encode() for index in range(at + 1, size)))
    return log


def without(size: int, at: int) -> TinyLog:
    """The log from which one fact was left out, everything after it moved up."""
    log = TinyLog()
    log.append(*(f"statement {index}".encode() for index in range(size) if index != at))
    return log


def with_entry(size: int, at: int, change: Change) -> TinyLog:
    """The log with one entry changed, and everything after it chained to that, hashed and signed."""
    entries: list[bytes] = []
    for index in range(size):
        previous = entry_hash(entries[-1]) if entries else NO_PREVIOUS
        entry = Entry(ORIGIN, index, moment(index), previous, sha256(f"statement {index}".encode()).digest())
        entries.append((change(entry) if index == at else entry).format())
    return log_over(entries)


def elsewhere(entry: Entry) -> Entry:
    return replace(entry, index=entry.index + 1)


def of_another_log(entry: Entry) -> Entry:
    return replace(entry, origin="example.org/log/other")


def unchained(entry: Entry) -> Entry:
    return replace(entry, previous=bytes(32))


def back_in_time(entry: Entry) -> Entry:
    return replace(entry, recorded_at="2020-01-01T00:00:00.000Z")
