"""A key of one's own at the terminal: made, authorised by the operator, and signing facts away from the ledger."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from ledger import Ledger
from tests.cli.conftest import Chaski

AUDITOR = "AVD1T0R000000001"
ORIGIN = "ledger.example/log/test"
MINE = ("--party", AUDITOR, "--log", ORIGIN)
FINDING = {"finding": "FND1NG0000000001", "kind": "grams", "severity": "major"}


@pytest.fixture
def ledger(folder: Path, chaski: Chaski) -> Path:
    """A ledger with an auditor in it that has no key yet."""
    made = chaski("init", "--origin", ORIGIN, "--operator", "Cooperativa Inventada", "--json")
    assert made.code == 0, made.err
    with Ledger.open(made.json["database"]) as ledger:
        entered = {"party": AUDITOR, "kind": "certifier", "country": "PE", "name": "Auditora Inventada"}
        ledger.state_as_operator("party.registered/1", entered)
        role = {"party": AUDITOR, "role": "auditor", "effective_from": "2026-01-01"}
        ledger.state_as_operator("role.granted/1", role)
    return folder


@pytest.fixture
def key(ledger: Path, chaski: Chaski) -> Path:
    """The auditor's own key, not authorised yet."""
    assert chaski("keys", "make", "auditor.key", *MINE, "-o", "enrol.json").code == 0
    return ledger / "auditor.key"


def signed(chaski: Chaski, file: str, *more: str) -> int:
    return chaski("sign", file, "--signing-key", "auditor.key", *MINE, "-o", "said.jose", *more).code


def written(folder: Path, content: object) -> str:
    (folder / "fact.json").write_text(json.dumps(content), encoding="utf-8")
    return "fact.json"


def test_an_auditor_states_a_finding_with_a_key_the_operator_authorised(chaski: Chaski, key: Path) -> None:
    file = written(key.parent, {"body": FINDING, "sealed": {"/text": "El recibo dice 81 kg."}})
    assert signed(chaski, file, "--fact", "finding.recorded/1") == 0

    early = chaski("submit", "said.jose", "--json")
    assert early.code == 1
    authorised = chaski("keys", "authorise", "enrol.json")
    assert authorised.code == 0, authorised.err
    said = chaski("submit", "said.jose", "--json").json

    assert said["outcomes"][0]["status"] == "accepted"
    assert chaski("audit", "show", "--json").json["findings"][0]["finding"] == FINDING["finding"]


def test_the_key_file_is_its_owners_alone_and_never_overwritten(chaski: Chaski, key: Path) -> None:
    before = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    again = chaski("keys", "make", "auditor.key", *MINE, "-o", "enrol.json", "--json")
    assert (again.code, again.codes) == (5, ["key-file-exists"])
    assert key.read_bytes() == before


def test_what_goes_to_the_operator_holds_no_secret(chaski: Chaski, key: Path) -> None:
    sent = (key.parent / "enrol.json").read_text(encoding="utf-8")
    assert key.read_text(encoding="ascii").strip() not in sent


def test_a_proof_of_possession_for_another_log_authorises_nothing(chaski: Chaski, ledger: Path) -> None:
    elsewhere = ("--party", AUDITOR, "--log", "other.example/log/x")
    assert chaski("keys", "make", "auditor.key", *elsewhere, "-o", "enrol.json").code == 0
    refused = chaski("keys", "authorise", "enrol.json", "--json")
    assert (refused.code, refused.codes) == (1, ["key-proof-invalid"])
    assert not (ledger / "said.jose").exists()


def test_a_whole_fact_signed_twice_is_one_statement(chaski: Chaski, key: Path) -> None:
    whole = {"id": "FACT000000000001", "fact": "finding.recorded/1", "at": "2026-08-05T10:00:00-05:00", "body": FINDING}
    file = written(key.parent, whole)
    assert signed(chaski, file) == 0
    first = (key.parent / "said.jose").read_bytes()
    assert signed(chaski, file) == 0
    assert (key.parent / "said.jose").read_bytes() == first


def test_what_is_no_fact_or_no_key_is_not_signed(chaski: Chaski, key: Path) -> None:
    assert signed(chaski, written(key.parent, [FINDING])) == 3
    assert signed(chaski, written(key.parent, FINDING)) == 3
    assert signed(chaski, written(key.parent, {"body": 7}), "--fact", "finding.recorded/1") == 3
    key.write_text("bm90IGEga2V5\n", encoding="ascii")
    assert signed(chaski, written(key.parent, FINDING), "--fact", "finding.recorded/1") == 6
    assert not (key.parent / "said.jose").exists()


def test_a_name_that_cannot_be_signed_leaves_no_key_behind(chaski: Chaski, ledger: Path) -> None:
    made = chaski("keys", "make", "auditor.key", "--party", AUDITOR, "--log", "a\nb", "-o", "enrol.json", "--json")
    assert (made.code, made.codes) == (3, ["possession-malformed"])
    assert not (ledger / "auditor.key").exists()


def test_what_the_operator_is_sent_must_be_an_object(chaski: Chaski, ledger: Path) -> None:
    (ledger / "enrol.json").write_text("[]", encoding="utf-8")
    refused = chaski("keys", "authorise", "enrol.json", "--json")
    assert (refused.code, refused.codes) == (3, ["object-expected"])
