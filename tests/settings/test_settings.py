"""Flag before environment before chaski.toml before default; mistakes have words; passwords are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import settings
from ledger.errors import FormatError
from ledger.settings import MASK, Settings, load, masked, shown
from ledger.store.documents import MAX_BYTES, MEDIA_TYPES


@pytest.fixture(autouse=True)
def _an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        *map(settings.variable, Settings.model_fields),
        settings.FILE_VARIABLE,
        "LC_ALL",
        "LC_MESSAGES",
        "LANG",
    ):
        monkeypatch.delenv(name, raising=False)


def test_a_flag_wins_over_the_environment_over_the_file_over_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load().port == 8080

    (tmp_path / "chaski.toml").write_text("port = 1001\n", encoding="utf-8")
    assert load().port == 1001

    monkeypatch.setenv("CHASKI_PORT", "1002")
    assert load().port == 1002

    assert load(port=1003).port == 1003
    assert load(port=None).port == 1002


def test_config_show_names_who_said_each_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "chaski.toml").write_text("port = 1001\nhost = '0.0.0.0'\n", encoding="utf-8")
    monkeypatch.setenv("CHASKI_PORT", "1002")

    sources = {line.name: (line.value, line.source) for line in shown(database="x.db")}

    assert sources["database"] == ("x.db", "flag")
    assert sources["port"] == ("1002", "environment")
    assert sources["host"] == ("0.0.0.0", "file")
    assert sources["log_level"] == ("info", "default")
    assert list(sources) == list(Settings.model_fields)


def test_another_file_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "else.toml"
    elsewhere.write_text("language = 'es'\n", encoding="utf-8")
    monkeypatch.setenv("CHASKI_CONFIG", str(elsewhere))

    assert load().spoken() == "es"


def test_a_file_that_was_named_and_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHASKI_CONFIG", "nowhere.toml")

    with pytest.raises(FormatError) as caught:
        load()

    assert caught.value.problems[0].code == "config-missing"


def test_a_file_that_is_no_toml_is_said_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "chaski.toml").write_text("port = \n", encoding="utf-8")

    with pytest.raises(FormatError) as caught:
        load()

    assert caught.value.problems[0].code == "config-not-toml"
    assert "line 1" in str(caught.value.problems[0].found)


def test_an_unknown_setting_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "chaski.toml").write_text("prot = 9000\n", encoding="utf-8")

    with pytest.raises(FormatError) as caught:
        load()

    assert (caught.value.problems[0].code, caught.value.problems[0].expected) == ("setting-unknown", "port")


def test_every_wrong_value_is_named_at_once_with_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chaski.toml").write_text("max_queue = 0\n", encoding="utf-8")
    monkeypatch.setenv("CHASKI_PORT", "99999")
    monkeypatch.setenv("CHASKI_LOG_LEVEL", "loud")

    with pytest.raises(FormatError) as caught:
        load()

    said = {problem.where: problem.details["source"] for problem in caught.value.problems}
    assert said == {"/port": "CHASKI_PORT", "/log_level": "CHASKI_LOG_LEVEL", "/max_queue": "chaski.toml"}


def test_the_password_of_a_database_is_shown_nowhere() -> None:
    url = "postgresql://chaski:s3cret@host:5432/books?password=s3cret&x=1"

    lines = {line.name: line.value for line in shown(database=url)}

    assert lines["database"] == f"postgresql://chaski:{MASK}@host:5432/books?password={MASK}&x=1"
    assert "s3cret" not in repr(lines)


@pytest.mark.parametrize(
    "url", ["chaski.db", "/var/lib/a:b@c/chaski.db", "postgresql://host/books", "postgresql://me@host/b"]
)
def test_what_holds_no_password_is_shown_as_it_is(url: str) -> None:
    assert masked(url) == url


def test_a_password_with_odd_characters_is_masked_whole() -> None:
    assert masked("postgresql://u:p@ss:w%2Ford@host/db") == f"postgresql://u:{MASK}@host/db"


def test_lists_are_written_with_commas_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHASKI_DOCUMENT_TYPES", "application/pdf, image/png")

    assert load().document_types == ("application/pdf", "image/png")


def test_documents_that_are_taken_are_documents_the_store_keeps() -> None:
    assert set(load().document_types) == MEDIA_TYPES
    assert load().max_document_bytes == MAX_BYTES


@pytest.mark.parametrize(
    ("machine", "language"), [("es_PE.UTF-8", "es"), ("C.UTF-8", "en"), ("en_GB", "en"), ("", "en")]
)
def test_the_language_follows_the_machine_unless_said(
    machine: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", machine)

    assert load().spoken() == language
    assert load(language="es").spoken() == "es"


def test_how_to_speak_is_known_even_when_the_settings_are_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chaski.toml").write_text("nonsense", encoding="utf-8")
    monkeypatch.setenv("LANG", "es_PE.UTF-8")
    monkeypatch.setenv("CHASKI_DEBUG", "1")

    assert settings.hints() == ("es", True)
