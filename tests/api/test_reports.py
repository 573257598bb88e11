"""Reports over HTTP: in three forms, for tokens that may read reports or lots, stamped with the log they came from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from ledger.settings import Settings
from tests.api import world as worlds
from tests.api.telling import pooled_lot
from tests.api.world import World


@pytest.fixture
def told(tmp_path: Path) -> Iterator[World]:
    world = worlds.found(tmp_path)
    with world.ledger:
        pooled_lot(world, 3)
        yield world
        world.ledger.verify()


@pytest.fixture
def client(told: World) -> Iterator[TestClient]:
    with TestClient(create_app(told.ledger, Settings())) as client:
        yield client


def headers(world: World, scope: str = "reports:read") -> dict[str, str]:
    token = world.ledger.create_token(party=world.coop, scopes=[scope], days=1, label="tests")
    return {"authorization": f"Bearer {token}", "accept-language": "es"}


def test_a_report_is_json_unless_asked_otherwise(told: World, client: TestClient) -> None:
    head = told.ledger.head()
    answer = client.get("/v1/reports/passbook", params={"party": told.coop}, headers=headers(told))
    assert answer.status_code == 200
    found = answer.json()
    assert (found["title"], found["log"]["size"], found["log"]["root"]) == ("Libreta del socio", head.size, head.root)
    assert answer.headers["chaski-log"] == f"{head.size} {head.root}"
    assert answer.headers["chaski-report"] == found["version"]
    deliveries = next(table for table in found["tables"] if table["table"] == "deliveries")
    assert len(deliveries["rows"]) == 3


def test_a_report_is_a_file_for_spreadsheets(told: World, client: TestClient) -> None:
    asked = {"party": told.coop, "season": "2026", "at": "2026-08-01"}
    table = client.get(
        "/v1/reports/approved-producers", params=asked | {"format": "csv", "table": "others"}, headers=headers(told)
    )
    assert table.headers["content-type"].startswith("text/csv")
    assert "Productor (id)" in table.text
    book = client.get("/v1/reports/approved-producers", params=asked | {"format": "xlsx"}, headers=headers(told))
    assert book.content.startswith(b"PK")
    assert book.headers["content-disposition"].endswith('.xlsx"')
    again = client.get("/v1/reports/approved-producers", params=asked | {"format": "xlsx"}, headers=headers(told))
    assert again.content == book.content


def test_an_earlier_size_is_answered_as_it_was(told: World, client: TestClient) -> None:
    size = told.ledger.head().size
    asked = {"at": "2026-08-01", "size": str(size)}
    first = client.get("/v1/reports/corrections", params=asked, headers=headers(told)).json()
    told.ledger.state(
        told.unsigned("lot.harvested/1", told.delivery(1, 500, lot=worlds.thing("later"), receipt="L-1")),
        party=told.coop,
    )
    assert client.get("/v1/reports/corrections", params=asked, headers=headers(told)).json() == first


@pytest.mark.parametrize("scope", ["reports:read", "lots:read"])
def test_who_may_read_lots_or_reports_may_read_reports(told: World, client: TestClient, scope: str) -> None:
    assert client.get("/v1/reports/corrections", headers=headers(told, scope)).status_code == 200


def test_others_may_not(told: World, client: TestClient) -> None:
    assert client.get("/v1/reports/corrections").json()["code"] == "token-missing"
    refused = client.get("/v1/reports/corrections", headers=headers(told, "facts:read"))
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/reports/harvest", 404, "report-unknown"),
        ("/v1/reports/approved-producers", 400, "report-question-incomplete"),
        ("/v1/reports/corrections?format=csv&table=lots", 404, "report-table-unknown"),
        ("/v1/reports/corrections?at=2026-02-30", 400, "day-malformed"),
        ("/v1/reports/corrections?size=100000", 404, "size-unknown"),
    ],
)
def test_what_cannot_be_answered_is_said_by_name(
    told: World, client: TestClient, path: str, status: int, code: str
) -> None:
    answer = client.get(path, headers=headers(told))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
