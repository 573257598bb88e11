"""The pages as pictures for the docs: the demo's lots on a phone and on a desk, in both languages.

Run `make demo` first, then `make screenshots`, or `python -m examples.screenshots DEMO PICTURES`. Needs Chromium.
"""

from __future__ import annotations

import shutil
import socket
import sys
import threading
import time
from pathlib import Path

import orjson
from playwright.sync_api import Browser, sync_playwright

from api.server import prepared
from ledger.book import Ledger
from ledger.settings import Settings

WIDTHS = {"phone": 360, "desk": 1280}


def main(demo: str = "demo", pictures: str = "docs/pictures") -> None:
    """Serve the demo's ledger on a free port and photograph its pages."""
    summary = Path(demo, "summary.json")
    program = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if not summary.exists() or program is None:
        sys.exit(f"needs {summary} (make demo) and Chromium")
    lots = {name: lot["path"] for name, lot in orjson.loads(summary.read_bytes())["lots"].items()}
    target = Path(pictures)
    target.mkdir(parents=True, exist_ok=True)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    with Ledger.open(str(Path(demo, "chaski.db"))) as ledger, sync_playwright() as playwright:
        server = prepared(ledger, Settings(), host="127.0.0.1", port=port)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, path in {**lots, "front": "/", "unknown": "/L/0000000000000000"}.items():
            for language in ("es", "en"):
                photograph(browser, f"http://127.0.0.1:{port}{path}?lang={language}", target / f"{name}-{language}")
        browser.close()
        server.should_exit = True
        thread.join(20)


def photograph(browser: Browser, address: str, stem: Path) -> None:
    """One whole page at both widths."""
    for name, width in WIDTHS.items():
        page = browser.new_page(viewport={"width": width, "height": 800}, device_scale_factor=2)
        page.goto(address, wait_until="networkidle")
        page.screenshot(path=f"{stem}-{name}.png", full_page=True)
        page.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
