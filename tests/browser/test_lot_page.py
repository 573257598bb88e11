"""From the label on the sack to the page: read by a camera's decoder, opened as its phone would, and looked at."""

from __future__ import annotations

from io import BytesIO

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it carries no types
from PIL import Image
from playwright.sync_api import Browser, Page

from ledger import labels
from ledger.labels import Label, label_of
from ledger.values import crockford
from tests.browser.conftest import Site, Valley

pytestmark = pytest.mark.browser


def label(site: Site) -> Label:
    return label_of(site.world.ledger.lot(site.lot), site.world.ledger.public_url, "es", demonstration=True)


def seen(picture: bytes) -> list[str]:
    """What the decoder reads in a picture, in reading order of the codes."""
    return [found.text for found in zxingcpp.read_barcodes(Image.open(BytesIO(picture)).convert("L"))]


def photographed(page: Page, drawing: str) -> bytes:
    """A drawing or sheet as the browser shows it."""
    html = drawing if drawing.startswith("<!doctype") else f"<!doctype html><body>{drawing}</body>"
    page.set_content(html)
    return page.screenshot(full_page=True)


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    found: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found


def violations(page: Page) -> list[str]:
    """What axe finds wrong for people who see, hear or move differently."""
    results = Axe().run(page)
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in results.response["violations"]]


def test_the_label_opens_the_page(site: Site, page: Page) -> None:
    made = label(site)

    decoded = seen(photographed(page, labels.svg(made)))
    answer = page.goto(decoded[0])

    assert decoded == seen(labels.png(made)) == [made.url]
    assert answer is not None
    assert answer.status == 200
    assert page.url == f"{site.address}/L/{site.lot}"
    assert "parchment" in page.inner_text("h1").lower()
    assert made.groups in page.inner_text("main")


@pytest.mark.parametrize("kind", ["62 mm", "80 mm", "A4"])
def test_every_paper_label_is_readable(site: Site, page: Page, kind: str) -> None:
    made = label(site)
    drawing = {"62 mm": labels.thermal(made, 62), "80 mm": labels.thermal(made, 80), "A4": labels.a4([made] * 10)}[kind]
    page.set_viewport_size({"width": 820, "height": 1150})

    assert seen(photographed(page, drawing)) == [made.url] * (10 if kind == "A4" else 1)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("which", ["lot", "held", "unknown", "wrong", "front"])
def test_every_page_fits_and_can_be_used_by_all(site: Site, page: Page, which: str, language: str) -> None:
    path = {
        "lot": f"/L/{site.lot}",
        "held": f"/L/{site.held}",
        "unknown": f"/L/{crockford(bytes(10))}",
        "wrong": "/L/ABC",
        "front": "/",
    }[which]

    page.goto(f"{site.address}{path}?lang={language}")

    assert page.get_attribute("html", "lang") == language
    assert overflow(page) == 0
    assert violations(page) == []


CARDS = {
    # What stands on each card, so that nobody has to tell red from green: certificates, agreement, evidence.
    "sold": ("A part of the lot is on hold", "The lot carries it", "The lot carries it", "On record for the whole lot"),
    "mixed": ("On hold", "The lot does not carry it", "The lot does not carry it", "On hold"),
    "few": ("On hold", "The lot carries it", "The lot carries it", "On record for the whole lot"),
    "blocked": ("On hold", "On hold", "On hold", "On hold"),
}


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("which", CARDS)
def test_every_card_of_a_claim_fits_and_can_be_read_by_all(
    valley: Valley, page: Page, which: str, language: str
) -> None:
    page.goto(f"{valley.address}/L/{valley.lots[which]}?lang={language}")

    assert overflow(page) == 0
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []


@pytest.mark.parametrize("which", CARDS)
def test_a_card_says_in_words_how_the_claim_stands(valley: Valley, page: Page, which: str) -> None:
    page.goto(f"{valley.address}/L/{valley.lots[which]}?lang=en")

    said = page.locator(".claim .status").all_inner_texts()

    assert len(said) == len(CARDS[which])
    assert all(each.startswith(words) for each, words in zip(said, CARDS[which], strict=True)), said
    assert page.locator(".claim .status svg[aria-hidden=true]").count() == len(said)
    assert "12 August 2026" in page.inner_text("section:has(.claims) .lead")


def test_the_parts_of_a_sold_lot_stand_by_owner(valley: Valley, page: Page) -> None:
    page.goto(f"{valley.address}/L/{valley.lots['sold']}?lang=en")
    organic = page.locator(".claim").first

    owners = [each.replace("\u00a0", " ") for each in organic.locator(".owners li").all_inner_texts()]

    assert sorted(owners) == [
        "Comprador · 100 kg · bought on 5 August 2026 · carries it",
        "Cooperativa · 188 kg · on hold",
    ]
    assert "188\u00a0kg" in organic.locator(".reasons").first.inner_text()


def test_the_page_is_one_light_answer_and_a_style_sheet(site: Site, page: Page) -> None:
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.__setitem__(answer.url, len(answer.body())))

    page.goto(f"{site.address}/L/{site.lot}", wait_until="networkidle")

    names = {url.removeprefix(site.address).partition("?")[0] for url in sizes}
    assert names <= {f"/L/{site.lot}", "/static/page.css", "/static/icon.svg", "/favicon.ico"}
    assert sum(sizes.values()) < 30_000


def test_the_page_needs_no_script(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{site.address}/L/{site.held}?lang=en")

    assert page.locator("section.block h2").inner_text() == "Held"
    context.close()


def test_the_dark_page_is_as_readable(site: Site, page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{site.address}/L/{site.held}?lang=en")

    assert violations(page) == []


def test_the_page_prints_on_few_sheets(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/L/{site.lot}?lang=es")

    printed = page.pdf(format="A4")

    assert printed.count(b"/Type /Page\n") <= 3


def test_every_link_of_the_page_leads_somewhere(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/L/{site.lot}")
    links = page.eval_on_selector_all("a[href^='/']", "all => all.map(each => each.href)")

    assert len(links) >= 5
    for link in links:
        assert page.request.get(link).status == 200, link
