"""What waits to be told, and what became of it: notices are claimed under a lease, delivered elsewhere, settled here.

One process at a time delivers for a subscription, in the order of the log. A process that dies leaves a lease that
runs out; what it had claimed is claimed again, so that everything arrives at least once.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Engine

from ledger.keys import new_secret_key
from ledger.store.announcing import NOTICE_BITS, notice_id
from ledger.store.batch import Clock, moment
from ledger.store.connection import Row
from ledger.store.errand import connected, writing
from ledger.store.subscriptions import Subscriptions, unsealed

State = Literal["waiting", "delivered", "failed"]

STATES: Final[tuple[State, ...]] = ("waiting", "delivered", "failed")
"""In the order of the numbers that stand for them in the table."""

_DAY: Final = 86_400_000
_NOTICE: Final = re.compile(r"([0-9A-Z]{16})-([0-9]{1,11})-([0-9]{1,8})")


@dataclass(frozen=True, slots=True)
class Notice:
    """One event on its way to one subscriber: the exact bytes of its body and how often it was tried."""

    number: int
    id: str
    event: str
    index: int
    body: bytes
    created: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A subscription that is ours to deliver for until the lease ends, with its next notices in order."""

    subscription: str
    party: str
    url: str
    secret: str
    lease: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one notice: delivered, to be tried again at `next_try`, or failed for good."""

    number: int
    state: State
    status: int | None = None
    problem: str | None = None
    next_try: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A notice as its subscriber sees it in the list."""

    id: str
    event: str
    index: int
    state: State
    attempts: int
    created_at: str
    next_try_at: str | None
    finished_at: str | None
    status: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How a subscription stands: how many notices are in each state, and since when the oldest waits."""

    subscription: str
    waiting: int = 0
    delivered: int = 0
    failed: int = 0
    waiting_since: str | None = None
    problem: str | None = None


class Outbox:
    """The notices of one ledger, and who subscribed to them."""

    def __init__(self, engine: Engine, log: int, clock: Clock, master: bytes) -> None:
        """Read and settle through connections of its own, beside the writer's."""
        self._engine = engine
        self._log = log
        self._clock = clock
        self._master = master
        self.subscriptions = Subscriptions(engine, log, clock, master)
        self._bell = threading.Condition()
        self._rings = 0

    # ------------------------------------------------------------ news

    @property
    def rings(self) -> int:
        """How often something was written in this process."""
        return self._rings

    def ring(self) -> None:
        """Something was committed: whoever waits may look."""
        with self._bell:
            self._rings += 1
            self._bell.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Wait until something was written that `seen` does not count yet, at most so long: others may write too."""
        with self._bell:
            self._bell.wait_for(lambda: self._rings != seen, timeout=seconds)

    # ------------------------------------------------------------ delivering

    def claim(self, *, seconds: int, most: int) -> Claim | None:
        """Take one subscription whose next notice is due, the longest unserved first; None where there is none.

        The same subscription is not given to anybody else before it is settled or so many seconds have passed.
        """
        now = self._clock()
        with connected(self._engine) as db:
            # Without a look beforehand every round would ask SQLite for its one write lock.
            if db.one(_DUE, self._log, now, now) is None:
                return None
        with writing(self._engine) as db:
            locking = " FOR UPDATE OF s SKIP LOCKED" if db.dialect == "postgresql" else ""
            row = db.one(_DUE + locking, self._log, now, now)
            if row is None:
                return None
            name, party, url, sealed = row
            lease = new_secret_key()[:8].hex()
            db.run(
                "UPDATE subscription SET lease = ?, leased_until = ? WHERE log = ? AND id = ?",
                lease,
                now + seconds * 1000,
                self._log,
                name,
            )
            rows = db.all(
                "SELECT number, event, ix, body, created, attempts FROM outbox"
                " WHERE log = ? AND subscription = ? AND state = 0 ORDER BY number LIMIT ?",
                self._log,
                name,
                most,
            )
        notices = tuple(Notice(r[0], notice_id(name, r[0]), r[1], r[2], bytes(r[3]), r[4], r[5]) for r in rows)
        return Claim(name, party, url, unsealed(self._master, name, bytes(sealed)), lease, notices)

    def settle(self, claim: Claim, settled: Iterable[Settled]) -> None:
        """Write down what became of the notices and give the subscription back."""
        now = self._clock()
        with writing(self._engine) as db:
            for each in settled:
                db.run(
                    "UPDATE outbox SET state = ?, attempts = attempts + 1, next_try = ?, finished = ?, status = ?,"
                    " problem = ? WHERE log = ? AND number = ? AND state = 0",
                    STATES.index(each.state),
                    each.next_try,
                    None if each.state == "waiting" else now,
                    each.status,
                    each.problem,
                    self._log,
                    each.number,
                )
            # Only what is still ours: where the lease ran out, somebody else may be at work.
            db.run(
                "UPDATE subscription SET lease = '', leased_until = ? WHERE log = ? AND id = ? AND lease = ?",
                now,
                self._log,
                claim.subscription,
                claim.lease,
            )

    def tidy(self, days: int) -> None:
        """Forget notices that were finished so many days ago, and those of subscriptions that are gone."""
        before = self._clock() - days * _DAY
        with writing(self._engine) as db:
            db.run("DELETE FROM outbox WHERE log = ? AND state IN (1, 2) AND finished < ?", self._log, before)
            db.run(
                "DELETE FROM outbox WHERE log = ? AND subscription NOT IN (SELECT id FROM subscription WHERE log = ?)",
                self._log,
                self._log,
            )

    # ------------------------------------------------------------ looking

    def deliveries(
        self, subscription: str, *, state: State | None = None, after: str = "", limit: int = 100
    ) -> list[DeliveryLine]:
        """Notices of one subscription in the order of the log, after the one named."""
        last = _number(subscription, after)
        only = "" if state is None else f" AND state = {STATES.index(state)}"
        with connected(self._engine) as db:
            rows = db.all(
                "SELECT number, event, ix, state, attempts, created, next_try, finished, status, problem FROM outbox"
                f" WHERE log = ? AND subscription = ? AND number > ?{only} ORDER BY number LIMIT ?",
                self._log,
                subscription,
                last,
                limit,
            )
        return [_line(subscription, row) for row in rows]

    def backlog(self, subscriptions: Sequence[str]) -> dict[str, Backlog]:
        """How each of these subscriptions stands."""
        found = {name: Backlog(name) for name in subscriptions}
        with connected(self._engine) as db:
            for name in subscriptions:
                counts: dict[int, int] = dict(
                    db.all(
                        "SELECT state, COUNT(*) FROM outbox WHERE log = ? AND subscription = ? GROUP BY state",
                        self._log,
                        name,
                    )
                )
                first = db.one(
                    "SELECT created, problem FROM outbox WHERE log = ? AND subscription = ? AND state = 0"
                    " ORDER BY number LIMIT 1",
                    self._log,
                    name,
                )
                found[name] = Backlog(
                    name,
                    waiting=counts.get(0, 0),
                    delivered=counts.get(1, 0),
                    failed=counts.get(2, 0),
                    waiting_since=None if first is None else moment(first[0]),
                    problem=None if first is None else first[1],
                )
        return found


_DUE: Final = (
    "SELECT s.id, s.party, s.url, s.secret FROM subscription s WHERE s.log = ? AND s.paused IS NULL"
    " AND s.leased_until <= ? AND (SELECT o.next_try FROM outbox o WHERE o.log = s.log AND o.subscription = s.id"
    " AND o.state = 0 ORDER BY o.number LIMIT 1) <= ? ORDER BY s.leased_until, s.id LIMIT 1"
)
"""Only the first waiting notice of a subscription counts: what comes after it waits its turn."""


def _number(subscription: str, notice: str) -> int:
    """The number of a notice from its id; -1, before all of them, for what is none of this subscription."""
    found = _NOTICE.fullmatch(notice)
    if found is None or found[1] != subscription:
        return -1
    return int(found[2]) << NOTICE_BITS | int(found[3])


def _line(subscription: str, row: Row) -> DeliveryLine:
    number, event, index, state, attempts, created, next_try, finished, status, problem = row
    return DeliveryLine(
        id=notice_id(subscription, number),
        event=event,
        index=index,
        state=STATES[state],
        attempts=attempts,
        created_at=moment(created),
        next_try_at=moment(next_try) if STATES[state] == "waiting" else None,
        finished_at=None if finished is None else moment(finished),
        status=status,
        problem=problem,
    )
