"""What the API says of the log's witnesses, and what it answers where the log must not grow without them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.witnessing import witnessed
from ledger.book import Ledger
from ledger.keys import SigningKey
from ledger.log import KeyKind, VerifierKey, cosign_note, open_checkpoint
from ledger.log.add_checkpoint import cosignatures_in
from ledger.log.policy import Policy, PolicyLog, PolicyWitness
from ledger.settings import Settings
from ledger.store.clock import system_clock
from tests.api import world as worlds

NAME = "witness.example/w1"
SECRET = SigningKey.derived(b"tests", "witness")
KEY = VerifierKey(NAME, KeyKind.COSIGNER, SECRET.public)


class Later:
    """The machine's clock, put forward by hand."""

    ahead = 0

    def __call__(self) -> int:
        return system_clock() + self.ahead


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def ledger(tmp_path: Path, later: Later) -> Iterator[Ledger]:
    """A ledger that wants one witness, and refuses after a minute without it."""
    world = worlds.found(tmp_path)
    policy = Policy.of([PolicyLog(VerifierKey.parse(world.ledger.verifier_key))], [PolicyWitness("w1", KEY)], 1)
    world.ledger.close()
    with Ledger.open(str(tmp_path / "chaski.db"), clock=later, policy=policy, unwitnessed_seconds=60) as opened:
        yield opened


@pytest.fixture
def client(ledger: Ledger) -> Iterator[TestClient]:
    with TestClient(create_app(ledger, Settings(metrics_public=True))) as made:
        token = ledger.create_token(party=ledger.operator_party, scopes=["facts:write"], days=1, label="tests")
        made.headers["authorization"] = f"Bearer {token}"
        yield made


def cosign(ledger: Ledger) -> None:
    """The witness says it has seen the newest checkpoint."""
    head = ledger.head()
    text = head.checkpoint.partition("\n\n")[0] + "\n"
    line = cosign_note(text, NAME, SECRET, system_clock() // 1000)
    ledger.take_cosignatures(head.size, bytes.fromhex(head.root), cosignatures_in(line.format().encode(), text, KEY))


def _fact(ledger: Ledger) -> dict[str, object]:
    thing = Ledger.new_id()
    body = {"facility": thing, "party": ledger.operator_party, "kind": "collection-centre", "code": thing[:6]}
    fact = {"id": Ledger.new_id(), "fact": "facility.registered/1", "at": "2026-06-12T09:41:00-05:00", "body": body}
    return {"facts": [fact]}


def test_anybody_reads_how_far_the_witnesses_have_come(ledger: Ledger, client: TestClient) -> None:
    size = ledger.head().size
    before = TestClient(client.app).get("/log/demo/witnesses").json()
    cosign(ledger)
    after = TestClient(client.app).get("/log/demo/witnesses")

    assert (before["size"], before["witnessed_size"], before["quorum"]) == (size, 0, "witnesses")
    assert before["unwitnessed_since"] is not None
    assert after.json()["unwitnessed_since"] is None
    (witness,) = after.json()["witnesses"]
    assert (witness["name"], witness["key"], witness["size"]) == ("w1", KEY.format(), size)
    assert after.headers["access-control-allow-origin"] == "*"
    assert f"chaski_log_witnessed_size {float(size)}" in client.get("/metrics").text
    assert client.get("/log/other/witnesses").status_code == 404


def test_the_checkpoint_that_is_served_is_cosigned(ledger: Ledger, client: TestClient) -> None:
    cosign(ledger)
    signed = open_checkpoint(client.get("/log/demo/checkpoint").content, VerifierKey.parse(ledger.verifier_key), [KEY])

    assert [each.key for each in signed.cosignatures] == [KEY]


def test_a_log_that_must_not_grow_unwitnessed_answers_503_and_takes_nothing(
    ledger: Ledger, client: TestClient, later: Later
) -> None:
    assert client.post("/v1/facts", json=_fact(ledger)).status_code == 201
    later.ahead += 61_000
    size = ledger.head().size

    answer = client.post("/v1/facts", json=_fact(ledger))

    assert (answer.status_code, answer.json()["code"]) == (503, "log-unwitnessed")
    assert answer.headers["retry-after"]
    assert ledger.head().size == size
    cosign(ledger)
    assert client.post("/v1/facts", json=_fact(ledger)).status_code == 201


@pytest.mark.parametrize(("language", "words"), [("en", "Unwitnessed since"), ("es", "Sin testigos desde")])
def test_the_front_page_says_since_when_nobody_has_looked(
    ledger: Ledger, client: TestClient, language: str, words: str
) -> None:
    assert words in client.get(f"/?lang={language}").text
    cosign(ledger)
    assert words not in client.get(f"/?lang={language}").text


def test_where_nobody_has_an_address_nobody_is_asked(ledger: Ledger) -> None:
    with witnessed(ledger):
        assert ledger.witness_standing().witnessed_size == 0


def shown(client: TestClient, ledger: Ledger) -> tuple[int, int]:
    """The size of the checkpoint that is served, and how many cosigned it."""
    answer = client.get("/log/demo/checkpoint").content
    signed = open_checkpoint(answer, VerifierKey.parse(ledger.verifier_key), [KEY])
    return signed.checkpoint.size, len(signed.cosignatures)


def test_while_witnesses_are_being_asked_the_last_witnessed_checkpoint_is_served(
    ledger: Ledger, client: TestClient, later: Later
) -> None:
    cosign(ledger)
    size = ledger.head().size
    client.post("/v1/facts", json=_fact(ledger))

    assert shown(client, ledger) == (size, 1)
    later.ahead += 11_000
    assert shown(client, ledger) == (size + 1, 0), "a witness that is silent does not hide the log"
    cosign(ledger)
    assert shown(client, ledger) == (size + 1, 1)


def test_the_checkpoint_that_is_served_never_goes_back(ledger: Ledger, client: TestClient, later: Later) -> None:
    size = ledger.head().size
    head = ledger.head()
    assert shown(client, ledger) == (size, 0)
    for _ in range(2):
        client.post("/v1/facts", json=_fact(ledger))
    later.ahead += 11_000
    assert shown(client, ledger) == (size + 2, 0)

    # A late cosignature of the first: newer than any other, and older than what was shown.
    text = head.checkpoint.partition("\n\n")[0] + "\n"
    line = cosign_note(text, NAME, SECRET, system_clock() // 1000)
    ledger.take_cosignatures(size, bytes.fromhex(head.root), cosignatures_in(line.format().encode(), text, KEY))
    later.ahead = 0

    assert shown(client, ledger) == (size + 2, 0)
    assert ledger.shown_checkpoint(at_least=size + 2) == client.get("/log/demo/checkpoint").content
