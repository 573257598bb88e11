"""The statements of a log over the API: for who audits it, byte for byte, and nothing sealed among them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.routes import statements
from api.routes.log import log_path
from ledger.audit.public.web import Address
from ledger.audit.replay.replay import replay
from ledger.audit.whole.lines import read
from ledger.audit.whole.opening import opened_whole
from ledger.audit.whole.web import WholeWeb
from ledger.errors import ConflictError, FormatError, ProofError
from ledger.packs.catalogue import builtin
from ledger.settings import Settings
from tests.api import world as worlds
from tests.api.world import World
from tests.browser.served import free_port, served


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = worlds.found(tmp_path)
    with world.ledger:
        for number in range(3):
            for fact in world.farm(number):
                assert world.ledger.state(fact, party=world.coop)[0].status == "accepted"
        yield world


@pytest.fixture
def token(world: World) -> str:
    return world.ledger.create_token(party=world.coop, scopes=["audit"], days=1, label="auditor")


@pytest.fixture
def client(world: World, token: str) -> Iterator[TestClient]:
    headers = {"authorization": f"Bearer {token}"}
    with TestClient(create_app(world.ledger, Settings()), headers=headers) as client:
        yield client


def lines(client: TestClient, **query: int) -> list[dict[str, Any]]:
    answer = client.get("/v1/log/statements", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    assert answer.headers["cache-control"] == "no-store"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_every_statement_comes_as_it_lies_in_the_log(world: World, client: TestClient) -> None:
    answer = client.get("/v1/log/statements")
    size = world.ledger.head().size

    assert [read(line) for line in answer.content.splitlines()] == world.ledger.logged(0, size)
    for line in lines(client):
        assert hashlib.sha256(line["jws"].encode()).hexdigest() == line["statement"]


def test_a_range_is_asked_for_by_its_ends(world: World, client: TestClient) -> None:
    size = world.ledger.head().size
    assert [line["index"] for line in lines(client, first=2, after=5)] == [2, 3, 4]
    assert [line["index"] for line in lines(client, first=size - 1, after=size + 9)] == [size - 1]
    assert lines(client, first=size) == []
    assert lines(client, first=4, after=2) == []


def test_beyond_the_log_there_is_nothing(world: World, client: TestClient) -> None:
    answer = client.get("/v1/log/statements", params={"first": world.ledger.head().size + 1})
    assert (answer.status_code, answer.json()["code"]) == (404, "size-unknown")
    assert client.get("/v1/log/statements?first=-1").status_code == 400


def test_so_many_at_a_time(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MOST_LINES", 3)
    assert [line["index"] for line in lines(client, first=1)] == [1, 2, 3]
    monkeypatch.setattr(statements, "_MOST_BYTES", 1)
    assert [line["index"] for line in lines(client, first=1)] == [1]


def test_a_pack_comes_by_its_digest(client: TestClient) -> None:
    data = builtin()["commodity", "coffee"]
    answer = client.get(f"/v1/log/packs/{hashlib.sha256(data).hexdigest()}")
    assert (answer.status_code, answer.content) == (200, data)
    assert client.get(f"/v1/log/packs/{'0' * 64}").status_code == 404


def test_nothing_sealed_is_among_them(client: TestClient) -> None:
    assert "Persona" not in client.get("/v1/log/statements").text


# ---------------------------------------------------------------- from afar


def test_a_log_is_judged_again_over_the_network(world: World, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MOST_LINES", 4)
    with served(world.ledger, free_port()) as address:
        url = f"{address}{log_path(world.ledger.origin)}"
        with opened_whole(url, token) as log:
            done = replay(log)

    assert (done.result, done.is_signed, done.flags_compared) == ("passed", True, True)
    assert done.root == world.ledger.head().root


def test_without_the_right_token_nothing_is_shown(world: World) -> None:
    reading = world.ledger.create_token(party=world.coop, scopes=["facts:read"], days=1, label="reader")
    with served(world.ledger, free_port()) as address:
        url = f"{address}{log_path(world.ledger.origin)}"
        with opened_whole(url, reading) as log, pytest.raises(ConflictError, match="source-refused"):
            replay(log)
        with pytest.raises(FormatError, match="option-missing"), opened_whole(url, None):
            pass


def test_an_address_says_where_the_log_is() -> None:
    assert Address.parse("https://ledger.example").path == ""
    with pytest.raises(FormatError, match="source-url"):
        WholeWeb("https://ledger.example", "chaski_x")


def test_a_folder_of_public_files_has_no_statements(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="source-has-no-statements"), opened_whole(str(tmp_path), None):
        pass


def test_a_server_that_leaves_statements_out_is_caught(
    world: World, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = type(world.ledger).logged
    with served(world.ledger, free_port()) as address:
        url = f"{address}{log_path(world.ledger.origin)}"
        for lie in (
            lambda ledger, first, after: [line for line in true(ledger, first, after) if line.index != 3],
            lambda ledger, first, after: true(ledger, first, after)[:2] if first < 2 else [],
            lambda ledger, first, after: [*true(ledger, first, after), *true(ledger, 0, 1)],
        ):
            monkeypatch.setattr(type(world.ledger), "logged", lie)
            with opened_whole(url, token) as log, pytest.raises(ProofError, match=r"entry-missing|source-too-long"):
                replay(log)
