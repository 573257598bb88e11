"""What a monitor remembers between two looks: the last checkpoint that was right, and where its walk had got to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.audit.public.walk import NOTHING, Standing
from ledger.canonical import encode, load
from ledger.errors import FormatError, LedgerError, Problem
from ledger.log.checkpoint import Checkpoint
from ledger.log.merkle import HASH_BYTES, peaks
from ledger.log.note import Note
from ledger.log.tiles import WIDTH

FORMAT: Final = "chaski.monitor/v1"


@dataclass(frozen=True, slots=True)
class MonitorState:
    """Remembered of one log. `note` is None before the first good look; times are milliseconds since 1970, UTC.

    `boundary` is a walk's standing at the last end of a full bundle. `grew_at` is when a new checkpoint was last seen.
    `alarm` is the code of the alarm in force ("" for none), `told` whether the webhook has heard of it, or of its end.
    """

    origin: str
    note: Note | None = None
    boundary: Standing = NOTHING
    looked_at: int = 0
    grew_at: int = 0
    alarm: str = ""
    told: bool = True

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint in the note."""
        return None if self.note is None else Checkpoint.parse(self.note.text)

    def format(self) -> bytes:
        """The bytes of the file: one line of canonical JSON."""
        standing = self.boundary
        return (
            encode(
                {
                    "format": FORMAT,
                    "origin": self.origin,
                    "checkpoint": "" if self.note is None else self.note.format().decode(),
                    "walked": {
                        "size": standing.size,
                        "peaks": [each.hex() for each in standing.peaks],
                        "last_entry": standing.last_entry.hex(),
                        "recorded_at": standing.recorded_at,
                    },
                    "looked_at": self.looked_at,
                    "grew_at": self.grew_at,
                    "alarm": self.alarm,
                    "told": self.told,
                }
            )
            + b"\n"
        )

    @classmethod
    def parse(cls, data: bytes) -> MonitorState:
        """Read exactly what format() writes; raises FormatError monitor-state-malformed."""
        try:
            match load(data.removesuffix(b"\n")):
                case {
                    "format": "chaski.monitor/v1",
                    "origin": str(origin),
                    "checkpoint": str(note),
                    "walked": {
                        "size": int(size),
                        "peaks": [*hashes],
                        "last_entry": str(last),
                        "recorded_at": str(recorded_at),
                    },
                    "looked_at": int(looked_at),
                    "grew_at": int(grew_at),
                    "alarm": str(alarm),
                    "told": bool(told),
                }:
                    standing = Standing(
                        size, tuple(bytes.fromhex(str(each)) for each in hashes), bytes.fromhex(last), recorded_at
                    )
                    read = Note.parse(note.encode()) if note else None
                    state = cls(origin, read, standing, looked_at, grew_at, alarm, told)
                    if _is_sound(state) and state.format() == data:
                        return state
        except (LedgerError, ValueError):
            pass  # what a hand or a bad disk made of it; said below
        raise FormatError(Problem("monitor-state-malformed", retry="after-change"))

    @classmethod
    def read(cls, path: Path) -> MonitorState | None:
        """The state in a file, None where there is none yet; raises FormatError."""
        try:
            return cls.parse(path.read_bytes())
        except FileNotFoundError:
            return None

    def write(self, path: Path) -> None:
        """Put it in its file in one step: a crash leaves the old one or the new one."""
        part = path.with_name(path.name + ".part")
        with part.open("wb") as file:
            file.write(self.format())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


def _is_sound(state: MonitorState) -> bool:
    standing, checkpoint = state.boundary, state.checkpoint
    return (
        standing.size % WIDTH == 0
        and len(standing.peaks) == len(peaks(standing.size))
        and all(len(each) == HASH_BYTES for each in (*standing.peaks, standing.last_entry))
        and standing.size <= (0 if checkpoint is None else checkpoint.size)
        and (checkpoint is None or checkpoint.origin == state.origin)
    )
