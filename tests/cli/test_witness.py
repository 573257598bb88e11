"""Witnesses from the command line, and the whole way: a real `chaski serve` between real `chaski witness serve`s."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from ledger import canonical
from ledger.book import Ledger
from ledger.log import TlogProof
from ledger.log.policy import Policy
from ledger.values import crockford
from tests.cli.conftest import Chaski

ORIGIN = "ledger.example/log/valle"


@pytest.fixture
def log_key(folder: Path) -> str:
    """A ledger in the folder; its key."""
    with Ledger.create("chaski.db", origin=ORIGIN, operator="Operador Inventado") as ledger:
        return ledger.verifier_key


@contextmanager
def _served(folder: Path, *arguments: str, **more: str) -> Iterator[str]:
    """A `chaski ... serve` in a process of its own; its address."""
    environment = {**os.environ, **more}
    command = [sys.executable, "-m", "ledger.cli", *arguments, "--port", "0", "--json"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert line, "it did not come up"
            yield str(json.loads(line)["address"])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _fact(folder: Path, party: str, code: str) -> str:
    """A file with one fact; its id."""
    body = {"facility": crockford(code.encode().ljust(10)), "party": party, "kind": "collection-centre", "code": code}
    identity = crockford(code.encode().rjust(10))
    told: canonical.Plain = {
        "id": identity, "fact": "facility.registered/1", "at": "2026-06-12T09:41:00-05:00", "body": body,
    }  # fmt: skip
    (folder / "fact.json").write_bytes(canonical.encode({"facts": [told]}))
    return identity


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_witness_is_begun_shown_and_given_another_log(
    chaski: Chaski, folder: Path, log_key: str, language: str
) -> None:
    spoken = ("--lang", language)
    made = chaski("witness", "init", "--name", "witness.example/w1", "--log", log_key, *spoken)
    assert made.code == 0, made.err
    (shown,) = [line for line in made.out.splitlines() if line.startswith("witness.example/w1+")]
    assert (folder / "witness.db.key").stat().st_mode & 0o077 == 0

    with Ledger.create("other.db", origin="other.example/log/o", operator="Otro Inventado") as other:
        assert chaski("witness", "trust", other.verifier_key, *spoken).code == 0
    told = chaski("witness", "key", "--json").json
    assert told["verifier_key"] == shown
    assert [each["origin"] for each in told["logs"]] == [ORIGIN, "other.example/log/o"]
    assert ORIGIN in chaski("witness", "key", *spoken).out


def test_a_witness_is_not_begun_twice_nor_over_its_key(chaski: Chaski, folder: Path, log_key: str) -> None:
    begin = ("witness", "init", "--name", "witness.example/w1", "--log", log_key, "--json")
    assert chaski(*begin).code == 0
    key = (folder / "witness.db.key").read_text()

    assert chaski(*begin).codes == ["witness-exists"]
    (folder / "witness.db").unlink()
    assert chaski(*begin).codes == ["witness-exists"]
    assert (folder / "witness.db.key").read_text() == key
    assert chaski("witness", "key", "--json").codes == ["witness-not-found"]


@pytest.mark.parametrize(
    ("log", "code"), [("x", "verifier-key-malformed"), ("w.example/w+6b0a3f9e+AAAA", "verifier-key-malformed")]
)
def test_a_key_that_is_none_begins_no_witness(chaski: Chaski, folder: Path, log: str, code: str) -> None:
    assert chaski("witness", "init", "--name", "w.example/w", "--log", log, "--json").codes == [code]
    assert not list(folder.iterdir())


def test_without_a_policy_nobody_is_asked(chaski: Chaski, log_key: str) -> None:
    assert chaski("witness", "ask", "--json").json["witnesses"] == []
    standing = chaski("witness", "status", "--json").json
    assert (standing["quorum"], standing["unwitnessed_since"]) == ("none", None)


def test_a_policy_that_is_none_is_refused_before_anything_is_opened(
    chaski: Chaski, folder: Path, log_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHASKI_WITNESS_POLICY", "policy.txt")
    assert chaski("witness", "status", "--json").codes == ["policy-unreadable"]
    (folder / "policy.txt").write_text("quorum w1\n")
    assert chaski("witness", "status", "--json").codes == ["policy-malformed"]


@pytest.mark.slow
def test_from_two_witnesses_to_a_cosigned_receipt_and_a_rolled_back_ledger_that_does_not_start(
    chaski: Chaski, folder: Path, log_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        # Given two witnesses that run, and a policy that wants both.
        lines = [f"log {log_key}"]
        for name in ("w1", "w2"):
            begin = ("witness", "init", "--name", f"witness.example/{name}", "--log", log_key)
            made = chaski(*begin, "--state", f"{name}.db", "--json").json
            address = stack.enter_context(_served(folder, "witness", "serve", "--state", f"{name}.db"))
            lines.append(f"witness {name} {made['verifier_key']} {address}")
        (folder / "policy.txt").write_text("\n".join([*lines, "group both all w1 w2", "quorum both", ""]))
        policy = Policy.parse((folder / "policy.txt").read_bytes())
        monkeypatch.setenv("CHASKI_WITNESS_POLICY", "policy.txt")
        (folder / "copy").mkdir()
        for file in folder.glob("chaski.db*"):
            shutil.copy(file, folder / "copy")

        # When a server runs and a fact is stated beside it.
        party = chaski("keys", "--json").json["keys"][0]["party"]
        with _served(folder, "serve") as address:
            fact = _fact(folder, party, "A")
            assert chaski("submit", "fact.json").code == 0
            until = time.monotonic() + 15
            while not _all_witnessed(address) and time.monotonic() < until:
                time.sleep(0.1)

            # Then the checkpoint that is served opens under the policy, and so does the receipt.
            signed = policy.open_checkpoint(_read(f"{address}/log/valle/checkpoint"))
            assert len(signed.cosignatures) == 2
            receipt = chaski("receipt", fact, "--json").json["receipt"]
            assert policy.open_checkpoint(TlogProof.parse(receipt.encode()).note.format()).checkpoint.size >= 3

        # And the operator reads the same.
        standing = chaski("witness", "status", "--json").json
        assert (standing["unwitnessed_since"], len(standing["witnesses"])) == (None, 2)

        # And a machine restored whole from yesterday's copy neither writes nor serves.
        for file in folder.glob("chaski.db*"):
            file.unlink()
        for file in (folder / "copy").iterdir():
            shutil.copy(file, folder)
        _fact(folder, party, "B")
        assert chaski("submit", "fact.json", "--json").codes == ["behind-witness"]
        refused = chaski("serve", "--port", "0", "--json")
        assert (refused.code, refused.codes) == (6, ["behind-witness"])
        assert list(folder.glob("chaski.db.fork-*.txt"))


def _read(url: str) -> bytes:
    with urlopen(url, timeout=5) as answer:
        return bytes(answer.read())


def _all_witnessed(address: str) -> bool:
    told = json.loads(_read(f"{address}/log/valle/witnesses"))
    return told["size"] >= 3 and told["unwitnessed_since"] is None


def test_a_closed_log_refuses_and_names_the_time(
    chaski: Chaski, folder: Path, log_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens at the witness's address, and the log may grow for one second."""
    made = chaski("witness", "init", "--name", "witness.example/w1", "--log", log_key, "--json").json
    policy = f"witness w1 {made['verifier_key']} http://127.0.0.1:1/\nquorum w1\n"
    (folder / "policy.txt").write_text(policy)
    monkeypatch.setenv("CHASKI_WITNESS_POLICY", "policy.txt")
    monkeypatch.setenv("CHASKI_WITNESS_FAIL", "closed")
    monkeypatch.setenv("CHASKI_WITNESS_GRACE_SECONDS", "1")
    party = chaski("keys", "--json").json["keys"][0]["party"]
    _fact(folder, party, "A")
    time.sleep(1.2)

    answer = chaski("submit", "fact.json", "--json")

    assert (answer.code, answer.codes) == (5, ["log-unwitnessed"])
    asked = chaski("witness", "ask", "--json")
    assert asked.code == 5
    assert "quorum-not-reached" in asked.err
    assert [each["problem"] for each in asked.json["witnesses"]] == ["witness-unreachable"]
