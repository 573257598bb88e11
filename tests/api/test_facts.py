"""Stating facts over HTTP: what is accepted, repeated, refused, and how that is said."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from tests.api.forging import envelope, jws, statement
from tests.api.stand_in import StandIn

JOSE = {"content-type": "application/jose"}


def test_a_signed_fact_is_accepted_and_its_repetition_gets_the_first_receipt(
    client: TestClient, headers: dict[str, str]
) -> None:
    first = client.post("/v1/facts", content=statement(), headers=headers | JOSE)
    again = client.post("/v1/facts", content=statement(), headers=headers | JOSE)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() | {"status": "duplicate"} == again.json()
    assert first.json()["receipt"] == "/v1/facts/T1K8W5ZBC4X7Q2M9/receipt"


def test_the_same_id_with_another_body_is_a_conflict(client: TestClient, headers: dict[str, str]) -> None:
    client.post("/v1/facts", content=statement(), headers=headers | JOSE)
    other = statement(nonce="BBBBBBBBBBBBBBBBBBBBBA")

    answer = client.post("/v1/facts", content=other, headers=headers | JOSE)

    assert answer.status_code == 409
    assert answer.json()["code"] == "id-conflict"


def test_each_item_of_a_batch_is_accepted_or_refused_alone(client: TestClient, headers: dict[str, str]) -> None:
    batch = {"statements": [statement().decode(), "no.jws", statement(id="X6ACD5Y8R3N0V2M9").decode()]}

    answer = client.post("/v1/facts", json=batch, headers=headers)

    assert answer.status_code == 200
    assert [item["status"] for item in answer.json()["results"]] == ["accepted", "refused", "accepted"]
    assert answer.json()["results"][1]["problems"][0]["code"] == "jws-malformed"
    assert {k: v for k, v in answer.json().items() if k != "results"} == {
        "accepted": 2,
        "duplicates": 0,
        "checked": 0,
        "refused": 1,
    }


def test_a_batch_that_is_written_whole_is_created(client: TestClient, headers: dict[str, str]) -> None:
    facts = [{"id": "T1K8W5ZBC4X7Q2M9", "fact": "x"}, {"id": "X6ACD5Y8R3N0V2M9", "fact": "x"}]

    first = client.post("/v1/facts", json={"facts": facts}, headers=headers)
    again = client.post("/v1/facts", json={"facts": facts}, headers=headers)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["duplicates"] == 2


def test_a_batch_refused_whole_is_unprocessable_and_still_has_its_results(
    client: TestClient, headers: dict[str, str]
) -> None:
    answer = client.post("/v1/facts", json={"statements": ["no.jws", "none"]}, headers=headers)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [item["status"] for item in answer.json()["results"]] == ["refused", "refused"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[]", "batch-malformed"),
        (b"{}", "batch-malformed"),
        (b'{"facts":[]}', "batch-malformed"),
        (b'{"facts":[{}],"statements":["x"]}', "batch-malformed"),
        (b'{"facts":[{}],"more":1}', "field-unknown"),
        (b'{"facts":[1]}', "item-malformed"),
        (b'{"statements":[{}]}', "item-malformed"),
        (b'{"facts":[' + b"{}," * 1000 + b"{}]}", "batch-too-long"),
        (b'{"facts":[{"a":1,"a":2}]}', "json-duplicate-key"),
        (b'{"facts":[{"a":1.0}]}', "json-float"),
        (b'{"facts":[{"a":1e2}]}', "json-float"),
        (b'{"facts":[{"a":9007199254740992}]}', "json-integer-range"),
        (b'{"facts":[{"a":NaN}]}', "json-not-finite"),
        (b'{"facts":[{"a":-Infinity}]}', "json-not-finite"),
        (b'\xef\xbb\xbf{"facts":[{}]}', "json-bom"),
        ('{"facts":[{}]}'.encode("utf-16-le"), "json-encoding"),
        (b'{"facts":[{"a":"\\ud800"}]}', "json-surrogate"),
        (b'{"facts":[{"a":"\\u0000"}]}', "json-nul"),
        ('{"facts":[{"a":"e\u0301"}]}'.encode(), "json-not-nfc"),
        (b'{"facts":[' + b"[" * 40 + b"]" * 40 + b"]}", "json-too-deep"),
        (b'{"facts":[[' + b"1," * 2500 + b"1]]}", "json-list-too-long"),
        (b'{"facts":[', "json-malformed"),
    ],
)
def test_a_batch_the_strict_loader_refuses_is_named(
    client: TestClient, headers: dict[str, str], body: bytes, code: str
) -> None:
    answer = client.post("/v1/facts", content=body, headers=headers | {"content-type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["code"] == code


# A 64-byte signature leaves four bits of its last character without meaning: fifteen more spellings of it.
OTHER_SPELLING = {b"A": b"B", b"Q": b"R", b"g": b"h", b"w": b"x"}


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


CANONICAL = orjson.dumps(envelope(), option=orjson.OPT_SORT_KEYS)
MALFORMED = {
    "json-duplicate-key": CANONICAL.replace(b'{"at"', b'{"at":"2026-08-01T12:00:00-05:00","at"', 1),
    "json-float": CANONICAL.replace(b'"sample-failed"', b"1.5"),
    "json-float ": CANONICAL.replace(b'"sample-failed"', b"1E3"),
    "json-integer-range": CANONICAL.replace(b'"sample-failed"', b"9007199254740992"),
    "json-not-finite": CANONICAL.replace(b'"sample-failed"', b"NaN"),
    "json-not-finite ": CANONICAL.replace(b'"sample-failed"', b"Infinity"),
    "json-bom": b"\xef\xbb\xbf" + CANONICAL,
    "json-encoding": CANONICAL.decode().encode("utf-16-le"),
    "json-surrogate": CANONICAL.replace(b"sample-failed", b"\\ud800"),
    "json-nul": CANONICAL.replace(b"sample-failed", b"\\u0000"),
    "json-not-nfc": CANONICAL.replace(b"sample-failed", "e\u0301".encode()),
    "field-unknown": orjson.dumps(envelope(wish=1), option=orjson.OPT_SORT_KEYS),
    "json-too-deep": orjson.dumps(envelope(seen=deep(33)), option=orjson.OPT_SORT_KEYS),
    "json-too-large": orjson.dumps(envelope(hand="x" * 262_144), option=orjson.OPT_SORT_KEYS),
    "json-list-too-long": orjson.dumps(envelope(seen=[1] * 2501), option=orjson.OPT_SORT_KEYS),
    "json-not-canonical": CANONICAL.replace(b":", b": ", 1),
    "fact-unknown": orjson.dumps(envelope(fact="lot.dreamt/1"), option=orjson.OPT_SORT_KEYS),
    "field-missing": orjson.dumps(envelope(nonce=None), option=orjson.OPT_SORT_KEYS),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_statement_the_log_format_refuses_is_named(client: TestClient, headers: dict[str, str], name: str) -> None:
    code = name.strip()

    answer = client.post("/v1/facts", content=jws(MALFORMED[name]), headers=headers | JOSE)

    assert answer.json()["code"] == code
    assert answer.status_code == (413 if code == "json-too-large" else 400)
    assert answer.json()["problems"][0]["remedy"]


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (lambda good: b"x" + good, "jws-encoding"),
        (lambda good: good.replace(b".", b"", 1), "jws-malformed"),
        (lambda good: good[:-1] + OTHER_SPELLING[good[-1:]], "jws-encoding"),
        (lambda good: good.rpartition(b".")[0] + b".AAAA", "jws-signature-length"),
        (lambda good: b"e30" + good[good.index(b".") :], "jws-header"),
        (lambda good: good + b"~WyJhIl0", "disclosure-malformed"),
    ],
    ids=["prefix", "two-parts", "other-spelling", "cut", "no-kid", "stray-disclosure"],
)
def test_a_forged_envelope_around_a_good_payload_is_named(
    client: TestClient, headers: dict[str, str], forge: Any, code: str
) -> None:
    answer = client.post("/v1/facts", content=forge(statement()), headers=headers | JOSE)

    assert answer.status_code == 400
    assert answer.json()["code"] in {code, "jws-header"}


def test_checking_judges_and_writes_nothing(client: TestClient, headers: dict[str, str], stand_in: StandIn) -> None:
    one = client.post("/v1/facts:check", content=statement(), headers=headers | JOSE)
    batch = {"statements": [statement().decode(), "no.jws"]}
    two = client.post("/v1/facts:check", json=batch, headers=headers)

    assert (one.status_code, one.json()["results"][0]["status"]) == (200, "checked")
    assert [item["status"] for item in two.json()["results"]] == ["checked", "refused"]
    assert stand_in.stated == []


def test_a_full_queue_says_when_to_come_back(client: TestClient, headers: dict[str, str], stand_in: StandIn) -> None:
    stand_in.full = True

    one = client.post("/v1/facts", content=statement(), headers=headers | JOSE)
    batch = client.post("/v1/facts", json={"statements": [statement().decode()]}, headers=headers)

    for answer in (one, batch):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["code"] == "queue-full"


def test_too_large_a_request_is_refused_before_and_while_it_is_read(
    client: TestClient, headers: dict[str, str]
) -> None:
    megabytes = b"x" * (1024 * 1024 + 1)

    said = client.post("/v1/facts", content=megabytes, headers=headers | JOSE)
    unsaid = client.post("/v1/facts", content=iter([megabytes[:700_000], megabytes[:700_000]]), headers=headers | JOSE)

    assert (said.status_code, unsaid.status_code) == (413, 413)
    assert said.json()["code"] == unsaid.json()["code"] == "request-too-large"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_content_is_not_taken(client: TestClient, headers: dict[str, str], kind: str) -> None:
    answer = client.post("/v1/facts", content=b"{}", headers=headers | {"content-type": kind})

    assert (answer.status_code, answer.json()["code"]) == (415, "content-type")


def test_compressed_content_is_not_taken(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/v1/facts", content=b"x", headers=headers | JOSE | {"content-encoding": "gzip"})

    assert (answer.status_code, answer.json()["code"]) == (415, "content-encoding")


def test_a_misspelt_flag_is_not_ignored(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/v1/facts?atomic=yes", json={"facts": [{"id": "A"}]}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "parameter-malformed")


def test_facts_that_arrive_together_are_offered_together(client: TestClient, headers: dict[str, str]) -> None:
    import asyncio

    import httpx2

    async def together() -> list[int]:
        transport = httpx2.ASGITransport(app=client.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://ledger") as many:
            posts = [
                many.post(
                    "/v1/facts",
                    content=statement(id=f"T1K8W5ZBC4X7Q{number:03d}"),
                    headers=headers | JOSE,
                )
                for number in range(60)
            ]
            return [answer.status_code for answer in await asyncio.gather(*posts)]

    statuses = asyncio.run(together())

    assert statuses == [201] * 60
    stand_in = client.app.state.desk.ledger  # type: ignore[attr-defined]
    assert sum(stand_in.offers) == 60
    assert len(stand_in.offers) < 30
