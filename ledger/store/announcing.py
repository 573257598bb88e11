"""Writing down, in the transaction of the facts themselves, what subscribers are to be told of them.

Nothing is lost between commit and delivery, and nothing is told that was rolled back. Where nobody subscribed,
or nobody to anything of this batch, not one query is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ledger.canonical import encode
from ledger.facts.corrections import FactRetracted
from ledger.state import PLEDGED, Blocking
from ledger.statement import Statement
from ledger.store.batch import Tip, moment
from ledger.store.books import Books
from ledger.store.connection import Connection
from ledger.store.events import EVENTS, Accepted, Batch, LotChange, News, bodies, visible
from ledger.store.loading import Loader, books_of
from ledger.store.names import Names
from ledger.store.reach import reach

NOTICE_BITS: Final = 24
"""How many notices one fact may cause, as a power of two: its index and their place make their numbers."""

_SEES_ALL: Final = frozenset({"registrar", "operator"})
_INSERT: Final = (
    "INSERT INTO outbox (log, number, subscription, event, ix, body, created, attempts, next_try, state)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, 0)"
)


@dataclass(frozen=True, slots=True)
class _Listener:
    """A subscription as the writer needs it."""

    id: str
    party: str
    events: frozenset[str]
    types: tuple[str, ...]

    def wants(self, news: News) -> bool:
        """Whether this event was asked for."""
        if news.event not in self.events:
            return False
        if not self.types or news.event != "fact.recorded":
            return True
        return news.fact.statement.type.startswith(self.types) or news.fact.meant.type.startswith(self.types)


class Announcer:
    """What the writer of one log knows of its subscriptions; read again only when they have changed."""

    def __init__(self, log: int, origin: str) -> None:
        """Nothing is known at first."""
        self._log = log
        self._origin = origin
        self._version = 0
        self._listeners: tuple[_Listener, ...] = ()

    def announce(
        self, loader: Loader, before: Tip, after: Tip, accepted: Sequence[Statement], lots: Iterable[str], now: int
    ) -> int:
        """Write the notices of facts whose rows are written already; returns how many there are.

        `accepted` are the facts from `before` to `after`; `lots` holds at least every lot that was summarised.
        """
        db = loader.db
        listeners = self._listening(db, before.listening)
        if not listeners or not accepted:
            return 0
        batch = Batch(
            after.size,
            self._facts(loader, before, accepted),
            lambda: _lot_changes(loader, sorted(lots), before.size),
            lambda subject: _reach(loader, subject, after.size),
        )
        asked = {event for each in listeners for event in each.events}
        told = [news for name in sorted(asked & EVENTS.keys()) for news in EVENTS[name].make(batch)]
        pairs = [(each, news) for news in told for each in listeners if each.wants(news)]
        if not pairs:
            return 0
        sees_all = _roles(loader, {each.party for each, _ in pairs})
        held = self._held(loader, pairs, sees_all, before.size)
        rows, places = [], dict.fromkeys((news.fact.index for _, news in pairs), 0)
        # By fact first: whoever listens hears of facts in the order of the log.
        for each, news in sorted(pairs, key=lambda pair: pair[1].fact.index):
            own = each.party in sees_all or each.party in news.fact.staters
            heard = visible(news, all_of_it=own, lots=held.get(each.party, frozenset()))
            if heard is None:
                continue
            index = news.fact.index
            for body in bodies(heard, origin=self._origin, size=after.size):
                number, places[index] = index << NOTICE_BITS | places[index], places[index] + 1
                data = encode({**body, "id": notice_id(each.id, number), "webhook": each.id})
                rows.append((self._log, number, each.id, news.event, index, data, now, now))
        db.many(_INSERT, rows)
        return len(rows)

    def _listening(self, db: Connection, version: int) -> tuple[_Listener, ...]:
        if version != self._version:
            rows = db.all("SELECT id, party, events, types FROM subscription WHERE log = ? ORDER BY id", self._log)
            self._listeners = tuple(_Listener(r[0], r[1], frozenset(r[2].split()), tuple(r[3].split())) for r in rows)
            self._version = version
        return self._listeners

    def forget(self) -> None:
        """Read the subscriptions again next time: the transaction in which they were read was rolled back."""
        self._version = 0
        self._listeners = ()

    def _facts(self, loader: Loader, before: Tip, accepted: Sequence[Statement]) -> list[Accepted]:
        times: dict[int, int] = dict(
            loader.db.all(
                "SELECT ix, recorded FROM entry WHERE log = ? AND ix >= ? AND ix < ?",
                self._log,
                before.size,
                before.size + len(accepted),
            )
        )
        gone = {digest for statement in accepted if (digest := _corrected(statement)) is not None}
        ended = {known.statement.digest: known.statement for known in loader.known(gone)}
        return [
            Accepted(index, moment(times[index]), statement, ended.get(_corrected(statement) or ""))
            for index, statement in enumerate(accepted, before.size)
        ]

    def _held(
        self, loader: Loader, pairs: Sequence[tuple[_Listener, News]], sees_all: frozenset[str], since: int
    ) -> dict[str, frozenset[str]]:
        """The lots each party holds or held, of those the events are about; also until this very batch took it back."""
        asking = [(each.party, news) for each, news in pairs if each.party not in sees_all | news.fact.staters]
        lots = {line.lot for _, news in asking for line in news.lines if line.lot is not None}
        if not lots:
            return {}
        parties = {party for party, _ in asking}
        loader.names.find(loader.db, lots | parties)
        rows = loader.db.all(
            "SELECT DISTINCT a, b FROM move WHERE log = ? AND kind = 1 AND a IN @list AND b IN @list"
            " AND (gone IS NULL OR gone >= ?)",
            self._log,
            loader.numbers(lots),
            loader.numbers(parties),
            since,
        )
        text = loader.names.text
        found: dict[str, set[str]] = {}
        for lot, party in rows:
            found.setdefault(text(party), set()).add(text(lot))
        return {party: frozenset(some) for party, some in found.items()}


def notice_id(subscription: str, number: int) -> str:
    """What a notice is called wherever it goes, however often: the webhook, the fact's index, the place."""
    return f"{subscription}-{number >> NOTICE_BITS}-{number & ((1 << NOTICE_BITS) - 1)}"


def _corrected(statement: Statement) -> str | None:
    """The digest of the statement that this one takes out of the books."""
    fact = statement.fact
    return fact.statement if isinstance(fact, FactRetracted) else statement.envelope.replaces


def _roles(loader: Loader, parties: set[str]) -> frozenset[str]:
    """Those of the parties that are registrars or operators as the books stand."""
    roles: dict[tuple[str, str], bool] = {}
    loader.names.find(loader.db, parties)
    for subject, standing in loader.marks(parties):
        if standing.kind == "role" and standing.value["role"] in _SEES_ALL:
            roles[subject, str(standing.value["role"])] = bool(standing.value["granted"])
    return frozenset(party for (party, _), granted in roles.items() if granted)


def _lot_changes(loader: Loader, lots: Sequence[str], since: int) -> list[LotChange]:
    """Versions written from `since` on whose kinds of block differ from those before; a lot is born without any."""
    names: Names = loader.names
    names.find(loader.db, lots)
    rows = loader.db.all(
        "SELECT lot, ix, blocks FROM lot WHERE log = ? AND lot IN @list ORDER BY lot, ix",
        loader.log,
        loader.numbers(lots),
    )
    versions: dict[int, list[tuple[int, tuple[str, ...]]]] = {}
    for lot, index, blocks in rows:
        versions.setdefault(lot, [(-1, ())]).append((index, _kinds(books_of(None, blocks).blocks)))
    return [
        LotChange(index, names.text(lot), was, now)
        for lot, some in versions.items()
        for (_, was), (index, now) in pairwise(some)
        if index >= since and was != now
    ]


def _reach(loader: Loader, subject: str, size: int) -> list[tuple[str, int, int]]:
    """The lots downstream of a subject, by id; none where the subject has no lots (a key that never signed one)."""
    found = reach(Books(loader.db, loader.log, loader.names, size), subject).lots
    loader.names.read(loader.db, found)
    return [(loader.names.text(lot), expected, most) for lot, (expected, most) in found.items()]


def _kinds(blocks: Iterable[Blocking]) -> tuple[str, ...]:
    return tuple(sorted({block.kind for block in blocks if block.kind != PLEDGED}))
