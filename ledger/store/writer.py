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


_ITS_OWN_FAULT = frozenset({"row-conflict", "database-failed"})
"""What one item may have brought about; everything else (a full disk, a clock gone back) befalls all alike."""


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
        """`append` writes a batch; without group commit every group is a transaction of its own (for measuring)."""
        self._append = append
        self._max_queue = max_queue
        self._group_commit = group_commit
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
            if self._group_commit:
                self._serve(batch)
            else:
                for request in batch:
                    self._serve_groups(request)

    def _take(self) -> list[_Request]:
        """Interactive requests before bulk ones, until the batch is full; one large request may exceed it."""
        batch: list[_Request] = []
        items = 0
        for queue in (self._interactive, self._bulk):
            while queue and (not batch or items + queue[0].items <= MAX_BATCH):
                request = queue.popleft()
                self._queued -= request.items
                # Who gave up waiting before its turn is not served; from here on nobody can give up any more.
                if request.answer.set_running_or_notify_cancel():
                    items += request.items
                    batch.append(request)
        return batch

    def _serve(self, batch: list[_Request]) -> None:
        """Append a batch and answer; where something in it cannot be written, find out what, and write the rest."""
        if not batch:
            return
        try:
            outcomes = self._append([group for request in batch for group in request.groups])
        except BaseException as error:  # noqa: BLE001 - whoever waits must be told, whatever it was
            self._serve_apart(batch, error)
            return
        rest = iter(outcomes)
        for request in batch:
            request.answer.set_result([outcome for _ in request.groups for outcome in next(rest)])

    def _serve_apart(self, batch: list[_Request], error: BaseException) -> None:
        if not _may_be_one_item(error):
            for request in batch:
                request.answer.set_exception(error)
        elif len(batch) > 1:
            for request in batch:
                self._serve([request])
        elif len(batch[0].groups) > 1:
            self._serve_groups(batch[0])
        else:
            batch[0].answer.set_exception(error)

    def _serve_groups(self, request: _Request) -> None:
        """Each group of a request alone: what fails is refused, the others stand."""
        outcomes: list[Outcome] = []
        for group in request.groups:
            try:
                outcomes += self._append([group])[0]
            except BaseException as error:  # noqa: BLE001 - as above
                if not _may_be_one_item(error):
                    request.answer.set_exception(error)
                    return
                outcomes += _refused(group, error)
        request.answer.set_result(outcomes)


def _may_be_one_item(error: BaseException) -> bool:
    if isinstance(error, LedgerError):
        return all(problem.code in _ITS_OWN_FAULT for problem in error.problems)
    return isinstance(error, Exception)


def _refused(group: Group, error: BaseException) -> list[Outcome]:
    problems = error.problems if isinstance(error, LedgerError) else (Problem("fact-failed"),)
    return [
        Outcome("refused", s.envelope.id, s.type, s.digest, problems=problems)
        for s in (item.statement for item in group.items)
    ]
