"""Delivering webhooks beside the API: the operator's rules out of the settings, chance, and a line in the log."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import SystemRandom
from typing import TYPE_CHECKING

import structlog

from ledger.outbox import Courier, Rules
from ledger.settings import Settings
from ledger.store.clock import system_clock

if TYPE_CHECKING:
    from ledger.book import Ledger

_log = structlog.get_logger("chaski.outbox")


def rules_of(settings: Settings) -> Rules:
    """What the operator lets webhooks do."""
    return Rules(settings.outbox_ports, settings.outbox_allow_local, settings.outbox_days)


def courier_of(ledger: Ledger, settings: Settings) -> Courier:
    """A courier for a ledger, at rest."""
    return Courier(
        ledger.outbox, rules_of(settings), clock=system_clock, jitter=SystemRandom().random, report=_written_down
    )


def _written_down(event: str, values: Mapping[str, object]) -> None:
    well = event == "notice" and values.get("problem") is None
    (_log.info if well else _log.warning)(event, **values)
