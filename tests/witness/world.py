"""A witness over the tests' tiny log, and the requests an honest or a lying log would send it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ledger.log import Note
from ledger.log.add_checkpoint import AddCheckpoint, cosignatures_in
from ledger.witness import Witness
from tests.log.tiny_log import TinyLog

NAME = "witness.example/w1"
NOON = 1_781_275_260


@dataclass
class Clock:
    """Milliseconds since 1970, moved by hand."""

    seconds: int = NOON

    def __call__(self) -> int:
        return self.seconds * 1000


@dataclass
class Watched:
    """A witness in a folder, and the log it watches."""

    folder: Path
    log: TinyLog = field(default_factory=lambda: TinyLog.of(20))
    clock: Clock = field(default_factory=Clock)

    @property
    def file(self) -> Path:
        return self.folder / "witness.db"

    def create(self) -> Witness:
        return Witness.create(self.file, name=NAME, clock=self.clock, logs=[self.log.verifier])

    def open(self) -> Witness:
        return Witness.open(self.file, clock=self.clock)

    @contextmanager
    def witness(self) -> Iterator[Witness]:
        with self.open() if self.file.exists() else self.create() as witness:
            yield witness


def request(log: TinyLog, old: int, size: int | None = None) -> bytes:
    """What an honest log sends: the proof from `old` and the checkpoint of `size`."""
    size = log.size if size is None else size
    proof = tuple(log.consistency(old, size)) if old else ()
    return AddCheckpoint(old, proof, log.note(size)).format()


def forked(log: TinyLog, at: int) -> TinyLog:
    """A log under the same key that tells another story from an index on."""
    other = TinyLog()
    other.append(*(f"statement {index}".encode() for index in range(at)))
    other.append(*(f"another story {index}".encode() for index in range(at, log.size)))
    return other


def times(witness: Witness, answer: bytes, note: Note) -> list[int]:
    """The seconds of the cosignatures in an answer, verified over the note's text."""
    return [each.seconds or 0 for each in cosignatures_in(answer, note.text, witness.key)]
