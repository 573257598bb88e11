"""/r/{code}: whoever holds a receipt code learns whether the statement stands, and nobody learns anything else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.pages.receipt import receipt_html
from ledger import canonical
from ledger.book import Ledger
from ledger.keys import SigningKey, possession_message
from ledger.log import VerifierKey, verify_proof
from ledger.log.cose import verify_receipt
from ledger.settings import Settings
from ledger.values import in_fours, read_receipt_code, receipt_code
from ledger.words import LANGUAGES, Language
from tests.api import world as worlds
from tests.api.world import World, thing

JOSE = {"content-type": "application/jose"}
JSON = {"accept": "application/json"}
HTML = {"accept": "text/html"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = worlds.found(tmp_path)
    with world.ledger:
        yield world


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    """A client that knows the co-operative's token, and sends it only where a test says so."""
    with TestClient(create_app(world.ledger, Settings()), headers={"accept-language": "en"}) as client:
        yield client


def token(world: World) -> dict[str, str]:
    text = world.ledger.create_token(party=world.coop, scopes=("facts:write", "facts:read"), days=1, label="tests")
    return {"authorization": f"Bearer {text}"}


def delivery(world: World, grams: int = 50_000, **more: Any) -> bytes:
    """A signed delivery of farm 1, which stands already."""
    for outcome in world.ledger.state(*world.farm(1), party=world.coop):
        assert outcome.status in {"accepted", "duplicate"}, outcome.problems
    return world.signed("lot.harvested/1", world.delivery(1, grams), **more)


def code_of(submission: bytes) -> str:
    """What the device prints, long before it has a connection."""
    return receipt_code(hashlib.sha256(submission.partition(b"~")[0]).hexdigest())


def test_the_code_printed_offline_leads_to_the_entry_once_synchronised(world: World, client: TestClient) -> None:
    # Given a receipt printed at a scale without a connection,
    statement = delivery(world)
    code = code_of(statement)
    before = client.get(f"/r/{code}", headers=JSON)
    assert (before.status_code, before.json()["status"], before.json()["index"]) == (404, "unknown", None)

    # when the device synchronises,
    answer = client.post("/v1/facts", content=statement, headers=JOSE | token(world)).json()

    # then the code says where and when.
    after = client.get(f"/r/{code}", headers=JSON)
    assert (answer["receipt_code"], after.status_code) == (code, 200)
    found = after.json()
    assert (found["status"], found["index"], found["recorded_at"]) == (
        "standing",
        answer["index"],
        answer["recorded_at"],
    )
    assert found["corrected_by"] is None
    world.ledger.verify()


def test_a_code_that_is_not_there_can_be_typed_again_at_once(world: World, client: TestClient) -> None:
    code = code_of(delivery(world))
    page = client.get(f"/r/{code}?lang=es", headers=HTML)
    assert page.status_code == 404
    assert 'name="code" required minlength="20" maxlength="60"' in page.text
    assert f'value="{in_fours(code)}"' in page.text


def test_a_corrected_delivery_is_said_to_be_corrected_and_when(world: World, client: TestClient) -> None:
    statement = delivery(world)
    first = world.ledger.state(statement)[0]
    second = world.ledger.state(delivery(world, 49_000, name="again", replaces=first.digest))[0]
    assert second.status == "accepted", second.problems

    old, new = (client.get(f"/r/{each.receipt_code}", headers=JSON).json() for each in (first, second))

    assert (old["status"], old["corrected_by"], old["corrected_at"]) == ("corrected", second.index, second.recorded_at)
    assert (new["status"], new["corrected_by"]) == ("standing", None)
    world.ledger.verify()


def test_a_withdrawn_delivery_is_said_to_be_corrected(world: World, client: TestClient) -> None:
    first = world.ledger.state(delivery(world))[0]
    body = {"statement": first.digest, "reason": "duplicate"}
    gone = world.ledger.state(world.signed("fact.retracted/1", body))[0]
    assert gone.status == "accepted", gone.problems

    assert client.get(f"/r/{first.receipt_code}", headers=JSON).json()["status"] == "corrected"


def test_a_refused_delivery_stays_unknown(world: World, client: TestClient) -> None:
    statement = world.signed("lot.harvested/1", world.delivery(9, 5))
    assert world.ledger.state(statement)[0].status == "refused"

    assert client.get(f"/r/{code_of(statement)}", headers=JSON).json()["status"] == "unknown"


def test_the_code_of_a_vouched_statement_leads_to_the_entry_that_holds_it(world: World, client: TestClient) -> None:
    """A farmer's receipt was printed by a device that was lost before it synchronised: the office vouches for it."""
    device = SigningKey.from_seed(b"d" * 32)
    proof = device.sign(possession_message(world.ledger.origin, world.coop, device.public))
    key = {"party": world.coop, "key": canonical.b64url(device.public), "kind": "device", "fact_types": []}
    office = world.key
    accepted = world.ledger.state(world.signed("key.authorised/1", {**key, "proof": canonical.b64url(proof)}))[0]
    assert accepted.status == "accepted", accepted.problems
    plain = delivery(world)
    assert plain
    world.key = device
    printed = world.signed("lot.harvested/1", world.delivery(1, 50_000), seq=1)
    world.key = office
    lost = {"key": device.thumbprint, "reason": "lost", "last_good_seq": 0}
    assert world.ledger.state(world.signed("key.revoked/1", lost))[0].status == "accepted"
    assert client.get(f"/r/{code_of(printed)}", headers=JSON).json()["status"] == "unknown"

    vouched = world.ledger.state(world.signed("statement.vouched/1", {"jws": printed.decode()}))[0]

    assert vouched.status == "accepted", vouched.problems
    found = client.get(f"/r/{code_of(printed)}", headers=JSON).json()
    assert (found["status"], found["index"]) == ("standing", vouched.index)


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(str.lower, id="small letters"),
        pytest.param(in_fours, id="in fours"),
        pytest.param(lambda code: in_fours(code).replace(" ", "-"), id="hyphens"),
        pytest.param(lambda code: code.replace("0", "O").replace("1", "l"), id="O and l"),
    ],
)
def test_a_code_is_read_as_people_write_it(world: World, client: TestClient, spelled: Any) -> None:
    code = world.ledger.state(delivery(world))[0].receipt_code

    answer = client.get(f"/r/{spelled(code)}?lang=es", follow_redirects=False)

    assert read_receipt_code(spelled(code)) == code
    if spelled(code) != code:
        assert (answer.status_code, answer.headers["location"]) == (308, f"/r/{code}?lang=es")


@pytest.mark.parametrize("text", ["ABC", "U" * 20, "0" * 19, "0" * 21, "9D3W0XKZ5T7M2QAB", "ñ" * 20, "0" * 4000])
def test_what_is_no_code_is_said_to_be_none(client: TestClient, text: str) -> None:
    page = client.get(f"/r/{text}", headers=HTML)
    data = client.get(f"/r/{text}", headers=JSON)

    assert page.status_code == data.status_code == 400
    assert "not a receipt code" in page.text
    assert data.json()["code"] == "receipt-code-malformed"


def test_no_grams_price_or_person_is_on_the_page_or_in_its_json(world: World, client: TestClient) -> None:
    first = world.ledger.state(delivery(world))[0]
    record = orjson.dumps(dict(world.ledger.fact(first.digest).envelope)).decode()
    told = (
        client.get(f"/r/{first.receipt_code}", headers=HTML).text
        + client.get(f"/r/{first.receipt_code}", headers=JSON).text
    )

    assert sorted(client.get(f"/r/{first.receipt_code}", headers=JSON).json()) == [
        "code", "corrected_at", "corrected_by", "demonstration", "index", "log", "not_proved", "proof",
        "recorded_at", "status", "url",
    ]  # fmt: skip
    assert "50000" in record
    for private in (
        "50000",
        "50 000",
        "50,000",
        "51000",
        "B001",
        "coffee",
        "Inventada",
        "Cooperativa",
        first.id,
        "harvested",
    ):
        assert private not in told
    for thing_named in (thing("lot 1"), thing("producer 1"), thing("plot 1"), world.coop, world.acopio):
        assert thing_named in record
        assert thing_named not in told


def test_nearby_codes_reveal_nothing(world: World, client: TestClient) -> None:
    """A prefix, or a code one character off, is answered as any unknown one: byte for byte but for itself."""
    code = world.ledger.state(delivery(world))[0].receipt_code
    near = code[:19] + ("0" if code[19] != "0" else "1")
    far = "0" * 20

    answers = [client.get(f"/r/{each}", headers=JSON) for each in (near, far)]

    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].text.replace(near, far) == answers[1].text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_drawn_from_the_json_and_from_nothing_else(
    world: World, client: TestClient, language: Language
) -> None:
    first = world.ledger.state(delivery(world))[0]
    world.ledger.state(delivery(world, 49_000, name="again", replaces=first.digest))
    for code in (first.receipt_code, "0" * 20):
        page = client.get(f"/r/{code}?lang={language}", headers=HTML)
        data = client.get(f"/r/{code}", headers=JSON)

        assert page.text == receipt_html(orjson.loads(data.content), language)
        assert page.headers["cache-control"] == data.headers["cache-control"] == "no-store"
        assert int(page.headers["content-length"]) < 3_000


class Tags(HTMLParser):
    """Which elements a page has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)


def test_the_page_has_no_script(world: World, client: TestClient) -> None:
    code = world.ledger.state(delivery(world))[0].receipt_code

    for path in (f"/r/{code}", "/r/" + "0" * 20, "/r/ABC"):
        assert not {"script", "style", "iframe"} & Tags(client.get(path, headers=HTML).text).found


def test_the_front_page_leads_to_a_receipt(world: World, client: TestClient) -> None:
    code = world.ledger.state(delivery(world))[0].receipt_code

    assert 'action="/r"' in client.get("/", headers=HTML).text
    answer = client.get("/r", params={"code": in_fours(code).lower()}, follow_redirects=True)
    assert (answer.status_code, str(answer.url.path)) == (200, f"/r/{code}")
    assert client.get("/r", follow_redirects=False).headers["location"] == "/"


# ---------------------------------------------------------------- the proofs


def test_a_stranger_checks_the_code_with_the_log_key_alone(world: World, client: TestClient) -> None:
    statement = delivery(world)
    first = world.ledger.state(statement)[0]
    key = VerifierKey.parse(world.ledger.verifier_key)

    entry = client.get(f"/r/{first.receipt_code}/entry").content
    proof = client.get(f"/r/{first.receipt_code}/receipt")
    cose = client.get(f"/r/{first.receipt_code}/receipt", headers={"accept": "application/cose"})

    for proven in (verify_proof(proof.content, entry, key).entry, verify_receipt(cose.content, entry, key)[0]):
        assert proven.index == first.index
        assert receipt_code(proven.statement.hex()) == first.receipt_code == code_of(statement)
    assert proof.headers["content-type"].startswith("text/plain")
    assert cose.headers["content-type"] == "application/cose"


@pytest.mark.parametrize("what", ["receipt", "entry"])
def test_there_is_no_proof_of_what_is_not_there(client: TestClient, what: str) -> None:
    assert client.get(f"/r/{'0' * 20}/{what}").status_code == 404
    assert client.get(f"/r/ABC/{what}").status_code == 400


def test_the_receipt_comes_in_the_same_answer_when_asked_for(world: World, client: TestClient) -> None:
    statement, key = delivery(world), VerifierKey.parse(world.ledger.verifier_key)
    farms = [fact for number in (2, 3) for fact in world.farm(number)]

    one = client.post("/v1/facts?receipt=true", content=statement, headers=JOSE | token(world)).json()
    many = client.post("/v1/facts?receipt=true", json={"facts": farms}, headers=token(world)).json()["results"]
    again = client.post("/v1/facts?receipt=true", content=statement, headers=JOSE | token(world)).json()
    without = client.post("/v1/facts", content=statement, headers=JOSE | token(world)).json()

    for result in (one, *many, again):
        proven = verify_proof(result["proof"].encode(), world.ledger.entry(result["index"]), key)
        assert proven.entry.statement.hex() == result["digest"]
    assert "proof" not in without


def test_refused_facts_bring_no_receipt(world: World, client: TestClient) -> None:
    good = world.farm(1)
    bad = world.unsigned("lot.lost/1", {"lot": thing("nowhere"), "grams": 1, "kind": "theft"})

    answer = client.post("/v1/facts?receipt=true", json={"facts": [*good, bad]}, headers=token(world)).json()

    assert [("proof" in result) for result in answer["results"]] == [True, True, True, False]
    assert client.post("/v1/facts?receipt=1", json={"facts": good}, headers=token(world)).status_code == 400


def test_a_fact_is_read_by_its_code_too_and_its_receipt_as_cose(world: World, client: TestClient) -> None:
    first, opened = world.ledger.state(delivery(world))[0], token(world)

    by_id = client.get(f"/v1/facts/{first.id}", headers=opened)
    by_code = client.get(f"/v1/facts/{first.receipt_code}", headers=opened)
    cose = client.get(f"/v1/facts/{first.id}/receipt", headers=opened | {"accept": "application/scitt-receipt+cose"})

    assert by_id.json() == by_code.json()
    entry = world.ledger.entry(first.index or 0)
    assert verify_receipt(cose.content, entry, VerifierKey.parse(world.ledger.verifier_key))[1].index == first.index


def test_an_auditors_copy_answers_the_same(world: World) -> None:
    from ledger.book import Copy

    first = world.ledger.state(delivery(world))[0]
    said = world.ledger.standing(first.receipt_code)
    database = world.ledger._database
    world.ledger.close()

    with Copy(database) as copy:
        assert copy.standing(in_fours(first.receipt_code).lower()) == said
    world.ledger = Ledger.open(database)
