"""What a reader meets when the log, or whoever serves it, is not honest: each case by its name, over real HTTP."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.monitoring.monitor import Monitor
from ledger.audit.public.check import PublicVerification, check_public
from ledger.audit.public.trust import Trust
from ledger.audit.public.web import WebLog
from ledger.errors import LedgerError, ProofError
from ledger.log import Checkpoint, NoteSignature, TileId, TlogProof, sign_checkpoint
from ledger.log.policy import Policy, PolicyLog, PolicyWitness
from tests.audit import forged
from tests.audit.web import Answering, Server, hang_up, send, serving, status
from tests.certificates import certificate
from tests.log.tiny_log import TinyLog, log_key

SIZE = 600
HONEST = TinyLog.of(SIZE, batch=100)
FILES = HONEST.files()
TRUST = Trust((HONEST.verifier,))
LAST = "tile/entries/002.p/88"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(FILES) as made:
        yield made


def verify(
    server: Server,
    *,
    trust: Trust = TRUST,
    kept: bytes | None = None,
    receipts: Sequence[bytes] = (),
    seconds: float = 20,
) -> PublicVerification:
    with WebLog(server.url, seconds=seconds) as log:
        return check_public(log, trust, kept=kept, receipts=receipts, at_once=3)


def refused(
    server: Server,
    *,
    trust: Trust = TRUST,
    kept: bytes | None = None,
    receipts: Sequence[bytes] = (),
    seconds: float = 20,
) -> str:
    """The code the verifier names."""
    with pytest.raises(LedgerError) as caught:
        verify(server, trust=trust, kept=kept, receipts=receipts, seconds=seconds)
    return caught.value.problems[0].code


# ---------------------------------------------------------------- an honest one


def test_an_honest_log_is_found_whole(server: Server) -> None:
    found = verify(server, kept=HONEST.note(300).format(), receipts=[receipt(HONEST, 17, 300)])

    assert (found.origin, found.size, found.root) == (HONEST.origin, SIZE, HONEST.checkpoint().root.hex())
    assert {"chain", "tree", "tiles", "checkpoint", "kept-checkpoint", "receipts"} == set(found.proved)
    assert "statements-absent" in found.not_proved
    assert found.tiles == 3 + 3 + 1
    assert server.agents == {"Chaski"}
    assert len(server.asked) == len(set(server.asked)), "no file is asked for twice"


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512])
def test_an_honest_log_of_every_shape_is_found_whole(size: int) -> None:
    log = TinyLog.of(size, batch=100)

    with serving(log.files(), keep_alive=size % 2 == 0) as server:
        assert verify(server).size == size


def test_a_tile_that_has_become_full_since_is_taken_for_its_partial_form(server: Server) -> None:
    longer = TinyLog.of(800, batch=100).files()
    server.files = {path: data for path, data in longer.items() if ".p/" not in path} | {
        "checkpoint": FILES["checkpoint"],
        "tile/1/000.p/2": FILES["tile/1/000.p/2"],
    }

    assert verify(server).size == SIZE


@dataclass(frozen=True)
class Memory:
    """The files of a log, without any server between."""

    files: dict[str, bytes]
    name: str = "memory"

    def checkpoint(self) -> bytes:
        return self.files["checkpoint"]

    def read(self, path: str) -> bytes:
        return self.files[path]


def test_a_tree_of_three_levels_of_tiles_is_checked_to_the_top() -> None:
    """65,536 entries and a few: the tile of level 2 exists."""
    files = TinyLog.of(65_540, batch=8_000).files()

    assert check_public(Memory(files), TRUST).tiles == 257 + 257 + 1 + 1
    with pytest.raises(ProofError, match=r"tile-differs found 'tile/2/000\.p/1'"):
        check_public(Memory(files | {"tile/2/000.p/1": bytes(32)}), TRUST)


# ---------------------------------------------------------------- a dishonest log, with its true key


def receipt(log: TinyLog, index: int, size: int) -> bytes:
    return replace(log.proof(index, size), extra=log.entries[index]).format()


def test_a_fork_is_seen_by_a_kept_checkpoint(server: Server) -> None:
    server.files = forged.forked(SIZE, 150).files()

    assert refused(server, kept=HONEST.note(300).format()) == "forked-from-checkpoint"


def test_a_fork_of_the_same_size_is_seen(server: Server) -> None:
    server.files = forged.forked(SIZE, SIZE - 1).files()

    assert refused(server, kept=HONEST.note().format()) == "forked-from-checkpoint"


def test_a_cut_off_end_is_seen_by_a_kept_checkpoint(server: Server) -> None:
    server.files = TinyLog.of(500, batch=100).files()

    assert refused(server, kept=HONEST.note().format()) == "older-than-checkpoint"


def test_a_cut_off_end_under_the_true_checkpoint_is_seen(server: Server) -> None:
    del server.files[LAST]

    assert refused(server) == "tile-missing"


def test_an_omitted_fact_under_the_true_checkpoint_is_seen(server: Server) -> None:
    shorter = forged.without(SIZE + 1, 150)
    server.files = shorter.files() | {"checkpoint": FILES["checkpoint"]}

    assert refused(server) == "checkpoint-over-other-entries"


def test_a_fact_left_out_without_moving_the_rest_is_seen(server: Server) -> None:
    entries = [*HONEST.entries[:150], *HONEST.entries[151:], HONEST.entries[-1]]
    server.files = forged.log_over(entries).files()

    assert refused(server) == "entry-misplaced"


def test_an_omitted_fact_is_seen_by_whoever_holds_its_receipt(server: Server) -> None:
    """The operator has made the whole log anew without it: every entry, tile and signature of it is good."""
    server.files = forged.without(SIZE + 1, 150).files()

    assert verify(server).size == SIZE
    assert refused(server, receipts=[receipt(HONEST, 150, 300)]) == "receipt-not-in-log"


@pytest.mark.parametrize("change", ["shorter", "longer"])
def test_a_receipt_with_a_proof_of_wrong_length_is_refused(server: Server, change: str) -> None:
    proof = TlogProof.parse(receipt(HONEST, 17, 300))
    hashes = proof.hashes[:-1] if change == "shorter" else (*proof.hashes, bytes(32))

    assert refused(server, receipts=[replace(proof, hashes=hashes).format()]) == "inclusion-proof-length"


def test_a_receipt_without_its_entry_is_held_against_the_entry_that_is_served(server: Server) -> None:
    bare = HONEST.proof(17, 300).format()

    assert "receipts" in verify(server, receipts=[bare]).proved
    server.files = forged.forked(SIZE, 17).files()
    assert refused(server, receipts=[bare]) == "inclusion-proof-wrong"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (forged.elsewhere, "entry-misplaced"),
        (forged.of_another_log, "entry-of-another-log"),
        (forged.unchained, "entry-chain-broken"),
        (forged.back_in_time, "entry-back-in-time"),
    ],
)
def test_an_entry_that_does_not_belong_there_is_named(server: Server, change: forged.Change, code: str) -> None:
    """Hashed and signed like any other: only who reads it sees it."""
    server.files = forged.with_entry(SIZE, 400, change).files()

    with pytest.raises(LedgerError) as caught:
        verify(server)
    assert (caught.value.problems[0].code, caught.value.problems[0].where) == (code, "/entries/400")


def test_bytes_that_are_no_entry_are_named(server: Server) -> None:
    server.files = forged.log_over([*HONEST.entries[:10], b"chaski.entry/v2\n", *HONEST.entries[11:]]).files()

    assert refused(server) == "entry-malformed"


# ---------------------------------------------------------------- whoever serves it, without the key


def test_a_changed_entry_is_named_though_the_tree_is_right(server: Server) -> None:
    """One digest exchanged, its successors left alone: the last of them all shows no broken chain."""
    other = TinyLog.of(SIZE - 1)
    other.append(b"another statement")
    server.files[LAST] = other.files()[LAST]

    with pytest.raises(LedgerError) as caught:
        verify(server)
    assert (caught.value.problems[0].code, caught.value.problems[0].found) == ("entry-not-in-tree", SIZE - 1)


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"])
def test_a_hash_tile_with_another_hash_is_named(server: Server, path: str) -> None:
    data = server.files[path]
    server.files[path] = data[:-32] + bytes(32)

    with pytest.raises(LedgerError) as caught:
        verify(server)
    assert (caught.value.problems[0].code, caught.value.problems[0].found) == ("tile-differs", path)


def test_swapped_hash_tiles_are_named(server: Server) -> None:
    server.files["tile/0/000"], server.files["tile/0/001"] = server.files["tile/0/001"], server.files["tile/0/000"]

    assert refused(server) == "tile-differs"


def test_swapped_entry_tiles_are_named(server: Server) -> None:
    one, other = "tile/entries/000", "tile/entries/001"
    server.files[one], server.files[other] = server.files[other], server.files[one]

    assert refused(server) == "entry-misplaced"


@pytest.mark.parametrize("path", ["tile/0/001", LAST, "tile/1/000.p/2"])
@pytest.mark.parametrize("change", ["a byte less", "one less", "a byte more", "one more", "empty"])
def test_a_tile_of_another_length_is_named(server: Server, path: str, change: str) -> None:
    data = server.files[path]
    one = 32 if "entries" not in path else 2 + int.from_bytes(data[:2], "big")
    server.files[path] = {
        "a byte less": data[:-1],
        "one less": data[one:],
        "a byte more": data + b"x",
        "one more": data + data[:one],
        "empty": b"",
    }[change]

    assert refused(server) in {"tile-wrong-length", "source-too-long"}


def test_the_checkpoint_of_an_unknown_key_is_refused(server: Server) -> None:
    server.files = replace(HONEST, key=log_key("somebody else")).files()

    assert refused(server) == "note-unsigned"


def test_a_checkpoint_whose_signature_was_changed_is_refused(server: Server) -> None:
    note = HONEST.note()
    line = note.signatures[0]
    broken = NoteSignature(line.name, line.key_id, bytes([line.payload[0] ^ 1]) + line.payload[1:])
    server.files["checkpoint"] = replace(note, signatures=(broken,)).format()

    assert refused(server) == "signature-invalid"


def test_a_checkpoint_of_another_size_under_the_old_signature_is_refused(server: Server) -> None:
    server.files["checkpoint"] = server.files["checkpoint"].replace(b"\n600\n", b"\n601\n")

    assert refused(server) == "signature-invalid"


def test_a_witness_line_does_not_stand_for_that_of_the_log(server: Server) -> None:
    watched = TinyLog.of(SIZE, batch=100)
    watched.witnesses["witness.example/1"] = log_key("witness")
    note = watched.note()
    server.files["checkpoint"] = replace(note, signatures=note.signatures[1:]).format()

    assert refused(server, trust=witnessed_by(watched, 1)) == "note-unsigned"


def witnessed_by(log: TinyLog, needed: int) -> Trust:
    witnesses = [PolicyWitness(f"w{number}", key) for number, key in enumerate(log.witness_keys)]
    return Trust((), Policy.of([PolicyLog(log.verifier)], witnesses, needed))


def test_one_log_of_a_policy_is_not_held_against_another(server: Server) -> None:
    other = replace(TinyLog(origin="example.org/log/other"), key=log_key("other"))
    other.append(*(f"statement {index}".encode() for index in range(9)))
    both = Trust((), Policy.of([PolicyLog(HONEST.verifier), PolicyLog(other.verifier)], [], 0))

    assert refused(server, trust=both, kept=other.note().format()) == "checkpoint-foreign"
    assert refused(server, trust=both, receipts=[receipt(other, 3, 9)]) == "checkpoint-foreign"


def test_too_few_cosignatures_are_refused_under_a_policy(server: Server) -> None:
    watched = TinyLog.of(SIZE, batch=100)
    for number in range(3):
        watched.witnesses[f"witness.example/{number}"] = log_key(f"witness {number}")
    policy = witnessed_by(watched, 2)
    note = watched.note()

    server.files["checkpoint"] = note.format()
    found = verify(server, trust=policy)
    assert found.witnesses == tuple(watched.witnesses)
    assert "witnessed" in found.proved
    server.files["checkpoint"] = replace(note, signatures=note.signatures[:2]).format()
    assert refused(server, trust=policy) == "quorum-missing"
    forged_line = NoteSignature(note.signatures[2].name, note.signatures[2].key_id, bytes(72))
    server.files["checkpoint"] = replace(note, signatures=(*note.signatures[:2], forged_line)).format()
    assert refused(server, trust=policy) == "signature-invalid"


def test_without_a_key_only_the_agreement_of_the_files_is_claimed(server: Server) -> None:
    found = verify(server, trust=Trust())

    assert "checkpoint" not in found.proved
    assert "signature" in found.not_proved
    server.files["tile/0/001"] = bytes(8192)
    assert refused(server, trust=Trust()) == "tile-differs"


@given(st.data())
def test_any_flipped_bit_of_any_public_file_is_found(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(FILES)))
    changed = bytearray(FILES[path])
    bit = data.draw(st.integers(0, len(changed) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(LedgerError):
        check_public(Memory(FILES | {path: bytes(changed)}), TRUST)


# ---------------------------------------------------------------- the server as such


def quickly(run: Callable[[], str], seconds: float = 5) -> str:
    """What it says, and it must say it soon."""
    started = monotonic()
    said = run()
    assert monotonic() - started < seconds
    return said


PATHS = pytest.mark.parametrize("path", ["checkpoint", "tile/entries/001", "tile/0/001"])


@PATHS
@pytest.mark.parametrize(
    "head",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"],
)
def test_a_server_that_drips_is_left_in_time(server: Server, path: str, head: bytes) -> None:
    server.instead[path] = server.drip(head)

    assert quickly(lambda: refused(server, seconds=0.6)) == "source-too-slow"


def test_a_server_that_never_ends_its_head_is_left_in_time(server: Server) -> None:
    server.instead["checkpoint"] = server.drip(b"HTTP/1.1 200 OK\r\n", iter(lambda: b"X-Y: z\r\n", b""))

    assert quickly(lambda: refused(server, seconds=0.6)) == "source-too-slow"


def test_a_size_no_log_ever_reaches_exhausts_nobody(server: Server, tmp_path: Path) -> None:
    """Whoever holds the log's key signs any size he likes; what is not there is missed at the first tile."""
    for size in (2**53, 2**63 - 1):
        checkpoint = Checkpoint(HONEST.origin, size, bytes(32))
        server.files["checkpoint"] = sign_checkpoint(checkpoint, [HONEST.key]).format()
        started = monotonic()
        refused(server)
        with WebLog(server.url, seconds=5) as log:
            look = Monitor(log, TRUST, evidence=tmp_path).look(None, 0)
        assert look.alarm is not None
        assert monotonic() - started < 5


@PATHS
@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"]
)
def test_an_endless_answer_is_not_read_to_its_end(server: Server, path: str, head: bytes) -> None:
    server.instead[path] = server.pour(head, b"A" * 65_536)

    assert quickly(lambda: refused(server)) == "source-too-long"


def test_an_endless_head_is_not_read_to_its_end(server: Server) -> None:
    server.instead["checkpoint"] = server.pour(b"HTTP/1.1 200 OK\r\n", b"X-Y: " + b"z" * 60_000 + b"\r\n")

    assert quickly(lambda: refused(server)) == "source-broken-off"


def test_a_server_that_says_go_on_for_ever_is_left_in_time(server: Server) -> None:
    server.instead["checkpoint"] = server.pour(b"", b"HTTP/1.1 100 Continue\r\n\r\n")

    assert quickly(lambda: refused(server, seconds=0.6)) == "source-too-slow"


@pytest.mark.parametrize("number", [301, 302, 303, 307, 308])
def test_a_redirect_is_named_and_not_followed(server: Server, number: int) -> None:
    with serving(FILES) as other:
        server.instead["checkpoint"] = status(number, location=f"{other.url}/checkpoint")

        with pytest.raises(LedgerError) as caught:
            verify(server)
        assert caught.value.problems[0].code == "source-redirected"
        assert caught.value.problems[0].expected == f"{other.url}/checkpoint"
        assert other.asked == []


NO_CHECKPOINT: dict[str, tuple[Answering, str]] = {
    "nothing there": (status(404), "source-missing"),
    "broken": (status(500), "source-refused"),
    "forbidden": (status(403), "source-refused"),
    "nothing in it": (status(200), "note-malformed"),
    "a page": (status(200, b"<html>hello</html>\n"), "note-malformed"),
    "compressed": (status(200, gzip.compress(FILES["checkpoint"]), content_encoding="gzip"), "source-encoded"),
    "not a word": (hang_up, "source-broken-off"),
    "too much": (status(200, b"x" * 1_000_001), "source-too-long"),
}


@pytest.mark.parametrize("answer", NO_CHECKPOINT)
def test_an_answer_that_is_no_checkpoint_is_named(server: Server, answer: str) -> None:
    server.instead["checkpoint"], code = NO_CHECKPOINT[answer]

    assert refused(server) == code


def break_off(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8192\r\n\r\nonly this")


def test_an_answer_cut_short_is_named(server: Server) -> None:
    server.instead["tile/0/001"] = break_off

    assert refused(server) == "source-broken-off"


def test_nobody_listening_is_named() -> None:
    with serving(FILES) as gone:
        pass

    assert refused(gone) == "source-unreachable"


def test_a_connection_the_server_had_closed_is_opened_again(server: Server) -> None:
    """Servers end idle connections whenever they like; that is no failure of the log."""
    closed = threading.Event()

    def close_after(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, FILES["checkpoint"])
        handler.close_connection = True  # without having said so
        closed.set()

    server.instead["checkpoint"] = close_after
    with WebLog(server.url) as log:
        log.checkpoint()
        assert closed.wait(5)

        assert log.read(TileId(0, 0).format()) == FILES["tile/0/000"]


def test_a_server_that_is_not_the_one_it_is_called_is_not_read(tmp_path: Path) -> None:
    believing = certificate(tmp_path, "localhost")
    speaking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    speaking.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with serving(FILES, tls=speaking) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        with WebLog(url, tls=believing) as log:
            assert check_public(log, TRUST, at_once=2).size == SIZE
        server.asked.clear()
        for address, trusting in ((url, None), (server.url, believing)):
            with WebLog(address, tls=trusting) as log, pytest.raises(LedgerError, match="source-certificate"):
                log.checkpoint()
        assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://ledger.example/log/a",
        "https://user:secret@ledger.example/log/a",
        "https://ledger.example/log/a?b",
        "https://ledger.example/log/a#b",
        "https:///log/a",
        "https://ledger.example:99999/log/a",
        "https://ledger.example/log a",
        "https://ledger.example/log/a\r\nX: y",
    ],
)
def test_an_address_no_log_has_is_refused(url: str) -> None:
    with pytest.raises(LedgerError) as caught:
        WebLog(url)
    assert caught.value.problems[0].code == "source-url"
    assert "secret" not in str(caught.value)


def test_the_address_of_the_checkpoint_will_do(server: Server) -> None:
    with WebLog(f"{server.url}/checkpoint") as log:
        assert check_public(log, TRUST).size == SIZE
