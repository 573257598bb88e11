"""Who wants to be told of what, and where: webhooks as their parties made them. Secrets are kept sealed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine

from ledger.canonical import b64url
from ledger.errors import ConflictError, FormatError, NotFoundError, Problem
from ledger.keys import new_secret_key, unwrap, wrap
from ledger.store.batch import Clock, moment
from ledger.store.connection import Connection, Row
from ledger.store.events import EVENTS
from ledger.values import crockford

MARK_OF_SECRETS: Final = "whsec_"
MOST_OF_A_PARTY: Final = 20
MOST_TYPES: Final = 50
_LONGEST_TYPE: Final = 64


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook: never with its secret. `types` are beginnings of fact types; none means all of them."""

    id: str
    party: str
    url: str
    events: tuple[str, ...]
    types: tuple[str, ...]
    created_at: str
    paused: bool


class Subscriptions:
    """The webhooks of one ledger."""

    def __init__(self, engine: Engine, log: int, clock: Clock, master: bytes) -> None:
        """Keep them in the database, their secrets sealed under the master key."""
        self._engine = engine
        self._log = log
        self._clock = clock
        self._master = master

    def add(self, *, party: str, url: str, events: Sequence[str], types: Sequence[str] = ()) -> tuple[str, str]:
        """Make one; returns its id and its secret, which is shown here and never again.

        The caller has checked the address. Raises FormatError for kinds that do not exist, ConflictError
        webhooks-too-many.
        """
        _check(events, types)
        key = new_secret_key()
        name = crockford(new_secret_key()[:10])
        with self._changing() as db:
            row = db.one("SELECT COUNT(*) FROM subscription WHERE log = ? AND party = ?", self._log, party)
            if row is not None and row[0] >= MOST_OF_A_PARTY:
                raise ConflictError(Problem("webhooks-too-many", found=row[0], expected=MOST_OF_A_PARTY))
            db.run(
                "INSERT INTO subscription (log, id, party, url, events, types, secret, created, lease, leased_until)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0)",
                self._log,
                name,
                party,
                url,
                " ".join(dict.fromkeys(events)),
                " ".join(dict.fromkeys(types)),
                wrap(self._master, key, _holder(name)),
                self._clock(),
            )
        return name, secret_text(key)

    def all(self, party: str | None = None) -> list[Subscription]:
        """Every webhook, or those of one party, the oldest first."""
        only = "" if party is None else " AND party = ?"
        given = () if party is None else (party,)
        db = Connection(self._engine)
        try:
            sql = f"SELECT {_COLUMNS} FROM subscription WHERE log = ?{only} ORDER BY created, id"
            return [_subscription(row) for row in db.all(sql, self._log, *given)]
        finally:
            db.close()

    def one(self, name: str, *, party: str | None = None) -> Subscription:
        """One webhook; raises NotFoundError webhook-unknown, also where it is another party's."""
        row = self._row(name, _COLUMNS)
        if row is None or party not in {None, row[1]}:
            raise NotFoundError(Problem("webhook-unknown", found=name[:64]))
        return _subscription(row)

    def secret(self, name: str) -> str:
        """The text its receiver checks signatures with."""
        row = self._row(name, "secret")
        if row is None:
            raise NotFoundError(Problem("webhook-unknown", found=name[:64]))
        return unsealed(self._master, name, bytes(row[0]))

    def remove(self, name: str, *, party: str | None = None) -> None:
        """Take one away, with everything that waits for it; raises NotFoundError."""
        self.one(name, party=party)
        with self._changing() as db:
            db.run("DELETE FROM outbox WHERE log = ? AND subscription = ?", self._log, name)
            db.run("DELETE FROM subscription WHERE log = ? AND id = ?", self._log, name)

    def pause(self, name: str, *, paused: bool) -> None:
        """Deliver nothing for now, or go on; what happens meanwhile waits. Raises NotFoundError."""
        self.one(name)
        since = self._clock() if paused else None
        with self._changing() as db:
            db.run("UPDATE subscription SET paused = ? WHERE log = ? AND id = ?", since, self._log, name)

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """A transaction that changes subscriptions: the count that the writer looks at goes up with it."""
        db = Connection(self._engine)
        try:
            db.begin_write()
            yield db
            db.run(
                "INSERT INTO listening (log, version) VALUES (?, 1)"
                " ON CONFLICT (log) DO UPDATE SET version = listening.version + 1",
                self._log,
            )
            db.commit()
        finally:
            db.rollback()
            db.close()

    def _row(self, name: str, columns: str) -> Row | None:
        db = Connection(self._engine)
        try:
            return db.one(f"SELECT {columns} FROM subscription WHERE log = ? AND id = ?", self._log, name)
        finally:
            db.close()


def secret_text(key: bytes) -> str:
    """How a secret is written; the whole text is the key of the signature."""
    return MARK_OF_SECRETS + b64url(key)


def unsealed(master: bytes, name: str, sealed: bytes) -> str:
    """The secret of a webhook from its sealed form."""
    return secret_text(unwrap(master, sealed, _holder(name)))


def _holder(name: str) -> str:
    return f"webhook/{name}"


def _check(events: Sequence[str], types: Sequence[str]) -> None:
    known = ", ".join(EVENTS)
    problems = [
        Problem("event-unknown", f"/events/{n}", e[:64], known) for n, e in enumerate(events) if e not in EVENTS
    ]
    if not events:
        problems.append(Problem("event-unknown", "/events", expected=known))
    problems += [
        Problem("event-filter-malformed", f"/types/{n}", t[:64]) for n, t in enumerate(types) if not _is_type(t)
    ]
    if len(types) > MOST_TYPES:
        problems.append(Problem("batch-too-long", "/types", len(types), MOST_TYPES))
    if problems:
        raise FormatError(problems)


def _is_type(text: str) -> bool:
    """The beginning of a fact's type: letters, points, hyphens, and perhaps its version."""
    return 0 < len(text) <= _LONGEST_TYPE and all(each in "abcdefghijklmnopqrstuvwxyz.-/0123456789" for each in text)


_COLUMNS = "id, party, url, events, types, created, paused"


def _subscription(row: Row) -> Subscription:
    return Subscription(
        row[0], row[1], row[2], tuple(row[3].split()), tuple(row[4].split()), moment(row[5]), row[6] is not None
    )
