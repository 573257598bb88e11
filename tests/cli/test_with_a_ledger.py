"""The commands over a real ledger: each one done, and each one refused, in Spanish and in English."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import uvicorn

from api import server
from ledger import canonical
from ledger.book import Ledger
from ledger.settings import Settings
from tests.cli import story
from tests.cli.conftest import Answer, Chaski
from tests.cli.refusals import BODY, ENVELOPE, ORIGIN, Refusal, refusals, signed

BOTH = pytest.mark.parametrize("language", ["es", "en"])


@dataclass(frozen=True, slots=True)
class Place:
    """A ledger in a folder of its own, with the story told."""

    folder: Path
    made: dict[str, Any]

    @property
    def operator(self) -> str:
        """The operator's party."""
        return str(self.made["operator_party"])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The ledger is made once by real processes; each test works on a copy."""
    folder = tmp_path_factory.mktemp("told")
    made = _process(folder, "init", "--origin", ORIGIN, "--operator", "Cooperativa Inventada", "--json")
    assert made.returncode == 0, made.stderr
    document = canonical.load(made.stdout.encode())
    assert isinstance(document, dict)
    place = Place(folder, dict(document))
    (folder / "story.json").write_bytes(canonical.encode({"facts": story.facts(place.operator)}))
    submitted = _process(folder, "submit", "story.json")
    assert submitted.returncode == 0, submitted.stdout + submitted.stderr
    return place


@pytest.fixture
def place(told: Place, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A copy of the ledger, in whose folder the test stands; its public address is invented."""
    copy = folder / "copy"
    copytree(told.folder, copy)
    monkeypatch.chdir(copy)
    monkeypatch.setenv("CHASKI_PUBLIC_URL", "https://ledger.example")
    return Place(copy, told.made)


# ---------------------------------------------------------------- init


@BOTH
def test_init_says_what_an_operator_must_know_on_the_first_day(chaski: Chaski, folder: Path, language: str) -> None:
    answer = chaski("init", "--origin", ORIGIN, "--operator", "Cooperativa Inventada", "--lang", language)

    assert answer.code == 0
    assert f"{ORIGIN}+" in answer.out
    assert "chaski serve --database chaski.db" in answer.out
    assert "chaski.db.*" in answer.out
    assert (folder / "chaski.db").is_file()


def test_init_leaves_keys_that_only_their_owner_can_read(place: Place) -> None:
    secrets = [path for path in place.folder.iterdir() if path.suffix in {".key", ".vault", ".persons", ".head"}]

    assert secrets
    assert all(path.stat().st_mode & 0o077 == 0 for path in secrets)


@BOTH
def test_init_never_writes_over_a_ledger(chaski: Chaski, place: Place, language: str) -> None:
    before = (place.folder / "chaski.db").read_bytes()

    answer = chaski("init", "--origin", ORIGIN, "--operator", "X", "--json", "--lang", language)

    assert answer.code == 5
    assert answer.json["problems"][0]["remedy"]
    assert (place.folder / "chaski.db").read_bytes() == before


def test_init_in_a_script_names_what_is_missing(chaski: Chaski) -> None:
    answer = chaski("init", "--json")

    assert (answer.code, answer.codes) == (3, ["option-missing"])


def test_init_inside_a_file_says_so(chaski: Chaski, folder: Path) -> None:
    (folder / "mine").write_text("a file", encoding="utf-8")

    answer = chaski("init", "-d", "mine/x.db", "--origin", ORIGIN, "--operator", "X", "--json")

    assert answer.code in {3, 70}
    assert answer.json["problems"][0]["remedy"]


def test_init_refuses_a_name_that_no_log_can_have(chaski: Chaski) -> None:
    assert chaski("init", "--origin", "https://x y", "--operator", "X", "--json").code == 3


# ---------------------------------------------------------------- submit


def test_submit_gives_each_fact_its_place(chaski: Chaski, place: Place) -> None:
    extra = story.delivery(40, "DEXVERY000000040", "PRQDVCER00000001", "PXQT000000000001")
    _write("one.json", extra)

    answer = chaski("submit", "one.json", "--json")

    assert answer.code == 0
    assert answer.json["accepted"] == 1
    assert answer.json["outcomes"][0]["id"] == extra["id"]
    assert answer.json["outcomes"][0]["digest"]


def test_submitting_again_gives_the_first_receipt(chaski: Chaski, place: Place) -> None:
    answer = chaski("submit", "story.json", "--json")

    assert answer.code == 0
    assert answer.json["duplicate"] == len(answer.json["outcomes"])
    assert answer.json["accepted"] == 0


@BOTH
def test_a_refused_fact_says_why_and_the_others_stand(chaski: Chaski, place: Place, language: str) -> None:
    good = story.delivery(41, "DEXVERY000000041", "PRQDVCER00000001", "PXQT000000000001")
    bad = story.delivery(42, "DEXVERY000000042", "PRQDVCER00000009", "PXQT000000000001")
    _write("two.json", {"facts": [good, bad]})

    answer = chaski("submit", "two.json", "--json", "--lang", language)

    assert answer.code == 1
    assert (answer.json["accepted"], answer.json["refused"]) == (1, 1)
    problem = answer.json["outcomes"][1]["problems"][0]
    assert problem["code"] == "reference-unknown"
    assert problem["where"] == "/body/producer"
    assert problem["title"] in answer.err
    assert problem["remedy"] in answer.err


def test_an_atomic_submission_writes_all_or_none(chaski: Chaski, place: Place) -> None:
    good = story.delivery(41, "DEXVERY000000041", "PRQDVCER00000001", "PXQT000000000001")
    bad = story.delivery(42, "DEXVERY000000042", "PRQDVCER00000009", "PXQT000000000001")
    _write("two.json", {"facts": [good, bad]})

    answer = chaski("submit", "two.json", "--atomic", "--json")

    assert answer.code == 1
    assert answer.json["accepted"] == 0
    assert chaski("lot", "DEXVERY000000041").code == 4


def test_a_check_judges_and_writes_nothing(chaski: Chaski, place: Place) -> None:
    _write("one.json", story.delivery(43, "DEXVERY000000043", "PRQDVCER00000001", "PXQT000000000001"))

    answer = chaski("submit", "one.json", "--check", "--json")

    assert (answer.code, answer.json["checked"]) == (0, 1)
    assert chaski("lot", "DEXVERY000000043").code == 4


@pytest.mark.parametrize(("language", "word"), [("en", "AMBER: With this delivery"), ("es", "ÁMBAR: Con esta entrega")])
def test_a_check_tells_how_a_delivery_fits_the_estimate(chaski: Chaski, place: Place, language: str, word: str) -> None:
    plot, harvest = "PXQT000000000001", story.delivery(44, "DEXVERY000000044", "PRQDVCER00000001", "PXQT000000000001")
    body = {name: harvest["body"][name] for name in ("commodity", "form", "season")}
    so_far = 50_000 + harvest["body"]["net"] - 1
    made = {"estimate": "EST1MATE00000001", "grown": plot, **body, "grams": so_far, "method": "declared"}
    _write("estimate.json", story.fact(45, "estimate.made", made))
    _write("one.json", harvest)
    assert chaski("submit", "estimate.json", "--json").code == 0

    assert word in chaski("submit", "one.json", "--check", "--lang", language).err
    found = chaski("submit", "one.json", "--check", "--json").json["outcomes"][0]["plausibility"]
    assert (found["level"], found["delivered_grams"]) == ("amber", 50_000)


def test_a_submission_may_come_through_a_pipe(chaski: Chaski, place: Place) -> None:
    one = story.delivery(44, "DEXVERY000000044", "PRQDVCER00000001", "PXQT000000000001")

    assert chaski("submit", "-", "--json", stdin=canonical.encode(one)).json["accepted"] == 1


@pytest.mark.parametrize("refusal", list(refusals()), ids=lambda refusal: refusal.name)
def test_what_the_log_format_refuses_is_refused_with_its_own_code(
    chaski: Chaski, place: Place, refusal: Refusal
) -> None:
    name = f"sent{refusal.suffix}"
    Path(name).write_bytes(refusal.data)

    answer = chaski("submit", name, "--json")

    assert (answer.code, answer.codes[0]) == (3, refusal.code)
    assert answer.json["problems"][0]["remedy"]
    assert answer.err


@pytest.mark.parametrize(
    "document",
    [
        b"[]",
        b'{"facts":{}}',
        b'{"fact":[]}',
        b'{"facts":[1]}',
        b'{"statements":[{}]}',
        b'{"facts":[],"more":1}',
        b"7",
        b"{}",
    ],
)
def test_a_file_that_is_no_submission_is_refused(chaski: Chaski, place: Place, document: bytes) -> None:
    Path("odd.json").write_bytes(document)

    answer = chaski("submit", "odd.json", "--json")

    assert (answer.code, answer.codes) == (3, ["submission-not-understood"])


def test_more_than_a_thousand_facts_at_once_are_refused(chaski: Chaski, place: Place) -> None:
    _write("many.json", {"facts": [{"fact": "x"}] * 1001})

    assert chaski("submit", "many.json", "--json").codes == ["submission-too-many"]


def test_a_fact_of_the_wrong_form_among_others_is_its_own_outcome(chaski: Chaski, place: Place) -> None:
    good = story.delivery(45, "DEXVERY000000045", "PRQDVCER00000001", "PXQT000000000001")
    _write("two.json", {"facts": [{**good, "body": {}}, good]})

    answer = chaski("submit", "two.json", "--json")

    assert answer.code == 3
    assert [each["status"] for each in answer.json["outcomes"]] == ["refused", "accepted"]


def test_a_signature_that_is_not_the_keys_own_is_not_accepted(chaski: Chaski, place: Place) -> None:
    key = chaski("keys", "--json").json["keys"][0]["kid"]
    payload = (ENVELOPE % BODY).replace(b"0123456789ABCDEF", place.operator.encode(), 2)
    Path("forged.jose").write_bytes(signed(payload, kid=key))
    _write("forged.json", {"statements": [signed(payload, kid=key).decode()] * 2})

    assert chaski("submit", "forged.jose", "--json").codes == ["signature-invalid"]
    assert chaski("submit", "forged.jose").code == 6
    assert chaski("submit", "forged.json").code == 6


# ---------------------------------------------------------------- lot, trace


@BOTH
def test_a_lot_is_shown_with_what_it_rests_on(chaski: Chaski, place: Place, language: str) -> None:
    answer = chaski("lot", story.LOT, "--lang", language)

    assert answer.code == 0
    assert "100 kg" in answer.out
    assert {"es": "Familias", "en": "Families"}[language] in answer.out
    assert chaski("lot", story.LOT, "--json").json["grams"] == 100_000


# ---------------------------------------------------------------- claims


@BOTH
def test_claims_are_told_with_their_reasons_in_words(chaski: Chaski, place: Place, language: str) -> None:
    words = {
        "es": ("Qué lleva el lote el 2026-06-01:", "en espera", "Nadie ha registrado una evaluación", "familias: 2"),
        "en": ("Claims on 2026-06-01:", "on hold", "Nobody has recorded a deforestation assessment", "families: 2"),
    }

    answer = chaski("claims", story.LOT, "--at", "2026-06-01", "--lang", language)

    assert answer.code == 0
    assert all(each in answer.out for each in words[language])
    assert answer.out.count(words[language][2]) == 1


def test_claims_as_a_document_have_ids_and_words(chaski: Chaski, place: Place) -> None:
    document = chaski(
        "claims", story.LOT, "--at", "2026-06-01", "--party", place.operator, "--json", "--lang", "en"
    ).json

    assert (document["lot"], document["at"], document["grams"]) == (story.LOT, "2026-06-01", 100_000)
    [evidence] = document["claims"]
    assert (evidence["name"], evidence["status"], evidence["families"]) == ("eudr", "held", 2)
    said = {each["code"]: each["words"] for each in evidence["totals"]}
    assert said["deforestation-not-assessed"].startswith("Nobody has recorded")
    assert {each["code"] for each in evidence["reasons"]} == set(said)


def test_claims_are_asked_for_what_was_known(chaski: Chaski, place: Place) -> None:
    now = chaski("claims", story.LOT, "--json").json
    size = now["size"]

    assert chaski("claims", story.LOT, "--known-at", str(size), "--json").json["size"] == size
    assert chaski("claims", story.LOT, "--known-at", "2126-01-01T00:00:00-05:00", "--json").json["size"] == size
    assert chaski("claims", story.LOT, "--known-at", "1", "--json").codes == ["lot-unknown"]


def test_every_fact_a_reason_rests_on_is_shown_when_asked(chaski: Chaski, place: Place) -> None:
    hold = story.fact(40, "lot.held", {"hold": "HQKD000000000001", "lots": [story.LOT], "reason": "sample-failed"})
    Path("hold.json").write_bytes(canonical.encode(hold))
    assert chaski("submit", "hold.json").code == 0

    short, whole = chaski("claims", story.LOT), chaski("claims", story.LOT, "--all")

    assert f"; {story.LOT}" not in short.out
    assert f"The lot is held. (100 kg, families: 2; {story.LOT}" in whole.out


def test_a_lot_is_shown_with_its_claims_on_a_day(chaski: Chaski, place: Place) -> None:
    assert "Claims on 2026-06-01:" in chaski("lot", story.LOT, "--at", "2026-06-01").out
    assert chaski("lot", story.LOT, "--at", "2026-06-01", "--json").json["claims_at"] == "2026-06-01"


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (("--at", "2026-02-30"), "day-malformed"),
        (("--at", "yesterday"), "day-malformed"),
        (("--known-at", "0"), "known-at-malformed"),
        (("--known-at", "2026-06-01"), "known-at-malformed"),
        (("--known-at", "999999"), "size-unknown"),
        (("--known-at", "1999-01-01T00:00:00Z"), "moment-before-log"),
        (("--party", "0000000000000000"), "party-unknown"),
    ],
)
@BOTH
def test_claims_asked_wrongly_are_refused(
    chaski: Chaski, place: Place, flags: tuple[str, str], code: str, language: str
) -> None:
    answer = chaski("claims", story.LOT, *flags, "--json", "--lang", language)

    assert answer.code != 0
    assert answer.codes == [code]
    assert answer.json["problems"][0]["remedy"]


@BOTH
def test_a_lot_is_described_with_the_norm_its_class_is_from(chaski: Chaski, place: Place, language: str) -> None:
    lot = "F1BRE00000000001"
    said = [{"code": "class", "value": "superfina"}, {"code": "colour", "value": "white"}]
    goods = {"commodity": "alpaca-fibre", "form": "sorted", "season": "2025-2026", "facility": story.STORE}
    fibre = story.fact(50, "lot.opened", {"lot": lot, **goods, "grams": 500, "origin": "none", "attributes": said})
    Path("fibre.json").write_bytes(canonical.encode({"facts": [fibre]}))
    assert chaski("submit", "fibre.json").code == 0

    answer = chaski("lot", lot, "--lang", language)

    assert {
        "es": "clase: superfina (NTP 231.301:2022), color natural: blanco",
        "en": "class: superfina (NTP 231.301:2022), natural colour: white",
    }[language] in answer.out
    assert [each["value"] for each in chaski("lot", lot, "--json").json["attributes"]] == ["superfina", "white"]
    assert "NTP" not in chaski("lot", story.LOT).out


def test_a_lot_is_shown_as_it_was_known(chaski: Chaski, place: Place) -> None:
    assert chaski("lot", story.LOT, "--size", "3").code == 4


def test_lots_are_listed(chaski: Chaski, place: Place) -> None:
    lots = {line["lot"] for line in chaski("lot", "--json").json["lots"]}

    assert {story.LOT, *story.DELIVERIES} <= lots
    assert chaski("lot", "--commodity", "cocoa").code == 0
    assert chaski("lot", "--commodity", "cocoa", "--json").json["lots"] == []


@BOTH
@pytest.mark.parametrize("command", ["lot", "claims", "trace"])
def test_an_unknown_lot_is_not_found(chaski: Chaski, place: Place, command: str, language: str) -> None:
    answer = chaski(command, "N0THERE000000000", "--json", "--lang", language)

    assert answer.code == 4
    assert answer.json["problems"][0]["title"] in answer.err


@BOTH
def test_a_trace_leads_to_every_family_to_the_gram(chaski: Chaski, place: Place, language: str) -> None:
    answer = chaski("trace", story.LOT, "--lang", language)
    document = chaski("trace", story.LOT, "--json").json

    assert answer.code == 0
    assert "P-001" in answer.out
    assert "50 kg" in answer.out
    assert sum(each["grams"] for each in document["contributions"]) == 100_000


# ---------------------------------------------------------------- verify, rebuild


@BOTH
def test_verify_says_what_it_proved_and_what_not(chaski: Chaski, place: Place, language: str) -> None:
    answer = chaski("verify", "--lang", language)
    document = chaski("verify", "--json").json

    assert answer.code == 0
    assert {"es": "Esto no prueba:", "en": "This does not prove:"}[language] in answer.out
    assert document["proved"]
    assert document["not_proved"]
    assert document["statements"] == document["size"]


def test_verify_against_a_kept_checkpoint_shows_that_the_log_only_grew(chaski: Chaski, place: Place) -> None:
    Path("kept").write_text(chaski("verify", "--json").json["checkpoint"], encoding="utf-8")
    _write("one.json", story.delivery(46, "DEXVERY000000046", "PRQDVCER00000001", "PXQT000000000001"))
    assert chaski("submit", "one.json").code == 0

    assert chaski("verify", "--checkpoint", "kept").code == 0


@BOTH
def test_an_edited_statement_is_found_and_named(chaski: Chaski, place: Place, language: str) -> None:
    _tamper(place)

    answer = chaski("verify", "--json", "--lang", language)

    assert answer.code == 6
    assert answer.json["problems"][0]["remedy"]


def test_a_foreign_checkpoint_is_refused(chaski: Chaski, place: Place) -> None:
    Path("foreign").write_text("other.example/log/x\n1\nAAAA\n\n", encoding="utf-8")

    assert chaski("verify", "--checkpoint", "foreign").code in {3, 6}


@BOTH
def test_rebuilt_books_are_the_stored_books(chaski: Chaski, place: Place, language: str) -> None:
    answer = chaski("rebuild", "--check", "--lang", language)

    assert answer.code == 0
    assert chaski("rebuild", "--check", "--until", "5", "--json").json["report"]["size"] == 5


def test_nothing_but_a_comparison_can_be_asked_for(chaski: Chaski, place: Place) -> None:
    assert chaski("rebuild").code == 2


@BOTH
def test_edited_books_are_found_and_counted(chaski: Chaski, place: Place, language: str) -> None:
    with contextlib.closing(sqlite3.connect(place.folder / "chaski.db")) as books, books:
        books.execute("UPDATE move SET amount = amount + 1 WHERE amount = 50000")

    answer = chaski("rebuild", "--check", "--json", "--lang", language)

    assert (answer.code, answer.codes) == (1, ["books-differ"])
    assert answer.json["report"]["differences"]


# ---------------------------------------------------------------- receipt, label


def test_a_receipt_is_checked_offline_without_the_ledger(chaski: Chaski, place: Place, tmp_path: Path) -> None:
    key = str(place.made["verifier_key"])
    assert chaski("receipt", "FACT000000000030", "-o", "r.tlog-proof", "--entry-output", "entry").code == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("r.tlog-proof", "entry"):
        (elsewhere / name).write_bytes(Path(name).read_bytes())
    os.chdir(elsewhere)

    for language, word in (("es", "recibo es correcto"), ("en", "receipt is good")):
        answer = chaski("receipt", "--check", "r.tlog-proof", "--key", key, "--entry", "entry", "--lang", language)
        assert answer.code == 0
        assert word in answer.out


def test_a_receipt_goes_to_the_screen_where_no_file_is_named(chaski: Chaski, place: Place) -> None:
    assert chaski("receipt", "FACT000000000030").out.startswith("c2sp.org/tlog-proof@v1\n")
    assert chaski("receipt", "FACT000000000030", "--json").json["receipt"].startswith("c2sp.org/tlog-proof@v1\n")


def test_a_changed_entry_is_not_proven(chaski: Chaski, place: Place) -> None:
    key = str(place.made["verifier_key"])
    chaski("receipt", "FACT000000000030", "-o", "r", "--entry-output", "entry")
    entry = Path("entry").read_bytes()
    Path("entry").write_bytes(entry[:-2] + (b"0" if entry[-2:-1] != b"0" else b"1") + b"\n")

    answer = chaski("receipt", "--check", "r", "--key", key, "--entry", "entry", "--json")

    assert (answer.code, answer.codes) == (6, ["inclusion-proof-wrong"])


def test_a_receipt_of_another_log_is_not_proven(chaski: Chaski, place: Place) -> None:
    chaski("receipt", "FACT000000000030", "-o", "r", "--entry-output", "entry")
    (name, _, rest) = str(place.made["verifier_key"]).partition("+")
    assert rest
    other = chaski("init", "-d", "other.db", "--origin", name, "--operator", "Otra", "--json").json["verifier_key"]

    answer = chaski("receipt", "--check", "r", "--key", other, "--entry", "entry", "--json")

    assert (answer.code, answer.codes) == (6, ["note-unsigned"])


def test_the_receipt_of_another_statement_is_not_accepted(chaski: Chaski, place: Place) -> None:
    key = str(place.made["verifier_key"])
    chaski("receipt", "FACT000000000030", "-o", "r", "--entry-output", "entry")
    Path("other.jose").write_bytes(b"a.b.c")
    command = ("receipt", "--check", "r", "--key", key, "--entry", "entry", "--statement", "other.jose", "--json")

    assert chaski(*command).codes == ["receipt-other-statement"]


@pytest.mark.parametrize("arguments", [(), ("X", "--check", "r")])
def test_a_receipt_is_either_written_or_checked(chaski: Chaski, place: Place, arguments: tuple[str, ...]) -> None:
    assert chaski("receipt", *arguments).code == 2


def test_a_check_needs_a_key(chaski: Chaski, place: Place) -> None:
    assert chaski("receipt", "--check", "r", "--json").codes == ["option-missing"]


def test_the_receipt_of_an_unknown_fact_is_not_found(chaski: Chaski, place: Place) -> None:
    assert chaski("receipt", "N0THERE000000000").code == 4


@pytest.mark.parametrize(("form", "start"), [("svg", b"<"), ("png", b"\x89PNG"), ("a4", b"<!"), ("thermal", b"<")])
def test_a_label_is_made_in_every_form(chaski: Chaski, place: Place, form: str, start: bytes) -> None:
    answer = chaski("label", story.LOT, "--format", form, "-o", "label", "--json")

    assert answer.code == 0
    assert Path("label").read_bytes().startswith(start)
    assert answer.json["url"].endswith(f"/L/{story.LOT}")


@BOTH
def test_a_label_of_an_unknown_lot_is_refused(chaski: Chaski, place: Place, language: str) -> None:
    assert chaski("label", "N0THERE000000000", "-o", "label", "--lang", language).code == 4
    assert not Path("label").exists()


def test_a_label_that_cannot_be_written_is_said(chaski: Chaski, place: Place) -> None:
    answer = chaski("label", story.LOT, "-o", "no/such/folder/label.svg", "--json")

    assert (answer.code, answer.codes) == (3, ["file-not-writable"])


# ---------------------------------------------------------------- PostgreSQL


@pytest.mark.postgres
def test_a_ledger_on_postgresql_is_made_verified_and_never_shows_its_password(
    chaski: Chaski, folder: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHASKI_DATABASE", postgres_url)
    refused = chaski("init", "--origin", ORIGIN, "--operator", "Cooperativa Inventada", "--json")
    assert (refused.code, refused.codes) == (4, ["state-dir-missing"])
    monkeypatch.setenv("CHASKI_STATE_DIR", str(folder / "state"))

    made = chaski("init", "--origin", ORIGIN, "--operator", "Cooperativa Inventada", "--json")

    assert made.code == 0
    assert chaski("verify").code == 0
    assert chaski("rebuild", "--check").code == 0
    assert chaski("upgrade", "--json").json["upgraded"] is False


# ---------------------------------------------------------------- keys, token, upgrade, serve


@BOTH
def test_keys_are_listed_with_the_logs_own(chaski: Chaski, place: Place, language: str) -> None:
    answer = chaski("keys", "--lang", language)
    document = chaski("keys", "--json").json

    assert answer.code == 0
    assert document["verifier_key"] == place.made["verifier_key"]
    assert place.operator in {key["party"] for key in document["keys"]}


@BOTH
def test_a_token_is_shown_once_listed_and_revoked(chaski: Chaski, place: Place, language: str) -> None:
    made = chaski(
        "token", "create", "--party", place.operator, "--scope", "facts:write", "--days", "7", "--lang", language
    )
    text = made.out.strip()

    assert made.code == 0
    assert text.startswith("chaski_")
    [listed] = chaski("token", "list", "--json").json["tokens"]
    assert listed["party"] == place.operator
    assert text not in chaski("token", "list").out
    assert chaski("token", "revoke", listed["id"], "--lang", language).code == 0
    assert [each["revoked"] for each in chaski("token", "list", "--json").json["tokens"]] == [True]


def test_a_token_for_no_known_power_or_no_time_is_refused(chaski: Chaski, place: Place) -> None:
    assert chaski("token", "create", "--party", place.operator, "--scope", "everything").code == 3
    assert chaski("token", "create", "--party", place.operator, "--scope", "facts:write", "--days", "0").code == 2
    assert chaski("token", "revoke", "nothing").code == 4


# ---------------------------------------------------------------- the node signs for others

BUYER = "BVYER00000000001"


@pytest.fixture
def buyer(chaski: Chaski, place: Place) -> str:
    """A buyer without a key of its own, registered and not yet delegated."""
    registered = story.fact(
        50, "party.registered", {"party": BUYER, "kind": "buyer", "country": "DE", "name": "Invented Imports"}
    )
    _write("buyer.json", registered)
    assert chaski("submit", "buyer.json").code == 0
    _write("store.json", {**story.fact(51, "facility.registered", _STORE_OF_BUYER)})
    return BUYER


_STORE_OF_BUYER = {"facility": "STQRE00000000002", "party": BUYER, "kind": "store", "code": "HH-1", "country": "DE"}


@BOTH
def test_a_party_lets_the_node_sign_for_it(chaski: Chaski, buyer: str, language: str) -> None:
    refused = chaski("submit", "store.json", "--party", buyer, "--lang", language)
    assert refused.code == 1
    assert f"chaski keys delegate --party {buyer} --facts facility.registered/1" in refused.err

    done = chaski("keys", "delegate", "--party", buyer, "--facts", "facility.registered/1", "--lang", language)

    assert done.code == 0
    assert buyer in done.out
    assert chaski("keys", "--json").json["delegations"][buyer] == ["facility.registered/1"]
    assert chaski("submit", "store.json", "--party", buyer).code == 0


def test_the_ledger_named_before_the_word_delegate_is_the_one_that_is_meant(chaski: Chaski, buyer: str) -> None:
    assert chaski("keys", "-d", "nowhere.db", "delegate", "--party", buyer).code == 4
    assert buyer not in chaski("keys", "--json").json["delegations"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [("lot.painted/1", "fact-unknown"), ("log.opened/1", "fact-not-delegable"), (" , ", "delegation-empty")],
)
def test_what_cannot_be_delegated_is_refused(chaski: Chaski, buyer: str, facts: str, code: str) -> None:
    answer = chaski("keys", "delegate", "--party", buyer, "--facts", facts, "--json")

    assert (answer.code, answer.codes) == (3, [code])
    assert buyer not in chaski("keys", "--json").json["delegations"]


def test_nobody_signs_for_a_party_that_does_not_stand(chaski: Chaski, place: Place) -> None:
    answer = chaski("keys", "delegate", "--party", "N0B0DY0000000000", "--json")

    assert answer.code == 1
    assert answer.json["problems"][0]["remedy"]


def test_a_token_for_a_party_the_node_cannot_sign_for_says_so(chaski: Chaski, buyer: str, place: Place) -> None:
    def said(party: str) -> str:
        return chaski("token", "create", "--party", party, "--scope", "facts:write").err

    assert f"chaski keys delegate --party {buyer}" in said(buyer)
    assert "delegate" not in said(place.operator)


# ---------------------------------------------------------------- what a newcomer meets


def test_a_list_says_when_it_was_cut_and_how_to_go_on(chaski: Chaski, place: Place) -> None:
    cut = chaski("lot", "--limit", "2")
    rest = chaski("lot", "--after", story.DELIVERIES[1], "--json").json

    assert f"--after {story.DELIVERIES[1]}" in cut.err
    assert chaski("lot", "--limit", "2", "--json").json["more"] is True
    assert ([each["lot"] for each in rest["lots"]], rest["more"]) == ([story.LOT], False)


def test_lots_and_traces_speak_the_packs_words_and_name_parties(chaski: Chaski, place: Place) -> None:
    assert "pergamino seco" in chaski("lot", "--lang", "es").out.lower()
    traced = chaski("trace", story.DELIVERIES[0], "--lang", "es").out

    assert "pergamino seco" in traced.lower()
    assert "Cooperativa Inventada" in traced
    assert "Familias: 1." in traced


def test_json_that_breaks_off_is_told_by_line_and_column(chaski: Chaski, place: Place) -> None:
    Path("broken.json").write_bytes(b'{"fact": "x",\n  "id" 5}')

    answer = chaski("submit", "broken.json", "--lang", "es")

    assert answer.code == 3
    assert "línea 2, columna 8" in answer.err


def test_sealed_values_that_are_no_object_are_refused_as_such(chaski: Chaski, place: Place) -> None:
    _write(
        "sealed.json", {**story.delivery(46, "DEXVERY000000046", "PRQDVCER00000001", "PXQT000000000001"), "sealed": "x"}
    )

    assert chaski("submit", "sealed.json", "--json").codes == ["object-expected"]


def test_a_file_without_any_fact_says_so(chaski: Chaski, place: Place) -> None:
    _write("none.json", {"facts": []})

    assert chaski("submit", "none.json", "--json").codes == ["submission-empty"]


@BOTH
def test_an_upgrade_of_a_ledger_of_today_changes_nothing(chaski: Chaski, place: Place, language: str) -> None:
    answer = chaski("upgrade", "--json", "--lang", language)

    assert (answer.code, answer.json["upgraded"]) == (0, False)


def test_a_ledger_from_before_forms_were_written_down_is_upgraded(chaski: Chaski, place: Place) -> None:
    with contextlib.closing(sqlite3.connect(place.folder / "chaski.db")) as books, books:
        books.execute("DROP TABLE alembic_version")
    assert chaski("lot", "--json").codes == ["database-older"]

    assert chaski("upgrade", "--json").json["upgraded"] is True
    assert chaski("verify").code == 0


@BOTH
@pytest.mark.parametrize(
    "command",
    ["lot", "trace X", "verify", "rebuild --check", "keys", "token list", "upgrade", "serve", "submit x.json"],
)
def test_where_there_is_no_ledger_every_command_says_so(
    chaski: Chaski, folder: Path, command: str, language: str
) -> None:
    (folder / "x.json").write_bytes(b'{"facts":[{}]}')
    answer: Answer = chaski(*command.split(), "-d", "nowhere.db", "--json", "--lang", language)

    assert answer.code == 4
    assert "nowhere.db" in answer.err
    assert not (folder / "nowhere.db").exists()


def test_serve_answers_and_stops_when_told(place: Place) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "ledger.cli", "serve", "--port", str(port)], stderr=subprocess.PIPE, env=_environment()
    )
    try:
        assert b"alive" in _fetched(f"http://127.0.0.1:{port}/healthz", process)
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert b"Traceback" not in said


def test_a_log_with_keys_anybody_can_make_is_served_only_as_a_demo(chaski: Chaski, folder: Path) -> None:
    Ledger.create(str(folder / "x.db"), origin="coop.example/log/valle", operator="Invented", demo_seed="any").close()

    answer = chaski("serve", "-d", "x.db", "--port", "0", "--json")

    assert (answer.code, answer.codes) == (6, ["demo-keys"])


def test_serve_finds_a_free_port_itself(place: Place) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ledger.cli", "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
    )
    try:
        assert process.stdout is not None
        told = canonical.load(process.stdout.readline())
        assert isinstance(told, dict)
        assert b"alive" in _fetched(f"{told['address']}/healthz", process)
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said


def test_serve_listens_before_it_says_where(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads the address and calls at once is not turned away."""
    called: list[int] = []

    def call(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            called.append(port)

    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
    with Ledger.open("chaski.db") as ledger:
        server.serve(ledger, Settings(), port=0, bound=call)

    assert called


def test_serve_says_when_the_port_is_taken(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = _process(place.folder, "serve", "--port", str(taken.getsockname()[1]))

    assert done.returncode == 5
    assert "address-not-free" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_entry_that_is_written_is_the_one_of_this_log(chaski: Chaski, place: Place) -> None:
    chaski("receipt", "FACT000000000030", "-o", "r", "--entry-output", "entry")

    assert Path("entry").read_bytes().startswith(f"chaski.entry/v1\n{ORIGIN}\n".encode())


def _write(name: str, document: dict[str, Any]) -> None:
    Path(name).write_bytes(canonical.encode(document))


def _tamper(place: Place) -> None:
    """Change one statement's bytes behind the program's back."""
    with contextlib.closing(sqlite3.connect(place.folder / "chaski.db")) as books, books:
        books.execute("UPDATE statement SET payload = CAST(replace(payload, '50000', '50001') AS BLOB)")


def _fetched(url: str, process: subprocess.Popen[bytes]) -> bytes:
    for _ in range(600):
        assert process.poll() is None, process.communicate()
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            return bytes(answer.read())
        time.sleep(0.1)
    raise AssertionError(url)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CHASKI_")} | {"LANG": "C.UTF-8"}


def _process(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ledger.cli", *arguments]
    return subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False)


def test_an_auditor_checks_a_database_without_any_key_file(chaski: Chaski, place: Place) -> None:
    """What a co-operative hands over is its database; keys stay where they are."""
    Path("handed.db").write_bytes((place.folder / "chaski.db").read_bytes())
    key = str(place.made["verifier_key"])

    checked = chaski("verify", "-d", "handed.db", "--key", key, "--json")

    assert (checked.code, checked.json["size"]) == (0, chaski("verify", "--json").json["size"])
    assert chaski("rebuild", "--check", "-d", "handed.db").code == 0
    assert chaski("lot", "-d", "handed.db").code == 0
    assert "key" in chaski("verify", "-d", "handed.db", "--json").json["not_proved"]


def test_a_database_under_another_key_than_the_one_pinned_is_refused(chaski: Chaski, place: Place) -> None:
    Path("handed.db").write_bytes((place.folder / "chaski.db").read_bytes())
    other = Ledger.create("o.db", origin=ORIGIN, operator="Another")
    other.close()

    answer = chaski("verify", "-d", "handed.db", "--key", other.verifier_key, "--json")

    assert (answer.code, answer.codes) == (6, ["verifier-key-differs"])
    assert chaski("verify", "--key", other.verifier_key, "--json").codes == ["verifier-key-differs"]


# ---------------------------------------------------------------- erasures


@BOTH
def test_nobody_asked_and_nothing_is_destroyed(chaski: Chaski, place: Place, language: str) -> None:
    del place
    answer = chaski("erasures", "--run", "--json", "--lang", language)

    assert (answer.code, answer.json) == (0, {"erasures": [], "destroyed": []})


@BOTH
def test_a_request_is_listed_kept_while_the_law_wants_it_and_done_when_due(
    chaski: Chaski, place: Place, language: str
) -> None:
    with Ledger.open(str(place.folder / "chaski.db")) as ledger:
        for number, code in enumerate(("S-71", "S-72")):
            person, request = f"ERASE{number:011d}", f"ASKED{number:011d}"
            body = {"producer": person, "code": code, "district": "Inventado"}
            asked = {"erasure": request, "person": person, "asked_on": "2026-06-13", "grounds": "objected"}
            at = {"at": "2026-06-13T09:00:00-05:00"}
            told = [
                {"id": f"ENR0{number:012d}", "fact": "producer.enrolled/1", **at, "body": body},
                {"id": f"ASK0{number:012d}", "fact": "erasure.requested/1", **at, "body": asked},
            ]
            told[0]["sealed"] = {"/person": {"name": "Persona Inventada"}}
            outcomes = ledger.state(*told, party=ledger.operator_party)
            assert [each.problems for each in outcomes] == [(), ()]
    listed = chaski("erasures", "--lang", language)
    done = chaski("erasures", "--run", "--json")
    again = chaski("erasures", "--lang", language)

    assert listed.code == done.code == 0
    assert ("toca destruir" if language == "es" else "due") in listed.out
    assert [line["state"] for line in done.json["erasures"]] == ["done", "done"]
    assert len(done.json["destroyed"]) == 2
    assert ("destruido" if language == "es" else "destroyed") in again.out
    assert chaski("verify").code == 0
    assert chaski("rebuild", "--check").code == 0
