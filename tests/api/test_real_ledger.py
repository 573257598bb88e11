"""The whole way over HTTP with nothing put in its place: state, read, prove, page, and what the rules refuse."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from ledger import canonical
from ledger.keys import SigningKey
from ledger.log import (
    TileId,
    TlogProof,
    VerifierKey,
    node_hash,
    open_checkpoint,
    parse_bundle,
    verify_consistency,
    verify_proof,
)
from ledger.settings import Settings
from tests.api import world as worlds
from tests.api.telling import pooled_lot
from tests.api.world import World, thing

JOSE = {"content-type": "application/jose"}
SCOPES = ("facts:write", "facts:read", "lots:read", "documents:write", "metrics:read")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = worlds.found(tmp_path)
    with world.ledger:
        yield world


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    token = world.ledger.create_token(party=world.coop, scopes=SCOPES, days=1, label="tests")
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    with TestClient(create_app(world.ledger, Settings()), headers=headers) as client:
        yield client


def state(client: TestClient, *facts: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    answer = client.post("/v1/facts", json={"facts": list(facts)}, params=query)
    assert answer.status_code in {200, 201}, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    assert [result["status"] for result in results] == ["accepted"] * len(facts), answer.text
    return results


def pool(world: World, client: TestClient, farms: int = 6) -> str:
    """So many farms deliver 100 kg each; everything is dried into one lot."""
    for number in range(farms):
        state(client, *world.farm(number))
    state(client, *(world.unsigned("lot.harvested/1", world.delivery(number, 100_000)) for number in range(farms)))
    pooled = thing("pooled")
    body = {
        "commodity": "coffee",
        "process": "pooling",
        "facility": world.acopio,
        "inputs": [{"lot": thing(f"lot {number}"), "grams": 100_000} for number in range(farms)],
        "outputs": [{"lot": pooled, "form": "dry-parchment", "kind": "main", "grams": 100_000 * farms}],
    }
    state(client, world.unsigned("lot.transformed/1", body, at="2026-06-20T09:00:00-05:00"))
    return pooled


def test_from_the_scale_to_a_page_that_can_be_checked(world: World, client: TestClient) -> None:
    lot = pool(world, client)

    page = client.get(f"/L/{lot}", headers={"accept": "application/json"}).json()

    assert page["amount"] == 600_000
    assert page["families"] == {"count": 6, "fewer_than": None}
    assert page["districts"] == ["Pardo Miguel"]
    assert page["harvest"] == {"from": "2026-05-20", "to": "2026-06-02"}
    assert page["said_by"] == ["Cooperativa Inventada"]
    assert client.get(f"/L/{lot}", headers={"accept": "text/html"}).status_code == 200
    # and a stranger with the log's key alone checks the receipt against the entry.
    receipt = client.get(page["proof"]["receipt"]).content
    entry = client.get(page["proof"]["entry"]).content
    proven = verify_proof(receipt, entry, VerifierKey.parse(page["proof"]["verifier_key"]))
    assert proven.entry.index == page["proof"]["index"]
    assert proven.entry.statement.hex() == page["proof"]["statement"]
    world.ledger.verify()


def test_a_signed_statement_and_its_replay(world: World, client: TestClient) -> None:
    fact = world.signed("party.registered/1", {"party": thing("x"), "kind": "buyer", "country": "PE", "name": "X"})
    held = world.farm(1)
    state(client, *held)
    delivery = world.signed("lot.harvested/1", world.delivery(1, 50_000))

    first = client.post("/v1/facts", content=delivery, headers=JOSE)
    again = client.post("/v1/facts", content=delivery, headers=JOSE)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["index"] == again.json()["index"]
    assert client.post("/v1/facts", content=fact, headers=JOSE).json()["code"] == "role-required"
    record = client.get(f"/v1/facts/{first.json()['id']}").json()
    assert (record["jws"], record["fact"]) == (delivery.decode(), "lot.harvested/1")
    assert client.get(f"/v1/facts/{first.json()['digest']}").json() == record
    receipt = client.get(first.json()["receipt"])
    assert receipt.headers["content-type"].startswith("text/plain")
    assert TlogProof.parse(receipt.content).index == first.json()["index"]


def test_an_unsigned_fact_repeated_is_the_same_fact_and_changed_is_a_conflict(world: World, client: TestClient) -> None:
    farm = world.farm(1)
    first = state(client, *farm)

    again = client.post("/v1/facts", json={"facts": farm})
    changed = client.post("/v1/facts", json={"facts": [{**farm[0], "at": "2026-05-02T08:00:00-05:00"}]})

    assert (again.status_code, again.json()["duplicates"]) == (200, 3)
    assert [each["index"] for each in again.json()["results"]] == [each["index"] for each in first]
    assert (changed.status_code, changed.json()["code"]) == (409, "id-conflict")


def refusals(world: World) -> dict[str, tuple[bytes, int]]:
    stranger = SigningKey.from_seed(b"s" * 32)
    good = world.signed("lot.harvested/1", world.delivery(1, 50_000))
    forged = good.rpartition(b".")[0] + b"." + canonical.b64url(bytes(64)).encode()
    own = world.key
    world.key = stranger
    unknown_key = world.signed("lot.harvested/1", world.delivery(1, 50_000))
    world.key = own
    taken = {"inputs": [{"lot": thing("lot 1"), "grams": 100_001}], "outputs": []}
    taken["outputs"] = [{"lot": thing("more"), "form": "dry-parchment", "kind": "main", "grams": 100_001}]
    more = {"commodity": "coffee", "process": "pooling", "facility": world.acopio, **taken}
    return {
        "signature-invalid": (forged, 422),
        "key-unknown": (unknown_key, 422),
        "key-not-of-party": (world.signed("lot.harvested/1", world.delivery(1, 5), by=world.buyer), 422),
        "statement-wrong-log": (world.signed("lot.harvested/1", world.delivery(1, 5), log="other.example/log/x"), 422),
        "lot-unknown": (
            world.signed("lot.lost/1", {"lot": thing("nowhere"), "grams": 1, "kind": "theft"}),
            422,
        ),
        "lot-restated-differently": (world.signed("lot.harvested/1", world.delivery(1, 70_000), name="again"), 409),
        "net-differs": (
            world.signed("lot.harvested/1", world.delivery(1, 5, lot=thing("new"), net=6)),
            422,
        ),
        "book-overdrawn": (world.signed("lot.transformed/1", more), 422),
    }


@pytest.mark.parametrize(
    "code",
    [
        "signature-invalid",
        "key-unknown",
        "key-not-of-party",
        "statement-wrong-log",
        "lot-unknown",
        "lot-restated-differently",
        "net-differs",
        "book-overdrawn",
    ],
)
def test_what_the_rules_refuse_is_named_and_writes_nothing(world: World, client: TestClient, code: str) -> None:
    state(client, *world.farm(1), world.unsigned("lot.harvested/1", world.delivery(1, 100_000)))
    size = world.ledger.head().size
    statement, status = refusals(world)[code]

    answer = client.post("/v1/facts", content=statement, headers=JOSE)

    assert code in [problem["code"] for problem in answer.json()["problems"]], answer.text
    assert answer.status_code == status
    assert world.ledger.head().size == size


def test_a_lot_is_not_dispatched_twice(world: World, client: TestClient) -> None:
    state(client, *world.farm(1), world.unsigned("lot.harvested/1", world.delivery(1, 100_000)))
    body = {"receiver": world.buyer, "lots": [{"lot": thing("lot 1"), "grams": 100_000}], "facility": world.acopio}
    state(client, world.unsigned("lot.dispatched/1", {"dispatch": thing("first"), **body}))

    again = client.post(
        "/v1/facts", json={"facts": [world.unsigned("lot.dispatched/1", {"dispatch": thing("second"), **body})]}
    )

    assert again.status_code == 422


def test_atomic_is_all_or_nothing(world: World, client: TestClient) -> None:
    state(client, *world.farm(1))
    size = world.ledger.head().size
    good = world.unsigned("lot.harvested/1", world.delivery(1, 100_000))
    bad = world.unsigned("lot.lost/1", {"lot": thing("nowhere"), "grams": 1, "kind": "theft"})

    refused = client.post("/v1/facts?atomic=true", json={"facts": [good, bad]})
    malformed = client.post("/v1/facts?atomic=true", json={"facts": [good, {**good, "id": "x"}]})

    assert (refused.status_code, malformed.status_code) == (422, 422)
    assert world.ledger.head().size == size
    codes = [{problem["code"] for problem in item["problems"]} for item in refused.json()["results"]]
    assert codes[0] == {"atomic-refused"}
    assert "lot-unknown" in codes[1]
    state(client, good, atomic="true")


def test_an_item_sees_the_ones_before_it(world: World, client: TestClient) -> None:
    facts = [*world.farm(1), world.unsigned("lot.harvested/1", world.delivery(1, 100_000))]

    state(client, *facts)

    assert client.get("/v1/lots").json()["lots"][0]["grams"] == 100_000


def test_checking_writes_nothing(world: World, client: TestClient) -> None:
    size = world.ledger.head().size

    answer = client.post("/v1/facts:check", json={"facts": world.farm(1)})

    assert answer.status_code == 200, answer.text
    assert [item["status"] for item in answer.json()["results"]] == ["checked"] * 3
    assert world.ledger.head().size == size


def test_the_trace_leads_back_to_every_delivery(world: World, client: TestClient) -> None:
    lot = pool(world, client, 3)

    trace = client.get(f"/v1/lots/{lot}/trace").json()
    table = client.get(f"/v1/lots/{lot}/trace?format=csv")

    assert sorted(line["delivery"] for line in trace["contributions"]) == sorted(thing(f"lot {n}") for n in range(3))
    assert sum(line["grams"] for line in trace["contributions"]) == 300_000
    assert table.headers["content-type"].startswith("text/csv")
    assert len(table.text.strip().splitlines()) == 4


def test_a_lot_as_it_was_known_before(world: World, client: TestClient) -> None:
    lot = pool(world, client, 2)
    size = world.ledger.head().size

    assert client.get(f"/v1/lots/{lot}?size={size}").status_code == 200
    assert client.get(f"/v1/lots/{lot}?size={size - 1}").status_code == 404
    assert client.get(f"/v1/lots/{lot}?size={size + 1}").status_code == 404
    assert client.get(f"/v1/lots/{lot}?size=0").status_code == 400
    assert client.get("/v1/lots/ABC").status_code == 400


def test_lots_come_in_pages(world: World, client: TestClient) -> None:
    pool(world, client, 4)

    seen: list[str] = []
    following = "/v1/lots?limit=2"
    while following:
        page = client.get(following).json()
        seen += [line["lot"] for line in page["lots"]]
        following = page["next"]

    assert sorted(seen) == sorted([thing("pooled"), *(thing(f"lot {n}") for n in range(4))])
    assert client.get("/v1/lots?commodity=cocoa").json()["lots"] == []
    assert client.get("/v1/lots?format=csv").text.startswith("lot,commodity,form")


def test_the_log_is_public_and_verifies_with_the_key_alone(world: World, client: TestClient) -> None:
    pool(world, client, 2)
    public = TestClient(client.app)
    key = VerifierKey.parse(world.ledger.verifier_key)

    note = public.get("/log/demo/checkpoint")
    checkpoint = open_checkpoint(note.content, key).checkpoint
    size = checkpoint.size
    bundle = public.get(f"/log/demo/tile/entries/000.p/{size}")
    hashes = public.get(f"/log/demo/tile/0/000.p/{size}")
    consistency = public.get(f"/log/demo/proof/consistency?old=3&new={size}")
    inclusion = public.get(f"/log/demo/proof/inclusion?index=2&size={size}")

    assert note.headers["cache-control"] == "no-cache"
    assert len(parse_bundle(TileId("entries", 0, size), bundle.content)) == size
    assert len(hashes.content) == 32 * size
    leaves = [hashes.content[32 * n : 32 * n + 32] for n in range(3)]
    root = node_hash(node_hash(leaves[0], leaves[1]), leaves[2])
    proof = [canonical.unb64(line) for line in consistency.text.splitlines()]
    verify_consistency(3, size, root, checkpoint.root, proof)
    assert all(len(canonical.unb64(line)) == 32 for line in inclusion.text.splitlines())
    for answer in (note, bundle, consistency):
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/log/other/checkpoint", 404),
        ("/log/demo/tile/0/001", 404),
        ("/log/demo/tile/0/0", 400),
        ("/log/demo/tile/0/x000/000", 400),
        ("/log/demo/tile/64/000", 400),
        ("/log/demo/tile/0/000.p/0", 400),
        ("/log/demo/tile/0/000.p/300", 400),
        ("/log/demo/tile/entries/009.p/3", 404),
        ("/log/demo/tile/..%2fcheckpoint", 400),
        ("/log/demo/proof/inclusion?index=1", 400),
        ("/log/demo/proof/inclusion?index=x&size=2", 400),
        ("/log/demo/proof/inclusion?index=5&size=2", 400),
        ("/log/demo/proof/inclusion?index=0&size=1000000", 404),
        ("/log/demo/proof/consistency?old=3&new=2", 400),
        ("/log/demo/proof/consistency?old=1&new=1000000", 404),
    ],
)
def test_what_the_log_does_not_have_is_never_200(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)

    assert answer.status_code == status, answer.text


def test_a_document_is_kept_and_found(world: World, client: TestClient) -> None:
    import hashlib

    data = b"%PDF invented" * 10_000
    digest = hashlib.sha256(data).hexdigest()

    for _ in range(2):
        answer = client.put(
            f"/v1/documents/{digest}?personal=true", content=data, headers={"content-type": "application/pdf"}
        )
        assert answer.status_code == 201, answer.text
    wrong = client.put(f"/v1/documents/{'0' * 64}", content=data, headers={"content-type": "application/pdf"})

    assert (wrong.status_code, wrong.json()["code"]) == (422, "document-digest")
    media_type, chunks = world.ledger.document(digest)
    assert (media_type, b"".join(chunks)) == ("application/pdf", data)


def test_sealed_values_leave_by_no_route(world: World, client: TestClient) -> None:
    lot = pool(world, client)
    enrolled = world.farm(1)[0]

    for path in (f"/v1/facts/{enrolled['id']}", f"/v1/lots/{lot}", f"/v1/lots/{lot}/trace", f"/L/{lot}"):
        answer = client.get(path, headers={"accept": "application/json"})
        assert answer.status_code == 200
        assert "Inventada 1" not in answer.text
    assert world.ledger.disclosures(enrolled["id"])


def test_husk_keeps_its_origin_and_carries_no_claim(world: World, client: TestClient) -> None:
    lot = pooled_lot(world, 6)
    outputs = [
        {"lot": thing("green"), "form": "green", "kind": "main", "grams": 480_000},
        {"lot": thing("husk"), "form": "husk", "kind": "by-product", "grams": 110_000},
    ]
    body = {"commodity": "coffee", "process": "hulling", "facility": world.acopio, "outputs": outputs}
    body |= {"inputs": [{"lot": lot, "grams": 600_000}], "losses": [{"kind": "moisture", "grams": 10_000}]}
    state(client, world.unsigned("lot.transformed/1", body, at="2026-06-22T09:00:00-05:00"))

    husk, green = (client.get(f"/v1/lots/{thing(name)}").json() for name in ("husk", "green"))

    assert (husk["kind"], husk["claimable"], husk["claims"], husk["families"]) == ("by-product", False, [], 6)
    assert (green["claimable"], len(green["claims"])) == (True, 3)
    assert (green["deliveries"], green["delivered"]) == (6, {"dry-parchment": 600_000})


def test_each_reason_says_whom_it_concerns(world: World, client: TestClient) -> None:
    lot = pooled_lot(world, 9)

    organic, forest, evidence = client.get(f"/v1/lots/{lot}").json()["claims"]

    assert (forest["status"], forest["covered_grams"], forest["covered_families"]) == ("not-carried", 600_000, 6)
    assert [(each["code"], each["grams"], each["families"]) for each in forest["totals"]] == [
        ("agreement-none", 300_000, 3)
    ]
    assert ("certificate-expired", 900_000, 9) in {(r["code"], r["grams"], r["families"]) for r in organic["totals"]}
    assert evidence["kind"] == "eudr"
    assert "deforestation-not-assessed" in {total["code"] for total in evidence["totals"]}


def test_claims_are_answered_for_a_day_and_for_what_was_known(world: World, client: TestClient) -> None:
    lot = pooled_lot(world, 6)
    before = world.ledger.head().size
    hold = {"hold": thing("hold"), "lots": [lot], "reason": "sample-failed"}
    state(client, world.unsigned("lot.held/1", hold, at="2026-06-21T09:00:00-05:00"))

    def codes(**query: object) -> set[str]:
        answer = client.get(f"/v1/lots/{lot}/claims", params={"at": "2026-06-22", **query})  # type: ignore[dict-item]
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["lot"], found["at"], found["grams"]) == (lot, "2026-06-22", 600_000)
        return {reason["code"] for claim in found["claims"] for reason in claim["reasons"]}

    assert "lot-held" in codes()
    assert "lot-held" not in codes(known_at=before)
    assert "lot-held" in codes(known_at="2126-01-01T00:00:00Z")
    assert client.get(f"/v1/lots/{lot}", params={"at": "2026-06-22"}).json()["claims_at"] == "2026-06-22"


def test_claims_say_their_reasons_with_words_and_ids_in_the_asked_language(world: World, client: TestClient) -> None:
    lot = pooled_lot(world, 6)

    spanish = client.get(f"/v1/lots/{lot}/claims", headers={"accept-language": "es"}, params={"party": world.coop})
    organic, forest, _ = spanish.json()["claims"]

    assert spanish.headers["content-language"] == "es"
    assert [owner["party"] for owner in organic["owners"]] == [world.coop]
    assert forest["reasons"][0]["words"] == "La familia no está en ningún acuerdo."
    assert forest["totals"][0]["words"] == "La familia no está en ningún acuerdo."
    expired = next(reason for reason in organic["reasons"] if reason["code"] == "certificate-expired")
    assert expired["subject"] == thing("certificate pool of 6")
    assert isinstance(expired["index"], int)


@pytest.mark.parametrize(
    ("query", "status", "code", "where"),
    [
        ({"at": "2026-02-30"}, 400, "day-malformed", "/at"),
        ({"at": "tomorrow"}, 400, "day-malformed", "/at"),
        ({"at": "2026-06-22T00:00:00Z"}, 400, "day-malformed", "/at"),
        ({"known_at": "0"}, 400, "known-at-malformed", "/known_at"),
        ({"known_at": "-1"}, 400, "known-at-malformed", "/known_at"),
        ({"known_at": "2026-06-22"}, 400, "known-at-malformed", "/known_at"),
        ({"known_at": "0001-01-01T00:00:00+23:00"}, 400, "known-at-malformed", "/known_at"),
        ({"known_at": "9007199254740991"}, 404, "size-unknown", ""),
        ({"known_at": "1999-01-01T00:00:00Z"}, 404, "moment-before-log", ""),
        ({"party": "0000000000000000"}, 404, "party-unknown", "/party"),
        ({"party": "me"}, 400, "parameter-malformed", "/party"),
    ],
)
def test_a_question_that_has_no_answer_says_why(
    world: World, client: TestClient, query: dict[str, str], status: int, code: str, where: str
) -> None:
    state(client, *world.farm(1), world.unsigned("lot.harvested/1", world.delivery(1, 100_000)))

    answer = client.get(f"/v1/lots/{thing('lot 1')}/claims", params=query)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    [problem] = answer.json()["problems"]
    assert (problem["code"], problem["where"]) == (code, where)
    assert problem["remedy"]
    if "at" in query:
        assert client.get(f"/v1/lots/{thing('lot 1')}", params=query).json()["code"] == code


def test_claims_of_a_lot_nobody_knows_are_not_found(client: TestClient) -> None:
    assert client.get(f"/v1/lots/{thing('nowhere')}/claims").json()["code"] == "lot-unknown"


def test_the_trace_as_a_spreadsheet_says_what_each_delivery_carries(world: World, client: TestClient) -> None:
    lot = pooled_lot(world, 6)

    rows = list(csv.DictReader(client.get(f"/v1/lots/{lot}/trace?format=csv").text.splitlines()))

    assert len(rows) == 6
    assert all("eudr:held" in row["claims"] for row in rows)
    assert {"forest-agreement:carried" in row["claims"] for row in rows} == {True, False}


def test_an_arrival_told_by_the_sender_reads_so(world: World, client: TestClient) -> None:
    state(client, *world.farm(1), world.unsigned("lot.harvested/1", world.delivery(1, 100_000)))
    lot, dispatch = thing("lot 1"), thing("dispatch")
    sent = {"dispatch": dispatch, "receiver": world.buyer, "lots": [{"lot": lot, "grams": 100_000}]}
    arrived = {"lot": lot, "accepted": 99_000, "refused": 400, "missing": 600}
    told = {"dispatch": dispatch, "receiver": world.buyer, "lots": [arrived], "evidence": "bill-of-lading"}
    state(
        client,
        world.unsigned("lot.dispatched/1", {**sent, "facility": world.acopio}),
        world.unsigned("lot.received/1", told, at="2026-06-20T09:00:00-05:00"),
    )

    step = client.get(f"/v1/lots/{lot}").json()["steps"][-1]

    assert (step["evidence"], step["party"], step["receiver"]) == ("bill-of-lading", world.coop, world.buyer)
    assert (step["grams"], step["refused_grams"], step["missing_grams"]) == (99_000, 400, 600)
