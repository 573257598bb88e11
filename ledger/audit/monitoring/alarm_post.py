"""Telling a webhook of an alarm in the manner of all our webhooks (docs/webhooks.md): one POST, signed, no redirect."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ledger import canonical
from ledger.audit.monitoring.alarm import Alarm
from ledger.audit.monitoring.state import MonitorState
from ledger.outbox import Rules, Sender, sign
from ledger.store.batch import moment
from ledger.words import say


@dataclass(frozen=True, slots=True)
class AlarmPost:
    """Where alarms go, the secret they are signed with, and the rules for calling."""

    url: str
    secret: str
    rules: Rules

    def tell(self, state: MonitorState, alarm: Alarm | None, now: int) -> str | None:
        """POST the alarm in force, or that there is none any more; returns the code of what went wrong, None if told.

        A file of evidence goes along whole: it holds signed checkpoints and hashes, and proves itself.
        """
        event = "log.alarm-ended" if alarm is None else "log.alarm"
        said: dict[str, canonical.Plain] = {
            "event": event,
            "log": state.origin,
            "recorded_at": moment(now),
            "checkpoint": "" if state.note is None else state.note.format().decode(),
        }
        if alarm is not None:
            words = say(alarm.problem, "en")
            said |= {
                "kind": str(alarm.kind),
                "code": alarm.problem.code,
                "detail": words.detail,
                "remedy": words.remedy,
                "evidence": "" if alarm.evidence is None else Path(alarm.evidence).read_text(encoding="utf-8"),
            }
        identity = hashlib.sha256(canonical.encode(said)).hexdigest()[:32]
        body = canonical.encode({**said, "id": identity})
        headers = {
            "Chaski-Delivery": identity,
            "Chaski-Event": event,
            "Chaski-Signature": sign(self.secret, now // 1000, body),
        }
        return Sender(self.rules).post(self.url, headers, body).problem
