"""What works without any ledger: version, settings, packs, help, and every way of being misunderstood."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from importlib.metadata import version as installed
from pathlib import Path

import pytest

import ledger
from ledger.cli.command import COMMANDS, command, every
from ledger.facts import known_types
from ledger.packs.catalogue import builtin
from tests.cli.conftest import Chaski

PLACES = re.compile(r"Traceback|File \"")


def test_version_is_told_to_people_and_to_programs(chaski: Chaski) -> None:
    assert chaski("version").out == f"chaski {ledger.__version__}\n"
    assert chaski("--version").out == chaski("version").out

    told = chaski("version", "--json").json

    assert told["version"] == ledger.__version__
    assert told["fact_types"] == len(known_types())
    assert set(told) == {"version", "python", "sqlite", "rules_version", "fact_types"}


def test_version_takes_nothing_more(chaski: Chaski) -> None:
    assert chaski("version", "now").code == 2


def test_version_answers_at_once() -> None:
    best = min(_seconds("version") for _ in range(3))

    assert best < 0.5


def test_the_command_stands_in_a_real_process(folder: Path) -> None:
    done = _process("packs", "list", "--json")

    assert done.returncode == 0
    assert done.stdout.startswith("[")
    assert done.stderr == ""


def test_a_wrong_command_in_a_real_process_has_exit_code_2_and_no_stack_trace(folder: Path) -> None:
    done = _process("packs", "burn")

    assert done.returncode == 2
    assert done.stdout == ""
    assert not PLACES.search(done.stderr)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_command_helps_in_both_languages(chaski: Chaski, language: str) -> None:
    for name in COMMANDS:
        # A module cannot be called after a word of Python's own.
        typed = {"importing": "import"}.get(name, name.replace("_", "-"))
        assert chaski(typed, "--help", "--lang", language).code == 0, name


def test_every_phrase_of_help_has_spanish() -> None:
    english, spanish = command("en"), command("es")

    for one, other in zip(every(english), every(spanish), strict=True):
        assert one.help != other.help, one.name
        for ours, theirs in zip(one.params, other.params, strict=True):
            assert ours.help != theirs.help, (one.name, ours.name)


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("version", "--colour"),
        ("trace",),
        ("packs", "show"),
        ("token", "create"),
        ("serve", "--port", "many"),
    ],
)
@pytest.mark.parametrize(("language", "word"), [("es", "No se entendió"), ("en", "not understood")])
def test_what_is_not_understood_is_said_with_the_way_to_help(
    chaski: Chaski, arguments: tuple[str, ...], language: str, word: str
) -> None:
    answer = chaski(*arguments, "--lang", language)

    assert answer.code == 2
    assert word in answer.err
    assert "--help" in answer.err
    assert answer.out == ""


def test_a_usage_error_is_one_json_document_too(chaski: Chaski) -> None:
    answer = chaski("trace", "--json")

    assert answer.code == 2
    assert answer.codes == ["command-not-understood"]
    assert answer.json["exit"] == 2
    assert answer.err


def test_an_unknown_language_is_a_usage_error(chaski: Chaski) -> None:
    assert chaski("packs", "list", "--lang", "qu").code == 2


def test_the_options_of_all_commands_may_stand_anywhere(chaski: Chaski) -> None:
    assert chaski("--json", "packs", "list").json == chaski("packs", "list", "--json").json
    assert chaski("packs", "--lang", "es", "show", "no").err == chaski("packs", "show", "no", "--lang=es").err


def test_the_machine_decides_the_language_where_nobody_else_does(
    chaski: Chaski, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "es_PE.UTF-8")
    assert "No hay ningún" in chaski("packs", "show", "no").err

    monkeypatch.setenv("CHASKI_LANGUAGE", "en")
    assert "No built-in" in chaski("packs", "show", "no").err


def test_config_show_says_what_is_in_force_and_masks_passwords(chaski: Chaski, folder: Path) -> None:
    (folder / "chaski.toml").write_text('database = "postgresql://me:s3cret@host/books"\n', encoding="utf-8")

    answer = chaski("config", "show")

    assert answer.code == 0
    assert "postgresql://me:********@host/books" in answer.out
    assert "chaski.toml" in answer.out
    assert "s3cret" not in answer.out
    assert chaski("config", "show", "--json").json["port"] == {"value": "8080", "source": "default"}
    assert chaski("config", "show", "--json", "-d", "x.db").json["database"] == {"value": "x.db", "source": "flag"}


@pytest.mark.parametrize(("language", "word"), [("es", "no es válido"), ("en", "does not fit")])
def test_a_wrong_setting_is_said_where_it_stands(
    chaski: Chaski, monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    monkeypatch.setenv("CHASKI_PORT", "99999")

    answer = chaski("config", "show", "--lang", language, "--json")

    assert answer.code == 3
    assert answer.codes == ["setting-invalid"]
    assert word in answer.err
    assert "CHASKI_PORT" in answer.err


def test_packs_are_listed_in_the_readers_language(chaski: Chaski) -> None:
    assert [(pack["kind"], pack["code"]) for pack in chaski("packs", "list", "--json").json] == list(builtin())
    assert "acuerdo de conservación del bosque" in chaski("packs", "list", "--lang", "es").out
    assert "Pitahaya" in chaski("packs", "list", "--lang", "es").out.title()


def test_a_pack_is_shown_as_written_and_an_unknown_one_is_not_found(chaski: Chaski) -> None:
    assert chaski("packs", "show", "coffee").out.encode() == builtin()["commodity", "coffee"] + b"\n"
    assert chaski("packs", "show", "scheme/ras").out.encode() == builtin()["scheme", "ras"] + b"\n"
    assert chaski("packs", "show", "tea", "--json").codes == ["pack-not-found"]
    assert chaski("packs", "show", "tea").code == 4


@pytest.mark.parametrize(("language", "word"), [("es", "se puede adoptar"), ("en", "can be adopted")])
def test_a_good_pack_of_any_kind_passes_the_check(chaski: Chaski, folder: Path, language: str, word: str) -> None:
    for kind, code in (("commodity", "cocoa"), ("scheme", "eu-organic"), ("framework", "pasture-agreement")):
        (folder / "mine.toml").write_bytes(builtin()[kind, code])  # type: ignore[index]  # literals of the loop

        answer = chaski("packs", "check", "mine.toml", "--lang", language)

        assert answer.code == 0
        assert word in answer.out


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_bad_pack_is_told_everything_that_is_wrong_with_it(chaski: Chaski, folder: Path, language: str) -> None:
    (folder / "mine.toml").write_bytes(
        builtin()["commodity", "cocoa"].replace(b'code = "cocoa"', b'code = "Cocoa!"\nflavour = 1', 1)
    )

    answer = chaski("packs", "check", "mine.toml", "--lang", language, "--json")

    assert answer.code == 3
    assert {"pack-code-unfit", "pack-unknown-key"} <= set(answer.codes)
    assert answer.err.count("->") == len(answer.codes)


def test_a_file_that_is_not_there_is_not_found(chaski: Chaski) -> None:
    answer = chaski("packs", "check", "nowhere.toml", "--json")

    assert (answer.code, answer.codes) == (4, ["file-not-readable"])


def test_a_folder_is_no_file(chaski: Chaski, folder: Path) -> None:
    assert chaski("packs", "check", folder).code == 3


def test_an_error_of_our_own_shows_no_stack_trace_unless_asked(chaski: Chaski, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ledger.packs.catalogue.builtin", broken)

    quiet = chaski("packs", "list", "--json")
    assert (quiet.code, quiet.codes) == (70, ["internal-error"])
    assert not PLACES.search(quiet.err + quiet.out)

    monkeypatch.setenv("CHASKI_DEBUG", "1")
    assert PLACES.search(chaski("packs", "list").err)


def test_a_reader_who_stops_reading_is_no_failure(folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ledger.cli", "packs", "show", "coffee"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.wait(20)

    assert process.returncode == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_the_entry_point_is_the_command() -> None:
    assert installed("chaski-ledger") == ledger.__version__


def _process(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHASKI_")}
    command_line = [sys.executable, "-m", "ledger.cli", *arguments]
    return subprocess.run(command_line, env=environment, capture_output=True, text=True, check=False)


def _seconds(*arguments: str) -> float:
    before = time.perf_counter()
    assert _process(*arguments).returncode == 0
    return time.perf_counter() - before


def test_fresh_ids_are_fresh(chaski: Chaski, folder: Path) -> None:
    made = [chaski("id").out.strip(), *chaski("id", "--count", "9").out.split(), *chaski("id", "--json").json["ids"]]

    assert len(set(made)) == 11
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{16}", each) for each in made)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("lott", "no existe lott; ¿quiso decir lot?"),
        ("lot --nope", "no existe la opción --nope"),
        ("lot --limit x", "el valor dado para --limit no sirve"),
        ("lot --limit 0", "--limit es al menos 1"),
        ("token create", "falta --party"),
        ("label", "falta LOT"),
        ("version --lang es more", "more está de más"),
    ],
)
def test_what_is_not_understood_is_said_in_spanish(chaski: Chaski, given: str, said: str) -> None:
    answer = chaski(*given.split(), "--lang", "es")

    assert answer.code == 2
    assert said in answer.err


def test_defaults_are_shown_in_spanish_help(chaski: Chaski) -> None:
    said = chaski("lot", "--help", "--lang", "es").out

    assert "por defecto: 100" in said
    assert "?]" not in said
