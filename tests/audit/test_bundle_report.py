"""The report inside a bundle: for people, in two languages, from no clock, and loading nothing from anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from ledger.audit.bundles.report import report_words
from tests.audit.bundled import Valley, Workshop, bundled, told


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valley]:
    valley = told(tmp_path_factory.mktemp("valley"))
    yield valley
    valley.world.ledger.close()


class Page(HTMLParser):
    """The attributes that could load something, and whether every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [name for name, _ in attrs if name in {"src", "href", "action", "data", "srcset", "style"}]
        if tag not in {"meta", "br", "input", "link", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def report(valley: Valley, path: Path, what: str = "ALL") -> str:
    return Workshop.of(bundled(valley, path, what)).files["report.html"].decode()


@pytest.mark.parametrize("what", ["ALL", "lot", "100..120"])
def test_a_report_loads_nothing_and_runs_nothing(valley: Valley, tmp_path: Path, what: str) -> None:
    html = report(valley, tmp_path / "x.zip", valley.lot if what == "lot" else what)
    page = Page(html)

    assert page.loads == []
    assert page.open == []
    assert "<script" not in html
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_the_report_of_a_lot_says_what_it_is_and_whom_it_comes_from(valley: Valley, tmp_path: Path) -> None:
    html = report(valley, tmp_path / "x.zip", valley.lot)

    assert "100 kg" in html
    assert "S-1" in html
    assert "S-2" in html
    assert "Persona" not in html
    assert "café" in html
    assert "coffee" in html


def test_a_report_does_not_hand_out_the_key_it_should_be_checked_with(valley: Valley, tmp_path: Path) -> None:
    """A forger prints a key too: the command names none, so that nobody pastes it back in."""
    html = report(valley, tmp_path / "x.zip")

    assert "--key KEY" in html
    assert "--key CLAVE" in html
    assert f"--key {valley.key}" not in html


def test_every_word_of_the_report_is_said_in_both_languages_and_none_is_kept_for_nothing() -> None:
    words = report_words()
    template = files("ledger.audit.bundles").joinpath("templates", "report.html").read_text(encoding="utf-8")
    asked = set(re.findall(r"""\bt\("([a-z_-]+)["")]""", template)) | set(re.findall(r'word\("([a-z_]+)"', template))
    of_records = {key for key in words if key.startswith(("status_", "key_", "reason_", "pack_")) or "." in key}

    assert all(set(each) == {"es", "en"} and all(each.values()) for each in words.values())
    assert asked - words.keys() - {"status_", "key_", "reason_", "pack_"} == set()
    # Whom a bundle is made for is said by its role.
    assert words.keys() - asked - of_records == {"reader", "auditor"}
