"""Nothing personal in entries, books, logs, addresses or error texts: planted words are looked for everywhere.

A season is stated over HTTP with invented names, document numbers, telephones and places in every sealed
field, and again in all the wrong places. Then every byte that was kept, written or answered is searched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient
from structlog.testing import LogCapture

from api.app import create_app
from ledger.book import Ledger
from ledger.facts import known_types, sealable_paths
from ledger.settings import Settings
from tests.api import world as worlds
from tests.api.world import World, thing
from tests.vectors.examples import all_examples
from tests.vectors.examples.example import Clear, Example

NAME, SURNAMES, DNI, PHONE = "Inventadelfa", "Quispetúpac Mamanikuna", "45871236", "987612345"
LAT, LON, ACCOUNT = "-6.0341298", "-76.9714365", "00219410098765"
PERSON = {"name": f"{NAME} {SURNAMES}", "document": f"PE-DNI {DNI}", "phone": PHONE, "place": f"{LAT},{LON}"}
PLANTED = (NAME, SURNAMES, "Mamanikuna", DNI, PHONE, LAT, LON, LAT[1:], LON[1:], ACCOUNT)
WORDS = f"{NAME} {SURNAMES}, DNI {DNI}, cel. {PHONE}, {LAT} {LON}, cta. {ACCOUNT}"
OUTLINE = f'{{"type":"Point","coordinates":[{LON},{LAT}]}}'


@dataclass
class Heard:
    """Everything that was answered and logged."""

    answers: list[str] = field(default_factory=list)
    log: LogCapture = field(default_factory=LogCapture)

    def leaks(self) -> list[str]:
        """Planted words in answers and in log lines."""
        return [word for word in PLANTED for text in (*self.answers, str(self.log.entries)) if word in text]


@dataclass
class Site:
    """A ledger on disk behind its API."""

    world: World
    client: TestClient
    folder: Path
    heard: Heard

    def post(self, *facts: Any, path: str = "/v1/facts", **more: Any) -> list[dict[str, Any]]:
        """State facts; the answer is remembered, headers too."""
        answer = self.client.post(path, json={"facts": list(facts)}, **more)
        self.keep(answer)
        results: list[dict[str, Any]] = answer.json().get("results", [])
        return results

    def keep(self, answer: Any) -> None:
        """Remember an answer."""
        self.heard.answers.append(
            f"{answer.url if answer.status_code < 400 else ''} {dict(answer.headers)} {answer.text}"
        )

    def leaks(self) -> list[str]:
        """Planted words in any file of the ledger."""
        found = []
        for path in sorted(self.folder.rglob("*")):
            data = path.read_bytes() if path.is_file() else b""
            found += [f"{path.name}: {word}" for word in PLANTED if word.encode() in data]
        return found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    heard = Heard()
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, heard.log],
        wrapper_class=structlog.make_filtering_bound_logger("debug"),
        cache_logger_on_first_use=False,
    )
    world = worlds.found(tmp_path)
    token = world.ledger.create_token(
        party=world.coop,
        scopes=("facts:write", "facts:read", "lots:read", "documents:write", "disclosures:read"),
        days=1,
        label="tests",
    )
    headers = {"authorization": f"Bearer {token}", "accept-language": "es"}
    try:
        with world.ledger, TestClient(create_app(world.ledger, Settings()), headers=headers) as client:
            yield Site(world, client, tmp_path, heard)
    finally:
        structlog.configure(**before)


def said(world: World, fact: str, body: dict[str, Any], **sealed: Any) -> dict[str, Any]:
    """An unsigned fact; sealed values by the last part of their pointer."""
    return world.unsigned(f"{fact}/1", body, sealed={f"/{name.replace('__', '/')}": v for name, v in sealed.items()})


def season(site: Site) -> list[str]:
    """What a co-operative states in a season, each with the planted words under seal; ids of the facts."""
    world = site.world
    producer, plot, lot = thing("planted producer"), thing("planted plot"), thing("planted lot")
    card = WORDS.encode()
    sha256 = hashlib.sha256(card).hexdigest()
    put = site.client.put(f"/v1/documents/{sha256}?personal=true", content=card, headers={"content-type": "text/plain"})
    assert put.status_code == 201, put.text
    site.keep(put)
    delivery = {
        **world.delivery(0, 100_000),
        "lot": lot,
        "producer": producer,
        "plot": plot,
        "receipt": "B001-000900",
    }
    told = [
        said(
            world, "producer.enrolled", {"producer": producer, "code": "S-900", "district": "Moyobamba"}, person=PERSON
        ),
        said(
            world,
            "producer.enrolled",
            {"producer": thing("twin"), "code": "S-901", "district": "Moyobamba"},
            person=PERSON,
        ),
        said(world, "plot.mapped", {"plot": plot, "area_m2": 20_000, "district": "Moyobamba"}, geometry=OUTLINE),
        said(world, "plot.held", {"plot": plot, "holder": producer, "tenure": "owner", "held_from": "2020-01-01"}),
        said(
            world,
            "producer.status-set",
            {"producer": producer, "programme": world.coop, "status": "approved", "effective_from": "2026-01-01"},
            reason=WORDS,
        ),
        said(
            world,
            "inspection.made",
            {
                "inspection": thing("planted inspection"),
                "kind": "internal",
                "subject": producer,
                "visited_on": "2026-03-01",
                "result": "passed-with-findings",
                "conflict_of_interest": False,
                "findings": [{"code": "3.2", "severity": "minor"}],
            },
            inspector=PERSON,
            findings__0__note=WORDS,
        ),
        said(
            world,
            "document.attached",
            {
                "document": sha256,
                "kind": "id-card",
                "media_type": "text/plain",
                "size": len(card),
                "about": [producer],
                "personal": True,
            },
            file_name=f"{WORDS}.txt",
        ),
        said(world, "lot.harvested", delivery, note=WORDS),
        said(world, "lot.lost", {"lot": lot, "grams": 1000, "kind": "theft"}, note=WORDS),
    ]
    results = site.post(*told)
    assert [each["status"] for each in results] == ["accepted"] * len(told), results
    gone = said(world, "fact.retracted", {"statement": results[-1]["digest"], "reason": "never-happened"}, note=WORDS)
    assert site.post(gone)[0]["status"] == "accepted"
    return [each["id"] for each in results]


def test_a_season_leaves_no_name_number_or_place_in_any_file_answer_or_log(site: Site) -> None:
    facts = season(site)
    lot = thing("planted lot")
    for path in (f"/L/{lot}", f"/v1/lots/{lot}", f"/v1/lots/{lot}/trace", "/v1/lots", "/", "/openapi.json"):
        site.keep(site.client.get(path))
    for fact in facts:
        site.keep(site.client.get(f"/v1/facts/{fact}"))
        site.keep(site.client.get(f"/v1/facts/{fact}/receipt"))
    origin = site.world.ledger.origin.partition("/")[2].removeprefix("log/")
    site.keep(site.client.get(f"/log/{origin}/checkpoint"))

    assert site.heard.leaks() == []
    assert site.leaks() == []
    # The search itself works: what is open is found, and the values are there for whoever may see them.
    assert any(b"Moyobamba" in path.read_bytes() for path in site.folder.rglob("*") if path.is_file())
    disclosed = site.client.get(f"/v1/facts/{facts[0]}/disclosures")
    assert disclosed.json() == {"disclosures": {"/person": PERSON}}


def test_the_flag_for_a_person_entered_twice_tells_codes_only(site: Site) -> None:
    season(site)

    assert "person-enrolled-twice" in str(site.heard.answers)
    assert site.heard.leaks() == []


@pytest.mark.parametrize("fact_type", [name for name, each in known_types().items() if sealable_paths(each)])
def test_every_sealed_field_there_is_hides_what_is_put_into_it(site: Site, fact_type: str) -> None:
    """Most of these are refused, because nothing they name is here; refusals must not tell either."""
    for example in all_examples()[fact_type]:
        fact = {
            "id": thing(f"planted {fact_type} {example.name}"),
            "fact": fact_type,
            "at": example.at,
            "body": _open(example.body),
            "sealed": dict(_planted(example)),
        }
        site.post(fact)
        site.post(fact, path="/v1/facts:check")

    assert site.heard.answers
    assert site.heard.leaks() == []
    assert site.leaks() == []


def _open(body: Any) -> Any:
    """The body without its sealed fields."""
    if isinstance(body, dict):
        return {name: _open(value) for name, value in body.items() if not isinstance(value, Clear)}
    return [_open(value) for value in body] if isinstance(body, list | tuple) else body


def _planted(example: Example) -> Iterator[tuple[str, Any]]:
    def walk(value: Any, pointer: str) -> Iterator[str]:
        if isinstance(value, Clear):
            yield pointer
        elif isinstance(value, dict):
            for name, inner in value.items():
                yield from walk(inner, f"{pointer}/{name}")
        elif isinstance(value, list | tuple):
            for place, inner in enumerate(value):
                yield from walk(inner, f"{pointer}/{place}")

    for pointer in walk(dict(example.body), ""):
        yield pointer, OUTLINE if pointer.endswith("geometry") else {**PERSON, "words": WORDS, "account": ACCOUNT}


ENROLLED = {"producer": thing("wrong"), "code": "S-1", "district": "Moyobamba"}
WRONG: dict[str, Any] = {
    "unknown field": {"body": {**ENROLLED, "nombre": WORDS}},
    "unknown field named so": {"body": {**ENROLLED, f"{NAME} {SURNAMES}": 1, DNI: 2, f"dni_{DNI}": 3}},
    "name in the open": {"body": {**ENROLLED, "person": WORDS}, "sealed": {}},
    "name for an id": {"body": {**ENROLLED, "producer": f"{NAME} {SURNAMES}"}},
    "number for an id": {"body": {**ENROLLED, "producer": DNI}},
    "number as a number": {"body": {**ENROLLED, "code": int(DNI)}},
    "telephone for a list": {"body": {**ENROLLED, "also_enrolled": int(PHONE)}},
    "place for a community": {"body": {**ENROLLED, "community": f"{LAT},{LON}"}},
    "place for a moment": {"at": LAT},
    "number for a moment": {"at": DNI},
    "name for a fact": {"fact": f"{NAME} {SURNAMES}"},
    "number for a fact's id": {"id": PHONE},
    "envelope field named so": {f"{NAME} {SURNAMES}": DNI},
    "sealed at a place that is not": {"sealed": {f"/{NAME} {SURNAMES}/{DNI}": WORDS}},
    "sealed deep in a place that is not": {"sealed": {f"/code/{DNI}": WORDS}},
    "sealed where nothing is sealed": {"sealed": {"/person": PERSON, "/code": DNI}},
    "sealed as text": {"sealed": WORDS},
    "words with a control character": {"body": {**ENROLLED, "district": f"{WORDS}\n"}},
    "words too long": {"body": {**ENROLLED, "sector": WORDS * 3}},
    "body as text": {"body": WORDS},
    "basis": {"basis": f"{NAME} {SURNAMES}"},
    "replaces": {"replaces": DNI},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_written_in_the_wrong_place_is_not_repeated(site: Site, name: str) -> None:
    fact = {
        "id": thing("wrong fact"),
        "fact": "producer.enrolled/1",
        "at": "2026-06-12T09:41:00-05:00",
        "body": ENROLLED,
        "sealed": {"/person": PERSON},
        **WRONG[name],
    }
    for language in ("es", "en"):
        for path in ("/v1/facts", "/v1/facts:check"):
            site.post(fact, path=path, headers={"accept-language": language})
            site.post(fact, fact, path=path, headers={"accept-language": language})

    assert all("accepted" not in text or '"accepted":0' in text for text in site.heard.answers)
    assert site.heard.leaks() == []
    assert site.leaks() == []


def test_addresses_and_broken_requests_are_not_repeated(site: Site) -> None:
    client = site.client
    for path in (
        f"/v1/facts/{DNI}",
        f"/v1/facts/{NAME}%20{SURNAMES}",
        f"/v1/facts/{DNI}/receipt",
        f"/v1/lots/{PHONE}",
        f"/v1/lots?after={DNI}&limit={PHONE}",
        f"/v1/lots?party={NAME}%20{SURNAMES}",
        f"/v1/lots/{thing('x')}?size={LAT}",
        f"/L/{thing('x')}?size={LAT}",
        f"/log/{NAME}%20{SURNAMES}/checkpoint",
        f"/{NAME}/{DNI}",
    ):
        answer = client.get(path)
        assert answer.status_code >= 400, path
        site.keep(answer)
    for content in (
        f'{{"facts":[{{"{NAME} {SURNAMES}":1,"{NAME} {SURNAMES}":2}}]}}',
        f'{{"{NAME} {SURNAMES}":[]}}',
        f'{{"facts":"{WORDS}"}}',
        f'{{"facts":[{{"at":{LAT}}}]}}',
        f'{{"facts":[{WORDS}]}}',
        f'{{"statements":["{WORDS}"]}}',
        f'{{"statements":["{WORDS}~{DNI}"]}}',
    ):
        answer = client.post("/v1/facts", content=content.encode(), headers={"content-type": "application/json"})
        assert answer.status_code == 400, content
        site.keep(answer)
    site.keep(client.post(f"/v1/facts?atomic={DNI}", json={"facts": [{}]}))
    site.keep(client.post("/v1/facts", content=WORDS.encode(), headers={"content-type": "application/jose"}))

    assert site.heard.leaks() == []
    assert site.leaks() == []


def test_after_erasure_the_books_and_verdicts_are_the_same_and_the_words_are_nowhere(site: Site) -> None:
    """The vault may go whole: judge and postings never read a sealed value."""
    facts = season(site)
    ledger: Ledger = site.world.ledger
    before = ledger.rebuild().rows
    twice = said(
        site.world, "producer.enrolled", {"producer": thing("planted producer"), "code": "S-9", "district": "X"}
    )
    refused = [p["code"] for p in site.post({**twice, "sealed": {"/person": PERSON}}) or []]
    for person in (thing("planted producer"), thing("twin")):
        asked = {"erasure": thing(f"e {person}"), "person": person, "asked_on": "2026-06-12", "grounds": "objected"}
        assert site.post(said(site.world, "erasure.requested", asked))[0]["status"] == "accepted"
    for fact in facts:
        hidden = site.client.get(f"/v1/facts/{fact}/disclosures")
        assert "Inventadelfa" not in hidden.text or fact in facts[6:], fact
    lines = {line.person: line for line in ledger.erasures()}
    assert lines[thing("twin")].state == "due"
    assert lines[thing("planted producer")].state == "hidden"
    ledger.erase_due()

    assert ledger.rebuild().differences == ()
    assert ledger.rebuild().rows["move"] == before["move"]
    verified = ledger.verify()
    assert (verified.hidden, verified.erased) == (1, 1)
    assert [p["code"] for p in site.post({**twice, "sealed": {"/person": PERSON}}) or []] == refused
    assert site.heard.leaks() == []
    assert site.leaks() == []


def test_another_partys_token_sees_no_sealed_value_and_hears_no_reason(site: Site) -> None:
    facts = season(site)
    ledger = site.world.ledger
    token = ledger.create_token(party=site.world.buyer, scopes=("disclosures:read",), days=1, label="buyer")
    headers = {"authorization": f"Bearer {token}"}
    answers = [site.client.get(f"/v1/facts/{fact}/disclosures", headers=headers) for fact in facts]

    assert {(each.status_code, each.text) for each in answers} == {(200, '{"disclosures":{}}')}
