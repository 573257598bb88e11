"""Before a delivery is stated, the scale is told over HTTP how it fits the estimate, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from ledger.settings import Settings
from tests.api import world as worlds
from tests.api.world import OPENED, World, thing


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = worlds.found(tmp_path)
    with world.ledger:
        yield world


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    token = world.ledger.create_token(party=world.coop, scopes=("facts:write", "facts:read"), days=1, label="tests")
    with TestClient(create_app(world.ledger, Settings()), headers={"authorization": f"Bearer {token}"}) as client:
        estimate = {
            "estimate": thing("estimate"),
            "grown": thing("plot 1"),
            "commodity": "coffee",
            "form": "dry-parchment",
            "season": "2026",
            "grams": 100_000,
            "method": "declared",
        }
        facts = [*world.farm(1), world.unsigned("estimate.made/1", estimate, at=OPENED)]
        answer = client.post("/v1/facts", json={"facts": facts})
        assert answer.status_code in {200, 201}, answer.text
        yield client


@pytest.mark.parametrize(
    ("grams", "level", "permille"), [(100_000, "green", 1000), (110_000, "amber", 1100), (110_001, "red", 1101)]
)
def test_a_dry_run_answers_with_colour_and_numbers(
    world: World, client: TestClient, grams: int, level: str, permille: int
) -> None:
    fact = world.unsigned("lot.harvested/1", world.delivery(1, grams))
    answer = client.post("/v1/facts:check", json={"facts": [fact]}, headers={"accept-language": "en"})

    found = answer.json()["results"][0]["plausibility"]
    assert (found["level"], found["permille"], found["grown"]) == (level, permille, thing("plot 1"))
    assert (found["delivered_grams"], found["this_grams"], found["estimated_grams"]) == (0, grams, 100_000)
    assert f"{grams} g" in found["title"]
    assert f"{permille // 10}.{permille % 10} %" in found["title"]


def test_the_colour_is_said_in_spanish(world: World, client: TestClient) -> None:
    fact = world.unsigned("lot.harvested/1", world.delivery(1, 120_000))
    answer = client.post("/v1/facts:check", json={"facts": [fact]}, headers={"accept-language": "es"})

    assert answer.json()["results"][0]["plausibility"]["title"].startswith("Con esta entrega, 120000 g, muy por encima")


def test_only_a_dry_run_and_only_a_delivery_with_an_estimate_has_a_colour(world: World, client: TestClient) -> None:
    client.post("/v1/facts", json={"facts": world.farm(2)})
    unknown = world.unsigned("lot.harvested/1", world.delivery(2, 1_000))
    assert "plausibility" not in client.post("/v1/facts:check", json={"facts": [unknown]}).json()["results"][0]
    stated = client.post("/v1/facts", json={"facts": [world.unsigned("lot.harvested/1", world.delivery(1, 1_000))]})
    assert "plausibility" not in stated.json()["results"][0]


def test_a_plot_with_its_axes_swapped_is_refused_in_words_without_its_place(world: World, client: TestClient) -> None:
    sealed = {"/geometry": {"type": "Point", "coordinates": ["-5.81234", "-77.51234"]}}
    plot = {"plot": thing("plot 9"), "area_m2": 12_000, "district": "Pardo Miguel"}
    fact = world.unsigned("plot.mapped/1", plot, sealed=sealed)
    answer = client.post("/v1/facts", json={"facts": [fact]}, headers={"accept-language": "es"})

    assert answer.status_code == 422
    assert "axes-swapped" in answer.text
    assert "81234" not in answer.text
    assert "51234" not in answer.text
