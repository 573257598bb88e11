"""Each fact type has vectors that load, sign and hash the same for ever, and refuses everything it is not.

The broken bodies are made from the examples by walking the JSON schema of the model, so a new fact is tested as
soon as it has an example. `references` and `sealed_fields` are compared with a search that knows no model.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import canonical
from ledger.errors import FormatError, ProofError
from ledger.facts import Fact, known_types, references, sealable_paths, sealed_fields
from ledger.statement import (
    Envelope,
    check_disclosures,
    check_signature,
    parse_disclosure,
    parse_fact,
    parse_payload,
    parse_statement,
    parse_submission,
    sign,
)
from tests.vectors import make_fact_vectors
from tests.vectors.examples import all_examples, clear_values, example, world

TYPES = sorted(known_types())
VECTORS = {path.name: json.loads(path.read_text("utf-8")) for path in make_fact_vectors.FOLDER.glob("*.json")}
EACH = [(vector["fact"], entry) for vector in VECTORS.values() for entry in vector["examples"]]

every_type = pytest.mark.parametrize("fact_type", TYPES)
every_vector = pytest.mark.parametrize(
    ("fact_type", "vector"), EACH, ids=[f"{fact_type}-{entry['name']}" for fact_type, entry in EACH]
)


class Spot(NamedTuple):
    """An object inside a body: its JSON pointer, the object, and the JSON schema it follows."""

    where: str
    value: dict[str, Any]
    schema: dict[str, Any]


# ---------------------------------------------------------------- the files


def test_files_are_as_the_examples_generate_them() -> None:
    assert make_fact_vectors.differences() == []


def test_every_type_has_a_vector_and_no_vector_is_of_an_unknown_type() -> None:
    assert set(VECTORS) == {make_fact_vectors.file_name(fact_type) for fact_type in TYPES}


@every_type
def test_examples_of_a_type_show_every_field_it_has(fact_type: str) -> None:
    shown = {name for body in bodies(fact_type) for name in body}
    assert shown == set(known_types()[fact_type].model_fields)


def test_examples_together_show_every_field_of_the_values_inside_facts() -> None:
    shown: dict[str, set[str]] = {}
    known: dict[str, set[str]] = {}
    for fact_type in TYPES:
        for body in bodies(fact_type):
            for spot in spots(fact_type, body):
                shown.setdefault(spot.schema["title"], set()).update(spot.value)
                known[spot.schema["title"]] = set(spot.schema["properties"])
    assert shown == known


def test_example_gives_the_signed_body_and_its_clear_values() -> None:
    body = example("lot.harvested/1")
    vector = VECTORS["lot.harvested.1.json"]["examples"][0]
    assert body == vector["envelope"]["body"]
    assert clear_values("lot.harvested/1") == {"/note": "Un saco con la costura abierta; se cambió en el acopio."}


def test_examples_of_a_type_have_names_of_their_own() -> None:
    for fact_type, examples in all_examples().items():
        names = [item.name for item in examples]
        assert len(names) == len(set(names)), fact_type


# ---------------------------------------------------------------- they load and hash the same


@every_vector
def test_vector_loads_and_writes_the_same_bytes(fact_type: str, vector: dict[str, Any]) -> None:
    payload = vector["payload"].encode()
    envelope = parse_payload(payload)
    assert type(envelope.body) is known_types()[fact_type]
    assert canonical.encode(vector["envelope"]) == payload
    assert written(envelope) == payload


@every_vector
def test_vector_signs_to_the_same_digest_and_reads_back(fact_type: str, vector: dict[str, Any]) -> None:
    statement = sign(vector["envelope"], world.key(vector["key"]["label"]))
    assert statement.digest == vector["digest"]
    assert statement.kid == vector["kid"]
    assert canonical.b64url(statement.signature) == vector["signature"]
    read = parse_statement(statement.jws)
    assert read == statement
    check_signature(read, canonical.unb64url(vector["key"]["public"]))


@every_vector
def test_vector_posts_the_same(fact_type: str, vector: dict[str, Any]) -> None:
    statement = sign(vector["envelope"], world.key(vector["key"]["label"]))
    postings = make_fact_vectors.postings_of(statement)
    assert json.loads(json.dumps(postings)) == vector["postings"]
    for move in postings["moves"]:
        assert all(type(part) is str for part in move[:4])
        assert type(move[4]) is int


@every_vector
def test_signature_of_another_key_does_not_fit(fact_type: str, vector: dict[str, Any]) -> None:
    statement = sign(vector["envelope"], world.key("somebody else"))
    with pytest.raises(ProofError):
        check_signature(statement, canonical.unb64url(vector["key"]["public"]))


@every_vector
def test_disclosures_fit_their_sealed_fields_and_no_other(fact_type: str, vector: dict[str, Any]) -> None:
    statement = sign(vector["envelope"], world.key(vector["key"]["label"]))
    texts = [item["text"].encode() for item in vector["disclosures"]]
    read, disclosures = parse_submission(b"~".join([statement.jws, *texts]))
    assert read.digest == vector["digest"]
    assert [item.pointer for item in disclosures] == [item["pointer"] for item in vector["disclosures"]]
    for place, text in enumerate(texts):
        without = [parse_disclosure(other) for other in texts if other != text]
        with pytest.raises(FormatError) as refused:
            check_disclosures(read.fact, without)
        assert [problem.code for problem in refused.value.problems] == ["disclosure-missing"]
        assert [problem.where for problem in refused.value.problems] == [
            f"/body{vector['disclosures'][place]['pointer']}"
        ]


# ---------------------------------------------------------------- what a fact is not


@every_type
def test_unknown_field_is_refused_at_every_depth(fact_type: str) -> None:
    for body in bodies(fact_type):
        for spot in spots(fact_type, body):
            broken = changed(body, f"{spot.where}/surprise", 1)
            assert codes(fact_type, broken) == {("field-unknown", f"/body{spot.where}/surprise")}


@every_type
def test_missing_field_is_refused_at_every_depth(fact_type: str) -> None:
    for body in bodies(fact_type):
        for spot in spots(fact_type, body):
            for name in spot.schema.get("required", ()):
                broken = removed(body, f"{spot.where}/{name}")
                assert codes(fact_type, broken) == {("field-missing", f"/body{spot.where}/{name}")}


@every_type
def test_word_outside_the_vocabulary_is_refused(fact_type: str) -> None:
    for body in bodies(fact_type):
        for where, choices in vocabularies(fact_type, body):
            assert value_at(body, where) in choices
            broken = changed(body, where, "no-such-word")
            assert codes(fact_type, broken) == {("word-unknown", f"/body{where}")}


@every_type
def test_number_with_a_point_is_refused_even_when_whole(fact_type: str) -> None:
    for entry in VECTORS[make_fact_vectors.file_name(fact_type)]["examples"]:
        for where, value in leaves(entry["envelope"]["body"]):
            if type(value) is not int:
                continue
            broken = changed(entry["envelope"], f"/body{where}", float(value))
            text = json.dumps(broken, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            with pytest.raises(FormatError) as refused:
                parse_payload(text)
            assert [(item.code, item.where) for item in refused.value.problems] == [("json-float", f"/body{where}")]
            with pytest.raises(FormatError, match="json-float"):
                parse_fact(fact_type, broken["body"])


@every_type
def test_nothing_is_converted_from_one_shape_to_another(fact_type: str) -> None:
    for body in bodies(fact_type):
        for where, value in leaves(body):
            other: str | int = str(value).lower() if isinstance(value, int) else 17
            refused = codes(fact_type, changed(body, where, other))
            assert {place for _, place in refused} == {f"/body{where}"}


@every_type
def test_list_that_must_hold_something_may_not_be_empty(fact_type: str) -> None:
    for body in bodies(fact_type):
        for spot in spots(fact_type, body):
            for name, schema in spot.schema["properties"].items():
                if schema.get("minItems") and name in spot.value:
                    broken = changed(body, f"{spot.where}/{name}", [])
                    assert codes(fact_type, broken) == {("list-too-short", f"/body{spot.where}/{name}")}


@every_type
def test_fact_cannot_be_changed_once_made(fact_type: str) -> None:
    fact = parse_fact(fact_type, example(fact_type))
    for name in type(fact).model_fields:
        with pytest.raises(ValueError, match="frozen"):
            setattr(fact, name, None)


def test_body_of_one_type_under_another_is_refused() -> None:
    with pytest.raises(FormatError):
        parse_fact("lot.lost/1", example("lot.harvested/1"))


def test_unknown_type_is_refused() -> None:
    with pytest.raises(FormatError, match="fact-unknown"):
        parse_fact("lot.wished/1", {})


# ---------------------------------------------------------------- what a fact names and hides

BORN: dict[str, list[str]] = {
    "access.granted/1": ["/grant"],
    "audit.opened/1": ["/audit"],
    "finding.recorded/1": ["/finding"],
    "sample.drawn/1": ["/sample"],
    "erasure.requested/1": ["/erasure"],
    "agreement.monitored/1": ["/monitoring"],
    "agreement.signed/1": ["/agreement"],
    "area.mapped/1": ["/area"],
    "breach.recorded/1": ["/breach"],
    "certificate.recorded/1": ["/certificate"],
    "consent.given/1": ["/consent"],
    "contract.signed/1": ["/contract"],
    "estimate.made/1": ["/estimate"],
    "facility.registered/1": ["/facility"],
    "herd.registered/1": ["/herd"],
    "household.registered/1": ["/household"],
    "incident.recorded/1": ["/incident"],
    "inspection.made/1": ["/inspection"],
    "log.opened/1": ["/operator/party"],
    "lot.bought/1": ["/lot"],
    "lot.dispatched/1": ["/dispatch"],
    "lot.harvested/1": ["/lot"],
    "lot.held/1": ["/hold"],
    "lot.opened/1": ["/lot"],
    "lot.packed/1": ["/packages/0/lot", "/packages/1/lot"],
    "lot.recalled/1": ["/recall"],
    "lot.sold/1": ["/sale"],
    "lot.transformed/1": ["/outputs/0/lot", "/outputs/1/lot", "/outputs/2/lot"],
    "lot.unpacked/1": ["/output"],
    "mandate.given/1": ["/mandate"],
    "party.registered/1": ["/party"],
    "payment.made/1": ["/payment"],
    "plot.mapped/1": ["/plot"],
    "plot.merged/1": ["/into/plot"],
    "plot.split/1": ["/into/0/plot", "/into/1/plot"],
    "pledge.recorded/1": ["/pledge"],
    "premium.paid/1": ["/payment"],
    "premium.received/1": ["/premium"],
    "producer.enrolled/1": ["/producer"],
    "release.recorded/1": ["/release"],
    "transaction-certificate.recorded/1": ["/transaction_certificate"],
}
"""Where the first example of each type brings something into being; no other type brings anything."""

KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "document.attached/1": {"/issuer": ("party",)},
    "estimate.made/1": {"/grown": ("plot", "herd"), "/inspection": ("inspection",)},
    "inspection.made/1": {"/plots/0": ("plot",), "/estimates/0/grown": ("plot", "herd")},
    "lot.released/1": {"/hold": ("hold", "recall"), "/lots/0": ("lot",)},
    "lot.transformed/1": {"/inputs/0/owner": ("party", "producer", "household"), "/outputs/0/vessel": ("facility",)},
    "plot.mapped/1": {"/within": ("area",)},
}
"""A few ids at every depth, with what they may name."""


@every_type
def test_fact_brings_into_being_what_it_should_and_no_more(fact_type: str) -> None:
    found = references(parse_fact(fact_type, example(fact_type)))
    assert [item.where for item in found if item.born] == BORN.get(fact_type, [])


@pytest.mark.parametrize("fact_type", sorted(KINDS))
def test_ids_may_name_only_their_kinds(fact_type: str) -> None:
    found = {item.where: item.kinds for item in references(parse_fact(fact_type, example(fact_type)))}
    assert {where: found[where] for where in KINDS[fact_type]} == KINDS[fact_type]


@every_vector
def test_no_id_and_no_sealed_field_is_overlooked(fact_type: str, vector: dict[str, Any]) -> None:
    body = vector["envelope"]["body"]
    fact = parse_fact(fact_type, body)
    assert sorted((item.where, item.thing) for item in references(fact)) == sorted(ids_by_sight(body))
    expected = [(item["pointer"], value_at(body, item["pointer"])) for item in vector["disclosures"]]
    assert sorted(sealed_fields(fact)) == sorted(expected)


@every_type
def test_every_sealed_field_of_a_type_is_shown_sealed(fact_type: str) -> None:
    paths = {tuple(name for name, _ in path) for path in sealable_paths(known_types()[fact_type])}
    shown = {
        tuple(step for step in item["pointer"].split("/")[1:] if not step.isdecimal())
        for entry in VECTORS[make_fact_vectors.file_name(fact_type)]["examples"]
        for item in entry["disclosures"]
    }
    assert shown == paths


@given(data=st.data())
def test_lists_of_any_length_are_searched_whole(data: st.DataObject) -> None:
    fact_type = data.draw(st.sampled_from(TYPES), label="fact type")
    vector = data.draw(st.sampled_from(VECTORS[make_fact_vectors.file_name(fact_type)]["examples"]), label="example")

    def stretched(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: stretched(item) for key, item in value.items()}
        if isinstance(value, list):
            return [stretched(item) for item in value for _ in range(data.draw(st.integers(1, 3), label="times"))]
        return value

    body = stretched(vector["envelope"]["body"])
    fact = parse_fact(fact_type, body)
    digests = {value_at(vector["envelope"]["body"], item["pointer"]) for item in vector["disclosures"]}
    assert sorted((item.where, item.thing) for item in references(fact)) == sorted(ids_by_sight(body))
    assert sorted(sealed_fields(fact)) == sorted(item for item in leaves(body) if item[1] in digests)


@given(data=st.data())
def test_any_changed_character_of_a_payload_is_refused_or_hashes_differently(data: st.DataObject) -> None:
    _, vector = data.draw(st.sampled_from(EACH))
    text = vector["payload"]
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda new: new != text[place]))
    payload = (text[:place] + letter + text[place + 1 :]).encode()
    try:
        envelope = parse_payload(payload)
    except FormatError:
        return
    assert sign(canonical_values(payload), world.key(vector["key"]["label"])).digest != vector["digest"]
    assert written(envelope) == payload


# ---------------------------------------------------------------- walking bodies without knowing them


def bodies(fact_type: str) -> list[dict[str, Any]]:
    """The signed bodies of all examples of a type."""
    return [entry["envelope"]["body"] for entry in VECTORS[make_fact_vectors.file_name(fact_type)]["examples"]]


def written(envelope: Envelope) -> bytes:
    """The canonical bytes of a parsed envelope, without what was never said."""
    return canonical.encode(envelope.model_dump(mode="json", by_alias=True, exclude_unset=True))


def canonical_values(payload: bytes) -> dict[str, Any]:
    """The plain values of a payload."""
    loaded = canonical.load_canonical(payload)
    assert isinstance(loaded, dict)
    return loaded


def codes(fact_type: str, body: dict[str, Any]) -> set[tuple[str, str]]:
    """The code and place of every problem the body is refused for."""
    with pytest.raises(FormatError) as refused:
        parse_fact(fact_type, body)
    return {(problem.code, problem.where) for problem in refused.value.problems}


def spots(fact_type: str, body: dict[str, Any]) -> Iterator[Spot]:
    """Every object of a body, outermost first, with its schema."""
    fact_class: type[Fact] = known_types()[fact_type]
    schema = fact_class.model_json_schema()
    waiting = [Spot("", body, schema)]
    while waiting:
        spot = waiting.pop(0)
        yield spot
        for name, value in spot.value.items():
            inner = inner_schema(spot.schema["properties"][name], schema)
            if isinstance(value, dict):
                waiting.append(Spot(f"{spot.where}/{name}", value, inner))
            elif isinstance(value, list):
                items = inner_schema(inner["items"], schema)
                waiting.extend(
                    Spot(f"{spot.where}/{name}/{place}", item, items)
                    for place, item in enumerate(value)
                    if isinstance(item, dict)
                )


def inner_schema(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, and the first choice of an optional field."""
    schema = schema.get("anyOf", [schema])[0]
    found: dict[str, Any] = root["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def vocabularies(fact_type: str, body: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Every place of a body that takes one of a few words, with the words."""
    root = known_types()[fact_type].model_json_schema()
    for spot in spots(fact_type, body):
        for name, value in spot.value.items():
            schema = inner_schema(spot.schema["properties"][name], root)
            if "enum" in schema:
                yield f"{spot.where}/{name}", schema["enum"]
            elif isinstance(value, list) and "enum" in (items := inner_schema(schema["items"], root)):
                for place in range(len(value)):
                    yield f"{spot.where}/{name}/{place}", items["enum"]


def leaves(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that holds no other, with its JSON pointer."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{where}/{key}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, f"{where}/{place}")
    else:
        yield where, value


def ids_by_sight(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Everything in a body that looks like an id, but for overlaps, which may name what the log does not know."""
    crockford = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")
    return [
        (where, value)
        for where, value in leaves(body)
        if isinstance(value, str) and crockford.fullmatch(value) and not where.endswith("/other")
    ]


def value_at(value: Any, pointer: str) -> Any:
    """What stands at a JSON pointer."""
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def changed(value: dict[str, Any], pointer: str, new: object) -> dict[str, Any]:
    """A copy with something else at a JSON pointer."""
    result = copy.deepcopy(value)
    parent, _, last = pointer.rpartition("/")
    holder = value_at(result, parent)
    holder[int(last) if isinstance(holder, list) else last] = new
    return result


def removed(value: dict[str, Any], pointer: str) -> dict[str, Any]:
    """A copy without what stands at a JSON pointer."""
    result = copy.deepcopy(value)
    parent, _, last = pointer.rpartition("/")
    del value_at(result, parent)[last]
    return result
