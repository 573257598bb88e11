"""What the outbox asks goes through an index, on SQLite and on PostgreSQL, like everything else the store asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ledger.outbox import Courier, Rules
from ledger.store import connection
from tests.outbox.receiver import receiver, status
from tests.store.test_query_plans import _explained, _numbered, _walked
from tests.store.world import COOP, HandClock, Place, accept, delivery, facility, fact, found, place, retraction, thing

# A walk over everything, and why it may be one.
WALKS = {
    "DELETE FROM outbox WHERE log = ? AND state IN (1, 2)": "once an hour",
    "DELETE FROM outbox WHERE log = ? AND subscription NOT IN": "once an hour",
    "SELECT id, party, events, types FROM subscription": "every subscription, when they have changed",
    "SELECT id, party, url, events, types, created, paused FROM subscription WHERE log = ? ORDER BY": "a list of them",
    "SELECT s.id, s.party, s.url, s.secret FROM subscription s": "few; of each one notice is looked at",
}


def _asked(where: Place) -> Iterator[str]:
    """Every statement about the outbox, while a story is told to two listeners."""
    recorded: set[str] = set()
    written = connection._written

    def recording(sql: str, dialect: connection.Dialect) -> str:
        if dialect == where.kind:
            recorded.add(sql)
        return written(sql, dialect)

    with pytest.MonkeyPatch.context() as patch, receiver(status(204), status(500)) as there:
        patch.setattr(connection, "_written", recording)
        clock = HandClock()
        ledger = where.create(clock=clock)
        found(ledger)
        buyer = thing("buyer")
        party = {"party": buyer, "kind": "buyer", "country": "DE", "name": "Importadora Inventada"}
        accept(ledger.state(fact("party.registered", party), party=ledger.operator_party))
        events = ["fact.recorded", "lot.status-changed"]
        ledger.subscribe(party=buyer, url=there.url(), events=events)
        made, _ = ledger.subscribe(party=COOP, url=there.url(), events=events)
        told = accept(ledger.state(delivery("D0"), facility("A"), party=COOP))
        accept(ledger.state(retraction(told[0]), party=COOP))
        courier = Courier(ledger.outbox, Rules(allow_local=True), clock=clock, jitter=lambda: 0.0)
        courier.deliver_due()
        courier.tidy()
        courier.try_out(made.id, ledger.origin)
        outbox = ledger.outbox
        outbox.backlog([made.id])
        outbox.deliveries(made.id, state="waiting")
        outbox.deliveries(made.id)
        outbox.subscriptions.all()
        outbox.subscriptions.all(COOP)
        outbox.subscriptions.pause(made.id, paused=True)
        outbox.subscriptions.remove(made.id)
    yield from (
        sql for sql in recorded if re.search(r"\b(outbox|subscription|listening)\b", sql) or "b IN @list" in sql
    )


def _may_walk(sql: str) -> bool:
    return any(sql.startswith(begin) for begin in WALKS)


def test_every_query_goes_through_an_index_on_sqlite(on_disk: Place) -> None:
    asked = set(_asked(on_disk))
    walks = {sql: plan for sql, plan in _explained(asked) if any(map(_walked, plan)) and not _may_walk(sql)}

    assert len(asked) > 20
    assert walks == {}, "\n".join(f"{sql}\n    {plan}" for sql, plan in walks.items())
    assert [begin for begin in WALKS if not any(sql.startswith(begin) for sql in asked)] == []


def test_the_first_waiting_notice_is_found_without_looking_at_the_delivered_ones(on_disk: Place) -> None:
    asked = {sql for sql in _asked(on_disk) if "state = 0" in sql and sql.startswith("SELECT")}
    plans = {sql: " ".join(plan) for sql, plan in _explained(asked)}

    assert len(plans) >= 3
    assert all("outbox_waiting" in plan for plan in plans.values()), plans


def test_every_query_can_go_through_an_index_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    with place("postgresql", tmp_path, postgres_url) as where:
        asked = set(_asked(where))
    walks = []
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as db:
        if db.info.server_version < 160_000:
            pytest.skip("EXPLAIN (GENERIC_PLAN) needs PostgreSQL 16")
        db.execute("SET enable_seqscan = off")
        for sql in sorted(each for each in asked if re.match(r"(SELECT|INSERT|UPDATE|DELETE)\b", each)):
            plan = db.execute(f"EXPLAIN (GENERIC_PLAN) {_numbered(sql)}".encode()).fetchall()
            text = "\n".join(row[0] for row in plan)
            if "Seq Scan" in text and not _may_walk(sql):
                walks.append(f"{sql}\n{text}")
    assert walks == []
