"""Tells stories to a ledger: signed, in order of arrival, a day's worth at a time, as bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import groupby

from ledger.book import Ledger
from ledger.errors import Problem, RefusedError
from ledger.queries import Outcome
from ledger.seasons.calendar import PERU
from ledger.seasons.clock import SeasonClock
from ledger.seasons.signing import Signed, in_order, sign_all
from ledger.seasons.story import Story

LARGEST_BATCH = 256
Progress = Callable[[int, int], None]


class Telling:
    """Stories on their way into a ledger.

    `facts` counts what stands, `flags` what the rules put up, by code; `digests` has the digest of every
    statement by its id.
    """

    def __init__(self, ledger: Ledger, clock: SeasonClock, stories: Sequence[Story]) -> None:
        """Sign everything; nothing is stated before `run`."""
        drafts = in_order(draft for story in stories for draft in story.drafts)
        self.total = len(drafts)
        self.facts = 0
        self.flags: dict[str, int] = {}
        self.digests: dict[str, str] = {}
        self._ledger = ledger
        self._clock = clock
        self._batches = list(_batches(sign_all(stories[0].world, drafts)))
        self._next = 0

    def run(self, until: int | None = None, *, progress: Progress | None = None) -> None:
        """State what comes next, until so many facts stand (None: all of them).

        Everything must be accepted; RefusedError carries the problems of the first fact that was not. A
        batch is recorded at the moment its last fact arrived. The next one is parsed and its signatures
        are checked while the writer works, but it is only offered when the clock may move on: what is
        recorded when must not depend on how fast the machine is.
        """
        waiting: tuple[list[Signed], Future[list[Outcome]]] | None = None
        offered = self.facts
        while self._next < len(self._batches) and (until is None or offered < until):
            batch = self._batches[self._next]
            prepared = [self._ledger.prepare(signed.submission) for signed in batch]
            if waiting is not None:
                self._settle(*waiting, progress)
            self._clock.move_to(batch[-1].draft.arrives)
            waiting = (batch, self._ledger.offer(prepared, bulk=True))
            self._next += 1
            offered += len(batch)
        if waiting is not None:
            self._settle(*waiting, progress)

    def _settle(self, batch: Sequence[Signed], future: Future[list[Outcome]], progress: Progress | None) -> None:
        for signed, outcome in zip(batch, future.result(), strict=True):
            if outcome.status != "accepted":
                named = Problem("story-not-accepted", "", f"{signed.draft.fact} {signed.draft.id}", "accepted")
                raise RefusedError([named, *outcome.problems])
            self.facts += 1
            self.digests[signed.draft.id] = signed.digest
            for flag in outcome.flags:
                self.flags[flag.code] = self.flags.get(flag.code, 0) + 1
        if progress is not None:
            progress(self.facts, self.total)


def _batches(signed: Iterable[Signed]) -> Iterator[list[Signed]]:
    """What arrived on one day in Peru, in pieces the writer takes whole."""
    for _, of_day in groupby(signed, key=lambda one: one.draft.arrives.astimezone(PERU).date()):
        batch: list[Signed] = []
        for one in of_day:
            batch.append(one)
            if len(batch) == LARGEST_BATCH:
                yield batch
                batch = []
        if batch:
            yield batch
