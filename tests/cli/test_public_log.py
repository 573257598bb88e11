"""A stranger at a terminal: exports, addresses, receipts, a monitor and its evidence, over real servers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.book import Ledger
from ledger.cli.exits import Exit
from tests.audit import forged
from tests.audit.web import Server, serving, status
from tests.cli.conftest import Chaski
from tests.log.tiny_log import TinyLog, log_key
from tests.outbox.receiver import Receiver, receiver
from tests.outbox.receiver import status as answers

ORIGIN = "ledger.example/log/valle"
TINY = TinyLog.of(300, batch=100)
KEY = TINY.verifier.format()


@pytest.fixture
def key(folder: Path) -> str:
    """A ledger in the folder, and the key its operator gives to everybody."""
    with Ledger.create("chaski.db", origin=ORIGIN, operator="Operador Inventado") as ledger:
        return ledger.verifier_key


@pytest.fixture
def web() -> Iterator[Server]:
    with serving(TINY.files()) as server:
        yield server


@contextmanager
def running(*command: str, until: str) -> Iterator[str]:
    """A server of its own as long as this lasts; gives what it says of its port."""
    process = subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        said = ""
        while (found := re.search(until, said)) is None:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield found[1]
    finally:
        # Not SIGINT: whoever runs the tests in the background has it ignored, and so has every process from there on.
        process.terminate()
        process.communicate(timeout=30)


# ---------------------------------------------------------------- export, verify


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_export_behind_the_plainest_web_server_is_verified(
    chaski: Chaski, folder: Path, key: str, language: str
) -> None:
    spoken = ("--lang", language)
    exported = chaski("log", "export", "out", *spoken)
    assert exported.code == 0, exported.err
    assert ORIGIN in exported.out
    (folder / "kept").write_bytes((folder / "out" / "checkpoint").read_bytes())

    until = r"port (\d+)"
    with running("-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", "out", until=until) as port:
        checked = chaski("verify", f"http://127.0.0.1:{port}", "--key", key, "--checkpoint", "kept", *spoken)

    assert checked.code == 0, checked.err
    assert ORIGIN in checked.out
    assert "chaski." not in checked.err


def test_a_running_ledger_a_folder_and_a_database_give_one_answer(chaski: Chaski, key: str) -> None:
    chaski("log", "export", "out", "--json")
    with running("-m", "ledger.cli", "serve", "--port", "0", until=r"http://127\.0\.0\.1:(\d+)") as port:
        served = chaski("verify", f"http://127.0.0.1:{port}/log/valle", "--key", key, "--json")

    answers = [served, *(chaski("verify", where, "--key", key, "--json") for where in ("out", "chaski.db"))]

    assert [each.code for each in answers] == [0, 0, 0]
    assert len({each.json["root"] for each in answers}) == 1
    assert "statements-absent" in served.json["not_proved"]
    assert "statements" in answers[2].json["proved"]


def test_a_receipt_is_held_against_the_log_it_came_from(chaski: Chaski, folder: Path, key: str) -> None:
    with Ledger.open("chaski.db") as ledger:
        genesis = next(iter(ledger.facts())).id
    chaski("log", "export", "out")
    assert chaski("receipt", genesis, "-o", "r.tlog-proof").code == 0

    for where in ("out", "chaski.db"):
        checked = chaski("verify", where, "--key", key, "--receipt", "r.tlog-proof", "--json")
        assert checked.code == 0, checked.out
        assert "receipts" in checked.json["proved"]
    other = chaski("verify", "out", "--key", KEY, "--receipt", "r.tlog-proof", "--json")
    assert (other.code, other.codes) == (6, ["note-unsigned"])
    assert chaski("verify", "out", "--receipt", "r.tlog-proof", "--json").codes == ["option-missing"]


def test_a_policy_asks_for_witnesses(chaski: Chaski, folder: Path, web: Server, key: str) -> None:
    watched = TinyLog.of(300, batch=100)
    watched.witnesses["witness.example/1"] = log_key("witness")
    [witness] = watched.witness_keys
    (folder / "policy").write_text(f"log {KEY}\nwitness w {witness.format()}\nquorum w\n", encoding="utf-8")

    refused = chaski("verify", web.url, "--policy", "policy", "--json")
    assert (refused.code, refused.codes) == (6, ["quorum-missing"])
    web.files = watched.files()
    found = chaski("verify", web.url, "--policy", "policy", "--json").json
    assert found["witnesses"] == ["witness.example/1"]
    assert found["witnessed_at"] == 1_777_561_445
    assert "2026-04-30" in chaski("verify", web.url, "--policy", "policy").out

    database = chaski("verify", "chaski.db", "--policy", "policy", "--json")
    assert (database.code, database.codes) == (6, ["quorum-missing"])


def test_without_a_key_nothing_is_said_of_signatures(chaski: Chaski, web: Server) -> None:
    checked = chaski("verify", web.url)

    assert checked.code == 0
    assert "was not checked" in checked.out.splitlines()[0]


def test_what_is_wrong_with_a_source_is_said(chaski: Chaski, folder: Path, web: Server, key: str) -> None:
    (folder / "empty").mkdir()
    web.instead["checkpoint"] = status(302, location="https://elsewhere.example/checkpoint")
    for given, code, name in (
        ([web.url], 3, "source-redirected"),
        (["empty"], 4, "source-missing"),
        (["nothing.db"], 4, "ledger-not-found"),
        (["http://user:secret@127.0.0.1/log/a"], 3, "source-url"),
        (["http://127.0.0.1:1/log/a"], 5, "source-unreachable"),
        (["--fork", "none", "--key", key], 4, "file-not-readable"),
        (["--fork", "none"], 3, "option-missing"),
        (["empty", "--database", "chaski.db"], 2, "command-not-understood"),
    ):
        said = chaski("verify", *given, "--json")
        assert (said.code, said.codes) == (code, [name]), given
        assert "secret" not in said.out


# ---------------------------------------------------------------- monitor


def watch(chaski: Chaski, web: Server, *more: str) -> tuple[int, dict[str, object]]:
    said = chaski("monitor", web.url, "--state", "state.json", "--key", KEY, "--json", *more)
    document = said.json
    assert document["exit"] == said.code
    return said.code, document


def test_every_alarm_has_an_exit_code_of_its_own(chaski: Chaski, web: Server) -> None:
    assert watch(chaski, web)[1]["new_entries"] == 300
    good = web.files
    swapped = TinyLog.of(900, batch=100).files()
    swapped["tile/0/002"] = swapped["tile/0/001"]
    cut = TinyLog.of(700, batch=100).files()
    del cut["tile/entries/002.p/188"]
    cases: list[tuple[Exit, dict[str, bytes]]] = [
        (Exit.ROLLBACK, TinyLog.of(200, batch=100).files()),
        (Exit.CONTENT, swapped),
        (Exit.MISSING, cut),
        (Exit.SIGNATURE, good | {"checkpoint": good["checkpoint"].replace(b"\n300\n", b"\n301\n")}),
        (Exit.SERVER, good | {"checkpoint": b"<html></html>\n"}),
        (Exit.FORK, forged.forked(700, 10).files()),
    ]
    for exit_code, files in cases:
        web.files = files
        code, document = watch(chaski, web)
        assert code == exit_code
        assert isinstance(document["alarm"], dict)
        assert document["alarm"]["kind"] == exit_code.name.lower()
    web.instead["checkpoint"] = status(503)
    assert watch(chaski, web)[0] == Exit.UNREACHABLE
    web.instead.clear()
    web.files = TinyLog.of(400, batch=100).files()
    assert watch(chaski, web) == (
        0,
        {
            "origin": TINY.origin,
            "size": 400,
            "root": TinyLog.of(400).checkpoint().root.hex(),
            "new_entries": 100,
            "alarm": None,
            "exit": 0,
        },
    )


def test_the_evidence_of_a_fork_convinces_somebody_else(chaski: Chaski, folder: Path, web: Server) -> None:
    watch(chaski, web)
    web.files = forged.forked(700, 10).files()
    said = chaski("monitor", web.url, "--state", "state.json", "--key", KEY, "--evidence", "proofs")
    assert said.code == Exit.FORK
    [proof] = sorted((folder / "proofs").iterdir())
    assert str(proof.relative_to(folder)) in said.err

    checked = chaski("verify", "--fork", proof, "--key", KEY)
    assert checked.code == 0, checked.err
    assert "cannot both be true" in checked.out
    assert chaski("verify", "--fork", proof, "--key", KEY, "--json").json["sizes"] == [300, 700]
    proof.write_bytes(proof.read_bytes().replace(b"\n700\n", b"\n701\n"))
    assert chaski("verify", "--fork", proof, "--key", KEY, "--json").codes == ["signature-invalid"]


def test_a_stale_log_is_told(chaski: Chaski, web: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    watch(chaski, web)
    monkeypatch.setattr("ledger.store.clock.system_clock", lambda: 4_000_000_000_000)

    assert watch(chaski, web, "--stale-after", "3600")[0] == Exit.STALE


@pytest.fixture
def told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A webhook on this machine, which the settings allow here."""
    monkeypatch.setenv("CHASKI_OUTBOX_ALLOW_LOCAL", "true")
    (folder / "secret").write_text("whsec_invented\n", encoding="utf-8")
    with receiver() as made:
        yield made


def test_a_webhook_hears_of_an_alarm_once_and_of_its_end(chaski: Chaski, web: Server, told: Receiver) -> None:
    hook = ("--webhook", told.url(), "--webhook-secret", "secret")
    watch(chaski, web, *hook)
    assert told.got == [], "nothing is wrong"
    web.files, good = forged.forked(700, 10).files(), web.files

    watch(chaski, web, *hook)
    watch(chaski, web, *hook)
    web.files = good
    watch(chaski, web, *hook)

    alarm, ended = told.got
    assert (alarm.json["event"], alarm.json["kind"], alarm.json["code"]) == ("log.alarm", "fork", "log-forked")
    assert alarm.json["evidence"].startswith("chaski.fork/v1\n")
    assert alarm.headers["chaski-signature"].startswith("t=")
    assert alarm.headers["chaski-delivery"] == alarm.json["id"]
    assert ended.json["event"] == "log.alarm-ended"


def test_an_alarm_that_could_not_be_told_is_told_at_the_next_look(
    chaski: Chaski, web: Server, told: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.cli.monitor._TELL_EVERY", 0)
    hook = ("--webhook", told.url(), "--webhook-secret", "secret")
    watch(chaski, web)
    web.files = {}
    told.script = [answers(500)]

    assert watch(chaski, web, *hook)[0] == Exit.MISSING
    assert len(told.got) == 3
    told.script = [answers(204)]
    assert watch(chaski, web, *hook)[0] == Exit.MISSING
    assert watch(chaski, web, *hook)[0] == Exit.MISSING
    assert len(told.got) == 4


def test_a_monitor_that_runs_on_ends_when_something_is_proven(
    chaski: Chaski, web: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may mend itself is told and looked at again; a fork is not."""
    turns = [
        {},
        TinyLog.of(400, batch=100).files(),
        TinyLog.of(400, batch=100).files(),
        forged.forked(700, 10).files(),
    ]

    def sleep(seconds: int) -> None:
        assert seconds == 7
        web.files = turns.pop(0)

    monkeypatch.setattr("ledger.cli.monitor.time.sleep", sleep)
    said = chaski("monitor", web.url, "--state", "state.json", "--key", KEY, "--every", "7")

    assert said.code == Exit.FORK
    assert turns == []
    assert [line.split(";")[0] for line in said.out.splitlines()] == [
        "The log stands at 300 entries",
        "The log stands at 400 entries",
    ]
    assert "source-missing" in said.err


def test_a_monitor_says_what_it_lacks(chaski: Chaski, folder: Path, web: Server) -> None:
    for given, code, name in (
        ([], 3, "option-missing"),
        (["--key", KEY, "--webhook", "https://buyer.example/"], 3, "option-missing"),
        (["--key", KEY, "--webhook", "http://buyer.example/", "--webhook-secret", "s"], 3, "webhook-url"),
        (["--key", KEY, "--once", "--every", "5"], 2, "command-not-understood"),
        (["--key", KEY.replace("+", "x", 1)], 3, "verifier-key-malformed"),
    ):
        (folder / "s").write_text("secret", encoding="utf-8")
        said = chaski("monitor", web.url, "--state", "state.json", *given, "--json")
        assert (said.code, said.codes) == (code, [name]), given
    (folder / "state.json").write_bytes(b"{}")
    said = chaski("monitor", web.url, "--state", "state.json", "--key", KEY, "--json")
    assert (said.code, said.codes) == (3, ["monitor-state-malformed"])
