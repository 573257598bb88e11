"""The end of the season: the log is closed, and nothing comes after."""

from __future__ import annotations

from ledger.seasons.planted import goods
from ledger.seasons.planted.planting import Planting, plant


@plant(
    "after-the-end",
    "fraud",
    "Con el libro ya cerrado, alguien quiere registrar una entrega más.",
    "With the log closed already, somebody wants to record one more delivery.",
    "log_is_open",
    at_end=True,
)
def after_the_end(p: Planting) -> None:
    p.days_later(20)
    p.say(p.valley.operator, "log.closed", {})
    p.refused(goods.deliver(p, p.neighbour()), "log-closed")
