"""Following a log: one look at a time, each from where the last good one had got to.

Proven is that the log only grew since, entry by entry, and that everything new is as it must be. Whatever is not so is
an alarm; what was remembered then stays as it was, so that the next look asks the same question again.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ledger.audit.monitoring.alarm import Alarm, AlarmKind, alarm_of
from ledger.audit.monitoring.state import MonitorState
from ledger.audit.public.check import fork_between, must_end_at
from ledger.audit.public.following import following
from ledger.audit.public.source import LogSource
from ledger.audit.public.trust import Seen, Trust
from ledger.audit.public.walk import Progress, walk
from ledger.errors import FormatError, LedgerError, Problem, ProofError
from ledger.log.checkpoint import Checkpoint
from ledger.log.fork import Fork

_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9.]+")


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found. `state` is to be remembered; `new_entries` were checked in it, none where it alarms."""

    state: MonitorState
    alarm: Alarm | None
    new_entries: int


class Monitor:
    """Follows one log under what is known of it from outside."""

    def __init__(
        self,
        source: LogSource,
        trust: Trust,
        *,
        evidence: Path,
        stale_after: int | None = None,
        at_once: int = 1,
    ) -> None:
        """`evidence` is the folder proofs go to; after `stale_after` seconds without news an alarm is raised.

        Raises FormatError option-missing where no key of the log is known: its word could not be held against it.
        """
        if not trust.log_keys:
            raise FormatError(Problem("option-missing", expected="--key", details={"command": "chaski monitor"}))
        self._source = source
        self._trust = trust
        self._evidence = evidence
        self._stale_after = stale_after
        self._at_once = at_once

    def look(self, state: MonitorState | None, now: int, progress: Progress | None = None) -> Look:
        """Look once; `now` is in milliseconds since 1970, UTC. Raises only for what is wrong on our side."""
        state = state or MonitorState(self._trust.log_keys[0].name)
        if state.origin not in {each.name for each in self._trust.log_keys}:
            raise FormatError(Problem("monitor-other-log", found=state.origin, retry="after-change"))
        # It was checked when it was remembered; the log may have another key since.
        kept = None if state.note is None else Seen(Checkpoint.parse(state.note.text), state.note)
        seen: Seen | None = None
        try:
            seen = self._opened()
            after = self._followed(state, kept, seen, now, progress)
        except _ForkedError as found:
            alarm = self._proven(found.fork, AlarmKind.FORK, "log-forked")
        except _WentBackError as found:
            alarm = self._proven(found.pair, AlarmKind.ROLLBACK, "checkpoint-went-back")
        except LedgerError as error:
            alarm = self._with_checkpoint(alarm_of(error), seen)
        else:
            stale = self._stale(after, seen, now)
            new = seen.checkpoint.size - (0 if kept is None else kept.checkpoint.size)
            return Look(_alarmed(after, stale, now), stale, new)
        return Look(_alarmed(state, alarm, now), alarm, 0)

    def _opened(self) -> Seen:
        """The newest checkpoint; where the keys known so far have not signed it, those they handed the log over to."""
        note = self._source.checkpoint()
        try:
            return self._trust.open(note)
        except ProofError as error:
            led = following(self._trust, self._source)
            if led == self._trust:
                raise error from None
            self._trust = led
            return led.open(note)

    def _followed(
        self, state: MonitorState, kept: Seen | None, seen: Seen, now: int, progress: Progress | None
    ) -> MonitorState:
        """The state after a checkpoint that continues the kept one and is over just what is served."""
        new = seen.checkpoint
        if kept is not None and new.origin != kept.checkpoint.origin:
            raise ProofError(Problem("checkpoint-origin", found=new.origin, expected=kept.checkpoint.origin))
        if kept is not None and new.size < kept.checkpoint.size:
            self._went_back(kept, seen)
        if kept is not None and (fork := fork_between(self._source, kept, seen)) is not None:
            raise _ForkedError(fork)
        # A fork is told before anything else about a checkpoint; now whether enough others have seen it.
        self._trust.check_witnessed(seen)
        if kept is not None and new.size == kept.checkpoint.size:
            return replace(state, note=seen.note)
        walked = walk(self._source, new.origin, state.boundary, new.size, at_once=self._at_once, progress=progress)
        must_end_at(self._source, seen, walked)
        return replace(state, origin=new.origin, note=seen.note, boundary=walked.boundary, grew_at=now)

    def _went_back(self, kept: Seen, seen: Seen) -> None:
        """A smaller checkpoint than before; where the larger tree is still served, it also tells whether they agree."""
        try:
            fork = fork_between(self._source, kept, seen)
        except LedgerError:
            fork = None
        if fork is not None:
            raise _ForkedError(fork)
        raise _WentBackError(Fork(seen.note, kept.note))

    def _stale(self, state: MonitorState, seen: Seen, now: int) -> Alarm | None:
        """Nothing new for too long: by the clock of the newest witness where there is one, else by ours."""
        if self._stale_after is None:
            return None
        witnessed = seen.newest_cosignature
        age = now // 1000 - (state.grew_at // 1000 if witnessed is None else witnessed)
        if age <= self._stale_after:
            return None
        return Alarm(AlarmKind.STALE, Problem("checkpoint-stale", found=age, expected=self._stale_after))

    def _proven(self, fork: Fork, kind: AlarmKind, code: str) -> Alarm:
        """Keep both checkpoints, and the proof where there is one."""
        smaller, larger = (Checkpoint.parse(note.text) for note in (fork.smaller, fork.larger))
        data = fork.format()
        name = f"{kind}-{_plain(larger.origin)}-{smaller.size}-{larger.size}-{hashlib.sha256(data).hexdigest()[:8]}.txt"
        return Alarm(kind, Problem(code, found=smaller.size, expected=larger.size), self._keep(name, data))

    def _with_checkpoint(self, alarm: Alarm, seen: Seen | None) -> Alarm:
        """Keep what the log signed over contents it did not show: others may have been shown something else."""
        if seen is None or alarm.kind not in {AlarmKind.CONTENT, AlarmKind.MISSING}:
            return alarm
        checkpoint = seen.checkpoint
        name = f"checkpoint-{_plain(checkpoint.origin)}-{checkpoint.size}-{checkpoint.root.hex()[:8]}.txt"
        return replace(alarm, evidence=self._keep(name, seen.note.format()))

    def _keep(self, name: str, data: bytes) -> str:
        path = self._evidence / name
        try:
            self._evidence.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            details = {"reason": error.strerror or ""}
            raise FormatError(Problem("file-not-writable", found=str(path), details=details)) from None
        return str(path)


class _ForkedError(Exception):
    """Two checkpoints of one log that cannot both be true."""

    def __init__(self, fork: Fork) -> None:
        super().__init__()
        self.fork = fork


class _WentBackError(Exception):
    """A checkpoint behind one that was seen; by themselves the two do not contradict each other."""

    def __init__(self, pair: Fork) -> None:
        super().__init__()
        self.pair = pair


def _alarmed(state: MonitorState, alarm: Alarm | None, now: int) -> MonitorState:
    """The state with the alarm that is in force now; whoever is told hears of every change once."""
    code = "" if alarm is None else alarm.problem.code
    return replace(state, looked_at=now, alarm=code, told=state.told and code == state.alarm)


def _plain(origin: str) -> str:
    return _NOT_IN_A_NAME.sub("-", origin)[:80]
