"""Audits over HTTP: a token sees through grants alone, and what it was shown can be hashed against the log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from api.app import create_app
from ledger.settings import Settings
from tests.rules.test_audits import SEED, ending, granted, opened
from tests.world import Party, World

ALL = ["fact", "trace-back", "trace-forward", "mass-balance", "population"]
YEAR = {"from": "2026-01-01", "to": "2026-12-31"}


class Bench:
    """A valley with a co-operative and an auditor, and a server over it."""

    def __init__(self, world: World, client: TestClient) -> None:
        self.world = world
        self.client = client
        self.coop, self.auditor = world.coop(), world.certifier()
        self.farm = world.farm(self.coop)
        self.lot = world.deliver(self.farm, 50_000, self.coop)

    def get(self, path: str, by: Party | None = None, /, **query: str) -> Response:
        """Ask with a token of a party, the auditor's unless said."""
        ledger = self.world.ledger
        party = (by or self.auditor).id
        token = ledger.create_token(party=party, scopes=("audits:read",), days=1, label="tests")
        headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
        return self.client.get(f"/v1/audits{path}", params=query, headers=headers)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    world = World.begin(tmp_path, database=str(tmp_path / "chaski.db"))
    with TestClient(create_app(world.ledger, Settings())) as client:
        yield Bench(world, client)
        world.end()


def paths(bench: Bench) -> dict[str, dict[str, str]]:
    """Every look, with its query."""
    statement = bench.world.lot(bench.lot).statement
    return {
        f"/facts/{statement}": {},
        f"/trace-back/{bench.lot}": {},
        f"/trace-forward/{bench.farm.producer}": {},
        f"/mass-balance/{bench.coop.place}": YEAR,
        f"/population/{bench.coop.id}": {"of": "producers", **YEAR},
    }


def test_without_access_every_look_is_refused_in_the_same_words(bench: Bench) -> None:
    missing = "Z" * 16
    unknown: dict[str, dict[str, str]] = {
        "/facts/" + "ab" * 32: {},
        f"/trace-back/{missing}": {},
        f"/trace-forward/{missing}": {},
    }
    bodies = set()
    for path, query in (
        *paths(bench).items(),
        *unknown.items(),
        (f"/mass-balance/{missing}", YEAR),
        (f"/{missing}", {}),
    ):
        answer = bench.get(path, **query)
        assert answer.status_code == 403, (path, answer.text)
        told = answer.json()
        told.pop("request_id")
        bodies.add(str(told))
    assert len(bodies) == 1
    assert "access-not-granted" in bodies.pop()


def test_what_was_shown_is_in_the_log_by_its_digest(bench: Bench) -> None:
    grant = granted(bench.world, bench.coop, bench.auditor, looks=ALL)
    for path, query in paths(bench).items():
        answer = bench.get(path, **query)
        assert answer.status_code == 200, answer.text
        headers, content = answer.headers, answer.content
        body = bench.world.ledger.fact(headers["chaski-access"]).envelope["body"]
        assert isinstance(body, dict)
        assert body["answer"] == hashlib.sha256(content).hexdigest()
        assert (body["grant"], headers["chaski-grant"]) == (grant, grant)
        assert str(body["log_size"]) == headers["chaski-log-size"]
        assert headers["cache-control"] == "no-store"
    for party in (bench.auditor, bench.coop):
        uses = bench.get(f"/grants/{grant}/uses", party).json()["uses"]
        assert [use["look"] for use in uses] == ALL


def test_access_that_ended_is_closed_for_the_very_next_request(bench: Bench) -> None:
    grant = granted(bench.world, bench.coop, bench.auditor)
    assert bench.get(f"/trace-back/{bench.lot}").status_code == 200
    bench.world.say(ending(bench.world, bench.coop, grant))
    assert bench.get(f"/trace-back/{bench.lot}").status_code == 403


def test_its_own_a_party_sees_without_a_record(bench: Bench) -> None:
    for path, query in paths(bench).items():
        answer = bench.get(path, bench.coop, **query)
        assert answer.status_code == 200, answer.text
        assert "chaski-access" not in answer.headers


def test_to_its_operator_a_thing_that_is_not_there_is_not_found(bench: Bench) -> None:
    assert bench.get(f"/trace-back/{'Z' * 16}", bench.world.operator).status_code == 404
    assert bench.get(f"/trace-back/{bench.lot}", size="90000").status_code == 404


def test_days_that_are_none_are_refused(bench: Bench) -> None:
    about = f"/mass-balance/{bench.coop.id}"
    assert bench.get(about, bench.coop, **{"from": "2026-02-30", "to": "2026-03-01"}).status_code == 400
    reversed_days = bench.get(about, bench.coop, **{"from": "2026-03-02", "to": "2026-03-01"})
    assert (reversed_days.status_code, reversed_days.json()["code"]) == (400, "period-reversed")


def test_an_audit_from_its_seed_to_a_sample_drawn_again(bench: Bench) -> None:
    world = bench.world
    audit = opened(world, bench.auditor, bench.coop)
    from ledger.audit.fieldwork.samples import Drawing, draw_sample

    asked = Drawing(audit, bench.coop.id, "producers", "re-inspection", SEED, "eu-re-inspection", "risk")
    sample = draw_sample(world.ledger, asked).body(world.new_id("sample"))
    world.say(world.draft("sample.drawn", sample, bench.auditor))
    for party in (bench.auditor, bench.coop):
        view = bench.get(f"/{audit}", party).json()
        assert [each["drawn"] for each in view["samples"]] == [sample["drawn"]]
        check = bench.get(f"/samples/{sample['sample']}", party).json()
        assert check["problems"] == []
        assert [each["thing"] for each in check["again"]["drawn"]] == sample["drawn"]
    stranger = world.mill()
    assert bench.get(f"/samples/{sample['sample']}", stranger).status_code == 403
    listed = bench.get("").json()["audits"]
    assert [each["audit"] for each in listed] == [audit]
    assert bench.get("", stranger).json()["audits"] == []
