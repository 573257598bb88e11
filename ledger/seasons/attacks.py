"""Tampers with copies of a ledger, one way at a time, and says what finds it; an untouched copy must pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger.book import Ledger
from ledger.errors import LedgerError
from ledger.seasons import tamper

CUT_ENTRIES = 300


@dataclass(frozen=True, slots=True)
class Attack:
    """One tampering of a copy.

    `done` says what was changed, `found_by` what noticed it ("" = nothing did), `codes` the problems it
    named, `note` what a reader should know beside. `as_expected` compares with what this project promises.
    """

    name: str
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


def attack_all(database: Path, folder: Path, evidence: Evidence, *, workers: int | None = None) -> list[Attack]:
    """Six tamperings, each on a fresh copy of a closed ledger under `folder`, and a control."""
    inspector = _Inspector(workers)

    def copy(name: str) -> Path:
        return tamper.copy_ledger(database, folder / name)

    attacks = [inspector.verify("untouched copy", "nothing", copy("control"), expected=())]
    payload = copy("payload")
    index = tamper.edit_payload(payload)
    attacks.append(
        inspector.verify("payload edited", f"the delivery at index {index} weighs ten times as much", payload)
    )
    entry = copy("entry")
    index = tamper.edit_entry(entry)
    attacks.append(inspector.verify("entry edited", f"entry {index} is back-dated by a month", entry))
    node = copy("node")
    level, number = tamper.edit_node(node)
    attacks.append(inspector.verify("node edited", f"one bit of node {number} on level {level} is turned", node))
    attacks.append(_truncated(inspector, copy("truncated")))
    attacks.append(_older(inspector, evidence))
    attacks.append(
        inspector.verify(
            "foreign checkpoint",
            "the log is shown with the checkpoint of another log of the same name",
            copy("foreign"),
            checkpoint=evidence.foreign_checkpoint,
            found_by="the log key that readers have pinned",
        )
    )
    return attacks


def _truncated(inspector: _Inspector, copy: Path) -> Attack:
    size = tamper.truncate_tail(copy, CUT_ENTRIES)
    return inspector.verify(
        "truncated tail",
        f"the last {CUT_ENTRIES} entries are cut off and the head is mended: {size} are left",
        copy,
        found_by="the size this machine remembers outside the database",
    )


def _older(inspector: _Inspector, evidence: Evidence) -> Attack:
    """An older copy is a good log: alone it passes, and only who kept a newer checkpoint sees the difference."""
    alone = inspector.verify("", "", evidence.older_copy, expected=())
    attack = inspector.verify(
        "older copy swapped in",
        "the whole folder is replaced by a copy made earlier",
        evidence.older_copy,
        checkpoint=evidence.kept_checkpoint,
        found_by="a checkpoint somebody outside has kept",
    )
    note = "needs a kept checkpoint (or a witness): without one the older copy passes, as it was a good log"
    return Attack(
        attack.name, attack.done, attack.found_by, attack.codes, note, attack.as_expected and alone.as_expected
    )


@dataclass(frozen=True, slots=True)
class _Inspector:
    """Opens a copy as a stranger would and verifies all of it."""

    workers: int | None

    def verify(
        self,
        name: str,
        done: str,
        copy: Path,
        *,
        checkpoint: str | None = None,
        found_by: str = "hashing and checking everything again",
        expected: tuple[str, ...] | None = None,
    ) -> Attack:
        """What happens when the copy is opened and verified; `expected` empty says that it must pass."""
        codes = self._codes(lambda: self._verified(copy, checkpoint))
        as_expected = bool(codes) if expected is None else codes == expected
        return Attack(name, done, found_by if codes else "", codes, "", as_expected)

    def _verified(self, copy: Path, checkpoint: str | None) -> None:
        with Ledger.open(str(copy)) as ledger:
            ledger.verify(checkpoint=checkpoint, workers=self.workers)

    @staticmethod
    def _codes(check: Callable[[], None]) -> tuple[str, ...]:
        try:
            check()
        except LedgerError as error:
            return tuple(dict.fromkeys(problem.code for problem in error.problems))
        return ()
