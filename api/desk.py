"""What every endpoint reaches for: the ledger, the settings, and the few long-lived things made at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from anyio import CapacityLimiter, to_thread
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
    readers: CapacityLimiter
    big_batches: CapacityLimiter

    async def read(self, question: Callable[[], Answer]) -> Answer:
        """Ask the ledger something on a thread of its own; at most so many questions at a time."""
        return await to_thread.run_sync(question, limiter=self.readers)


def desk_of(request: Request) -> Desk:
    """The desk of the application this request came to."""
    return cast("Desk", request.app.state.desk)
