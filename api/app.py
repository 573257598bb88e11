"""The application: what is made once, and which routes there are. Wiring only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI

from api import described, errors
from api.auth import Access
from api.desk import Desk
from api.gate import Gate
from api.intake import Intake
from api.measures import Measures
from api.pages import landing, lot, receipt, static
from api.routes import audits, blast_radius, documents, facts, health, log, lots, metrics, reports, statements, webhooks
from api.shortcut import Shortcut
from ledger import __version__
from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.book import Ledger

PAGES: Final = (landing, lot, receipt, static)

# Questions to the ledger at the same time; each has a thread and perhaps a connection of its own.
READERS: Final = 8

# Documents on their way in at the same time.
KEEPERS: Final = 4

# Webhooks tried out at the same time: each may hold a thread for as long as a slow receiver is waited for.
TRIALS: Final = 2


def create_app(ledger: Ledger, settings: Settings) -> FastAPI:
    """The application over an open ledger, which stays the caller's to close."""
    measures = Measures()
    desk = Desk(
        ledger=ledger,
        settings=settings,
        access=Access(ledger),
        intake=Intake(ledger, settings.worker_threads),
        measures=measures,
        readers=ThreadPoolExecutor(READERS, "read"),
        keepers=ThreadPoolExecutor(KEEPERS, "keep"),
        big_batches=asyncio.Semaphore(1),
        trials=asyncio.Semaphore(TRIALS),
    )

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(
        title="Chaski",
        version=__version__,
        description=described.ABOUT,
        openapi_tags=described.TAGS,
        docs_url=None,  # the usual documentation pages load scripts from elsewhere
        redoc_url=None,
        lifespan=life,
        redirect_slashes=False,
    )
    app.state.desk = desk
    work = (facts, lots, blast_radius, reports, audits, documents, webhooks)
    for room in (*work, log, statements, health, metrics, *PAGES):
        app.include_router(room.router)
    app.include_router(receipt.form)
    errors.install(app)
    described.install(app)
    # The last one added is the outermost.
    app.add_middleware(Shortcut)
    app.add_middleware(Gate, measures=measures, secure=ledger.public_url.startswith("https://"))
    return app
