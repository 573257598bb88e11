"""The one writer thread: takes whatever queued up during the last commit and appends it as one transaction.

No timer: under load batches form by themselves, without load nobody waits. Everyone is answered after
the commit, refused ones too, because a refusal may rest on an earlier item of the same batch.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from ledger.errors import ConflictError, LedgerError, Problem
from ledger.queries import Outcome
from ledger.store.batch import Group

MAX_BATCH = 256
Append = Callable[[Sequence[Group]], list[list[Outcome]]]


@dataclass(slots=True)
class _Request:
    groups: list[Group]
    answer: Future[list[Outcome]]

    @property
    def items(self) -> int:
        return sum(len(group.items) for group in self.groups)


class Writer:
    """A bounded queue in front of one thread that appends."""

    def __init__(self, append: Append, *, max_queue: int = 4096, group_commit: bool = True) -> None:
        """`append` writes a batch; without group commit every request is a transaction of its own (for measuring)."""
        self._append = append
        self._max_queue = max_queue
        self._max_batch = MAX_BATCH if group_commit else 1
        self._interactive: deque[_Request] = deque()
        self._bulk: deque[_Request] = deque()
        self._queued = 0
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="chaski-writer", daemon=True)
        self._thread.start()

    def offer(self, groups: Sequence[Group], *, bulk: bool) -> Future[list[Outcome]]:
        """Queue groups; raises ConflictError where the queue is full or closed."""
        request = _Request(list(groups), Future())
        with self._wake:
            if self._closed:
                raise ConflictError(Problem("writer-closed", retry="after-change"))
            if self._queued + request.items > self._max_queue and self._queued:
                raise ConflictError(Problem("queue-full", "", self._queued, self._max_queue, retry="after-change"))
            (self._bulk if bulk else self._interactive).append(request)
            self._queued += request.items
            self._wake.notify()
        return request.answer

    def close(self) -> None:
        """Finish what is queued and stop."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._interactive and not self._bulk:
                    if self._closed:
                        return
                    self._wake.wait()
                batch = self._take()
            self._serve(batch)

    def _take(self) -> list[_Request]:
        """Interactive requests before bulk ones, until the batch is full; one large request may exceed it."""
        batch: list[_Request] = []
        items = 0
        for queue in (self._interactive, self._bulk):
            while queue and (not batch or items + queue[0].items <= self._max_batch):
                request = queue.popleft()
                items += request.items
                batch.append(request)
        self._queued -= items
        return batch

    def _serve(self, batch: list[_Request]) -> None:
        try:
            self._answer(batch, self._append([group for request in batch for group in request.groups]))
        except LedgerError as error:
            if len(batch) == 1:
                self._fail(batch[0], error)
                return
            # One bad item must not fail the others: serve them one by one.
            for request in batch:
                self._serve([request])
        except BaseException as error:  # noqa: BLE001 - whoever waits must be told, whatever it was
            for request in batch:
                self._fail(request, error)

    def _answer(self, batch: list[_Request], outcomes: list[list[Outcome]]) -> None:
        rest = iter(outcomes)
        for request in batch:
            found = [outcome for _ in request.groups for outcome in next(rest)]
            if not request.answer.cancelled():
                request.answer.set_result(found)

    @staticmethod
    def _fail(request: _Request, error: BaseException) -> None:
        if not request.answer.cancelled():
            request.answer.set_exception(error)
