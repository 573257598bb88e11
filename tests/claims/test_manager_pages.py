"""Scratch."""
from __future__ import annotations

import pytest

from tests.claims.certified_valley import FOREST, ORGANIC, RAINFOREST, CertifiedValley
from tests.rules.test_certificates import COCOA, beans, cocoa_certificate, credit, status
from tests.rules.test_eligibility import mass_balance
from tests.world import World


@pytest.fixture
def valley(world: World) -> CertifiedValley:
    return CertifiedValley(world)


@pytest.mark.parametrize("word", ["suspended", "withdrawn"])
def test_mass_balance_sale_under_lapsed_certificate(world: World, word: str) -> None:
    coop, mill = world.coop(), world.mill()
    units = [{"party": p.id, "facility": p.place, "activities": ["all"]} for p in (coop, mill)]
    certificate = cocoa_certificate(world, coop, units=units, volumes=[{**COCOA, "season": "2026", "grams": 10_000}])
    world.say(credit(world, certificate, (beans(world, certificate, 1_000), 1_000)))
    conventional = world.deliver(world.farm(), 2_000, **COCOA)
    world.say(status(world, world.certifier(), certificate, word))
    print("MB-LAPSED", word, world.refused(mass_balance(world, certificate, conventional, 400)))


def test_foreign_body_frees(valley: CertifiedValley) -> None:
    world = valley.world
    family = valley.family()
    lot = valley.green((family, 100_000), (valley.family(), 50_000))
    world.say(valley.member(valley.organic, family, "suspended", "2026-05-01"))
    assert valley.status(lot, ORGANIC) == "held"
    other = world.certifier("Otra certificadora")
    othercoop = world.coop("Otra cooperativa")
    cert = world.new_id("certificate")
    body = {"certificate": cert, "scheme": ORGANIC, "scheme_version": "2026", "number": "X-9", "holder": othercoop.id,
        "sellers": [othercoop.id], "units": [{"party": valley.mill.id, "facility": valley.mill.place, "activities": ["all"], "subcontractor": True}], "body": other.id, "products": [{"commodity": "coffee"}], "models": ["segregated"],
        "valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    world.say(world.draft("certificate.recorded", body, othercoop))
    freed = {"release": world.new_id("release"), "certificate": cert, "lots": [lot], "grounds": "residue-analysis-clean"}
    out = world.state(world.draft("release.recorded", freed, other))
    print("FOREIGN", [p.code for p in out.problems], valley.status(lot, ORGANIC))


def test_lapsed_agreement(valley: CertifiedValley) -> None:
    world = valley.world
    fam = valley.family()
    lot = valley.green((fam, 100_000))
    print("HARVEST", world.ledger.lot(lot).statement and "")
    print("LAPSED-AT-SALE", valley.status(lot, FOREST, "2027-03-01"))


def test_wrong_season(valley: CertifiedValley) -> None:
    pass
