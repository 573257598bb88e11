"""Asking the witnesses beside the API: at start, before anything is served, and then after every commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from ledger.outbox import Witnessing
from ledger.store.clock import system_clock

if TYPE_CHECKING:
    from ledger.book import Ledger

_log = structlog.get_logger("chaski.witnesses")
_LOUD = frozenset({"witness-contradicts", "witness-rolled-back"})


@contextmanager
def witnessed(ledger: Ledger) -> Iterator[None]:
    """Keep the ledger witnessed for as long as this lasts; does nothing where its policy names nobody to ask.

    Raises ProofError where a witness has seen more, or something else, than these books hold.
    """
    if not any(each.url for each in ledger.policy.witnesses):
        yield
        return
    witnessing = Witnessing(ledger, clock=system_clock, report=_written_down)
    try:
        witnessing.ask_once(at_start=True)
    except BaseException:
        witnessing.close()
        raise
    ledger.before_writing = None
    with witnessing.working():
        yield


def _written_down(event: str, values: Mapping[str, object]) -> None:
    if event in _LOUD:
        _log.error(event, **values)
    elif event == "witness" and values.get("problem") is None:
        _log.debug(event, **values)
    else:
        _log.warning(event, **values)
