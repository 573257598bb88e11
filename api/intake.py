"""The way in: parse and check signatures on worker threads, queue for the one writer, wait for its answer.

Single submissions that arrive together share one hop to a worker thread, one place in the queue and one wake-up of
the event loop. Each is still accepted or refused alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from ledger.errors import FormatError, LedgerError
from ledger.queries import Outcome

if TYPE_CHECKING:
    from ledger.book import Ledger, Prepared

# As many as one worker parses in about 3 ms: they share the cost of the hop, and a second worker has some too.
TOGETHER: Final = 32

# A batch this long is an import: whoever stands at a scale goes first.
BULK: Final = 32

Answer = TypeVar("Answer")


@dataclass(slots=True, eq=False)
class _Waiting:
    data: bytes
    answer: asyncio.Future[Outcome]


class Intake:
    """Takes submissions from the event loop to the ledger and brings the outcomes back."""

    def __init__(self, ledger: Ledger, threads: int) -> None:
        """Use so many worker threads; they are started when first needed."""
        self._ledger = ledger
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="intake")
        self._waiting: list[_Waiting] = []
        self._running = 0
        self._called = False

    def close(self) -> None:
        """Let the workers end once they have finished what they hold."""
        self._pool.shutdown(wait=True)

    async def one(self, submission: bytes) -> Outcome:
        """State one signed submission; raises FormatError or ProofError where it is none, ConflictError queue-full."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Outcome] = loop.create_future()
        self._waiting.append(_Waiting(submission, answer))
        # Not at once: whatever the loop still has in hand this round comes along.
        if not self._called:
            self._called = True
            loop.call_soon(self._hand_over, loop)
        return await answer

    async def many(self, items: Sequence[Prepared | FormatError], *, atomic: bool) -> list[Outcome]:
        """State what has been prepared, in order; raises ConflictError queue-full."""
        queued = self._ledger.offer(items, atomic=atomic, bulk=len(items) > BULK)
        return await asyncio.wrap_future(queued)

    async def in_worker(self, work: Callable[[], Answer]) -> Answer:
        """Do something that computes on a worker thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        self._called = False
        while self._waiting and self._running < self._threads:
            together, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            self._running += 1
            self._pool.submit(self._parse_and_offer, loop, together)

    def _parse_and_offer(self, loop: asyncio.AbstractEventLoop, together: list[_Waiting]) -> None:
        """On a worker thread. Whatever happens, everybody in `together` gets an answer."""
        refused: list[tuple[_Waiting, BaseException]] = []
        heard: list[_Waiting] = []
        prepared: list[Prepared | FormatError] = []
        for each in together:
            try:
                prepared.append(self._ledger.prepare(each.data))
                heard.append(each)
            except Exception as error:  # noqa: BLE001 - raised again where the request waits
                refused.append((each, error))
        queued: Future[list[Outcome]] | None = None
        if prepared:
            try:
                queued = self._ledger.offer(prepared)
            except Exception as error:  # noqa: BLE001
                refused.extend((each, error) for each in heard)
        loop.call_soon_threadsafe(self._parsed, loop, refused)
        if queued is not None:
            queued.add_done_callback(lambda done: loop.call_soon_threadsafe(_judged, heard, done))

    def _parsed(self, loop: asyncio.AbstractEventLoop, refused: list[tuple[_Waiting, BaseException]]) -> None:
        self._running -= 1
        for each, error in refused:
            _fail(each, error)
        self._hand_over(loop)


def as_format_error(error: LedgerError) -> FormatError:
    """What could not be prepared, as the ledger takes it beside what could."""
    return error if isinstance(error, FormatError) else FormatError(error.problems)


def _judged(heard: list[_Waiting], done: Future[list[Outcome]]) -> None:
    error = done.exception() if not done.cancelled() else asyncio.CancelledError()
    if error is not None:
        for each in heard:
            _fail(each, error)
        return
    for each, outcome in zip(heard, done.result(), strict=True):
        if not each.answer.done():  # else its client has gone
            each.answer.set_result(outcome)


def _fail(each: _Waiting, error: BaseException) -> None:
    if not each.answer.done():
        each.answer.set_exception(error)
