"""What a witness cosigns and what it refuses, attack by attack, in the order of c2sp.org/tlog-witness."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import ConflictError, FormatError, LedgerError, NotFoundError, ProofError
from ledger.log import KeyKind, VerifierKey, open_checkpoint
from ledger.log.add_checkpoint import AddCheckpoint
from ledger.witness import Witness
from tests.log.tiny_log import TinyLog, log_key
from tests.witness.world import NAME, NOON, Watched, forked, request, times


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def refusal(witness: Witness, body: bytes) -> str:
    """The code of the refusal; whatever was refused, the witness still stands where it stood."""
    before = witness.logs()[0].size
    with pytest.raises(LedgerError) as caught:
        witness.add_checkpoint(body)
    assert witness.logs()[0].size == before
    return caught.value.problems[0].code


# ---------------------------------------------------------------- what it cosigns


def test_a_log_that_grows_is_cosigned_at_every_size(watched: Watched) -> None:
    log = watched.log
    with watched.witness() as witness:
        old = 0
        for size in [1, 2, 7, 8, 8, 20]:
            answer = witness.add_checkpoint(request(log, old, size))
            assert times(witness, answer, log.note(size)) == [NOON]
            old = size

        assert [(each.size, each.contradictions) for each in witness.logs()] == [(20, 0)]


def test_the_empty_log_is_cosigned_and_then_grows(watched: Watched) -> None:
    with watched.witness() as witness:
        witness.add_checkpoint(request(watched.log, 0, 0))
        witness.add_checkpoint(request(watched.log, 0, 20))

        assert witness.logs()[0].size == 20


def test_anybody_reads_the_last_checkpoint_with_both_signatures(watched: Watched) -> None:
    import hashlib

    path = hashlib.sha256(watched.log.origin.encode()).hexdigest()
    with watched.witness() as witness:
        with pytest.raises(NotFoundError):
            witness.checkpoint(path)
        witness.add_checkpoint(request(watched.log, 0, 12))
        signed = open_checkpoint(witness.checkpoint(path), watched.log.verifier, [witness.key])

        assert signed.checkpoint == watched.log.checkpoint(12)
        assert [each.key for each in signed.cosignatures] == [witness.key]
        with pytest.raises(NotFoundError):
            witness.checkpoint("../witness.db.key")


def test_what_it_cosigned_it_remembers_after_a_restart(watched: Watched) -> None:
    with watched.witness() as witness:
        witness.add_checkpoint(request(watched.log, 0, 12))
        key = witness.key

    with watched.witness() as witness:
        assert witness.key == key
        assert refusal(witness, request(watched.log, 0, 20)) == "witness-old-size"
        witness.add_checkpoint(request(watched.log, 12, 20))


def test_a_second_key_of_a_log_is_accepted_once_it_is_trusted(watched: Watched) -> None:
    rotated = TinyLog.of(20)
    rotated.key = log_key("new key")
    with watched.witness() as witness:
        witness.add_checkpoint(request(watched.log, 0, 12))
        assert refusal(witness, request(rotated, 12, 20)) == "witness-log-unsigned"
        witness.trust(rotated.verifier)
        witness.add_checkpoint(request(rotated, 12, 20))

        assert len(witness.logs()[0].keys) == 2


def test_a_stolen_key_of_a_log_is_trusted_no_more(watched: Watched) -> None:
    """A thief continues what the witness has seen, honestly at first: with the old key alone it goes no further."""
    rotated = TinyLog.of(20)
    rotated.key = log_key("new key")
    with watched.witness() as witness:
        witness.add_checkpoint(request(watched.log, 0, 12))
        witness.trust(rotated.verifier, only=True)

        assert refusal(witness, request(watched.log, 12, 20)) == "witness-log-unsigned"
        witness.add_checkpoint(request(rotated, 12, 20))
        assert [key for each in witness.logs() for key in each.keys] == [rotated.verifier.format()]


def test_two_logs_do_not_mix(watched: Watched) -> None:
    other = TinyLog(origin="example.org/log/other", key=log_key("other"))
    other.append(b"one", b"two")
    with watched.witness() as witness:
        witness.trust(other.verifier)
        witness.add_checkpoint(request(watched.log, 0))
        witness.add_checkpoint(request(other, 0))

        assert {each.origin: each.size for each in witness.logs()} == {watched.log.origin: 20, other.origin: 2}


# ---------------------------------------------------------------- what it refuses

Lie = Callable[[TinyLog], bytes]


def _other_root(log: TinyLog) -> bytes:
    return request(forked(log, 5), 12, 12)


def _bad_proof(log: TinyLog) -> bytes:
    good = AddCheckpoint.parse(request(log, 12))
    return AddCheckpoint(12, (bytes(32), *good.proof[1:]), good.note).format()


def _proof_too_long(log: TinyLog) -> bytes:
    good = AddCheckpoint.parse(request(log, 12))
    return AddCheckpoint(12, (*good.proof, bytes(32)), good.note).format()


def _by_a_thief(log: TinyLog) -> bytes:
    return request(TinyLog(key=log_key("thief"), entries=log.entries, nodes=log.nodes), 12)


def _unsigned(log: TinyLog) -> bytes:
    """Only a witness's line: what was seen is not what the log stands by."""
    cosigned = TinyLog(entries=log.entries, nodes=log.nodes, witnesses={NAME: log_key("witness")})
    good = AddCheckpoint.parse(request(cosigned, 12))
    return AddCheckpoint(12, good.proof, type(good.note)(good.note.text, good.note.signatures[1:])).format()


LIES: dict[str, tuple[Lie, str]] = {
    "the old size above the new one": (
        lambda log: AddCheckpoint(12, (), log.note(11)).format(),
        "add-checkpoint-old-larger",
    ),
    "an unknown origin": (
        lambda _: request(TinyLog(origin="example.org/log/unknown", entries=[]), 0),
        "witness-log-unknown",
    ),
    "a signature by another key": (_by_a_thief, "witness-log-unsigned"),
    "no signature of the log": (_unsigned, "witness-log-unsigned"),
    "an older size than was cosigned": (lambda log: request(log, 11, 20), "witness-old-size"),
    "beginning from nothing again": (lambda log: request(log, 0, 20), "witness-old-size"),
    "a smaller log, shown as new": (lambda log: request(log, 0, 5), "witness-old-size"),
    "a proof with a wrong hash": (_bad_proof, "witness-proof-wrong"),
    "a proof one hash too long": (_proof_too_long, "witness-proof-wrong"),
    "no proof": (lambda log: AddCheckpoint(12, (), log.note(20)).format(), "witness-proof-wrong"),
    "another history from before": (lambda log: request(forked(log, 5), 12, 20), "witness-proof-wrong"),
    "another root at the same size": (_other_root, "witness-fork"),
    "extension lines": (
        lambda log: request(log, 12).replace(b"=\n\n\xe2", b"=\nextra\n\n\xe2"),
        "checkpoint-extension",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_poisoned_witness_request_is_refused(watched: Watched, lie: str) -> None:
    make, code = LIES[lie]
    with watched.witness() as witness:
        witness.add_checkpoint(request(watched.log, 0, 12))

        assert refusal(witness, make(watched.log)) == code
        # And the honest log still goes on.
        witness.add_checkpoint(request(watched.log, 12, 20))


def test_a_first_checkpoint_with_a_proof_is_refused(watched: Watched) -> None:
    body = AddCheckpoint(0, (bytes(32),), watched.log.note(12)).format()
    with watched.witness() as witness:
        assert refusal(witness, body) == "witness-proof-wrong"


def test_the_signature_is_asked_for_before_anything_is_said_about_sizes(watched: Watched) -> None:
    """Else anybody could find out how far a log has come, and fill the evidence of a log they do not run."""
    with watched.witness() as witness:
        witness.add_checkpoint(request(watched.log, 0, 12))
        thief = TinyLog(key=log_key("thief"), entries=watched.log.entries, nodes=watched.log.nodes)

        assert refusal(witness, request(thief, 0, 20)) == "witness-log-unsigned"
        assert witness.evidence(watched.log.origin) == []


def test_a_fork_is_kept_as_evidence_once(watched: Watched) -> None:
    lie = _other_root(watched.log)
    with watched.witness() as witness:
        witness.add_checkpoint(request(watched.log, 0, 12))
        refusal(witness, lie)
        refusal(witness, lie)
        refusal(witness, _bad_proof(watched.log))

        assert witness.evidence(watched.log.origin) == [lie, _bad_proof(watched.log)]
        assert witness.logs()[0].contradictions == 2


def test_evidence_does_not_fill_the_disk(watched: Watched) -> None:
    with watched.witness() as witness:
        witness.add_checkpoint(request(watched.log, 0, 12))
        good = AddCheckpoint.parse(request(watched.log, 12))
        for number in range(105):
            body = AddCheckpoint(12, (number.to_bytes(32, "big"), *good.proof[1:]), good.note).format()
            refusal(witness, body)

        assert witness.logs()[0].contradictions == 100


# ---------------------------------------------------------------- two at once, crashes, copies, clocks


def test_two_add_checkpoints_at_once_never_roll_back_nor_fork(watched: Watched) -> None:
    """The race of the specification: a larger size is cosigned while a smaller one is being checked."""
    log, other = watched.log, forked(watched.log, 12)
    with watched.witness() as witness, watched.open() as second:
        witness.add_checkpoint(request(log, 0, 12))
        bodies = [request(each, 12, size) for each in (log, other) for size in (13, 15, 20)]
        won: list[bytes] = []
        start = threading.Barrier(len(bodies))

        def submit(number: int) -> None:
            start.wait()
            try:
                (witness, second)[number % 2].add_checkpoint(bodies[number])
            except LedgerError:
                return
            won.append(bodies[number])

        threads = [threading.Thread(target=submit, args=(number,)) for number in range(len(bodies))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(won) == 1
        size = AddCheckpoint.parse(won[0]).note.text.split("\n")[1]
        assert witness.logs()[0].size == int(size)


def test_a_witness_restored_from_an_old_copy_refuses_to_speak(watched: Watched, tmp_path: Path) -> None:
    with watched.witness() as witness:
        witness.add_checkpoint(request(watched.log, 0, 12))
    shutil.copy(watched.file, tmp_path / "copy")
    with watched.witness() as witness:
        witness.add_checkpoint(request(watched.log, 12, 20))
    for ending in ("-wal", "-shm"):
        watched.file.with_name(watched.file.name + ending).unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy", watched.file)

    with pytest.raises(ProofError, match="witness-older-copy"):
        watched.open()


def test_a_witness_whose_file_is_lost_is_not_made_anew_under_its_key(watched: Watched) -> None:
    watched.create().close()
    watched.file.unlink()

    with pytest.raises(NotFoundError, match="witness-not-found"):
        watched.open()
    with pytest.raises(ConflictError, match="witness-exists"):
        watched.create()
    assert not watched.file.exists()


def test_an_older_copy_put_in_place_while_it_runs_is_noticed(watched: Watched) -> None:
    import sqlite3

    with watched.witness() as witness:
        witness.add_checkpoint(request(watched.log, 0, 12))
        db = sqlite3.connect(watched.file)
        with db:
            db.execute("DELETE FROM latest")
        db.close()

        with pytest.raises(ProofError, match="witness-older-copy"):
            witness.add_checkpoint(request(forked(watched.log, 3), 0, 12))


def test_its_times_never_go_back(watched: Watched) -> None:
    log = watched.log
    with watched.witness() as witness:
        witness.add_checkpoint(request(log, 0, 5))
        watched.clock.seconds -= 30
        assert times(witness, witness.add_checkpoint(request(log, 5, 6)), log.note(6)) == [NOON]
        watched.clock.seconds -= 60
        assert refusal(witness, request(log, 6, 7)) == "witness-clock-backwards"
        watched.clock.seconds = NOON + 5
        assert times(witness, witness.add_checkpoint(request(log, 6, 7)), log.note(7)) == [NOON + 5]


def test_nothing_is_answered_that_is_not_durable(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash between signing and committing: nobody has the line, and the same request is cosigned later."""
    from ledger.store.connection import Connection

    with watched.witness() as witness:
        with monkeypatch.context() as patch:
            patch.setattr(Connection, "commit", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                witness.add_checkpoint(request(watched.log, 0, 12))
        assert witness.logs()[0].size == 0

        witness.add_checkpoint(request(forked(watched.log, 3), 0, 12))


def test_keys_that_must_not_be_trusted_are_refused(watched: Watched) -> None:
    cosigner = VerifierKey("w.example/x", KeyKind.COSIGNER, log_key("w").public)
    small_order = VerifierKey(watched.log.origin, KeyKind.LOG, bytes(32))
    with watched.witness() as witness:
        for key in (cosigner, small_order):
            with pytest.raises(FormatError):
                witness.trust(key)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.booleans()), max_size=12))
def test_whatever_is_sent_in_whatever_order_all_that_was_cosigned_is_one_history(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, bool]]
) -> None:
    watched = Watched(tmp_path_factory.mktemp("any"))
    logs = (watched.log, forked(watched.log, 9))
    cosigned: list[tuple[int, bool]] = []
    with watched.witness() as witness:
        for old, size, lying in steps:
            log = logs[lying]
            try:
                witness.add_checkpoint(request(log, min(old, size), size))
            except LedgerError:
                continue
            cosigned.append((size, lying))

    assert [size for size, _ in cosigned] == sorted(size for size, _ in cosigned)
    assert len({lying for size, lying in cosigned if size > 9}) <= 1
