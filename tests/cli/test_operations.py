"""Running a ledger from the command line: backup, restore, keys of the log, doctor, freeze and successor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ledger.book import Ledger
from ledger.log import VerifierKey, open_checkpoint
from ledger.log.succession import Succession
from tests.cli.conftest import Chaski

BOTH = pytest.mark.parametrize("language", ["es", "en"])
ORIGIN = "ledger.example/log/valle"


@pytest.fixture
def made(folder: Path) -> dict[str, Any]:
    """A small ledger in the folder: its verifier key and size."""
    with Ledger.create("chaski.db", origin=ORIGIN, operator="Operador Inventado") as ledger:
        body = {"party": "BVYER00000000001", "kind": "buyer", "country": "PE", "name": "Compradora"}
        ledger.state_as_operator("party.registered/1", body)
        return {"key": ledger.verifier_key, "size": ledger.head().size, "checkpoint": ledger.checkpoint()}


def more(name: str = "Otra", number: int = 2) -> None:
    with Ledger.open("chaski.db") as ledger:
        body = {"party": f"BVYER0000000000{number}", "kind": "buyer", "country": "PE", "name": name}
        ledger.state_as_operator("party.registered/1", body)


# ---------------------------------------------------------------- backup, restore


@BOTH
def test_from_a_backup_to_a_ledger_elsewhere(chaski: Chaski, made: dict[str, Any], language: str) -> None:
    Path("kept").write_bytes(made["checkpoint"])

    backup = chaski("backup", "bk", "--keys", "safe", "--lang", language)
    put_back = chaski(
        "restore", "bk", "--keys", "safe", "-d", "new/chaski.db", "--checkpoint", "kept", "--key", made["key"],
        "--lang", language,
    )  # fmt: skip

    assert (backup.code, put_back.code) == (0, 0), put_back.err
    assert ("un disco" in backup.err) or ("one disk" in backup.err) or ("mismo disco" in backup.err)
    assert chaski("verify", "-d", "new/chaski.db", "--json").json["size"] == made["size"]
    assert made["key"] in chaski("keys", "-d", "new/chaski.db").out


def test_what_a_backup_and_a_restore_say_to_a_program(chaski: Chaski, made: dict[str, Any]) -> None:
    backup = chaski("backup", "bk", "--keys", "safe", "--json").json
    put_back = chaski("restore", "bk", "--keys", "safe", "-d", "new/chaski.db", "--nothing-newer", "--json").json

    assert (backup["size"], backup["with_keys"]) == (made["size"], True)
    assert (put_back["size"], put_back["to_read"], put_back["erased_again"]) == (made["size"], False, 0)


@BOTH
def test_a_backup_without_keys_says_so_and_is_restored_to_read(
    chaski: Chaski, made: dict[str, Any], language: str
) -> None:
    backup = chaski("backup", "bk", "--lang", language)
    put_back = chaski("restore", "bk", "-d", "reader/chaski.db", "--lang", language)

    assert "--keys" in backup.err
    assert put_back.code == 0
    assert chaski("verify", "-d", "reader/chaski.db", "--key", made["key"]).code == 0
    assert chaski("keys", "rotate-log", "-d", "reader/chaski.db").code == 4


@BOTH
def test_a_rolled_back_log_is_not_continued(chaski: Chaski, made: dict[str, Any], language: str) -> None:
    chaski("backup", "bk", "--keys", "safe")
    more()
    with Ledger.open("chaski.db") as ledger:
        Path("newer").write_bytes(ledger.checkpoint())
    command = ("restore", "bk", "--keys", "safe", "-d", "new/chaski.db")

    behind = chaski(*command, "--checkpoint", "newer", "--nothing-newer", "--lang", language)
    unproven = chaski(*command, "--lang", language)

    assert (behind.code, unproven.code) == (6, 6)
    assert chaski(*command, "--checkpoint", "newer", "--json").codes == ["older-than-checkpoint"]
    assert chaski(*command, "--json").codes == ["restore-unproven"]
    assert not Path("new/chaski.db").exists()


@BOTH
def test_the_halves_of_a_backup_are_kept_apart(chaski: Chaski, made: dict[str, Any], language: str) -> None:
    assert chaski("backup", "bk", "--keys", "bk/keys", "--lang", language).code == 3
    assert chaski("backup", "bk", "--keys", "bk", "--json").codes == ["backup-keys-together"]


# ---------------------------------------------------------------- the log's key


@BOTH
def test_the_log_gets_a_new_key_and_the_overlap_ends(chaski: Chaski, made: dict[str, Any], language: str) -> None:
    old = VerifierKey.parse(made["key"])

    begun = chaski("keys", "rotate-log", "--lang", language)
    shown = chaski("keys", "--json").json["verifier_key"]
    with Ledger.open("chaski.db") as ledger:
        both = ledger.checkpoint()
    again = chaski("keys", "rotate-log", "--json")
    ended = chaski("keys", "rotate-log", "--end", "--lang", language)
    nothing = chaski("keys", "rotate-log", "--end", "--json").json

    assert (begun.code, ended.code) == (0, 0)
    assert made["key"] in begun.out
    assert shown in begun.out
    for key in (old, VerifierKey.parse(shown)):
        open_checkpoint(both, key)
    assert (again.code, again.codes) == (5, ["log-key-overlaps"])
    assert nothing["ended"] is False
    with Ledger.open("chaski.db") as ledger:
        assert len(open_checkpoint(ledger.checkpoint(), VerifierKey.parse(shown)).note.signatures) == 1


@BOTH
def test_a_stolen_key_signs_nothing_more(chaski: Chaski, made: dict[str, Any], language: str) -> None:
    answer = chaski("keys", "rotate-log", "--stolen", "--lang", language)

    assert answer.code == 0
    assert "docs/operations.md" in answer.out
    assert not Path("chaski.db.key.old").exists()
    assert chaski("keys", "rotate-log", "--stolen", "--end").code == 2


@BOTH
def test_a_reader_follows_from_the_old_key_to_the_new_one(chaski: Chaski, made: dict[str, Any], language: str) -> None:
    chaski("keys", "rotate-log", "--stolen")
    with Ledger.open("chaski.db") as ledger:
        succession = ledger.succession()
        assert succession is not None
        Path("keys").write_bytes(succession.format())
        now = ledger.verifier_key

    answer = chaski("keys", "follow", "keys", "--key", made["key"], "--lang", language)
    other = chaski("keys", "follow", "keys", "--key", _another_key(), "--json")
    Path("keys").write_bytes(Path("keys").read_bytes()[:-6] + b"AAAA=\n")
    broken = chaski("keys", "follow", "keys", "--key", made["key"], "--json")

    assert now in answer.out
    assert (other.code, other.codes) == (6, ["verifier-key-differs"])
    assert broken.code in {3, 6}
    assert chaski("verify", "--key", made["key"]).code == 0


def _another_key() -> str:
    from ledger.keys import SigningKey
    from ledger.log import KeyKind

    return VerifierKey(ORIGIN, KeyKind.LOG, SigningKey.from_seed(b"x" * 32).public).format()


# ---------------------------------------------------------------- freeze and successor


@BOTH
def test_a_frozen_log_takes_nothing_more_and_a_successor_goes_on(
    chaski: Chaski, made: dict[str, Any], language: str
) -> None:
    wrong = chaski("freeze", "--origin", "ledger.example/log/otro", "--json")
    frozen = chaski(
        "freeze", "--origin", ORIGIN, "--successor", "ledger.example/log/valle2", "--checkpoint", "final",
        "--lang", language,
    )  # fmt: skip
    again = chaski("freeze", "--origin", ORIGIN, "--json")
    begun = chaski(
        "init", "-d", "next.db", "--origin", "ledger.example/log/valle2", "--operator", "Operador Inventado",
        "--predecessor", "final", "--predecessor-key", made["key"], "--lang", language,
    )  # fmt: skip

    assert wrong.codes == ["freeze-other-log"]
    assert (frozen.code, begun.code) == (0, 0)
    assert (again.code, again.codes) == (1, ["log-closed"])
    assert chaski("verify").code == 0
    with Ledger.open("next.db") as ledger, Ledger.open("chaski.db") as closed:
        genesis = next(iter(ledger.facts())).envelope["body"]
        assert isinstance(genesis, dict)
        assert genesis["predecessor"] == {"origin": ORIGIN, "checkpoint": closed.checkpoint().decode()}
        ledger.verify(workers=1)


def test_a_log_is_not_frozen_while_an_erasure_is_due(chaski: Chaski, made: dict[str, Any]) -> None:
    with Ledger.open("chaski.db") as ledger:
        for fact, body in (
            ("producer.enrolled/1", {"producer": "PRQDVCER00000001", "code": "P-1", "district": "Distrito"}),
            (
                "erasure.requested/1",
                {
                    "erasure": "ERASVRE000000001",
                    "person": "PRQDVCER00000001",
                    "asked_on": "2026-06-12",
                    "grounds": "objected",
                },
            ),
        ):
            told = {"id": ledger.new_id(), "fact": fact, "at": "2026-06-12T09:41:00-05:00", "body": body}
            if fact.startswith("producer"):
                told["sealed"] = {"/person": {"name": "Persona Inventada"}}
            outcome = ledger.state(told, party=ledger.operator_party)[0]
            assert outcome.status == "accepted", outcome.problems

    assert chaski("freeze", "--origin", ORIGIN, "--json").codes == ["doctor-erasures-due"]
    assert chaski("doctor", "--json").json["state"] == "warn"
    assert chaski("erasures", "--run").code == 0
    assert chaski("freeze", "--origin", ORIGIN).code == 0


def test_a_successor_needs_its_predecessors_key_and_a_name_of_its_own(chaski: Chaski, made: dict[str, Any]) -> None:
    Path("final").write_bytes(made["checkpoint"])
    start = ("init", "-d", "next.db", "--operator", "X", "--predecessor", "final", "--json")

    assert chaski(*start, "--origin", "ledger.example/log/b").codes == ["option-missing"]
    assert chaski(*start, "--origin", "ledger.example/log/b", "--predecessor-key", _another_key()).codes == [
        "note-unsigned"
    ]
    assert chaski(*start, "--origin", ORIGIN, "--predecessor-key", made["key"]).codes == ["predecessor-is-itself"]


def test_a_successor_is_not_begun_on_a_log_that_goes_on(chaski: Chaski, made: dict[str, Any], folder: Path) -> None:
    (folder / "before").write_bytes(made["checkpoint"])
    start = (
        "init", "-d", "next.db", "--operator", "X", "--predecessor-key", made["key"],
        "--predecessor-database", "chaski.db", "--json",
    )  # fmt: skip
    open_yet = chaski(*start, "--origin", "ledger.example/log/b", "--predecessor", "before")
    chaski("freeze", "--origin", ORIGIN, "--successor", "ledger.example/log/b", "--checkpoint", "final")
    behind = chaski(*start, "--origin", "ledger.example/log/b", "--predecessor", "before")
    another = chaski(*start, "--origin", "ledger.example/log/c", "--predecessor", "final")
    without = chaski(*start, "--origin", "ledger.example/log/b")

    assert [each.codes for each in (open_yet, behind, another, without)] == [
        ["predecessor-not-closed"],
        ["predecessor-not-closed"],
        ["predecessor-names-another"],
        ["option-missing"],
    ]
    assert not (folder / "next.db").exists()
    assert chaski(*start, "--origin", "ledger.example/log/b", "--predecessor", "final").code == 0


# ---------------------------------------------------------------- doctor


@BOTH
def test_doctor_looks_at_everything_and_warns(chaski: Chaski, made: dict[str, Any], language: str) -> None:
    answer = chaski("doctor", "--lang", language)
    found = chaski("doctor", "--json").json

    assert answer.code == 0
    assert "doctor-no-witness" in answer.err
    assert "doctor-no-backup" in answer.err
    assert found["state"] == "warn"
    assert [each["name"] for each in found["checks"]] == [
        "config", "disk", "keys", "database", "ledger", "clock", "witnesses", "backup", "erasures", "growth",
    ]  # fmt: skip


def test_doctor_is_content_with_a_backup(chaski: Chaski, made: dict[str, Any]) -> None:
    chaski("backup", "bk", "--keys", "safe")

    checks = {each["name"]: each for each in chaski("doctor", "--json").json["checks"]}

    assert checks["backup"]["state"] == "ok"
    chaski("backup", "bk2")
    checks = {each["name"]: each for each in chaski("doctor", "--json").json["checks"]}
    assert [problem["code"] for problem in checks["backup"]["problems"]] == ["doctor-backup-without-keys"]


@BOTH
def test_doctor_finds_a_key_others_can_read(chaski: Chaski, made: dict[str, Any], language: str) -> None:
    Path("chaski.db.operator.key").chmod(0o644)

    answer = chaski("doctor", "--lang", language)

    assert answer.code == 1
    assert "chaski.db.operator.key" in answer.err


def test_doctor_says_what_keeps_a_ledger_from_opening(chaski: Chaski, made: dict[str, Any]) -> None:
    Path("chaski.db.node.key").unlink()

    answer = chaski("doctor", "--json")

    assert answer.code == 1
    assert {each["name"]: [p["code"] for p in each["problems"]] for each in answer.json["checks"]}["ledger"] == [
        "key-file-missing"
    ]


def test_doctor_says_what_is_wrong_with_the_settings(
    chaski: Chaski, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHASKI_MAX_QUEUE", "many")

    answer = chaski("doctor", "--json")

    assert answer.code == 1
    assert answer.json["checks"][0]["problems"][0]["code"] == "setting-invalid"


def test_doctor_finds_a_damaged_database(chaski: Chaski, made: dict[str, Any]) -> None:
    for ending in ("-wal", "-shm"):
        Path(f"chaski.db{ending}").unlink(missing_ok=True)
    data = bytearray(Path("chaski.db").read_bytes())
    for page in range(4, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = os.urandom(64)
    Path("chaski.db").write_bytes(data)

    answer = chaski("doctor", "--json")

    assert answer.code == 1
    found = {each["name"]: each["state"] for each in answer.json["checks"]}
    assert found["database"] == "bad"


def test_a_list_of_keys_is_what_the_server_serves(chaski: Chaski, made: dict[str, Any]) -> None:
    from starlette.testclient import TestClient

    from api.app import create_app
    from ledger.settings import Settings

    chaski("keys", "rotate-log")
    with Ledger.open("chaski.db") as ledger, TestClient(create_app(ledger, Settings())) as client:
        answer = client.get("/log/valle/keys")

        assert Succession.parse(answer.content) == ledger.succession()
        assert answer.headers["access-control-allow-origin"] == "*"
