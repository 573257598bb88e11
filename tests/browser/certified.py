"""A certified valley's ledger for the browser to look at: lots that carry, hold, do not carry, of few and of many."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ledger import Ledger
from tests.claims.certified_valley import ORGANIC, RAINFOREST, CertifiedValley, Family
from tests.world import World

GRAMS = 60_000


def certified(folder: Path) -> tuple[Ledger, Mapping[str, str]]:
    """The ledger on the day after the organic certificate was suspended, and its lots by what they show."""
    world = World.begin(folder, database=str(folder / "certified.db"))
    valley = CertifiedValley(world)
    good = [valley.family() for _ in range(6)]
    without = [valley.family(signatory=False, organic=False) for _ in range(5)]
    lots = {
        "sold": _green(valley, good),
        "mixed": _green(valley, [*good, *without]),
        "few": _green(valley, [good[0], good[1]]),
        "blocked": _green(valley, good),
    }
    claims = [valley.claim("certificate", ORGANIC), valley.claim("certificate", RAINFOREST)]
    world.say(valley.sale(lots["sold"], 100_000, *claims, debits=[valley.debit(100_000)]))
    world.say(world.hold(valley.coop, lots["blocked"]))
    breach = {
        "breach": world.new_id("breach"),
        "agreement": valley.agreement,
        "commitment": "no-felling",
        "severity": "serious",
        "attributed_to": "producer",
        "window_from": "2026-04-10",
        "window_to": "2026-04-30",
        "plot": without[0].plot,
        "area_m2": 4_000,
    }
    world.say(world.draft("breach.recorded", breach, valley.authority))
    world.say(valley.member(valley.rainforest, without[1], "removed", "2026-05-01"))
    world.say(valley.member(valley.rainforest, without[2], "suspended", "2026-05-01"))
    valley.assessed(without[3], "more-info-needed")
    suspended = {"certificate": valley.organic, "status": "suspended", "effective_from": "2026-08-10"}
    world.say(world.draft("certificate.status-set", suspended, valley.certifier))
    world.clock.set("2026-08-12T15:00:00+00:00")
    return world.ledger, lots


def _green(valley: CertifiedValley, families: list[Family]) -> str:
    return valley.green(*((family, GRAMS) for family in families))
