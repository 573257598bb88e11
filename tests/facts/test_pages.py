"""Every fact has its page, every field its sentence, and the pages say what the models are."""

from __future__ import annotations

import re

import pytest

from docs import make_fact_pages
from ledger.facts import known_types


def test_pages_are_as_the_models_and_words_generate_them() -> None:
    assert make_fact_pages.differences() == []


def test_every_type_has_a_page_and_stands_in_the_index() -> None:
    index = (make_fact_pages.FOLDER / "README.md").read_text("utf-8")
    for fact_type in known_types():
        name = make_fact_pages.page_name(fact_type)
        assert (make_fact_pages.FOLDER / name).is_file()
        assert f"[{fact_type}]({name})" in index


def test_no_field_is_without_words() -> None:
    assert make_fact_pages.unworded() == []


def test_no_words_are_without_a_field() -> None:
    assert make_fact_pages.unused_words() == []


@pytest.mark.parametrize(
    ("table", "name", "sentence"),
    [(table, name, text) for table, lines in make_fact_pages.words().items() for name, text in lines.items()],
)
def test_words_are_a_whole_sentence_on_one_line(table: str, name: str, sentence: str) -> None:
    assert re.fullmatch(r"[A-Z`][^\n|]{6,}\.", sentence)


def test_page_shows_shape_unit_default_and_meaning() -> None:
    page = make_fact_pages.page("plot.held/1")
    assert (
        "| `share_permille` | whole number from 1 to 1000 | ‰ | no, else `1000` "
        "| The share of the plot that is held, in thousandths. |" in page
    )


def test_links_of_the_pages_lead_somewhere() -> None:
    for path in make_fact_pages.FOLDER.glob("*.md"):
        text = path.read_text("utf-8")
        headings = {heading.lower() for heading in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)}
        for target in re.findall(r"\]\(([^)]+)\)", text):
            if target.startswith("#"):
                assert target[1:].replace("-", " ") in headings, f"{path.name}: {target}"
            else:
                assert (path.parent / target).is_file(), f"{path.name}: {target}"
