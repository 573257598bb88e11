"""Opens the ledger a command asks for, and reads and writes the files it names, in the words of Problems."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import FormatError, NotFoundError, Problem

if TYPE_CHECKING:
    from ledger.book import Copy, Ledger

STANDARD: str = "-"


@contextmanager
def opened(database: str | None) -> Iterator[Ledger]:
    """The ledger named by the flag, else by the settings; closed at the end. Raises NotFoundError, ProofError."""
    from ledger.book import Ledger
    from ledger.settings import load

    settings = load(database=database)
    with Ledger.open(
        settings.database,
        state_dir=settings.state_dir,
        max_queue=settings.max_queue,
        group_commit=settings.group_commit,
        policy=settings.policy(),
        unwitnessed_seconds=settings.unwitnessed_seconds,
    ) as ledger:
        if any(each.url for each in ledger.policy.witnesses):
            ledger.before_writing = partial(_ask_first, ledger)
        yield ledger


def _ask_first(ledger: Ledger) -> None:
    """Before this run writes: whether a witness has seen more of the log, or another, than these books hold."""
    from ledger.outbox import Witnessing
    from ledger.store.clock import system_clock

    witnessing = Witnessing(ledger, clock=system_clock)
    try:
        witnessing.ask_once(at_start=True)
    finally:
        witnessing.close()


@contextmanager
def opened_to_read(database: str | None, *, verifier_key: str | None = None) -> Iterator[Ledger | Copy]:
    """The ledger, or where its keys are not at hand (an auditor has the database alone), its copy.

    A verifier key given from outside must be that of the log. Raises NotFoundError, ProofError.
    """
    from ledger.book import Copy
    from ledger.log import VerifierKey
    from ledger.settings import load
    from ledger.store.companions import Companions

    settings = load(database=database)
    if verifier_key is not None:
        VerifierKey.parse(verifier_key)
    if Companions.beside(settings.database, settings.state_dir).path(".key").exists():
        with opened(database) as ledger:
            succession = ledger.succession()
            if verifier_key is not None and succession is not None:
                # An older key of the log leads to the newest.
                succession.follow(VerifierKey.parse(verifier_key))
            yield ledger
        return
    with Copy(settings.database, verifier_key=verifier_key) as copy:
        yield copy


def read(path: Path) -> bytes:
    """The bytes of a file, or of stdin for `-`; raises NotFoundError or FormatError file-not-readable."""
    if str(path) == STANDARD:
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(_unreadable(path, error)) from None
    except OSError as error:
        raise FormatError(_unreadable(path, error)) from None


def write(path: Path | None, data: bytes) -> None:
    """Write a file, or to stdout for `-` and None; raises FormatError file-not-writable."""
    if path is None or str(path) == STANDARD:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        path.write_bytes(data)
    except OSError as error:
        details = {"reason": error.strerror or ""}
        raise FormatError(
            Problem("file-not-writable", found=str(path), details=details, retry="after-change")
        ) from None


def _unreadable(path: Path, error: OSError) -> Problem:
    details = {"reason": error.strerror or ""}
    return Problem("file-not-readable", found=str(path), details=details, retry="after-change")
