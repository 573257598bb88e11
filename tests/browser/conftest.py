"""A browser that can reach this machine and nothing else, and a ledger for it to look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.api import world as worlds
from tests.api.telling import pooled_lot
from tests.api.world import World
from tests.browser.certified import certified
from tests.browser.served import free_port, served

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def program() -> str:
    """The browser of this machine; a test that cannot have one says so."""
    found = next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
    if found is None and _MAC.exists():
        found = str(_MAC)
    if found is None:
        pytest.skip("no Chromium on this machine (.ci/system-packages installs one on Debian and Ubuntu)")
    return found


@dataclass
class Site:
    """A served ledger and the lots in it."""

    world: World
    address: str
    lot: str
    held: str


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port = free_port()
    world = worlds.found(tmp_path_factory.mktemp("site"), public_url=f"http://127.0.0.1:{port}")
    with world.ledger, served(world.ledger, port) as address:
        lot, held = pooled_lot(world, 7), pooled_lot(world, 3, held=True)
        yield Site(world, address, lot, held)


@dataclass
class Valley:
    """A served ledger of certified lots, and its lots by what they show (tests/browser/certified.py)."""

    address: str
    lots: Mapping[str, str]


@pytest.fixture(scope="session")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valley]:
    ledger, lots = certified(tmp_path_factory.mktemp("valley"))
    with ledger, served(ledger, free_port()) as address:
        yield Valley(address, lots)


@pytest.fixture
def strays() -> list[str]:
    """Requests to anywhere but this machine."""
    return []


@pytest.fixture(params=[360, 1280], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, browser: Browser, strays: list[str]) -> Iterator[Page]:
    """A page at two widths; whatever it asks of elsewhere is refused, remembered, and fails the test."""
    complaints: list[str] = []

    def guard(route: Route) -> None:
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            strays.append(route.request.url)
            route.abort()

    context = browser.new_context(viewport={"width": request.param, "height": 800}, locale="en-GB")
    context.route("**/*", guard)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert strays == []
    # A browser complains here when a page breaks its own content security policy.
    assert [each for each in complaints if "status of 40" not in each] == []
