"""The description of the API: complete, with examples that the strict loader takes, and true of the answers."""

from __future__ import annotations

import orjson
import pytest
from starlette.testclient import TestClient

from api import examples
from ledger import canonical
from ledger.facts import known_types
from ledger.statement import parse_fact


def test_every_fact_is_described(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()

    described = {each["title"] for each in schema["components"]["schemas"]["UnsignedFact"]["oneOf"]}
    assert described == set(known_types())


def test_every_reference_leads_somewhere(client: TestClient) -> None:
    text = client.get("/openapi.json").text
    schemas = orjson.loads(text)["components"]["schemas"]

    import re

    for name in set(re.findall(r'"#/components/schemas/([^"]+)"', text)):
        assert name in schemas


@pytest.mark.parametrize("name", examples.FACTS)
def test_the_examples_are_facts(name: str) -> None:
    fact = examples.FACTS[name]
    body = dict(fact["body"])
    for pointer in fact.get("sealed", {}):
        body[pointer.strip("/")] = "A" * 43

    parse_fact(fact["fact"], body)
    canonical.load(orjson.dumps(fact))


def test_no_documentation_page_loads_scripts_from_elsewhere(client: TestClient) -> None:
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404
