"""The journal's promises, kept alike by a database in memory, an SQLite file and a real PostgreSQL."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.book import Ledger, Prepared
from ledger.errors import ConflictError, FormatError, NotFoundError, ProofError
from ledger.log import TileId, VerifierKey, leaf_hash, parse_bundle, verify_consistency, verify_inclusion, verify_proof
from ledger.log.checkpoint import open_checkpoint
from ledger.queries import Outcome
from ledger.store.batch import Group, Tip
from ledger.store.connection import Connection
from ledger.store.journal import Journal
from ledger.store.troubles import GivenWayError
from tests.log.reference import ReferenceTree
from tests.store.world import (
    COOP,
    GROWER,
    HandClock,
    Place,
    accept,
    count,
    delivery,
    facility,
    fact,
    found,
    pooled,
    retraction,
    tell,
    thing,
)

# ---------------------------------------------------------------- stating


def test_what_is_accepted_stands_in_the_log_and_the_books(anywhere: Place) -> None:
    ledger = anywhere.create()
    said = tell(ledger)

    assert said["P1"].index == count(ledger) - 4
    assert ledger.fact(said["P1"].id).digest == said["P1"].digest
    assert ledger.lot(thing("P1")).grams == 200_002
    assert {c.delivery for c in ledger.trace(thing("P1")).contributions} >= {thing("D0"), thing("D2")}
    assert ledger.verify().size == count(ledger)
    assert ledger.rebuild().differences == ()


def test_what_is_refused_leaves_no_trace(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    before = ledger.head()

    (outcome,) = ledger.state(pooled("P", {"unknown": 1_000}), party=COOP)

    assert (outcome.status, outcome.index) == ("refused", None)
    assert outcome.problems
    assert ledger.head() == before
    with pytest.raises(NotFoundError):
        ledger.fact(outcome.digest)


def test_sending_again_returns_the_first_place(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    (first,) = accept(ledger.state(facility("A"), party=COOP))
    (again,) = ledger.state(facility("A"), party=COOP)
    within = ledger.state(facility("B"), facility("B"), party=COOP)

    assert (again.status, again.index, again.digest) == ("duplicate", first.index, first.digest)
    assert [o.status for o in within] == ["accepted", "duplicate"]
    assert within[0].index == within[1].index


def test_the_same_id_with_another_content_is_a_conflict(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    one, other = facility("A"), facility("B")
    other["id"] = one["id"]

    first, second = ledger.state(one, other, party=COOP)
    (later,) = ledger.state(other, party=COOP)

    assert first.status == "accepted"
    assert [p.code for o in (second, later) for p in o.problems] == ["id-conflict", "id-conflict"]


def test_a_fact_sees_the_one_before_it_in_the_same_batch(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)

    accept(ledger.state(delivery("A"), delivery("B"), pooled("P", {"A": 100_000, "B": 100_000}), party=COOP))
    (twice,) = ledger.state(pooled("Q", {"A": 1}), party=COOP)

    assert twice.status == "refused"
    assert ledger.verify().size == count(ledger)


def test_a_batch_answers_everybody_and_one_bad_item_fails_alone(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    good = [facility(str(n)) for n in range(20)]
    told = [*good[:10], pooled("P", {"nowhere": 5}), *good[10:]]

    outcomes = ledger.state(*told, party=COOP)

    assert [o.status for o in outcomes] == ["accepted"] * 10 + ["refused"] + ["accepted"] * 10
    assert [o.id for o in outcomes] == [each["id"] for each in told]
    places = [o.index for o in outcomes if o.index is not None]
    assert places == list(range(places[0], places[0] + 20))


def test_what_cannot_be_read_is_answered_in_its_place(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    items: list[Prepared | FormatError] = [ledger.prepare_unsigned(facility("A"), party=COOP), _unreadable(ledger)]

    outcomes = ledger.offer(items).result()
    together = ledger.offer([ledger.prepare_unsigned(facility("B"), party=COOP), _unreadable(ledger)], atomic=True)

    assert [o.status for o in outcomes] == ["accepted", "refused"]
    assert [o.status for o in together.result()] == ["refused", "refused"]


def _unreadable(ledger: Ledger) -> FormatError:
    with pytest.raises(FormatError) as caught:
        ledger.prepare(b"not a statement")
    return caught.value


def test_many_callers_at_once_are_all_answered(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    before = count(ledger)
    answers: list[Future[list[Outcome]]] = []

    def call(number: int) -> None:
        prepared = [ledger.prepare_unsigned(facility(f"{number}/{n}"), party=COOP) for n in range(5)]
        answers.extend(ledger.offer([each]) for each in prepared)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    places = sorted(o.index or 0 for answer in answers for o in accept(answer.result(timeout=30)))
    assert places == list(range(before, before + 40))
    assert ledger.verify().size == before + 40


# ---------------------------------------------------------------- together or not at all


def test_an_atomic_group_stands_as_a_whole(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    accept(ledger.state(delivery("A"), pooled("P", {"A": 100_000}), party=COOP, atomic=True))

    assert ledger.lot(thing("P")).grams == 100_000
    assert ledger.rebuild().differences == ()


def test_an_atomic_group_with_one_refusal_leaves_nothing(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    accept(ledger.state(delivery("A"), party=COOP))
    before = ledger.head()

    outcomes = ledger.state(delivery("B"), pooled("P", {"nowhere": 1}), delivery("C"), party=COOP, atomic=True)

    assert [o.status for o in outcomes] == ["refused"] * 3
    assert [o.index for o in outcomes] == [None] * 3
    assert ledger.head() == before
    accept(ledger.state(delivery("B"), pooled("P", {"A": 100_000, "B": 100_000}), party=COOP))
    assert ledger.verify().size == before.size + 2
    assert ledger.rebuild().differences == ()


def test_an_atomic_group_with_a_correction_in_it_rolls_back_whole(anywhere: Place) -> None:
    """A correction is written and summarised in the middle of a batch: that too must be undone."""
    ledger = anywhere.create()
    said = tell(ledger)
    before, lot = ledger.head(), ledger.lot(thing("P1"))
    spoilt = [
        fact("lot.held", {"hold": thing("another hold"), "lots": [thing("P1")], "reason": "quality"}),
        retraction(said["D2"]),
        delivery("D9"),
        pooled("P", {"nowhere": 1}),
    ]

    outcomes = ledger.state(facility("before"), party=COOP) + ledger.state(*spoilt, party=COOP, atomic=True)

    assert [o.status for o in outcomes] == ["accepted"] + ["refused"] * 4
    assert ledger.head().size == before.size + 1
    assert ledger.fact(said["D2"].digest).ended_by is None
    assert _at(ledger.lot(thing("P1")), before.size) == _at(lot, before.size)
    accept(ledger.state(*spoilt[:3], party=COOP, atomic=True))
    assert ledger.fact(said["D2"].digest).ended_by == before.size + 2
    assert ledger.verify().size == before.size + 4
    assert ledger.rebuild().differences == ()


def _at(lot: object, size: int) -> str:
    return repr(lot).replace(f"size={size + 1}", f"size={size}")


def test_atomic_groups_and_single_facts_mix_in_one_transaction(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    release = _hold_writer(ledger)
    good = ledger.offer(_prepared(ledger, facility("A"), facility("B")), atomic=True)
    single = ledger.offer(_prepared(ledger, facility("C")))
    bad = ledger.offer(_prepared(ledger, facility("D"), pooled("P", {"nowhere": 1})), atomic=True)
    last = ledger.offer(_prepared(ledger, facility("E")))
    release()

    assert [o.status for f in (good, single, bad, last) for o in f.result()] == [
        "accepted",
        "accepted",
        "accepted",
        "refused",
        "refused",
        "accepted",
    ]
    assert ledger.verify().size == count(ledger)
    assert ledger.rebuild().differences == ()


def _prepared(ledger: Ledger, *told: Mapping[str, Any]) -> list[Prepared]:
    return [ledger.prepare_unsigned(each, party=COOP) for each in told]


def _hold_writer(ledger: Ledger) -> Callable[[], None]:
    """Keep the writer busy until the returned function is called, so that a batch gathers behind it."""
    entered, go, append = threading.Event(), threading.Event(), ledger._writer._append

    def slowly(groups: Sequence[Group]) -> list[list[Outcome]]:
        ledger._writer._append = append
        entered.set()
        go.wait(30)
        return append(groups)

    ledger._writer._append = slowly
    ledger.offer([ledger.prepare_unsigned(facility("held up"), party=COOP)])
    assert entered.wait(30)
    return go.set


# ---------------------------------------------------------------- queue and clock


def test_a_full_queue_says_so_and_loses_nothing(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    ledger._writer._max_queue = 3
    release = _hold_writer(ledger)
    waiting = [ledger.offer(_prepared(ledger, facility(f"Q{n}"))) for n in range(3)]

    with pytest.raises(ConflictError) as caught:
        ledger.offer(_prepared(ledger, facility("one too many")))
    release()

    assert [p.code for p in caught.value.problems] == ["queue-full"]
    assert [o.status for answer in waiting for o in answer.result(timeout=30)] == ["accepted"] * 3
    accept(ledger.state(facility("one too many"), party=COOP))


def test_a_clock_a_little_behind_is_taken_and_one_far_behind_refused(anywhere: Place) -> None:
    clock = HandClock()
    ledger = anywhere.create(clock=clock)
    found(ledger)
    clock.now += 10_000
    (first,) = accept(ledger.state(facility("A"), party=COOP))

    clock.now -= 1_999
    (second,) = accept(ledger.state(facility("B"), party=COOP))
    clock.now -= 2
    with pytest.raises(ConflictError) as caught:
        ledger.state(facility("C"), party=COOP)
    size = count(ledger)
    clock.now += 10_000
    (third,) = accept(ledger.state(facility("C"), party=COOP))

    assert first.recorded_at == second.recorded_at < third.recorded_at
    assert [p.code for p in caught.value.problems] == ["clock-backwards"]
    assert third.index == size
    assert ledger.verify().size == size + 1


# ---------------------------------------------------------------- reading


def test_every_earlier_size_stays_readable(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    accept(ledger.state(delivery("A"), delivery("B"), party=COOP))
    before = count(ledger)
    (pool,) = accept(ledger.state(pooled("P", {"A": 100_000, "B": 100_000}), party=COOP))
    known = ledger.lot(thing("P"))
    accept(ledger.state(retraction(pool), party=COOP))

    with pytest.raises(NotFoundError):
        ledger.lot(thing("P"))
    assert ledger.lot(thing("P"), size=before + 1) == known
    with pytest.raises(NotFoundError):
        ledger.lot(thing("P"), size=before)
    assert ledger.lot(thing("A"), size=before).holders == {COOP: 100_000}
    for wrong in (0, -1, count(ledger) + 1):
        with pytest.raises(NotFoundError):
            ledger.lot(thing("A"), size=wrong)


def test_rebuilding_at_any_earlier_size_gives_the_books_of_that_size(anywhere: Place) -> None:
    ledger = anywhere.create()
    tell(ledger)
    sizes = random.Random(7).sample(range(1, count(ledger)), 8)

    assert [ledger.rebuild(until=size).differences for size in sizes] == [()] * 8


def test_receipts_verify_offline(anywhere: Place) -> None:
    ledger = anywhere.create()
    said = tell(ledger)
    key = VerifierKey.parse(ledger.verifier_key)

    for outcome in said.values():
        proof = ledger.receipt(outcome.digest)
        assert outcome.index is not None
        proven = verify_proof(proof.encode(), ledger.entry(outcome.index), key)
        assert proven.entry.statement.hex() == outcome.digest
        assert proven.checkpoint.checkpoint.size == count(ledger)
        with pytest.raises(ProofError):
            verify_proof(proof.encode(), ledger.entry(0), key)


def test_tiles_bundles_and_proofs_equal_a_slow_recomputation(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    ledger.state(*(facility(str(n)) for n in range(300)), party=COOP)
    size = count(ledger)
    entries = [ledger.entry(index) for index in range(size)]
    leaves = [leaf_hash(each) for each in entries]
    tree = ReferenceTree(entries)
    roots = {n: tree.root(n) for n in (1, 2, 3, 7, 8, 100, 255, 256, 257, size)}

    assert ledger.head().root == roots[size].hex()
    assert ledger.tile(0, 0) == b"".join(leaves[:256])
    assert ledger.tile(0, 1, size - 256) == b"".join(leaves[256:])
    assert ledger.tile(1, 0, 1) == roots[256]
    assert parse_bundle(TileId("entries", 0, 256), ledger.entries_tile(0)) == entries[:256]
    assert parse_bundle(TileId("entries", 1, size - 256), ledger.entries_tile(1, size - 256)) == entries[256:]
    for index in (0, 1, 7, 255, 256, size - 1):
        verify_inclusion(leaves[index], index, size, ledger.inclusion(index, size), roots[size])
    for old, root in roots.items():
        verify_consistency(old, size, root, roots[size], ledger.consistency(old, size))
    beyond: list[Callable[[], object]] = [
        lambda: ledger.tile(0, 1),
        lambda: ledger.tile(0, 9, 1),
        lambda: ledger.entries_tile(1),
        lambda: ledger.inclusion(0, size + 1),
        lambda: ledger.consistency(1, size + 1),
    ]
    for each in beyond:
        with pytest.raises(NotFoundError):
            each()


def test_a_rush_of_readers_leaves_connections_for_everybody_else(anywhere: Place) -> None:
    """Readers kept at hand once used up the whole pool, and whoever asked next waited for ever."""
    ledger = anywhere.create()
    found(ledger)
    barrier, failed = threading.Barrier(24), []

    def read() -> None:
        try:
            with ledger._readers.log_view() as view:
                barrier.wait(20)
                view.tip()
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    assert ledger.token("chaski_unknown") is None
    assert ledger._engine.pool.checkedout() <= 8  # type: ignore[attr-defined] # a QueuePool
    accept(ledger.state(facility("A"), party=COOP))


# ---------------------------------------------------------------- what goes wrong inside


def test_one_row_that_cannot_be_written_fails_alone(anywhere: Place) -> None:
    """A unique violation that judging could not foresee: the database is the backstop."""
    ledger = anywhere.create()
    found(ledger)
    told = [facility(str(n)) for n in range(6)]
    _run(
        ledger,
        "INSERT INTO statement (log, ix, fact_id, type, kid, by, actor, place, payload, signature)"
        " VALUES (1, 900000, ?, 'x/1', 0, 0, 0, 0, ?, ?)",
        told[2]["id"],
        b"",
        b"",
    )

    one_request = ledger.state(*told, party=COOP)
    release = _hold_writer(ledger)
    alone = ledger.offer(_prepared(ledger, told[2]))
    beside = ledger.offer(_prepared(ledger, facility("beside")))
    release()

    assert [o.status for o in one_request] == ["accepted"] * 2 + ["refused"] + ["accepted"] * 3
    assert [p.code for p in one_request[2].problems] == ["row-conflict"]
    with pytest.raises(ConflictError):
        alone.result(timeout=30)
    accept(beside.result(timeout=30))
    _run(ledger, "DELETE FROM statement WHERE ix = 900000")
    accept(ledger.state(told[2], party=COOP))
    assert ledger.verify().size == count(ledger)
    assert ledger.rebuild().differences == ()


def _run(ledger: Ledger, sql: str, *params: object) -> None:
    db = Connection(ledger._engine)
    db.begin_write()
    db.run(sql, *params)
    db.commit()
    db.close()


def test_a_mistake_of_ours_in_one_fact_does_not_reach_the_others(
    anywhere: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = anywhere.create()
    found(ledger)
    append, broken = Journal.append, facility("broken")

    def stumble(self: Journal, groups: Sequence[Group], **options: object) -> object:
        if any(item.statement.envelope.id == broken["id"] for group in groups for item in group.items):
            raise KeyError("a mistake of ours")
        return append(self, groups, **options)  # type: ignore[arg-type] # passed on as they came

    monkeypatch.setattr(Journal, "append", stumble)
    outcomes = ledger.state(facility("A"), broken, facility("B"), party=COOP)

    assert [o.status for o in outcomes] == ["accepted", "refused", "accepted"]
    assert [p.code for p in outcomes[1].problems] == ["fact-failed"]


@pytest.mark.parametrize("error", [psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected])
def test_a_transaction_the_database_gave_up_is_tried_again(
    anywhere: Place, monkeypatch: pytest.MonkeyPatch, error: type[psycopg.Error]
) -> None:
    ledger = anywhere.create()
    found(ledger)
    set_head, left = Journal._set_head, [2]

    def give_way(self: Journal, tip: Tip) -> None:
        if left[0]:
            left[0] -= 1
            from ledger.store.troubles import translated

            with translated():
                raise error
        set_head(self, tip)

    monkeypatch.setattr(Journal, "_set_head", give_way)
    (outcome,) = accept(ledger.state(facility("A"), party=COOP))

    assert (outcome.index, left) == (count(ledger) - 1, [0])
    left[0] = 100
    with pytest.raises(GivenWayError):
        ledger.state(facility("B"), party=COOP)
    left[0] = 0
    accept(ledger.state(facility("B"), party=COOP))
    assert ledger.verify().size == count(ledger)


def test_who_stops_waiting_does_not_stop_the_writer(anywhere: Place) -> None:
    """A web client that hangs up cancels its answer; answering it all the same once ended the writer's thread."""
    ledger = anywhere.create()
    found(ledger)
    release = _hold_writer(ledger)
    given_up = ledger.offer(_prepared(ledger, facility("given up")))
    assert given_up.cancel()
    stays = ledger.offer(_prepared(ledger, facility("stays")))
    release()

    accept(stays.result(timeout=30))
    with pytest.raises(NotFoundError):
        ledger.fact(facility("given up")["id"])


# ---------------------------------------------------------------- two at once


def test_two_ledgers_on_one_database_see_each_others_facts(shared: Place) -> None:
    one = shared.create()
    found(one)
    other = shared.open()
    key = VerifierKey.parse(one.verifier_key)
    heads: dict[int, str] = {}

    for turn in range(6):
        here, there = (one, other) if turn % 2 else (other, one)
        (outcome,) = accept(here.state(delivery(f"D{turn}"), party=COOP))
        assert there.fact(outcome.digest).index == outcome.index
        accept(there.state(pooled(f"P{turn}", {f"D{turn}": 100_000}), party=COOP))
        (again,) = here.state(delivery(f"D{turn}"), party=COOP)
        assert again.status == "duplicate"
        for each in (one, other):
            head = each.head()
            checkpoint = open_checkpoint(each.checkpoint(), [key], []).checkpoint
            assert heads.setdefault(head.size, head.checkpoint) == head.checkpoint
            assert checkpoint.root.hex() == head.root

    size = count(one)
    for old, checkpoint_then in heads.items():
        old_root = open_checkpoint(checkpoint_then.encode(), [key], []).checkpoint.root
        verify_consistency(old, size, old_root, bytes.fromhex(one.head().root), one.consistency(old, size))
    assert one.verify().root == other.verify().root
    assert one.rebuild().differences == ()


def test_threads_of_two_ledgers_append_at_once_without_fork_or_loss(shared: Place) -> None:
    one = shared.create()
    found(one)
    before = count(one)
    ledgers = [one, shared.open(), shared.open()]
    said: dict[int, str] = {}
    seen: list[tuple[int, str]] = []

    def work(ledger: Ledger, name: str) -> None:
        for number in range(12):
            (outcome,) = accept(ledger.state(facility(f"{name}/{number}"), party=COOP))
            said[outcome.index or 0] = outcome.digest
            head = ledger.head()
            seen.append((head.size, head.root))

    threads = [threading.Thread(target=work, args=(ledger, str(n))) for n, ledger in enumerate(ledgers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) == list(range(before, before + 36))
    assert len(set(seen)) == len({size for size, _ in seen})
    entries = [one.entry(index) for index in range(count(one))]
    tree = ReferenceTree(entries)
    assert all(tree.root(size).hex() == root for size, root in set(seen))
    assert all(one.fact(digest).index == index for index, digest in said.items())
    assert [ledger.verify().root for ledger in ledgers] == [one.head().root] * 3
    assert one.rebuild().differences == ()


def test_processes_append_at_once_without_fork_or_loss(shared: Place) -> None:
    ledger = shared.create()
    found(ledger)
    before = count(ledger)
    command = [sys.executable, "-m", "tests.store.appender", shared.database, str(shared.state_dir)]
    writers = [
        subprocess.Popen([*command, name, "25"], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True)
        for name in ("one", "two")
    ]
    mine = [accept(ledger.state(facility(f"mine/{n}"), party=COOP))[0] for n in range(10)]
    lines = [line.split() for each in writers for line in each.communicate(timeout=60)[0].splitlines()]

    assert [each.returncode for each in writers] == [0, 0]
    said = {int(index): digest for index, digest in lines} | {o.index or 0: o.digest for o in mine}
    assert sorted(said) == list(range(before, before + 60))
    assert all(ledger.fact(digest).index == index for index, digest in said.items())
    assert ledger.verify().size == before + 60
    assert ledger.rebuild().differences == ()


def test_the_database_refuses_a_second_entry_at_one_place(shared: Place) -> None:
    """(log, index) is the primary key: the backstop, should the head lock ever fail."""
    ledger = shared.create()
    found(ledger)
    with pytest.raises(ConflictError):
        _run(ledger, "INSERT INTO entry (log, ix, recorded, hash, digest) VALUES (1, 1, 0, ?, ?)", bytes(32), bytes(32))


def test_a_server_that_was_restarted_costs_one_refusal_at_most(postgres_url: str, tmp_path: Path) -> None:
    from tests.store.world import place

    with place("postgresql", tmp_path, postgres_url) as made:
        ledger = made.create()
        found(ledger)
        accept(ledger.state(delivery("A"), party=COOP))
        with psycopg.connect(made.database.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

        accept(ledger.state(delivery("B"), fact("producer.enrolled", _grower("2"), **_person("Otra")), party=COOP))

        assert ledger.head().size == count(ledger)
        assert ledger.lot(thing("B")).grams == 100_000
        assert ledger.verify().size == count(ledger)


def _grower(code: str) -> dict[str, str]:
    return {"producer": thing(f"{GROWER}{code}"), "code": f"S-{code}", "district": "Distrito Inventado"}


def _person(name: str) -> dict[str, Any]:
    return {"sealed": {"/person": {"name": f"{name} Persona Inventada"}}}
