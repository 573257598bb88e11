"""What every endpoint reaches for: the ledger, the settings, and the few long-lived things made at start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from starlette.requests import Request

from api.auth import Access
from api.intake import Intake
from api.measures import Measures
from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.book import Ledger

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Desk:
    """The things of one running application."""

    ledger: Ledger
    settings: Settings
    access: Access
    intake: Intake
    measures: Measures
    # Documents have threads of their own: an upload over a slow line holds one for as long as it takes.
    readers: Executor
    keepers: Executor
    big_batches: asyncio.Semaphore
    trials: asyncio.Semaphore

    async def read(self, question: Callable[[], Answer]) -> Answer:
        """Ask the ledger something on a thread; at most so many questions at a time."""
        return await asyncio.get_running_loop().run_in_executor(self.readers, question)

    async def keep(self, document: Callable[[], None]) -> None:
        """Keep a document, on a thread."""
        await asyncio.get_running_loop().run_in_executor(self.keepers, document)

    def close(self) -> None:
        """Let every thread finish what it holds."""
        self.intake.close()
        self.readers.shutdown()
        self.keepers.shutdown()


def desk_of(request: Request) -> Desk:
    """The desk of the application this request came to."""
    return cast("Desk", request.app.state.desk)
