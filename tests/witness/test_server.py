"""The witness over HTTP: the statuses and media types of c2sp.org/tlog-witness, and what no log would send."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.log import open_checkpoint
from ledger.log.add_checkpoint import AddCheckpoint
from ledger.witness import Witness, create_app
from tests.log.tiny_log import TinyLog, log_key
from tests.witness.world import Watched, forked, request


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


@pytest.fixture
def witness(watched: Watched) -> Iterator[Witness]:
    with watched.witness() as made:
        yield made


@pytest.fixture
def client(witness: Witness) -> Iterator[TestClient]:
    with TestClient(create_app(witness), raise_server_exceptions=False) as made:
        yield made


def test_every_refusal_has_the_status_of_the_specification(client: TestClient, watched: Watched) -> None:
    log = watched.log
    thief = TinyLog(key=log_key("thief"), entries=log.entries, nodes=log.nodes)
    stranger = TinyLog(origin="example.org/log/unknown", key=log_key("stranger"))
    assert client.post("/add-checkpoint", content=request(log, 0, 12)).status_code == 200
    wrong = AddCheckpoint(12, (bytes(32),), log.note())

    statuses = [
        client.post("/add-checkpoint", content=body).status_code
        for body in (
            b"old x\n\n",
            AddCheckpoint(12, (), log.note(11)).format(),
            request(stranger, 0),
            request(thief, 12),
            request(log, 11),
            wrong.format(),
            request(forked(log, 3), 12, 12),
        )
    ]

    assert statuses == [400, 400, 404, 403, 409, 422, 422]


def test_a_cosignature_comes_as_a_line_that_opens_the_checkpoint(
    client: TestClient, witness: Witness, watched: Watched
) -> None:
    answer = client.post("/add-checkpoint", content=request(watched.log, 0))
    signed = open_checkpoint(watched.log.note().format() + answer.content, watched.log.verifier, [witness.key])

    assert [each.key for each in signed.cosignatures] == [witness.key]


def test_another_old_size_is_answered_with_the_right_one(client: TestClient, watched: Watched) -> None:
    client.post("/add-checkpoint", content=request(watched.log, 0, 12))
    answer = client.post("/add-checkpoint", content=request(watched.log, 0, 20))

    assert (answer.status_code, answer.headers["content-type"], answer.content) == (409, "text/x.tlog.size", b"12\n")


def test_monitors_read_the_last_checkpoint(client: TestClient, witness: Witness, watched: Watched) -> None:
    path = f"/{hashlib.sha256(watched.log.origin.encode()).hexdigest()}/checkpoint"
    assert client.get(path).status_code == 404
    client.post("/add-checkpoint", content=request(watched.log, 0, 12))
    answer = client.get(path)

    assert open_checkpoint(answer.content, watched.log.verifier, [witness.key]).checkpoint.size == 12
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_witness_says_who_it_is(client: TestClient, witness: Witness) -> None:
    assert client.get("/").text == f"{witness.key.format()}\n"


@pytest.mark.parametrize("path", ["/x/checkpoint", "/..%2fwitness.db.key/checkpoint", "/" + "A" * 64 + "/checkpoint"])
def test_nothing_else_is_to_be_read(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_endless_request_is_cut_off(client: TestClient) -> None:
    assert client.post("/add-checkpoint", content=b"old 0\n" + b"A" * 100_000).status_code == 413


def test_add_checkpoint_is_a_post(client: TestClient) -> None:
    assert client.get("/add-checkpoint").status_code == 405


def test_a_witness_that_must_not_speak_says_503(client: TestClient, watched: Watched) -> None:
    client.post("/add-checkpoint", content=request(watched.log, 0, 12))
    watched.clock.seconds -= 3600

    assert client.post("/add-checkpoint", content=request(watched.log, 12, 20)).status_code == 503
