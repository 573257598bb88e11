"""What facts mean: from the statement alone, the same every time, and never failing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger import canonical
from ledger.facts import known_types
from ledger.postings import post
from ledger.shares import apportion
from ledger.statement import Statement, parse_statement
from ledger.store.schema import ACCOUNT_KINDS
from tests.vectors.examples import world
from tests.vectors.make_fact_vectors import FOLDER, postings_of

FILES = sorted(FOLDER.glob("*.json"))
EXAMPLES: list[Any] = [
    pytest.param(example, id=f"{path.stem}-{example['name']}")
    for path in FILES
    for example in json.loads(path.read_text(encoding="utf-8"))["examples"]
]
MASS = {"stock", "transit", "return", "loss", "field", "purchase", "opening"}


def statement_of(example: dict[str, Any]) -> Statement:
    """The statement of a vector, from its bytes."""
    payload, signature = example["payload"].encode(), canonical.unb64url(example["signature"])
    header = canonical.b64url(canonical.encode({"alg": "Ed25519", "kid": example["kid"], "typ": "chaski-fact+jws"}))
    jws = ".".join((header, canonical.b64url(payload), canonical.b64url(signature)))
    return parse_statement(jws.encode())


def test_every_fact_type_has_a_vector_with_postings() -> None:
    assert {path.stem.rpartition(".")[0] for path in FILES} == {name.partition("/")[0] for name in known_types()}


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_vector_posts_as_it_always_did(example: dict[str, Any]) -> None:
    statement = statement_of(example)
    assert json.loads(json.dumps(postings_of(statement))) == example["postings"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_posting_is_pure(example: dict[str, Any]) -> None:
    statement = statement_of(example)
    first, payload = post(statement), statement.payload
    second = post(statement_of(example))
    assert (list(first.moves), list(first.marks), list(first.edges), first.ends) == (
        list(second.moves),
        list(second.marks),
        list(second.edges),
        second.ends,
    )
    assert statement.payload == payload


@pytest.mark.parametrize("example", EXAMPLES)
def test_postings_can_be_kept(example: dict[str, Any]) -> None:
    """Accounts of known kinds, whole grams, mark values that are plain JSON without nothings in it."""
    postings = post(statement_of(example))
    for account, grams in postings.moves:
        assert account.kind in ACCOUNT_KINDS
        assert type(grams) is int
        assert grams != 0
    for mark in postings.marks:
        assert mark.subject
        assert json.loads(json.dumps(dict(mark.value))) == dict(mark.value)
        assert None not in mark.value.values()
        assert len(mark.effective_from) == 10


def is_summed(example: dict[str, Any]) -> bool:
    """Forms counted in pieces do not sum with grams; what went before the ledger, or grew nowhere, has one side."""
    body = example["envelope"]["body"]
    one_sided = body.get("plot") is None and body.get("herd") is None
    fact = example["envelope"]["fact"]
    return fact not in ("lot.transformed/1", "season.opened/1") and not (fact == "lot.harvested/1" and one_sided)


@pytest.mark.parametrize("example", [e for e in EXAMPLES if is_summed(e.values[0])])
def test_what_is_moved_between_the_places_of_stock_sums_to_nothing(example: dict[str, Any]) -> None:
    """Double entry: what enters stock left the field, a seller or the opening; what leaves it is somewhere."""
    moves = post(statement_of(example)).moves
    assert sum(grams for account, grams in moves if account.kind in MASS) == 0


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_edges_of_an_output_sum_to_its_grams(example: dict[str, Any]) -> None:
    postings = post(statement_of(example))
    sums: dict[str, int] = {}
    for edge in postings.edges:
        assert edge.grams >= 0
        sums[edge.output] = sums.get(edge.output, 0) + edge.grams
    grams = {mark.subject: mark.value["grams"] for mark in postings.marks if mark.subject in sums}
    assert sums == grams


def test_edges_are_divided_in_the_order_of_lot_ids_whatever_the_order_of_the_lines() -> None:
    path = next(path for path in FILES if path.stem == "lot.transformed.1")
    example = next(
        e for e in json.loads(path.read_text(encoding="utf-8"))["examples"] if len(e["envelope"]["body"]["inputs"]) > 1
    )
    statement = statement_of(example)
    body = example["envelope"]["body"]
    inputs = sorted(body["inputs"], key=lambda line: str(line["lot"]))
    for out in body["outputs"]:
        edges = [(e.input, e.grams) for e in post(statement).edges if e.output == out["lot"]]
        shares = apportion(out["grams"], [line["grams"] for line in inputs])
        assert edges == [(line["lot"], share) for line, share in zip(inputs, shares, strict=True)]


def test_a_correction_names_what_it_ends() -> None:
    ends = {
        path.stem: example["postings"]["ends"]
        for path in FILES
        for example in json.loads(path.read_text(encoding="utf-8"))["examples"]
        if example["postings"]["ends"] is not None
    }
    assert "fact.retracted.1" in ends


def test_the_vectors_are_of_the_invented_world() -> None:
    assert {e.values[0]["envelope"]["log"] for e in EXAMPLES} == {world.LOG}
