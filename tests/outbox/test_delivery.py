"""From an accepted fact to a receiver: signed, in order, tried again, never lost, and nothing that was not accepted."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from ledger.book import Ledger
from ledger.errors import ConflictError, FormatError, NotFoundError
from ledger.outbox import Courier, Rules, Sender
from ledger.outbox.backoff import FIRST_SECONDS, LONGEST_SECONDS, pause_milliseconds
from ledger.outbox.courier import AT_ONCE, KEPT_DAYS, LEASE_SECONDS
from ledger.store import connection
from ledger.store.connection import Connection
from ledger.store.journal import Journal
from ledger.store.subscriptions import MOST_OF_A_PARTY
from tests.outbox.receiver import Receiver, drop, is_genuine, receiver, status
from tests.store.world import COOP, HandClock, Place, accept, count, delivery, facility, fact, found, pooled, thing

ROOT = Path(__file__).parents[2]
DAY = 86_400_000


def courier(ledger: Ledger, clock: HandClock, *, days: int = 3) -> Courier:
    return Courier(ledger.outbox, Rules(allow_local=True, days=days), clock=clock, jitter=lambda: 0.5)


def listen(ledger: Ledger, to: Receiver, *events: str, types: tuple[str, ...] = (), party: str = COOP) -> str:
    made, _ = ledger.subscribe(party=party, url=to.url(), events=events or ("fact.recorded",), types=types)
    return made.id


def tell(ledger: Ledger, many: int, name: str = "told") -> list[int]:
    """State so many plain facts; returns their indexes."""
    outcomes = accept(ledger.state(*(facility(f"{name} {number}") for number in range(many)), party=COOP))
    return [outcome.index or 0 for outcome in outcomes]


# ---------------------------------------------------------------- what arrives


def test_a_receiver_is_told_of_a_fact_and_can_check_who_told_it(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    with receiver() as there:
        made, secret = ledger.subscribe(party=COOP, url=there.url("/in?x=1"), events=["fact.recorded"])
        (outcome,) = accept(ledger.state(delivery("D0"), party=COOP))

        assert courier(ledger, clock).deliver_due() == 1

    (got,) = there.got
    assert got.path == "/in?x=1"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["chaski-event"] == "fact.recorded"
    assert is_genuine(secret, got.headers["chaski-signature"], got.body, clock.now // 1000)
    assert not is_genuine(secret, got.headers["chaski-signature"], got.body + b" ", clock.now // 1000)
    assert not is_genuine("whsec_another", got.headers["chaski-signature"], got.body, clock.now // 1000)
    assert not is_genuine(secret, got.headers["chaski-signature"], got.body, clock.now // 1000 + 301)
    assert got.json == {
        "id": got.headers["chaski-delivery"],
        "webhook": made.id,
        "event": "fact.recorded",
        "log": ledger.origin,
        "index": outcome.index,
        "recorded_at": outcome.recorded_at,
        "size": count(ledger),
        "fact": {"id": outcome.id, "type": "lot.harvested/1", "digest": outcome.digest, "by": COOP},
        "lots": [thing("D0")],
    }


def test_a_body_holds_nothing_personal_and_no_sealed_value(on_disk: Place) -> None:
    clock = HandClock()
    ledger = on_disk.create(clock=clock)
    accept(
        ledger.state(
            fact("party.registered", {"party": COOP, "kind": "cooperative", "country": "PE", "name": "Inventada"}),
            party=ledger.operator_party,
        )
    )
    accept([ledger.delegate(COOP)])
    with receiver() as there:
        listen(ledger, there)
        grower = {"producer": thing("g"), "code": "S-77", "district": "Distrito Inventado"}
        sealed = {"/person": {"name": "Persona Inventada Quispe"}}
        accept(ledger.state(fact("producer.enrolled", grower, sealed=sealed), party=COOP))
        courier(ledger, clock).deliver_due()

    (got,) = there.got
    for kept_back in (b"Quispe", b"S-77", b"Distrito", b"person"):
        assert kept_back not in got.body


def test_only_the_events_and_types_asked_for_arrive(on_disk: Place) -> None:
    clock = HandClock()
    ledger = on_disk.create(clock=clock)
    found(ledger)
    with receiver() as there:
        listen(ledger, there, "fact.recorded", types=("lot.", "plot.held/"))
        accept(ledger.state(facility("A"), delivery("D0"), party=COOP))
        held = fact("lot.held", {"hold": thing("hold"), "lots": [thing("D0")], "reason": "quality"})
        accept(ledger.state(held, party=COOP))
        courier(ledger, clock).deliver_due()

    assert [each.json["fact"]["type"] for each in there.got] == ["lot.harvested/1", "lot.held/1"]


def test_a_hold_is_told_for_every_lot_forward_of_it_and_so_is_its_release(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    accept(ledger.state(delivery("D0"), delivery("D1"), party=COOP))
    accept(ledger.state(pooled("P0", {"D0": 60_000, "D1": 60_000}), party=COOP))
    with receiver() as there:
        listen(ledger, there, "lot.status-changed")
        hold = {"hold": thing("hold"), "lots": [thing("D0")]}
        accept(ledger.state(fact("lot.held", {**hold, "reason": "quality"}), party=COOP))
        accept(ledger.state(pooled("P1", {"P0": 50_000}), party=COOP))
        accept(ledger.state(fact("lot.released", {**hold, "grounds": "checked"}), party=COOP))
        accept(ledger.state(delivery("D9"), party=COOP))
        courier(ledger, clock).deliver_due()

    def changes(body: dict[str, list[dict[str, object]]]) -> set[tuple[object, ...]]:
        return {(c["lot"], *c["before"], "->", *c["status"]) for c in body["changes"]}  # type: ignore[misc] # plain JSON

    assert [changes(each.json) for each in there.got] == [
        {(thing("D0"), "->", "held"), (thing("P0"), "->", "held")},
        {(thing("P1"), "->", "held")},
        {(thing(lot), "held", "->") for lot in ("D0", "P0", "P1")},
    ]


def test_a_retraction_tells_of_lots_in_question(on_disk: Place) -> None:
    clock = HandClock()
    ledger = on_disk.create(clock=clock)
    found(ledger)
    (first, _) = accept(ledger.state(delivery("D0"), delivery("D1"), party=COOP))
    accept(ledger.state(pooled("P0", {"D0": 100_000, "D1": 100_000}), party=COOP))
    with receiver() as there:
        listen(ledger, there, "lot.status-changed", "fact.recorded")
        accept(
            ledger.state(fact("fact.retracted", {"statement": first.digest, "reason": "never-happened"}), party=COOP)
        )
        courier(ledger, clock).deliver_due()

    told = {each.json["event"]: each.json for each in there.got}
    assert told["fact.recorded"]["lots"] == [thing("D0")]
    changed = {change["lot"]: change["status"] for change in told["lot.status-changed"]["changes"]}
    assert changed[thing("P0")] == ["in-question"]


# ---------------------------------------------------------------- who is told


def _with_buyer(ledger: Ledger) -> str:
    buyer = thing("buyer")
    party = {"party": buyer, "kind": "buyer", "country": "DE", "name": "Importadora Inventada"}
    accept(ledger.state(fact("party.registered", party), party=ledger.operator_party))
    accept([ledger.delegate(buyer)])
    return buyer


def test_a_party_hears_only_of_its_own_facts_and_of_lots_that_are_or_were_in_its_hands(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    buyer = _with_buyer(ledger)
    with receiver() as there, receiver() as everything:
        listen(ledger, there, "fact.recorded", "lot.status-changed", party=buyer)
        listen(ledger, everything, "fact.recorded", party=ledger.operator_party)
        # Given two lots, of which one is sent to the buyer and received by it,
        accept(ledger.state(delivery("D0"), delivery("D1"), party=COOP))
        dispatched = {
            "dispatch": thing("sent"),
            "facility": thing("centre"),
            "receiver": buyer,
            "lots": [{"lot": thing("D0"), "grams": 60_000}],
        }
        accept(ledger.state(fact("lot.dispatched", dispatched), party=COOP))
        received = {
            "dispatch": thing("sent"),
            "receiver": buyer,
            "evidence": "weighed",
            "lots": [{"lot": thing("D0"), "accepted": 60_000}],
        }
        outcomes = ledger.state(fact("lot.received", received), party=buyer)
        accept(outcomes)

        # when both are held by the co-operative,
        hold = {"hold": thing("hold"), "lots": [thing("D0"), thing("D1")], "reason": "quality"}
        (held,) = accept(ledger.state(fact("lot.held", hold), party=COOP))
        courier(ledger, clock).deliver_due()

    # then the buyer hears of its receipt and of its own lot, and the registrar of everything.
    assert [(each.json["event"], each.json["fact"]["type"]) for each in there.got] == [
        ("fact.recorded", "lot.received/1"),
        ("fact.recorded", "lot.held/1"),
        ("lot.status-changed", "lot.held/1"),
    ]
    assert there.got[1].json["lots"] == [thing("D0")]
    assert [change["lot"] for change in there.got[2].json["changes"]] == [thing("D0")]
    assert [each.json["index"] for each in everything.got] == list(
        range(everything.got[0].json["index"], count(ledger))
    )
    assert everything.got[-1].json["index"] == held.index


# ---------------------------------------------------------------- what was not accepted


def test_no_event_for_a_refused_fact(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    with receiver() as there:
        listen(ledger, there)
        (refused,) = ledger.state(pooled("P", {"nowhere": 1}), party=COOP)
        together = ledger.state(facility("A"), pooled("Q", {"nowhere": 1}), party=COOP, atomic=True)
        (again,) = ledger.state(facility("CA-02"), party=COOP)
        (duplicate,) = ledger.state(facility("CA-02"), party=COOP)
        ledger.check([ledger.prepare_unsigned(facility("B"), party=COOP)])
        courier(ledger, clock).deliver_due()

    assert [each.status for each in (refused, *together, again, duplicate)] == [
        "refused",
        "refused",
        "refused",
        "accepted",
        "duplicate",
    ]
    assert [each.json["index"] for each in there.got] == [again.index]


def test_no_event_for_a_batch_that_was_rolled_back(shared: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    with receiver() as there:
        name = listen(ledger, there)
        commit = Connection.commit
        broken: list[int] = []

        def breaking(self: Connection) -> None:
            """The notices are written; the commit fails."""
            if self is ledger._journal._db:
                rows = self.one("SELECT COUNT(*) FROM outbox")
                broken.append(0 if rows is None else rows[0])
                raise ConflictError([])
            commit(self)

        with monkeypatch.context() as patch:
            patch.setattr(Connection, "commit", breaking)
            with pytest.raises(ConflictError):
                ledger.state(facility("A"), party=COOP)
        assert broken[0] == 1
        assert ledger.outbox.deliveries(name) == []

        (index,) = tell(ledger, 1)
        courier(ledger, clock).deliver_due()

    assert [each.json["index"] for each in there.got] == [index]


# ---------------------------------------------------------------- trying again


def test_a_500_is_tried_again_and_then_arrives_once(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    with receiver(status(500), status(503), status(204)) as there:
        name = listen(ledger, there)
        tell(ledger, 1)
        works = courier(ledger, clock)

        assert works.deliver_due() == 0
        (line,) = ledger.outbox.deliveries(name)
        assert (line.state, line.attempts, line.status, line.problem) == ("waiting", 1, 500, "webhook-refused")
        assert works.deliver_due() == 0
        assert len(there.got) == 1, "called before its time"
        clock.now += pause_milliseconds(1, 0.5)
        assert works.deliver_due() == 0
        clock.now += pause_milliseconds(2, 0.5)
        assert works.deliver_due() == 1
        clock.now += DAY
        assert works.deliver_due() == 0

    assert len(set(there.ids)) == 1
    assert len({each.body for each in there.got}) == 1
    signed_at = [each.headers["chaski-signature"].split(",")[0] for each in there.got]
    assert len(set(signed_at)) == 3, "every attempt is signed at its own time"
    (line,) = ledger.outbox.deliveries(name)
    assert (line.state, line.attempts, line.status, line.problem) == ("delivered", 3, 204, None)


def test_a_dropped_connection_is_tried_again(on_disk: Place) -> None:
    clock = HandClock()
    ledger = on_disk.create(clock=clock)
    found(ledger)
    with receiver(drop, status(200)) as there:
        name = listen(ledger, there)
        tell(ledger, 1)
        works = courier(ledger, clock)
        works.deliver_due()
        assert ledger.outbox.backlog([name])[name].problem == "webhook-broken-off"
        clock.now += pause_milliseconds(1, 0.5)
        works.deliver_due()

    assert [line.state for line in ledger.outbox.deliveries(name)] == ["delivered"]


def test_the_order_of_the_log_is_kept_over_failures(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    with receiver(status(204), status(500), drop, status(204)) as there, receiver() as other:
        listen(ledger, there)
        listen(ledger, other)
        indexes = tell(ledger, 5)
        works = courier(ledger, clock)
        for _ in range(4):
            works.deliver_due()
            clock.now += 60_000

    seen = [each.json["index"] for each in there.got]
    assert seen == [indexes[0], indexes[1], indexes[1], indexes[1], *indexes[2:]]
    # and nobody waits for somebody else's receiver.
    assert [each.json["index"] for each in other.got] == indexes


def test_what_is_too_old_fails_is_shown_and_makes_way(on_disk: Place) -> None:
    clock = HandClock()
    ledger = on_disk.create(clock=clock)
    found(ledger)
    with receiver(status(500)) as there:
        name = listen(ledger, there)
        tell(ledger, 2)
        works = courier(ledger, clock, days=2)
        for _ in range(60):
            works.deliver_due()
            clock.now += DAY // 20
        assert [line.state for line in ledger.outbox.deliveries(name)] == ["failed", "failed"]
        assert ledger.outbox.backlog([name])[name].failed == 2
        assert [line.problem for line in ledger.outbox.deliveries(name, state="failed")] == ["webhook-refused"] * 2

        there.script = [status(204)]
        tell(ledger, 1, "later")
        assert works.deliver_due() == 1

    # Kept for a while, and then no longer.
    works.tidy()
    assert len(ledger.outbox.deliveries(name)) == 3
    clock.now += (KEPT_DAYS + 1) * DAY
    works.tidy()
    assert ledger.outbox.deliveries(name) == []


def test_pauses_grow_and_are_spread() -> None:
    assert [pause_milliseconds(n, 0.0) // 1000 for n in (1, 2, 3, 4)] == [10, 20, 40, 80]
    assert pause_milliseconds(1000, 0.0) == LONGEST_SECONDS * 1000
    assert FIRST_SECONDS * 500 < pause_milliseconds(1, 0.999) < pause_milliseconds(1, 0.1) < FIRST_SECONDS * 1000


# ---------------------------------------------------------------- crashes and several processes


def _sender(where: Place, many: int, then: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.outbox.sender_process", where.database, str(where.state_dir), str(many)]
    return subprocess.Popen([*command, then], stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_nothing_is_lost_when_the_sender_is_killed_between_commit_and_delivery(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    with receiver() as there:
        name = listen(ledger, there)
        shared.close(ledger)
        with _sender(shared, 5, "-") as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "stated\n"
            process.send_signal(signal.SIGKILL)
        assert there.got == []

        ledger = shared.open(clock=clock)
        assert courier(ledger, clock).deliver_due() == 5

    assert [each.json["index"] for each in there.got] == [line.index for line in ledger.outbox.deliveries(name)]


def test_what_a_killed_sender_had_in_hand_is_delivered_again_in_order(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    killed = threading.Event()

    def hold(_: Receiver, request: BaseHTTPRequestHandler) -> None:
        killed.wait(30)
        request.close_connection = True

    with receiver(status(204), status(204), hold, status(204)) as there:
        listen(ledger, there)
        shared.close(ledger)
        with _sender(shared, 5, "deliver") as process:
            there.wait_for(3)
            process.send_signal(signal.SIGKILL)
        killed.set()
        before = list(there.ids)

        # Its lease is still good: nobody else delivers meanwhile;
        ledger = shared.open(clock=clock)
        assert courier(ledger, clock).deliver_due() == 0
        # it runs out, and everything arrives, what had arrived perhaps again, under the same ids.
        clock.now += LEASE_SECONDS * 1000
        assert courier(ledger, clock).deliver_due() == 5

    after = there.ids[len(before) :]
    assert len(set(after)) == 5
    assert before == after[:3]
    assert [each.json["index"] for each in there.got[3:]] == sorted(each.json["index"] for each in there.got[3:])


def test_two_processes_do_not_deliver_the_same_at_the_same_time(shared: Place) -> None:
    clock = HandClock()
    one = shared.create(clock=clock)
    found(one)
    two = shared.open(clock=clock)
    with receiver() as there, receiver() as other:
        listen(one, there)
        listen(one, other)
        indexes = tell(one, 3 * AT_ONCE)

        def work(ledger: Ledger) -> Callable[[], object]:
            return courier(ledger, clock).deliver_due

        threads = [threading.Thread(target=work(ledger)) for ledger in (one, two, one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        courier(one, clock).deliver_due()

    assert [each.json["index"] for each in there.got] == indexes
    assert [each.json["index"] for each in other.got] == indexes


def test_a_claim_is_not_given_twice(shared: Place) -> None:
    clock = HandClock()
    one = shared.create(clock=clock)
    found(one)
    two = shared.open(clock=clock)
    with receiver() as there:
        listen(one, there)
        tell(one, 1)
        mine = one.outbox.claim(seconds=60, most=10)

        assert mine is not None
        assert two.outbox.claim(seconds=60, most=10) is None
        clock.now += 60_000
        theirs = two.outbox.claim(seconds=60, most=10)
        assert theirs is not None
        # The one whose time ran out does not take the lease of the other away.
        one.outbox.settle(mine, [])
        assert one.outbox.claim(seconds=60, most=10) is None
        assert theirs.notices == mine.notices


def test_a_working_courier_delivers_at_once_and_stops_when_told(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    with receiver() as there:
        listen(ledger, there)
        with courier(ledger, clock).working():
            for number in range(3):
                started = time.monotonic()
                tell(ledger, 1, f"now {number}")
                there.wait_for(number + 1)
                assert time.monotonic() - started < 1.5, "noticed only by looking every two seconds"

    assert len(set(there.ids)) == 3


def test_a_courier_that_meets_the_unexpected_goes_on(on_disk: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HandClock()
    ledger = on_disk.create(clock=clock)
    found(ledger)
    said: list[str] = []
    with receiver() as there:
        listen(ledger, there)
        works = Courier(
            ledger.outbox,
            Rules(allow_local=True),
            clock=clock,
            jitter=lambda: 0.0,
            report=lambda event, _: said.append(event),
        )
        real = Sender.post
        monkeypatch.setattr(Sender, "post", lambda *_: 1 / 0)
        with works.working():
            tell(ledger, 1)
            until = time.monotonic() + 20
            while "outbox-failed" not in said:
                assert time.monotonic() < until
                time.sleep(0.01)
            monkeypatch.setattr(Sender, "post", real)
            there.wait_for(1)

    assert "notice" in said


# ---------------------------------------------------------------- subscriptions


def test_the_secret_is_shown_once_and_kept_sealed(shared: Place) -> None:
    ledger = shared.create()
    found(ledger)
    made, secret = ledger.subscribe(party=COOP, url="https://buyer.example/", events=["fact.recorded"])
    db = Connection(ledger._engine)
    (row,) = db.all("SELECT * FROM subscription")
    db.close()

    assert secret.startswith("whsec_")
    assert secret not in str(made)
    assert all(secret.removeprefix("whsec_").encode() not in bytes(str(cell), "utf-8") for cell in row)
    assert ledger.outbox.subscriptions.secret(made.id) == secret


def test_removing_ends_everything_that_waits(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    with receiver() as there:
        name = listen(ledger, there)
        tell(ledger, 2)
        with pytest.raises(NotFoundError):
            ledger.outbox.subscriptions.remove(name, party=thing("somebody else"))
        ledger.outbox.subscriptions.remove(name, party=COOP)
        tell(ledger, 1, "after")
        assert courier(ledger, clock).deliver_due() == 0
        with pytest.raises(NotFoundError):
            ledger.outbox.subscriptions.one(name)
    assert there.got == []
    db = Connection(ledger._engine)
    assert db.all("SELECT * FROM outbox") == []
    db.close()


def test_a_pause_keeps_what_happens_meanwhile(on_disk: Place) -> None:
    clock = HandClock()
    ledger = on_disk.create(clock=clock)
    found(ledger)
    with receiver() as there:
        name = listen(ledger, there)
        ledger.outbox.subscriptions.pause(name, paused=True)
        indexes = tell(ledger, 2)
        assert courier(ledger, clock).deliver_due() == 0
        ledger.outbox.subscriptions.pause(name, paused=False)
        assert courier(ledger, clock).deliver_due() == 2
    assert [each.json["index"] for each in there.got] == indexes


def test_a_subscription_made_by_another_process_is_heeded_at_once(shared: Place) -> None:
    clock = HandClock()
    writing = shared.create(clock=clock)
    found(writing)
    tell(writing, 1, "before")
    beside = shared.open(clock=clock)
    with receiver() as there:
        name = listen(beside, there)
        (index,) = tell(writing, 1)
        beside.outbox.subscriptions.remove(name)
        tell(writing, 1, "after")
        listen(beside, there)
        (later,) = tell(writing, 1, "again")
        courier(beside, clock).deliver_due()
    assert [each.json["index"] for each in there.got] == [later]
    assert later == index + 2


def test_a_party_has_only_so_many_and_asks_only_for_what_there_is(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    for events, types in (
        ([], ()),
        (["fact.recoded"], ()),
        (["fact.recorded"], ("Lot x",)),
        (["fact.recorded"], ("",)),
    ):
        with pytest.raises(FormatError):
            ledger.subscribe(party=COOP, url="https://x.example/", events=events, types=types)
    with pytest.raises(NotFoundError):
        ledger.subscribe(party=thing("nobody"), url="https://x.example/", events=["fact.recorded"])
    for _ in range(MOST_OF_A_PARTY):
        ledger.subscribe(party=COOP, url="https://x.example/", events=["fact.recorded"])
    with pytest.raises(ConflictError):
        ledger.subscribe(party=COOP, url="https://x.example/", events=["fact.recorded"])


def test_a_ledger_from_before_webhooks_is_brought_up(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    head = ledger.head()
    db = Connection(ledger._engine)
    for table in ("outbox", "subscription", "listening"):
        db.run(f"DROP TABLE {table}")
    db.run("UPDATE alembic_version SET version_num = '0001'")
    db.close()
    shared.close(ledger)
    done = Ledger.upgrade(shared.database, state_dir=shared.state_dir)

    assert (done.found, done.now >= "0002") == ("0001", True)
    again = shared.open(clock=clock)
    assert again.head() == head
    with receiver() as there:
        listen(again, there)
        tell(again, 1)
        assert courier(again, clock).deliver_due() == 1


# ---------------------------------------------------------------- what it costs


def test_where_nobody_listens_the_writer_asks_nothing_more(on_disk: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = on_disk.create()
    found(ledger)
    asked: list[str] = []
    written = connection._written

    def recording(sql: str, dialect: connection.Dialect) -> str:
        asked.append(sql)
        return written(sql, dialect)

    monkeypatch.setattr(connection, "_written", recording)
    tell(ledger, 3)

    assert asked
    assert not [sql for sql in asked if "outbox" in sql or "subscription" in sql]
    assert [sql for sql in asked if "listening" in sql] == [sql for sql in asked if sql.startswith("SELECT size, root")]


def test_a_replay_announces_nothing(on_disk: Place) -> None:
    clock = HandClock()
    ledger = on_disk.create(clock=clock)
    found(ledger)
    with receiver() as there:
        name = listen(ledger, there)
        tell(ledger, 2)
        assert isinstance(ledger._journal, Journal)
        assert ledger.rebuild().differences == ()
        assert len(ledger.outbox.deliveries(name)) == 2
        assert ledger.verify().size == count(ledger)
    assert there.got == []
