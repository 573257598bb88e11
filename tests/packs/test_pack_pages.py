"""Every scheme and framework has its page, Spanish first, as its pack generates it, and no longer than a screen."""

from __future__ import annotations

import re

import pytest

from docs import make_pack_pages
from ledger.packs.catalogue import builtin

PAGES = {name: text for name, text in make_pack_pages.pages().items() if not name.endswith("README.md")}


def test_pages_are_as_the_packs_generate_them() -> None:
    assert make_pack_pages.differences() == []


def test_every_scheme_and_framework_has_a_page() -> None:
    codes = [code for kind, code in builtin() if kind != "commodity"]

    assert sorted(name.partition("/")[2] for name in PAGES) == sorted(f"{code}.md" for code in codes)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_first_in_spanish_what_the_ledger_allows_and_what_not(name: str) -> None:
    headings = re.findall(r"^## (.+)$", PAGES[name], flags=re.MULTILINE)

    assert headings == ["El libro deja", "El libro no deja", "Reglas, y de dónde salen", "In English", "Fuentes"]


@pytest.mark.parametrize("name", PAGES)
def test_what_a_manager_reads_first_fits_a_screen(name: str) -> None:
    first = PAGES[name].partition("## Reglas")[0]

    assert len(first.split()) < 300


@pytest.mark.parametrize("name", PAGES)
def test_a_page_counts_what_was_not_verified_and_names_every_source(name: str) -> None:
    page = PAGES[name]
    rules = re.findall(r"^\| .+ \| (\S+) \| (sí|no) \|$", page, flags=re.MULTILINE)
    unseen = sum(verified == "no" for _, verified in rules)

    assert f"Sin verificar: {unseen} de {len(rules)} reglas." in page
    assert {source for source, _ in rules} == set(re.findall(r"^- `(.+?)`: ", page, flags=re.MULTILINE))


def test_links_of_the_pages_lead_somewhere() -> None:
    for name, text in make_pack_pages.pages().items():
        for target in re.findall(r"\]\(([^)]+)\)", text):
            assert (make_pack_pages.HERE / name).parent.joinpath(target).is_file(), f"{name}: {target}"
