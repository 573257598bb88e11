"""`chaski receipt` with a code as people write it, and with receipts in COSE."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.book import Ledger
from ledger.queries import Outcome
from ledger.values import in_fours
from tests.cli.conftest import Chaski

BOTH = pytest.mark.parametrize("language", ["es", "en"])
WORDS = {
    "standing": {"es": "nadie lo ha corregido", "en": "nobody has corrected it"},
    "corrected": {"es": "corregido o anulado", "en": "corrected or withdrawn"},
    "unknown": {"es": "No está en este registro", "en": "It is not in this log"},
}


@pytest.fixture
def outcome(folder: Path) -> Outcome:
    """What a fact in a ledger of the folder was answered with."""
    with Ledger.create("chaski.db", origin="ledger.example/log/valle", operator="Operador Inventado") as ledger:
        body = {"party": "BVYER00000000001", "kind": "buyer", "country": "PE", "name": "Compradora"}
        return ledger.state_as_operator("party.registered/1", body)


@BOTH
def test_a_code_says_whether_it_stands(chaski: Chaski, outcome: Outcome, language: str) -> None:
    spelled = in_fours(outcome.receipt_code).lower().replace(" ", "-")

    answer = chaski("receipt", spelled, "--lang", language)
    document = chaski("receipt", spelled, "--json").json

    assert answer.code == 0
    assert WORDS["standing"][language] in answer.out
    assert in_fours(outcome.receipt_code) in answer.out
    assert (document["status"], document["index"]) == ("standing", outcome.index)


@BOTH
def test_an_unknown_code_is_said_to_be_not_there_yet(chaski: Chaski, outcome: Outcome, language: str) -> None:
    answer = chaski("receipt", "0" * 20, "--lang", language)

    assert answer.code == 4
    assert WORDS["unknown"][language] in answer.out
    assert chaski("receipt", "0" * 20, "--json").json["status"] == "unknown"


@BOTH
def test_what_can_be_no_code_is_refused(chaski: Chaski, outcome: Outcome, language: str) -> None:
    assert chaski("receipt", "U" * 20, "--lang", language).code == 3
    assert chaski("receipt", "U" * 20, "--json").codes == ["receipt-code-malformed"]


def test_a_code_brings_its_proof_too(chaski: Chaski, outcome: Outcome) -> None:
    key = Ledger.open("chaski.db")
    key.close()
    made = chaski("receipt", outcome.receipt_code, "-o", "r.tlog-proof", "--json").json

    assert made["receipt_code"] == outcome.receipt_code
    assert chaski("receipt", "--check", "r.tlog-proof", "--key", key.verifier_key).code == 0


def test_an_auditor_without_keys_asks_by_code(chaski: Chaski, outcome: Outcome, folder: Path) -> None:
    for file in folder.glob("chaski.db.*key"):
        file.unlink()

    assert chaski("receipt", outcome.receipt_code, "--json").json["status"] == "standing"


@BOTH
def test_a_cose_receipt_is_checked_offline(chaski: Chaski, outcome: Outcome, folder: Path, language: str) -> None:
    with Ledger.open("chaski.db") as ledger:
        key = ledger.verifier_key
    made = chaski("receipt", outcome.id, "--format", "cose", "-o", "r.cose", "--entry-output", "entry", "--json").json
    for file in folder.glob("chaski.db*"):
        if file.is_file():
            file.unlink()

    answer = chaski("receipt", "--check", "r.cose", "--entry", "entry", "--key", key, "--lang", language)
    alone = chaski("receipt", "--check", "r.cose", "--key", key, "--json")
    Path("r.cose").write_bytes(Path("r.cose").read_bytes()[:-1] + b"\0")
    changed = chaski("receipt", "--check", "r.cose", "--entry", "entry", "--key", key, "--json")

    assert made["index"] == outcome.index
    assert answer.code == 0
    assert outcome.digest in answer.out
    assert alone.codes == ["receipt-needs-entry"]
    assert (changed.code, changed.codes) == (6, ["inclusion-proof-wrong"])
