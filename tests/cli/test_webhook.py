"""Webhooks from the command line, and a real `chaski serve` that delivers them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import canonical
from ledger.book import Ledger
from ledger.values import crockford
from tests.cli.conftest import Chaski
from tests.outbox.receiver import Receiver, receiver, status


@pytest.fixture
def party(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The operator of a ledger in the folder, on a machine that may call itself."""
    monkeypatch.setenv("CHASKI_OUTBOX_ALLOW_LOCAL", "true")
    with Ledger.create("chaski.db", origin="ledger.example/log/valle", operator="Operador Inventado") as ledger:
        return ledger.operator_party


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def _tell(folder: Path, party: str, code: str) -> None:
    """State a fact from a process of its own."""
    body = {"facility": crockford(code.encode().ljust(10)), "party": party, "kind": "collection-centre", "code": code}
    at = "2026-06-12T09:41:00-05:00"
    identity = crockford(code.encode().rjust(10))
    told: canonical.Plain = {"id": identity, "fact": "facility.registered/1", "at": at, "body": body}
    (folder / "fact.json").write_bytes(canonical.encode({"facts": [told]}))
    done = subprocess.run(
        [sys.executable, "-m", "ledger.cli", "submit", "fact.json"], cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("language", ["es", "en"])
def test_from_adding_a_webhook_to_removing_it(
    chaski: Chaski, folder: Path, party: str, there: Receiver, language: str
) -> None:
    spoken = ("--lang", language)
    added = chaski("webhook", "add", "--party", party, "--url", there.url(), "--event", "fact.recorded", *spoken)
    assert added.code == 0, added.err
    assert added.out.startswith("whsec_")
    (listed,) = chaski("webhook", "list", "--json").json["webhooks"]
    name = listed["webhook"]["id"]
    assert name in added.err
    assert name in chaski("webhook", "list", *spoken).out

    assert chaski("webhook", "test", name, *spoken).code == 0
    assert there.got[0].json["event"] == "test"

    _tell(folder, party, "CA-01")
    assert chaski("webhook", "pause", name, *spoken).code == 0
    assert chaski("outbox", "run", "--once", "--json").json == {"delivered": 0, "waiting": 1}
    assert chaski("webhook", "resume", name, *spoken).code == 0
    assert name in chaski("outbox", *spoken).out
    assert chaski("outbox", "run", "--once", *spoken).code == 0
    assert there.got[1].json["event"] == "fact.recorded"
    (stands,) = chaski("outbox", "--json").json["outbox"]
    assert (stands["waiting"], stands["delivered"]) == (0, 1)

    assert chaski("webhook", "remove", name, *spoken).code == 0
    assert chaski("webhook", "remove", name, "--json").codes == ["webhook-unknown"]
    assert chaski("webhook", "list", "--json").json == {"webhooks": []}


def test_what_went_wrong_is_said(chaski: Chaski, party: str) -> None:
    with receiver(status(500)) as ill:
        made = chaski("webhook", "add", "--party", party, "--url", ill.url(), "--event", "fact.recorded", "--json").json
        tried = chaski("webhook", "test", made["webhook"]["id"], "--json")

    assert (tried.code, tried.codes) == (5, ["webhook-refused"])
    for url, event, code in (
        ("http://buyer.example/", "fact.recorded", "webhook-url"),
        ("https://10.0.0.1/", "fact.recorded", "webhook-address"),
        ("https://buyer.example/", "fact.told", "event-unknown"),
    ):
        refused = chaski("webhook", "add", "--party", party, "--url", url, "--event", event, "--json")
        assert (refused.code, refused.codes) == (3, [code])


def test_a_running_server_delivers_what_it_and_others_write(
    chaski: Chaski, folder: Path, party: str, there: Receiver
) -> None:
    chaski("webhook", "add", "--party", party, "--url", there.url(), "--event", "fact.recorded")
    process = subprocess.Popen(
        [sys.executable, "-m", "ledger.cli", "serve", "--port", "0", "--json"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"LANG": "C.UTF-8"},
    )
    try:
        assert process.stdout is not None
        assert b"address" in process.stdout.readline()
        _tell(folder, party, "CA-01")
        there.wait_for(1)
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert b"notice" in said
    assert b"whsec_" not in said
    assert there.url().encode() not in said
