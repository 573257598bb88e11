"""The courier: takes what waits in the outbox, in the order of the log, and delivers it until it arrives or is too old.

Time, chance and the network come in from outside; what was delivered is written down before anything else is taken.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final

from ledger import canonical
from ledger.errors import LedgerError
from ledger.outbox.backoff import pause_milliseconds
from ledger.outbox.rules import Rules
from ledger.outbox.sending import Answer, Sender
from ledger.outbox.signature import sign
from ledger.store.batch import Clock, moment
from ledger.store.outbox import Claim, Notice, Outbox, Settled

THREADS: Final = 4
"""Subscribers served at the same time, so that a slow one does not hold up the others."""

AT_ONCE: Final = 20
"""Notices of one subscriber between two writes: so many may arrive twice where the power fails in between."""

AT_MOST_SECONDS: Final = 30
"""After so long a subscriber is given back between two notices."""

LEASE_SECONDS: Final = 120
"""Longer than AT_MOST_SECONDS and one more attempt, a slow resolver included; a process that died holds no longer."""

POLL_SECONDS: Final = 2.0
"""How soon what another process wrote is noticed; what this one writes is taken at once."""

KEPT_DAYS: Final = 30
_TIDY_EVERY: Final = 1800
"""Rounds with nothing to do between two tidyings: about an hour."""

_DAY: Final = 86_400_000

Report = Callable[[str, Mapping[str, object]], None]
"""Is told what happened, as a name and plain values without any body, secret or address."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a test call: whether it arrived, the status answered, the code of what went wrong."""

    delivered: bool
    status: int | None
    problem: str | None
    milliseconds: int


class Courier:
    """Delivers for one ledger. Several may run, in several processes: the outbox gives each subscriber to one."""

    def __init__(
        self,
        outbox: Outbox,
        rules: Rules,
        *,
        clock: Clock,
        jitter: Callable[[], float],
        sender: Sender | None = None,
        report: Report | None = None,
    ) -> None:
        """`jitter` gives numbers in [0, 1)."""
        self._report = report or _silent
        self._outbox = outbox
        self._rules = rules
        self._clock = clock
        self._jitter = jitter
        self._sender = sender or Sender(rules)
        self._stop = threading.Event()

    # ------------------------------------------------------------ working

    def deliver_due(self) -> int:
        """Deliver everything that is due now; returns how many notices arrived."""
        delivered = 0
        while not self._stop.is_set() and (claim := self._outbox.claim(seconds=LEASE_SECONDS, most=AT_ONCE)):
            delivered += self._serve(claim)
        return delivered

    def tidy(self) -> None:
        """Forget what was finished long ago."""
        self._outbox.tidy(KEPT_DAYS)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Deliver on threads of its own for as long as this lasts; what is in hand at the end is finished."""
        threads = [
            threading.Thread(target=self._work, args=(not number,), name=f"chaski-courier-{number}", daemon=True)
            for number in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._outbox.ring()
            for thread in threads:
                thread.join()

    def _work(self, tidies: bool) -> None:
        idle = 0
        while not self._stop.is_set():
            seen = self._outbox.rings
            try:
                self.deliver_due()
                if tidies and idle % _TIDY_EVERY == 0:
                    self.tidy()
            except Exception as error:  # noqa: BLE001 - whatever it was, the others still wait to be told
                # A full disk, a database gone away: nothing is lost, and the next round may find it well again.
                codes = [each.code for each in error.problems] if isinstance(error, LedgerError) else []
                self._report("outbox-failed", {"error": type(error).__name__, "codes": codes})
            idle += 1
            if not self._stop.is_set():
                self._outbox.wait(seen, POLL_SECONDS)

    # ------------------------------------------------------------ one subscriber

    def _serve(self, claim: Claim) -> int:
        settled: list[Settled] = []
        until = monotonic() + AT_MOST_SECONDS
        try:
            for notice in claim.notices:
                if self._stop.is_set() or monotonic() > until:
                    break
                settled.append(self._deliver(claim, notice))
                if settled[-1].state == "waiting":
                    # What comes after it waits too: a subscriber hears things in the order of the log.
                    break
        finally:
            self._outbox.settle(claim, settled)
        return sum(each.state == "delivered" for each in settled)

    def _deliver(self, claim: Claim, notice: Notice) -> Settled:
        answer = self._send(claim.url, claim.secret, notice.event, notice.id, notice.body)
        told = {"notice": notice.id, "attempt": notice.attempts + 1, "status": answer.status}
        self._report("notice", {**told, "problem": answer.problem, "ms": answer.milliseconds})
        if answer.delivered:
            return Settled(notice.number, "delivered", answer.status)
        now = self._clock()
        if now - notice.created >= self._rules.days * _DAY:
            return Settled(notice.number, "failed", answer.status, answer.problem)
        next_try = now + pause_milliseconds(notice.attempts + 1, self._jitter())
        return Settled(notice.number, "waiting", answer.status, answer.problem, next_try)

    def try_out(self, name: str, origin: str) -> Trial:
        """Call a webhook once with an event `test`, at once and past the queue; raises NotFoundError."""
        subscription = self._outbox.subscriptions.one(name)
        now = self._clock()
        identity = f"{name}-test-{now}"
        body = canonical.encode(
            {"event": "test", "id": identity, "log": origin, "recorded_at": moment(now), "webhook": name}
        )
        answer = self._send(subscription.url, self._outbox.subscriptions.secret(name), "test", identity, body)
        return Trial(answer.delivered, answer.status, answer.problem, answer.milliseconds)

    def _send(self, url: str, secret: str, event: str, identity: str, body: bytes) -> Answer:
        headers = {
            "Chaski-Delivery": identity,
            "Chaski-Event": event,
            "Chaski-Signature": sign(secret, self._clock() // 1000, body),
        }
        return self._sender.post(url, headers, body)


def _silent(event: str, values: Mapping[str, object]) -> None:
    """Nobody wants to know."""
