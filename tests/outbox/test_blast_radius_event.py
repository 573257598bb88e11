"""Who subscribed to blast radii is told which lots a sanction reaches, and only of lots it may see."""

from __future__ import annotations

import pytest

from tests.claims.certified_valley import ORGANIC, CertifiedValley
from tests.world import World


@pytest.fixture
def valley(world: World) -> CertifiedValley:
    """A valley in which everything is in order."""
    return CertifiedValley(world)


def told(world: World, party: str) -> list[dict[str, object]]:
    """The bodies waiting for a party."""
    import orjson

    ledger = world.ledger
    rows = ledger._journal._db.all(
        "SELECT o.body FROM outbox o JOIN subscription s ON s.id = o.subscription AND s.log = o.log"
        " WHERE s.party = ? ORDER BY o.number",
        party,
    )
    return [orjson.loads(bytes(body)) for (body,) in rows]


def test_a_buyer_hears_which_of_its_lots_a_suspension_reaches(valley: CertifiedValley) -> None:
    world = valley.world
    family = valley.family()
    mine, theirs = valley.green((family, 100_000)), valley.green((family, 50_000))
    world.say(valley.sale(mine, 80_000, valley.claim("certificate", ORGANIC)))
    sent = world.send(valley.coop, valley.buyer, (mine, 80_000))
    world.say(world.receipt(valley.buyer, sent))
    world.ledger.subscribe(party=valley.buyer.id, url="https://buyer.example/hook", events=["blast-radius"], types=[])
    world.say(valley.member(valley.organic, family, "suspended", "2026-05-01"))
    [body] = told(world, valley.buyer.id)
    assert body["event"] == "blast-radius"
    assert body["lots"] == [
        {"subject": family.producer, "lot": mine, "expected_grams": 80_000, "at_most_grams": 80_000}
    ]
    assert theirs not in str(body)
