"""The description of the API: complete, with examples that the strict loader takes, and true of the answers."""

from __future__ import annotations

from dataclasses import fields

import orjson
import pytest
from starlette.testclient import TestClient

from api import examples
from ledger import canonical
from ledger.facts import known_types
from ledger.queries import Claim, ClaimReason, LotClaims, Paper, ReasonTotal
from ledger.statement import parse_fact
from ledger.words.reasons import say_reason


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


def test_the_example_of_claims_has_the_shape_of_the_answer() -> None:
    claims = examples.CLAIMS["claims"]
    words = {"words"}

    assert set(examples.CLAIMS) == {each.name for each in fields(LotClaims)}
    for claim in claims:
        assert set(claim) == {each.name for each in fields(Claim)}
        assert all(set(paper) == {each.name for each in fields(Paper)} for paper in claim["papers"])
        assert all(set(reason) - words == {each.name for each in fields(ClaimReason)} for reason in claim["reasons"])
        assert all(set(total) - words == {each.name for each in fields(ReasonTotal)} for total in claim["totals"])
        for reason in (*claim["reasons"], *claim["totals"]):
            assert reason["words"] == say_reason(reason["code"], "en")
