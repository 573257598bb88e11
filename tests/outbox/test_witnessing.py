"""A ledger and its witnesses: what is stored of their answers, what is served, and what stops the log."""

from __future__ import annotations

import hashlib
import socket
import sqlite3
import threading
import time

import pytest

from ledger.book import Ledger
from ledger.errors import ConflictError, FormatError, ProofError
from ledger.keys import SigningKey
from ledger.log import TlogProof, VerifierKey, cosign_note, open_checkpoint, verify_proof
from ledger.log.add_checkpoint import AddCheckpoint
from ledger.log.fork import Fork
from ledger.log.policy import Policy, PolicyLog, PolicyWitness
from ledger.outbox import Asked, WitnessClient, Witnessing
from ledger.store.cosignatures import KEPT_PER_WITNESS
from ledger.witness import Witness
from tests.outbox.fake_witness import SIZE, TEXT, Answering, Reply, honest, saying, wedged
from tests.outbox.net import Net, restore, save
from tests.store.world import ORIGIN, HandClock


def ask(ledger: Ledger, net: Net, *, at_start: bool = False) -> dict[str, Asked]:
    witnessing = Witnessing(ledger, clock=net.clock)
    try:
        return {each.witness: each for each in witnessing.ask_once(at_start=at_start)}
    finally:
        witnessing.close()


def cosigners(ledger: Ledger, net: Net) -> list[str]:
    """Who cosigned the checkpoint that is served."""
    signed = open_checkpoint(ledger.checkpoint(), VerifierKey.parse(ledger.verifier_key), net.keys)
    return sorted(each.key.name.removeprefix("witness.example/") for each in signed.cosignatures)


# ---------------------------------------------------------------- the good case


def test_the_checkpoint_served_carries_the_cosignatures_of_exactly_that_checkpoint(net: Net) -> None:
    net.add("a")
    net.add("b")
    ledger = net.open(2)
    assert cosigners(ledger, net) == []

    assert [each.problem for each in ask(ledger, net).values()] == [None, None]
    assert cosigners(ledger, net) == ["a", "b"]

    net.grow(ledger)
    assert cosigners(ledger, net) == []
    ask(ledger, net)
    assert cosigners(ledger, net) == ["a", "b"]
    ledger.verify()


def test_a_witness_is_given_the_proof_from_where_it_stands(net: Net) -> None:
    fake = net.add("a")
    ledger = net.open(1)
    size = ledger.head().size
    ask(ledger, net)
    net.grow(ledger)
    ask(ledger, net)

    assert [AddCheckpoint.parse(body).old for body in fake.submissions] == [0, size]


def test_a_receipt_rests_on_the_newest_witnessed_checkpoint_that_covers_the_fact(net: Net) -> None:
    net.add("a")
    ledger = net.open(1)
    first = net.grow(ledger)
    ask(ledger, net)
    witnessed = ledger.head().size
    second = net.grow(ledger)

    for fact, size, seen in ((first, witnessed, 1), (second, witnessed + 1, 0)):
        proof = TlogProof.parse(ledger.receipt(fact).encode())
        proven = verify_proof(proof, proof.extra or b"", VerifierKey.parse(ledger.verifier_key), net.keys)
        assert proven.checkpoint.checkpoint.size == size
        assert len(proven.checkpoint.cosignatures) == seen
    ask(ledger, net)
    assert "witness.example/a" in ledger.receipt(second)


def test_the_time_of_an_entry_is_bracketed_by_cosignatures(net: Net) -> None:
    net.add("a")
    ledger = net.open(1)
    ask(ledger, net)
    before = net.clock.now // 1000
    net.clock.now += 7_200_000
    net.grow(ledger)
    net.clock.now += 60_000
    ask(ledger, net)

    index = ledger.head().size - 1
    assert ledger.cosignatures.around(index) == (before, before + 7_260)
    assert ledger.cosignatures.around(0) == (None, before)


def test_what_grows_while_it_serves_is_witnessed_at_once(net: Net) -> None:
    net.add("a")
    net.add("b")
    ledger = net.open(2)
    with Witnessing(ledger, clock=net.clock).working():
        for _ in range(3):
            net.grow(ledger)
            until = time.monotonic() + 5
            while ledger.witness_standing().unwitnessed_since and time.monotonic() < until:
                time.sleep(0.01)
            assert cosigners(ledger, net) == ["a", "b"]


def test_history_is_thinned_to_the_last_quorum_of_an_hour(net: Net) -> None:
    net.add("a")
    net.add("b")
    ledger = net.open(2)
    sizes = []
    for minutes in (0, 10, 20, 70, 80):
        net.clock.now = HandClock().now // 3_600_000 * 3_600_000 + minutes * 60_000 + 7_200_000
        net.grow(ledger)
        ask(ledger, net)
        sizes.append(ledger.head().size)

    kept = [size for size, _ in ledger.cosignatures.newest_first(0, 1000)]
    assert kept == [sizes[4], sizes[3], sizes[2]]


def test_a_witness_alone_does_not_fill_the_database(net: Net) -> None:
    net.add("a")
    net.add("b").answer = saying(500)
    ledger = net.open(2)
    witness = net.witnesses["a"][0]
    verified = open_checkpoint(_cosigned(ledger, witness), VerifierKey.parse(ledger.verifier_key), [witness.key])
    for size in range(1000, 1000 + KEPT_PER_WITNESS + 20):
        ledger.cosignatures.add(size, bytes(32), verified.cosignatures)

    assert len(list(ledger.cosignatures.newest_first(0, 5000))) == KEPT_PER_WITNESS


def _cosigned(ledger: Ledger, witness: Witness) -> bytes:
    from ledger.log import Note

    note = Note.parse(ledger.head().checkpoint.encode())
    return note.format() + witness.add_checkpoint(AddCheckpoint(0, (), note).format())


# ---------------------------------------------------------------- witnesses that fail


def test_a_wedged_witness_holds_up_nobody(net: Net) -> None:
    net.add("a")
    net.add("b").answer = wedged
    ledger = net.open(1)

    began = time.monotonic()
    answers = ask(ledger, net)

    assert time.monotonic() - began < 2.5
    assert (answers["a"].problem, answers["b"].problem) == (None, "witness-too-slow")
    assert cosigners(ledger, net) == ["a"]
    assert ledger.witness_standing().unwitnessed_since is None


def test_an_answer_that_drips_for_ever_is_cut_off_after_a_second(net: Net) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            taken, _ = listening.accept()
            with taken:
                try:
                    taken.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                    while True:
                        taken.sendall(b"x")
                        time.sleep(0.05)
                except OSError:
                    return

        threading.Thread(target=drip, daemon=True).start()
        client = WitnessClient(f"http://127.0.0.1:{listening.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(ConflictError, match="witness-too-slow"):
            client.post("add-checkpoint", b"x")
        assert time.monotonic() - began < 2


def test_an_unreachable_witness_is_named(net: Net) -> None:
    fake = net.add("a")
    fake.port = 1
    ledger = net.open(1)

    assert ask(ledger, net)["a"].problem == "witness-unreachable"


def test_a_closed_connection_is_opened_again(net: Net) -> None:
    net.add("a")
    ledger = net.open(1)
    witnessing = Witnessing(ledger, clock=net.clock)
    witnessing.ask_once()
    client = witnessing._all[0]._client
    assert client._connection is not None
    assert client._connection.sock is not None
    client._connection.sock.shutdown(socket.SHUT_RDWR)
    net.grow(ledger)

    assert witnessing.ask_once()[0].problem is None
    witnessing.close()


@pytest.mark.parametrize(
    "url", ["ftp://x", "http://", "http://user@x/", "http://x:99999", "http://x?y=1", "http://x#y", "file:///etc"]
)
def test_an_address_nobody_can_call_is_refused(url: str) -> None:
    with pytest.raises(FormatError, match="witness-url"):
        WitnessClient(url)


def _lies(ledger: Ledger, witness: Witness) -> dict[str, tuple[Answering, str]]:
    """Answers that hold no cosignature of ours, and what is said about them."""
    text = ledger.head().checkpoint.partition("\n\n")[0] + "\n"
    thief = SigningKey.derived(b"x", "thief")
    other = text.replace("\n", "\n1", 1)
    secret = witness._key

    def line(body: str, key: SigningKey, seconds: int = 1_781_275_260) -> bytes:
        return cosign_note(body, witness.key.name, key, seconds).format().encode()

    return {
        "garbage": (saying(200, b"<html>welcome</html>\n"), "witness-line-bad"),
        "nothing": (saying(200), "witness-line-bad"),
        "forged": (saying(200, line(text, thief)), "witness-line-bad"),
        "over another checkpoint": (saying(200, line(other, secret)), "witness-line-bad"),
        "from the future": (saying(200, line(text, secret, 1_781_275_260 + 86_400)), "witness-clock-ahead"),
        "an error": (saying(500, b"sorry"), "witness-refused"),
        "not known": (saying(404), "witness-refused"),
        "elsewhere": (saying(302, line(text, secret)), "witness-refused"),
        "an endless answer": (saying(200, b"x" * 70_000), "witness-answer-endless"),
        "a size that is none": (saying(409, b"-1\n", SIZE), "witness-claims-more"),
        "the same size for ever": (saying(409, b"0\n", SIZE), "witness-busy"),
    }


@pytest.mark.parametrize(
    "lie",
    [
        "garbage", "nothing", "forged", "over another checkpoint", "from the future", "an error", "not known",
        "elsewhere", "an endless answer", "a size that is none", "the same size for ever",
    ],
)  # fmt: skip
def test_witness_garbage_or_forged_line_is_not_stored(net: Net, lie: str) -> None:
    net.add("good")
    bad = net.add("bad")
    ledger = net.open(1)
    bad.answer, code = _lies(ledger, net.witnesses["bad"][0])[lie]

    assert ask(ledger, net)["bad"].problem == code
    assert cosigners(ledger, net) == ["good"]
    assert [each.witness for each in ledger.cosignatures.of(ledger.head().size)] == [
        net.witnesses["good"][0].key.format()
    ]
    net.grow(ledger)


def test_a_line_forged_into_the_database_is_not_served(net: Net) -> None:
    """It would make every reader who knows that witness refuse the whole note."""
    net.add("a")
    net.add("b")
    ledger = net.open(1)
    ask(ledger, net)
    db = sqlite3.connect(net.database)
    with db:
        db.execute("UPDATE cosignature SET line = replace(line, '=', 'A=') WHERE witness LIKE '%example/a+%'")
    db.close()
    ledger.close()

    ledger = net.open(1)
    assert cosigners(ledger, net) == ["b"]
    with sqlite3.connect(net.database) as db:
        db.execute("UPDATE cosignature SET line = 'x'")
    db.close()
    assert ledger.witness_standing().witnessed_size in {0, ledger.head().size}
    assert net.open(1).checkpoint()


def test_cosignatures_of_whoever_is_not_in_the_policy_are_not_served(net: Net) -> None:
    net.add("a")
    net.add("b")
    ledger = net.open(2)
    ask(ledger, net)
    ledger.close()
    del net.witnesses["b"]

    assert b"witness.example/b" not in net.open(1).checkpoint()


def test_a_policy_of_another_log_is_refused(net: Net) -> None:
    net.add("a")
    other = VerifierKey("x.example/log/x", net.log_key.kind, SigningKey.derived(b"x", "z").public)
    policy = Policy.of([PolicyLog(other)], [PolicyWitness("a", net.keys[0])], 1)

    with pytest.raises(FormatError, match="policy-other-log"):
        Ledger.open(net.database, clock=net.clock, policy=policy)


# ---------------------------------------------------------------- open and closed


def test_without_its_quorum_an_open_log_goes_on_and_says_since_when(net: Net) -> None:
    net.add("a")
    net.add("b")
    ledger = net.open(2)
    ask(ledger, net)
    assert ledger.witness_standing().unwitnessed_since is None

    net.witnesses["b"][1].answer = saying(500)
    net.clock.now += 5_000
    size = ledger.head().size
    net.grow(ledger)
    at = ledger.head().recorded_at
    net.clock.now += 3_600_000
    net.grow(ledger)
    ask(ledger, net)

    standing = ledger.witness_standing()
    assert (standing.witnessed_size, standing.unwitnessed_since) == (size, at)
    assert [each.size for each in standing.witnesses] == [size + 2, size]


def test_without_its_quorum_a_closed_log_refuses_after_the_time_it_was_given(net: Net) -> None:
    net.add("a")
    ledger = net.open(1, seconds=60)
    ask(ledger, net)
    net.clock.now += 5_000
    net.grow(ledger)
    net.clock.now += 59_000
    net.grow(ledger)
    net.clock.now += 2_000
    size = ledger.head().size

    with pytest.raises(ConflictError, match="log-unwitnessed"):
        net.grow(ledger)
    assert ledger.head().size == size

    # The witness is back: what was written meanwhile is witnessed, and the log goes on at once.
    ask(ledger, net)
    net.grow(ledger)
    ledger.verify()


def test_a_closed_log_takes_nothing_from_a_process_that_asks_nobody(net: Net) -> None:
    """Whether it may grow stands in the database: `chaski submit` beside a server is no way around it."""
    net.add("a")
    with net.open(1, seconds=60) as first:
        ask(first, net)
        net.clock.now += 5_000
        net.grow(first)
        net.clock.now += 61_000
    second = net.open(1, seconds=60)

    with pytest.raises(ConflictError, match="log-unwitnessed"):
        net.grow(second)


# ---------------------------------------------------------------- an older copy, another history


def _rolled_back(net: Net, entries: int) -> Ledger:
    """A ledger whose machine was restored whole from a copy, so that nothing on it remembers, and which grew again."""
    net.add("a")
    with net.open(1) as ledger:
        ask(ledger, net)
        first = ledger.head().size
    save(net, "copy")
    with net.open(1) as ledger:
        net.grow(ledger)
        net.grow(ledger)
        ask(ledger, net)
        assert ledger.head().size == first + 2
    restore(net, "copy")
    ledger = net.open(1)
    for _ in range(entries):
        net.grow(ledger)
    return ledger


def test_a_database_rolled_back_with_its_machine_is_noticed_at_start_and_nothing_is_signed(net: Net) -> None:
    ledger = _rolled_back(net, 0)
    size = ledger.head().size

    with pytest.raises(ProofError, match="behind-witness") as caught:
        ask(ledger, net, at_start=True)

    assert caught.value.problems[0].expected == size + 2
    with pytest.raises(ProofError, match="behind-witness"):
        ledger.head()
    with pytest.raises(ProofError, match="behind-witness"):
        net.grow(ledger)


@pytest.mark.parametrize("entries", [2, 3])
@pytest.mark.parametrize("at_start", [True, False])
def test_another_history_is_noticed_at_the_same_size_and_beyond(net: Net, entries: int, at_start: bool) -> None:
    """Restored, and grown again to where the witness is or past it: the file shows two histories under one key."""
    ledger = _rolled_back(net, entries)
    ledger_size = ledger.head().size
    key = VerifierKey.parse(ledger.verifier_key)

    with pytest.raises(ProofError, match="forked-from-witness"):
        ask(ledger, net, at_start=at_start)

    with pytest.raises(ProofError):
        net.grow(ledger)
    (file,) = net.folder.glob("chaski.db.fork-*.txt")
    smaller, larger = Fork.parse(file.read_bytes()).verify(key, net.keys)
    assert (smaller.checkpoint.size, larger.checkpoint.size) == (ledger_size - entries + 2, ledger_size)


def test_before_its_first_word_a_process_asks_the_witnesses(net: Net) -> None:
    """The restored copy must not append even once: that would already be a fork."""
    ledger = _rolled_back(net, 0)
    asked: list[bool] = []

    def first() -> None:
        asked.append(True)
        ask(ledger, net, at_start=True)

    ledger.before_writing = first
    with pytest.raises(ProofError, match="behind-witness"):
        net.grow(ledger)
    assert asked


def _claiming(size: int, evidence: bytes | None) -> Answering:
    def answer(path: str, _body: bytes) -> Reply:
        if path.startswith("GET"):
            return (404, TEXT, b"") if evidence is None else (200, TEXT, evidence)
        return 409, SIZE, f"{size}\n".encode()

    return answer


def test_a_witness_alone_cannot_stop_a_log_that_serves(net: Net) -> None:
    """It claims more, or another root, and shows nothing that our own key has signed."""
    fake = net.add("a")
    ledger = net.open(1)
    ask(ledger, net)
    net.grow(ledger)
    forged = ledger.head().checkpoint.replace("\n", "\n9", 1).encode()
    for lie in (_claiming(10_000, None), _claiming(10_000, forged), saying(422, b""), saying(409, b"no")):
        fake.answer = lie

        assert ask(ledger, net)["a"].problem == "witness-claims-more"
        net.grow(ledger)


def test_at_start_the_word_of_a_witness_is_enough(net: Net) -> None:
    """The operator is there, and one line less in the policy lets the log go on."""
    fake = net.add("a")
    fake.answer = _claiming(10_000, None)
    ledger = net.open(1)

    with pytest.raises(ProofError, match="behind-witness"):
        ask(ledger, net, at_start=True)


def test_a_witness_that_shows_less_than_it_claims_is_not_believed_even_at_start(net: Net) -> None:
    fake = net.add("a")
    ledger = net.open(1)
    fake.answer = _claiming(10_000, ledger.head().checkpoint.encode())

    assert ask(ledger, net, at_start=True)["a"].problem == "witness-claims-more"


def test_a_running_log_stops_when_its_own_signature_says_it_is_behind(net: Net) -> None:
    ledger = _rolled_back(net, 0)

    with pytest.raises(ProofError, match="behind-witness"):
        ask(ledger, net)
    with pytest.raises(ProofError):
        ledger.checkpoint()


def test_a_witness_restored_from_an_old_copy_is_noticed_by_the_log(net: Net) -> None:
    """Its machine forgot everything at once and cannot know; we have its signature that it once stood further."""
    fake = net.add("a")
    ledger = net.open(1)
    ask(ledger, net)
    net.grow(ledger)
    forgetful = Witness.create(
        net.folder / "again.witness", name="witness.example/again", clock=net.clock, logs=[net.log_key]
    )
    forgetful._key, forgetful.key = net.witnesses["a"][0]._key, net.witnesses["a"][0].key
    net.stack.callback(forgetful.close)
    fake.answer = honest(forgetful)

    answer = ask(ledger, net)["a"]

    assert (answer.rolled_back, answer.problem, answer.size) == (True, None, ledger.head().size)


def test_two_processes_of_one_ledger_do_not_take_each_other_for_a_fork(net: Net) -> None:
    net.add("a")
    one, two = net.open(1), net.open(1)
    ask(one, net)
    witnessing = Witnessing(one, clock=net.clock)
    net.grow(two)
    ask(two, net)
    net.grow(two)

    assert witnessing.ask_once(at_start=True)[0].problem is None
    assert cosigners(one, net) == cosigners(two, net) == ["a"]
    witnessing.close()


def test_our_own_newest_checkpoint_is_no_evidence_against_us(net: Net) -> None:
    """A liar refuses, and then hands over what we signed a moment later: it is larger than what it was asked about."""
    fake = net.add("a")
    ledger = net.open(1)

    def answer(path: str, _body: bytes) -> Reply:
        if path.startswith("POST"):
            return 422, TEXT, b""
        net.grow(ledger)
        return 200, TEXT, ledger.head().checkpoint.encode()

    fake.answer = answer

    assert ask(ledger, net)["a"].problem == "witness-claims-more"
    net.grow(ledger)


def test_the_evidence_is_asked_for_under_the_hash_of_the_origin(net: Net) -> None:
    fake = net.add("a")
    ledger = net.open(1)
    fake.answer = saying(422)
    ask(ledger, net)

    assert fake.asked[-1][0] == f"GET /{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
