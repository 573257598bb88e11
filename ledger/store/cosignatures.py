"""Cosignatures of our checkpoints, as witnesses gave them: verified when they came, and again when they are read.

The newest are what checkpoints and receipts carry. Of older ones the last per hour stays, so that an entry's time can
be bracketed years later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sqlalchemy import Engine

from ledger.errors import FormatError, LedgerError
from ledger.log.note import NoteSignature, Verified, VerifierKey, verify_line
from ledger.store.connection import Connection, Row
from ledger.store.errand import connected, writing

KEPT_PER_WITNESS: Final = 64
"""Cosignatures of one witness that wait for the others to reach the same size."""

_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Cosigned:
    """One stored line: which size and root, whose it is (the verifier key's text), the second it claims. Unverified."""

    size: int
    root: bytes
    witness: str
    seconds: int
    line: NoteSignature

    def verified(self, text: str, key: VerifierKey) -> Verified | None:
        """The line, verified over a checkpoint's text, or None: somebody wrote into the table what no witness said."""
        try:
            return verify_line(text, self.line, key)
        except LedgerError:
            return None


class Cosignatures:
    """The cosignatures of one log. Every method may be called from any thread."""

    def __init__(self, engine: Engine, log: int) -> None:
        """Keep them in the ledger's database."""
        self._engine = engine
        self._log = log

    def add(self, size: int, root: bytes, found: Sequence[Verified], *, witnessed: int = 0) -> None:
        """Store lines that were verified over the checkpoint of this size and root; what is there already stays.

        With a size that a quorum has cosigned, what nobody will ask for any more is forgotten in the same transaction:
        of smaller sizes, all that came in the hour of that quorum; of larger ones, all but each witness's newest.
        """
        rows = [
            (self._log, size, each.key.format(), root, each.seconds or 0, each.line.format().rstrip("\n"))
            for each in found
        ]
        with writing(self._engine) as db:
            db.many(
                "INSERT INTO cosignature (log, size, witness, root, seconds, line) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (log, size, witness) DO NOTHING",
                rows,
            )
            if witnessed:
                self._thin(db, witnessed)
            for each in found:
                self._keep_newest(db, witnessed, each.key.format())

    def of(self, size: int) -> list[Cosigned]:
        """What is stored of one size."""
        with connected(self._engine) as db:
            rows = db.all(
                "SELECT size, root, witness, seconds, line FROM cosignature WHERE log = ? AND size = ?"
                " ORDER BY seconds, witness",
                self._log,
                size,
            )
        return _legible(rows)

    def newest_first(self, after: int, up_to: int) -> Iterator[tuple[int, list[Cosigned]]]:
        """The sizes above `after`, `up_to` included, from the largest down, with what is stored of each."""
        with connected(self._engine) as db:
            rows = db.all(
                "SELECT size, root, witness, seconds, line FROM cosignature WHERE log = ? AND size > ? AND size <= ?"
                " ORDER BY size DESC, seconds, witness LIMIT ?",
                self._log,
                after,
                up_to,
                KEPT_PER_WITNESS * KEPT_PER_WITNESS,
            )
        for size, group in groupby(_legible(rows), key=lambda each: each.size):
            yield size, list(group)

    def last_by(self, witness: VerifierKey) -> Cosigned | None:
        """The largest checkpoint this witness is known to have cosigned."""
        with connected(self._engine) as db:
            row = db.one(
                "SELECT size, root, witness, seconds, line FROM cosignature WHERE log = ? AND witness = ?"
                " ORDER BY size DESC LIMIT 1",
                self._log,
                witness.format(),
            )
        return next(iter(_legible([row] if row else [])), None)

    def around(self, index: int) -> tuple[int | None, int | None]:
        """Between which two cosigned seconds an entry came: the latest that was without it, the first with it."""
        with connected(self._engine) as db:
            row = db.one(
                "SELECT (SELECT MAX(seconds) FROM cosignature WHERE log = ? AND size <= ?),"
                " (SELECT MIN(seconds) FROM cosignature WHERE log = ? AND size > ?)",
                self._log,
                index,
                self._log,
                index,
            )
        return (None, None) if row is None else (row[0], row[1])

    def _thin(self, db: Connection, witnessed: int) -> None:
        db.run(
            f"DELETE FROM cosignature WHERE log = ? AND size < ? AND seconds / {_HOUR} ="
            f" (SELECT MIN(seconds) / {_HOUR} FROM cosignature c WHERE c.log = ? AND c.size = ?)",
            self._log,
            witnessed,
            self._log,
            witnessed,
        )

    def _keep_newest(self, db: Connection, witnessed: int, witness: str) -> None:
        row = db.one(
            "SELECT size FROM cosignature WHERE log = ? AND witness = ? AND size > ?"
            " ORDER BY size DESC LIMIT 1 OFFSET ?",
            self._log,
            witness,
            witnessed,
            KEPT_PER_WITNESS,
        )
        if row is not None:
            db.run(
                "DELETE FROM cosignature WHERE log = ? AND witness = ? AND size > ? AND size <= ?",
                self._log,
                witness,
                witnessed,
                row[0],
            )


def _legible(rows: Iterable[Row]) -> list[Cosigned]:
    """The rows that can be read at all: one that somebody wrote over must not keep the others from being served."""
    found: list[Cosigned] = []
    for size, root, witness, seconds, line in rows:
        with suppress(FormatError):
            found.append(Cosigned(size, bytes(root), witness, seconds, NoteSignature.parse(line)))
    return found
