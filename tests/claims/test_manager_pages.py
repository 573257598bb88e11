"""What the pages for managers say (docs/esquemas, docs/acuerdos), tried on a real ledger where no other test does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.claims.certified_valley import FOREST, ORGANIC, RAINFOREST, CertifiedValley, Family
from tests.world import Party, World

SPRING = {"harvested_from": "2026-04-10", "harvested_to": "2026-04-12"}
AUTUMN = {"harvested_from": "2026-06-10", "harvested_to": "2026-06-11"}


@pytest.fixture
def valley(world: World) -> CertifiedValley:
    """A valley in which everything is in order."""
    return CertifiedValley(world)


def delivered(valley: CertifiedValley, family: Family, at: str, **days: Any) -> str:
    """A delivery handed over on a day."""
    draft = valley.world.delivery(family, 50_000, **days).on(at)
    valley.world.say(draft)
    return str(draft["lot"])


def set_certificate(valley: CertifiedValley, status: str, effective_from: str) -> None:
    body = {"certificate": valley.organic, "status": status, "effective_from": effective_from}
    valley.world.say(valley.world.draft("certificate.status-set", body, valley.certifier))


def released(valley: CertifiedValley, body: Party, certificate: str, **what: Any) -> None:
    freed = {"release": valley.world.new_id("release"), "certificate": certificate, "grounds": "looked-into", **what}
    valley.world.say(valley.world.draft("release.recorded", freed, body))


def test_a_removed_organic_member_holds_every_lot_with_grain_of_the_days_after_and_no_other(
    valley: CertifiedValley,
) -> None:
    family, other = valley.family(), valley.family()
    before = delivered(valley, family, "2026-04-13", **SPRING)
    after = delivered(valley, family, "2026-06-12", **AUTUMN)
    pool = valley.world.pool(valley.coop, (valley.world.deliver(other, 50_000), 50_000), (after, 20_000))
    for certificate in (valley.organic, valley.rainforest):
        valley.world.say(valley.member(certificate, family, "removed", "2026-05-01"))
    assert [valley.status(lot, ORGANIC) for lot in (before, after, pool)] == ["carried", "held", "held"]
    assert [valley.status(lot, RAINFOREST) for lot in (before, after, pool)] == [
        "carried",
        "not-carried",
        "not-carried",
    ]


def test_grain_picked_before_a_sanction_and_handed_over_after_it_is_held_too(valley: CertifiedValley) -> None:
    family = valley.family()
    lot = delivered(valley, family, "2026-06-12", **SPRING)
    valley.world.say(valley.member(valley.organic, family, "suspended", "2026-05-01"))
    assert valley.status(lot, ORGANIC) == "held"


@pytest.mark.parametrize(("status", "then"), [("suspended", "held"), ("withdrawn", "not-carried")])
def test_what_is_picked_while_the_certificate_lapses_is_told_apart_from_good_earlier_stock(
    valley: CertifiedValley, status: str, then: str
) -> None:
    family = valley.family()
    before = delivered(valley, family, "2026-04-13", **SPRING)
    during = delivered(valley, family, "2026-06-12", **AUTUMN)
    set_certificate(valley, status, "2026-05-01")
    set_certificate(valley, "restored", "2026-07-01")
    assert valley.status(before, ORGANIC, "2026-06-15") == "held"
    assert valley.status(before, ORGANIC) == "carried"
    assert valley.status(during, ORGANIC) == then
    released(valley, valley.certifier, valley.organic, released_from="2026-05-01", released_to="2026-06-30")
    assert valley.status(during, ORGANIC) == "carried"


def test_nobody_frees_a_lot_under_a_certificate_it_does_not_lean_on(valley: CertifiedValley) -> None:
    # The same mill works for two groups, and each has a certification body of its own.
    world, mill = valley.world, valley.mill
    family = valley.family()
    lot = valley.green((family, 100_000), (valley.family(), 50_000))
    world.say(valley.member(valley.organic, family, "suspended", "2026-05-01"))
    stranger, neighbours = world.certifier("Otra certificadora"), world.coop("Otra cooperativa")
    certificate = world.new_id("certificate")
    theirs = {
        "certificate": certificate,
        "scheme": ORGANIC,
        "scheme_version": "2026",
        "number": "OTRO-1",
        "holder": neighbours.id,
        "sellers": [neighbours.id],
        "units": [{"party": mill.id, "facility": mill.place, "activities": ["all"], "subcontractor": True}],
        "body": stranger.id,
        "products": [{"commodity": "coffee"}],
        "models": ["segregated"],
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
    }
    world.say(world.draft("certificate.recorded", theirs, neighbours))
    released(valley, stranger, certificate, lots=[lot])
    assert valley.status(lot, ORGANIC) == "held"
    released(valley, valley.certifier, valley.organic, lots=[lot])
    assert valley.status(lot, ORGANIC) == "carried"


def test_what_was_picked_while_the_agreement_ran_is_sold_with_its_claim_after_it_ran_out(
    valley: CertifiedValley,
) -> None:
    lot = valley.green((valley.family(), 100_000))
    assert valley.status(lot, FOREST, "2027-03-01") == "carried"


def test_nobody_looking_for_a_year_is_noted_and_holds_no_forest_claim(valley: CertifiedValley) -> None:
    valley.world.say(
        valley.world.draft("agreement.extended", {"agreement": valley.agreement, "valid_to": "2027-12-31"}, valley.coop)
    )
    family = valley.family()
    valley.world.clock.set("2027-04-14T09:00:00-05:00")
    days = {"harvested_from": "2027-04-10", "harvested_to": "2027-04-12", "season": "2027"}
    lot = delivered(valley, family, "2027-04-13", **days)
    forest = valley.one(lot, FOREST, "2027-04-14")
    assert forest.status == "carried"
    assert [(reason.code, reason.effect) for reason in forest.reasons] == [("monitoring-overdue", "note")]


def test_a_certificate_of_a_scheme_without_a_pack_is_recorded_and_its_claim_held(valley: CertifiedValley) -> None:
    valley._certificate("materials-matter", "HC-MM-1")
    lot = valley.green((valley.family(), 100_000))
    claim = valley.one(lot, "materials-matter")
    assert (claim.status, [reason.code for reason in claim.reasons]) == ("held", ["scheme-unknown"])


def test_a_sale_says_when_the_certificate_was_last_looked_up(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 50_000))
    check = {"certificate": valley.organic, "register_code": "traces", "result": "agrees"}

    def notes(of: str) -> list[tuple[str, str]]:
        reasons = valley.claims(of, "2026-08-06", party=valley.buyer.id).claims
        claim = next(each for each in reasons if each.name == ORGANIC)
        assert claim.status == "carried"
        return [(r.code, r.day) for r in claim.reasons if r.code.startswith("register-")]

    def sold(grams: int) -> None:
        valley.world.say(valley.sale(lot, grams, valley.claim("certificate", ORGANIC)))

    sold(1_000)
    assert notes(lot) == [("register-never-looked-up", "2026-08-05")]
    for day, code in (("2026-05-01", "register-look-is-old"), ("2026-08-01", "register-looked-up")):
        valley.world.say(valley.world.draft("registry.checked", {**check, "checked_on": day}, valley.coop))
        assert notes(lot) == [(code, day)]
