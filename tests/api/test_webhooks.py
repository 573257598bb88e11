"""Webhooks over HTTP: a party makes, sees, tries out and removes its own; everything else is unknown to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.courier import courier_of
from ledger.settings import Settings
from tests.api import world as worlds
from tests.api.telling import state
from tests.api.world import World
from tests.outbox.receiver import Receiver, is_genuine, receiver, status

LOCAL = Settings(outbox_allow_local=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = worlds.found(tmp_path)
    with world.ledger:
        yield world


def client_of(world: World, party: str, settings: Settings = LOCAL) -> TestClient:
    token = world.ledger.create_token(party=party, scopes=["webhooks:write"], days=1, label="tests")
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    return TestClient(create_app(world.ledger, settings), headers=headers)


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    with client_of(world, world.coop) as client:
        yield client


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def made(client: TestClient, there: Receiver, **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/webhooks", json={"url": there.url(), "events": ["fact.recorded"], **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_from_a_webhook_to_its_deliveries(world: World, client: TestClient, there: Receiver) -> None:
    webhook = made(client, there, types=["producer."])
    state(world, *world.farm(1))
    courier_of(world.ledger, LOCAL).deliver_due()

    (got,) = there.got
    assert got.json["fact"]["type"] == "producer.enrolled/1"
    (listed,) = client.get("/v1/webhooks").json()["webhooks"]
    assert listed == client.get(f"/v1/webhooks/{webhook['id']}").json()
    assert "secret" not in listed
    assert (listed["waiting"], listed["delivered"], listed["failed"], listed["types"]) == (0, 1, 0, ["producer."])
    answer = client.get(f"/v1/webhooks/{webhook['id']}/deliveries").json()
    assert [(each["id"], each["state"], each["status"]) for each in answer["deliveries"]] == [
        (got.headers["chaski-delivery"], "delivered", 204)
    ]
    assert answer["next"] is None


def test_deliveries_come_page_by_page(world: World, client: TestClient, there: Receiver) -> None:
    webhook = made(client, there)
    state(world, *world.farm(1))
    path: str | None = f"/v1/webhooks/{webhook['id']}/deliveries?limit=2&state=waiting"
    indexes: list[int] = []
    while path:
        answer = client.get(path).json()
        indexes += [each["index"] for each in answer["deliveries"]]
        path = answer["next"]

    assert len(indexes) == 3
    assert indexes == sorted(set(indexes))


def test_a_webhook_is_tried_out_at_once(client: TestClient) -> None:
    with receiver(status(204), status(500)) as there:
        webhook = made(client, there)

        well = client.post(f"/v1/webhooks/{webhook['id']}:test").json()
        ill = client.post(f"/v1/webhooks/{webhook['id']}:test").json()

    assert (well["delivered"], well["status"], well["problem"]) == (True, 204, None)
    assert (ill["delivered"], ill["status"], ill["problem"]) == (False, 500, "webhook-refused")
    first = there.got[0]
    assert first.json["event"] == first.headers["chaski-event"] == "test"
    moment = int(first.headers["chaski-signature"].partition(",")[0].removeprefix("t="))
    assert is_genuine(webhook["secret"], first.headers["chaski-signature"], first.body, moment)


def test_another_party_s_webhook_is_unknown(world: World, client: TestClient, there: Receiver) -> None:
    webhook = made(client, there)
    with client_of(world, world.buyer) as other:
        assert other.get("/v1/webhooks").json() == {"webhooks": []}
        for method, path in (
            ("GET", ""),
            ("GET", "/deliveries"),
            ("POST", ":test"),
            ("DELETE", ""),
        ):
            answer = other.request(method, f"/v1/webhooks/{webhook['id']}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "webhook-unknown")

    assert there.got == []
    assert client.delete(f"/v1/webhooks/{webhook['id']}").status_code == 204
    assert client.delete(f"/v1/webhooks/{webhook['id']}").status_code == 404
    assert client.get("/v1/webhooks").json() == {"webhooks": []}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "field-missing"),
        ([], "webhook-malformed"),
        ({"url": "https://x.example/", "events": ["fact.recorded"], "secret": "mine"}, "field-unknown"),
        ({"url": 7, "events": ["fact.recorded"]}, "item-malformed"),
        ({"url": "https://x.example/", "events": "fact.recorded"}, "item-malformed"),
        ({"url": "https://x.example/", "events": [1]}, "item-malformed"),
        ({"url": "https://x.example/", "events": []}, "event-unknown"),
        ({"url": "https://x.example/", "events": ["fact.told"]}, "event-unknown"),
        ({"url": "https://x.example/", "events": ["fact.recorded"], "types": ["LOT"]}, "event-filter-malformed"),
        ({"url": "http://x.example/", "events": ["fact.recorded"]}, "webhook-url"),
        ({"url": "https://a:b@x.example/", "events": ["fact.recorded"]}, "webhook-url"),
        ({"url": "https://169.254.169.254/", "events": ["fact.recorded"]}, "webhook-address"),
    ],
)
def test_what_cannot_be_a_webhook_is_refused(client: TestClient, body: Any, code: str) -> None:
    for language in ("es", "en"):
        answer = client.post("/v1/webhooks", json=body, headers={"accept-language": language})

        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert all(problem["detail"] and problem["remedy"] for problem in answer.json()["problems"])


def test_only_json_is_taken(client: TestClient) -> None:
    assert client.post("/v1/webhooks", content=b"url=x").status_code == 415


def test_this_machine_is_no_address_unless_the_operator_says_so(world: World, there: Receiver) -> None:
    with client_of(world, world.coop, Settings()) as strict:
        answer = strict.post("/v1/webhooks", json={"url": there.url(), "events": ["fact.recorded"]})
        assert answer.json()["code"] == "webhook-url"
        for host in ("127.0.0.1", "[::1]"):
            answer = strict.post("/v1/webhooks", json={"url": f"https://{host}/", "events": ["fact.recorded"]})
            assert answer.json()["code"] == "webhook-address"
