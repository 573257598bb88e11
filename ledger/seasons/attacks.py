"""Tampers with copies of a ledger, one way at a time, and says what finds it; an untouched copy must pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ledger.book import Ledger
from ledger.errors import LedgerError
from ledger.seasons import tamper
from ledger.seasons.voice import Voice

CUT_ENTRIES = 300


@dataclass(frozen=True, slots=True)
class Attack:
    """One tampering of a copy.

    `name` is a code; the rest but `codes` is in the reader's language: `title`, what was `done`, what it
    was `found_by` ("" = nothing noticed), a `note`. `codes` are the problems that were named.
    `as_expected` compares with what this project promises.
    """

    name: str
    title: str
    done: str
    found_by: str
    codes: tuple[str, ...]
    note: str
    as_expected: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What somebody outside kept: a checkpoint of the log, an older copy of it, a checkpoint of another log."""

    kept_checkpoint: str
    older_copy: Path
    foreign_checkpoint: str


def attack_all(database: Path, folder: Path, evidence: Evidence, voice: Voice) -> Iterator[Attack]:
    """An untouched copy and six tamperings, each of a fresh copy of a closed ledger under `folder`."""
    for number, attack in enumerate((_control, _payload, _entry, _node, _truncated)):
        yield attack(tamper.copy_ledger(database, folder / str(number)), voice)
    yield _older(evidence, voice)
    yield _foreign(tamper.copy_ledger(database, folder / "foreign"), evidence, voice)


def _control(copy: Path, voice: Voice) -> Attack:
    codes = examine(copy)
    title, done = voice.phrase("control"), voice.phrase("nothing was touched")
    return Attack("control", title, done, _again(voice) if codes else "", codes, "", not codes)


def _payload(copy: Path, voice: Voice) -> Attack:
    index = tamper.edit_payload(copy)
    done = voice.phrase("the delivery at index {index} weighs ten times as much", index=index)
    return _found("payload", voice.phrase("payload edited"), done, _again(voice), examine(copy))


def _entry(copy: Path, voice: Voice) -> Attack:
    index = tamper.edit_entry(copy)
    done = voice.phrase("entry {index} is dated back by a month", index=index)
    return _found("entry", voice.phrase("entry edited"), done, _again(voice), examine(copy))


def _node(copy: Path, voice: Voice) -> Attack:
    level, number = tamper.edit_node(copy)
    done = voice.phrase("one bit of node {number} on level {level} is turned", number=number, level=level)
    return _found("node", voice.phrase("node edited"), done, _again(voice), examine(copy))


def _truncated(copy: Path, voice: Voice) -> Attack:
    left = tamper.truncate_tail(copy, CUT_ENTRIES)
    done = voice.phrase("the last {cut} entries are gone and the head is mended to {left}", cut=CUT_ENTRIES, left=left)
    finder = voice.phrase("the size this machine remembers outside the database")
    return _found("truncated-tail", voice.phrase("truncated tail"), done, finder, examine(copy))


def _older(evidence: Evidence, voice: Voice) -> Attack:
    """An older copy is a good log: alone it passes, and only who kept a newer checkpoint sees the difference."""
    alone, compared = examine(evidence.older_copy), examine(evidence.older_copy, evidence.kept_checkpoint)
    return Attack(
        "older-copy",
        voice.phrase("older copy swapped in"),
        voice.phrase("the whole folder is replaced by a copy made earlier"),
        voice.phrase("a checkpoint that somebody outside has kept") if compared else "",
        compared,
        voice.phrase("Needs a kept checkpoint, or a witness: by itself the older copy passes, it was a good log once."),
        bool(compared) and not alone,
    )


def _foreign(copy: Path, evidence: Evidence, voice: Voice) -> Attack:
    done = voice.phrase("the log is shown with the checkpoint of another log that gives itself the same name")
    finder = voice.phrase("the log's key, which readers have pinned")
    codes = examine(copy, evidence.foreign_checkpoint)
    return _found("foreign-checkpoint", voice.phrase("foreign checkpoint"), done, finder, codes)


def _found(name: str, title: str, done: str, finder: str, codes: tuple[str, ...]) -> Attack:
    return Attack(name, title, done, finder if codes else "", codes, "", bool(codes))


def _again(voice: Voice) -> str:
    return voice.phrase("hashing and checking everything again")


def examine(database: Path, checkpoint: str | None = None) -> tuple[str, ...]:
    """Open a copy as a stranger would and verify all of it: the codes of what is wrong, none where nothing is."""
    try:
        with Ledger.open(str(database)) as ledger:
            # Starting other processes would take longer than checking a log of this size in one.
            ledger.verify(checkpoint=checkpoint, workers=1)
    except LedgerError as error:
        return tuple(dict.fromkeys(problem.code for problem in error.problems))
    return ()
