"""The page behind a receipt code, as its holder sees it on a phone and on a desk, with eyes or without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from ledger.values import in_fours, receipt_code
from tests.browser.conftest import Site
from tests.browser.test_lot_page import overflow, violations

pytestmark = pytest.mark.browser


def paths(site: Site) -> dict[str, str]:
    """A code that stands, one that is not there, and what is none."""
    lot = site.world.ledger.lot(site.lot)
    code = receipt_code(lot.statement)
    return {"standing": f"/r/{code}", "unknown": f"/r/{'0' * 20}", "wrong": "/r/ABC"}


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("which", ["standing", "unknown", "wrong"])
def test_a_receipt_page_fits_and_can_be_used_by_all(site: Site, page: Page, which: str, language: str) -> None:
    page.goto(f"{site.address}{paths(site)[which]}?lang={language}")

    assert overflow(page) == 0
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []


def test_a_code_typed_on_the_front_page_leads_to_the_receipt(site: Site, page: Page) -> None:
    path = paths(site)["standing"]
    page.goto(f"{site.address}/?lang=en")

    page.fill("#code", in_fours(path.removeprefix("/r/")).lower())
    page.press("#code", "Enter")

    assert page.url.startswith(f"{site.address}{path}")
    assert page.inner_text("h1").strip() == "It stands in the log"
    assert "kg" not in page.inner_text("article")
