"""`chaski bundle` and `chaski verify x.zip`, as a clerk and an auditor type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger import settings
from ledger.audit.public.check import check_public
from ledger.audit.public.opening import opened_source
from ledger.audit.public.trust import Trust
from ledger.cli import main
from ledger.log import VerifierKey
from tests.world import World


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small ledger on disk, on a machine that says nothing about Chaski and speaks English."""
    for name in (*map(settings.variable, settings.Settings.model_fields), settings.FILE_VARIABLE, "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    world = World.begin(tmp_path, database=str(tmp_path / "valley.db"))
    world.deliver(world.farm(), 50_000)
    (tmp_path / "kept").write_bytes(world.ledger.checkpoint())
    (tmp_path / "key").write_text(world.ledger.verifier_key, encoding="utf-8")
    world.deliver(world.farm(), 50_000)
    world.ledger.close()
    return str(tmp_path / "valley.db")


def test_a_bundle_is_made_and_verified(database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bundle", "ALL", "-d", database, "-o", "x.zip", "--role", "auditor"]) == 0
    said = capsys.readouterr().out
    assert "The bundle is in x.zip." in said
    assert "python3 -I -S verify.py" in said

    key = (tmp_path / "key").read_text(encoding="utf-8")
    assert main(["verify", "x.zip", "--key", key, "--checkpoint", "kept"]) == 0
    said = capsys.readouterr().out
    assert "The bundle is intact." in said
    assert "The log continues the checkpoint that was kept." in said
    assert "whose log it is" not in said


def test_its_json_says_what_was_found(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bundle", "0..3", "-d", database, "-o", "x.zip", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["scope"] == {"kind": "period", "first": 0, "after": 4}
    assert made["signed"] is True

    assert main(["verify", "x.zip", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["statements"] == made["statements"]
    assert "key" in found["not_proved"]
    assert "bundle-partial" in found["not_proved"]


def test_a_changed_bundle_ends_with_the_exit_code_of_proofs(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bundle", "ALL", "-d", database, "-o", "x.zip"]) == 0
    data = bytearray((tmp_path / "x.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "x.zip").write_bytes(data)
    capsys.readouterr()

    assert main(["verify", "x.zip", "--json"]) == 6
    assert json.loads(capsys.readouterr().out)["problems"][0]["code"].startswith("bundle-")


@pytest.mark.parametrize(
    ("words", "code"),
    [(["whatever"], "scope-malformed"), (["0" * 16], "lot-unknown"), (["2020-01-01..2020-01-02"], "scope-empty")],
)
def test_what_cannot_be_bundled_is_said_and_nothing_is_written(
    database: str, tmp_path: Path, words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bundle", *words, "-d", database, "-o", "x.zip", "--json"]) in {3, 4}
    assert [each["code"] for each in json.loads(capsys.readouterr().out)["problems"]] == [code]
    assert not (tmp_path / "x.zip").exists()


def test_a_folder_that_cannot_be_written_is_named(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bundle", "ALL", "-d", database, "-o", "no/such/x.zip", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["problems"][0]["code"] == "file-not-writable"


def test_a_receipt_is_not_asked_of_a_bundle(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bundle", "ALL", "-d", database, "-o", "x.zip"]) == 0
    assert main(["verify", "x.zip", "--receipt", "kept"]) == 2
    assert capsys.readouterr().err


def test_the_public_log_inside_is_read_as_any_other_log(database: str, tmp_path: Path) -> None:
    assert main(["bundle", "ALL", "-d", database, "-o", "x.zip", "--json"]) == 0
    key = VerifierKey.parse((tmp_path / "key").read_text(encoding="utf-8"))

    with opened_source("x.zip") as log:
        found = check_public(log, Trust((key,)))

    assert found.origin == key.name
    assert "checkpoint" in found.proved
