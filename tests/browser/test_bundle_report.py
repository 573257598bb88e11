"""The report of a bundle in a real browser: offline, in both languages, readable by all, and decent on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it carries no types
from playwright.sync_api import Browser, Page

from tests.audit.bundled import Workshop, bundled, told

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("report")
    valley = told(place)
    files = Workshop.of(bundled(valley, place / "x.zip", valley.lot)).files
    valley.world.ledger.close()
    path = place / "report.html"
    path.write_bytes(files["report.html"])
    return path


@pytest.fixture(params=[360, 1280], ids=["phone", "desktop"])
def shown(request: pytest.FixtureRequest, browser: Browser, report: Path) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 900}, offline=True)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(report.as_uri())
    yield page
    context.close()
    assert asked == [report.as_uri()]
    assert complaints == []


def test_the_report_is_read_in_either_language(shown: Page) -> None:
    assert shown.locator("main[lang=es] h1").is_visible()
    assert not shown.locator("main[lang=en] h1").is_visible()

    shown.check("#in-en")

    assert shown.locator("main[lang=en] h1").inner_text() == "Audit bundle"
    assert not shown.locator("main[lang=es] h1").is_visible()


def test_the_report_fits_and_can_be_used_by_all(shown: Page) -> None:
    assert shown.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    found = Axe().run(shown)
    assert found.violations_count == 0, found.generate_report()


def test_the_report_prints_in_one_language_on_few_sheets(shown: Page) -> None:
    shown.emulate_media(media="print")
    printed = shown.pdf(prefer_css_page_size=True)

    assert not shown.locator(".choice").is_visible()
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 4
