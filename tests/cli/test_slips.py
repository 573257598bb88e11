"""What a clerk mistypes on a busy day, said back in Spanish: what belongs there, and none of the program's English."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ledger.errors import FormatError, Problem
from ledger.statement import parse_fact, parse_payload
from ledger.words import LANGUAGES, say
from tests.cli import story

# Words of the validator, of Python and of regular expressions.
FOREIGN = re.compile(r"\b(input|should|valid|string|integer|dict|tuple|list|str|pattern|field|Value error|or)\b|\^|\\d")

SLIPS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("a day as people write it", {"harvested_from": "15/06/2026"}, "day-malformed", "15/06/2026", "2026-06-15"),
    ("a day in words", {"harvested_from": "15 de junio"}, "day-malformed", "…", "2026-06-15"),
    ("a day that never was", {"harvested_from": "2026-06-31"}, "day-impossible", "2026-06-31", "calendario"),
    ("kilograms with a comma", {"net": "101,2"}, "number-not-whole", "101,2", "entero"),
    ("kilograms with their unit", {"gross": "51 000 kg"}, "number-not-whole", "51 000 kg", "entero"),
    ("a negative net", {"net": -5}, "number-too-small", "-5", "al menos 1"),
    ("an id that is too short", {"producer": "P-001"}, "id-malformed", "P-001", "16 cifras"),
    ("a name for an id", {"producer": "Ana Inventada"}, "id-malformed", "…", "16 cifras"),
    ("a form with capitals", {"form": "Pergamino"}, "word-malformed", "Pergamino", "minúsculas"),
    ("a year as a number", {"season": 2026}, "text-expected", "2026", "texto"),
    ("a season of two digits", {"season": "26"}, "season-malformed", "26", "2026-2027"),
    ("one attribute without its list", {"attributes": {"code": "a", "value": "b"}}, "list-expected", "{…}", "lista"),
    ("text among the deductions", {"deductions": ["humedad"]}, "object-expected", "humedad", "campos"),
    ("a word that is not in the list", {"terms": "compra"}, "word-unknown", "compra", "purchase, deposit, service"),
    ("a note that should be sealed", {"note": "Rosa"}, "seal-malformed", "", "huella"),
    ("a field that does not exist", {"peso": 5}, "field-unknown", "", "no tiene ese campo"),
]


@pytest.mark.parametrize(("slip", "change", "code", "found", "hint"), SLIPS, ids=[each[0] for each in SLIPS])
def test_a_slip_is_told_in_plain_spanish(slip: str, change: dict[str, Any], code: str, found: str, hint: str) -> None:
    del slip
    [problem] = _problems({**_body(), **change})

    said = say(problem, "es")

    assert problem.code == code
    assert found in said.title
    assert hint in said.title
    assert not FOREIGN.search(said.title), said.title
    assert not FOREIGN.search(said.remedy), said.remedy


def test_a_missing_field_is_named_and_nothing_is_said_to_be_found() -> None:
    body = _body()
    del body["net"]

    [problem] = _problems(body)

    assert (problem.code, problem.where, problem.found) == ("field-missing", "/body/net", None)
    assert all("dict" not in say(problem, language).detail for language in LANGUAGES)


def test_what_is_to_be_sealed_is_never_repeated() -> None:
    [problem] = _problems({**_body(), "note": "Rosa"})

    assert problem.found is None


def test_a_moment_without_its_offset_is_told_how_to_write_it() -> None:
    with pytest.raises(FormatError) as refused:
        parse_payload(
            b'{"at":"2026-06-15 10:00","body":{"vessel":"0123456789ABCDEF"},"by":"0123456789ABCDEF",'
            b'"fact":"vessel.emptied/1","id":"ABCDEFGH12345678","log":"ledger.example/log/valle",'
            b'"nonce":"AAAAAAAAAAAAAAAAAAAAAA"}'
        )

    [problem] = refused.value.problems
    assert (problem.code, problem.found) == ("moment-malformed", "2026-06-15 10:00")
    assert "2026-06-15T10:00:00-05:00" in say(problem, "es").title


def test_an_envelope_without_its_fact_says_which_field_is_missing() -> None:
    with pytest.raises(FormatError, match="field-missing at /fact"):
        parse_payload(b"{}")


def _body() -> dict[str, Any]:
    body: dict[str, Any] = story.delivery(1, "DEXVERY000000001", "PRQDVCER00000001", "PXQT000000000001")["body"]
    return body


def _problems(body: dict[str, Any]) -> tuple[Problem, ...]:
    with pytest.raises(FormatError) as refused:
        parse_fact("lot.harvested/1", body)
    return refused.value.problems
