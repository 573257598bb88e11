"""What a lot carries, asked of a real ledger: certificates, agreement and evidence along the whole way."""

from __future__ import annotations

import pytest

from tests.claims.certified_valley import FOREST, ORGANIC, RAINFOREST, CertifiedValley
from tests.world import World


@pytest.fixture
def valley(world: World) -> CertifiedValley:
    """A valley in which everything is in order."""
    return CertifiedValley(world)


def reasons(valley: CertifiedValley, lot: str, name: str, **more: object) -> set[str]:
    return {reason.code for reason in valley.one(lot, name, **more).reasons}  # type: ignore[arg-type]


def test_a_lot_of_families_in_order_carries_everything(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000), (valley.family(), 200_000))
    found = valley.claims(lot)
    assert {claim.name: claim.status for claim in found.claims} == {
        ORGANIC: "carried",
        RAINFOREST: "carried",
        FOREST: "carried",
        "eudr": "carried",
    }
    forest = valley.one(lot, FOREST)
    assert (forest.covered_grams, forest.total_grams, forest.covered_families, forest.families) == (
        240_000,
        240_000,
        2,
        2,
    )


def test_husk_carries_no_claim(valley: CertifiedValley) -> None:
    family = valley.family()
    lot = valley.world.deliver(family, 100_000)
    hulled = valley.world.transformation(
        valley.coop,
        [(lot, 100_000)],
        [("green", 80_000), ("husk", "by-product", 20_000)],
        process="hulling",
        facility=valley.mill.place,
    )
    valley.world.say(hulled)
    assert valley.claims(hulled["outputs"][1]["lot"]).claims == ()


def test_one_conventional_delivery_takes_the_organic_claim_from_the_whole_pool(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000), (valley.family(organic=False, listed=False), 1_000))
    organic = valley.one(lot, ORGANIC)
    assert organic.status == "not-carried"
    assert organic.covered_grams < organic.total_grams
    assert "member-not-listed" in {reason.code for reason in organic.reasons}


def test_a_family_without_agreement_takes_the_forest_claim_and_the_share_is_told(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 200_000), (valley.family(signatory=False), 100_000))
    forest = valley.one(lot, FOREST)
    assert (forest.status, forest.covered_grams, forest.total_grams) == ("not-carried", 160_000, 240_000)
    assert (forest.covered_families, forest.families) == (1, 2)
    assert valley.status(lot, ORGANIC) == "carried"


def test_a_suspended_certificate_holds_what_its_holder_still_owns_from_that_day(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000))
    before = valley.world.ledger.head().size
    suspended = {"certificate": valley.organic, "status": "suspended", "effective_from": "2026-08-10"}
    valley.world.say(valley.world.draft("certificate.status-set", suspended, valley.certifier))
    assert valley.status(lot, ORGANIC, "2026-08-09") == "carried"
    assert valley.status(lot, ORGANIC, "2026-08-12") == "held"
    # Nobody knew it yet when the log was shorter.
    assert valley.status(lot, ORGANIC, "2026-08-12", known_at=before) == "carried"
    restored = suspended | {"status": "restored", "effective_from": "2026-08-20"}
    valley.world.say(valley.world.draft("certificate.status-set", restored, valley.certifier))
    assert valley.status(lot, ORGANIC, "2026-08-12") == "held"
    assert valley.status(lot, ORGANIC, "2026-08-21") == "carried"


def test_what_was_sold_as_certified_stays_so_when_the_sellers_certificate_is_suspended_later(
    valley: CertifiedValley,
) -> None:
    lot = valley.green((valley.family(), 100_000))
    valley.world.say(valley.sale(lot, 30_000, valley.claim("certificate", ORGANIC)))
    suspended = {"certificate": valley.organic, "status": "suspended", "effective_from": "2026-08-10"}
    valley.world.say(valley.world.draft("certificate.status-set", suspended, valley.certifier))
    owners = {owner.party: owner for owner in valley.one(lot, ORGANIC, "2026-08-12").owners}
    assert (owners[valley.buyer.id].status, owners[valley.buyer.id].sold_on) == ("carried", "2026-08-05")
    assert owners[valley.coop.id].status == "held"
    # Back-dating the suspension before the sale reaches what was sold in between.
    earlier = suspended | {"effective_from": "2026-08-01"}
    valley.world.say(valley.world.draft("certificate.status-set", earlier, valley.certifier))
    owners = {owner.party: owner for owner in valley.one(lot, ORGANIC, "2026-08-12").owners}
    assert owners[valley.buyer.id].status != "carried"


def test_a_mill_that_no_certificate_names_breaks_the_chain(valley: CertifiedValley) -> None:
    family = valley.family()
    stranger = valley.world.mill("Molino ajeno")
    lot = valley.world.deliver(family, 100_000)
    hulled = valley.world.transformation(
        valley.coop,
        [(lot, 100_000)],
        [("green", 80_000), ("husk", "by-product", 20_000)],
        process="hulling",
        facility=stranger.place,
    )
    valley.world.say(hulled)
    green = hulled["outputs"][0]["lot"]
    assert "site-not-covered" in reasons(valley, green, ORGANIC)
    assert valley.status(green, ORGANIC) != "carried"
    assert valley.status(green, FOREST) == "carried"


def test_a_felling_breach_on_one_plot_spoils_that_plots_grams_and_is_seen_in_the_pool(valley: CertifiedValley) -> None:
    good, felled = valley.family(), valley.family()
    lot = valley.green((good, 200_000), (felled, 100_000))
    breach = {
        "breach": valley.world.new_id("breach"),
        "agreement": valley.agreement,
        "commitment": "no-felling",
        "severity": "serious",
        "attributed_to": "producer",
        "window_from": "2026-04-10",
        "window_to": "2026-04-30",
        "plot": felled.plot,
        "area_m2": 4_000,
    }
    valley.world.say(valley.world.draft("breach.recorded", breach, valley.authority))
    forest = valley.one(lot, FOREST)
    assert (forest.status, forest.covered_grams, forest.total_grams) == ("not-carried", 160_000, 240_000)


def test_bought_coffee_of_unknown_origin_taints_the_evidence(valley: CertifiedValley) -> None:
    world = valley.world
    own = world.deliver(valley.family(), 100_000)
    bought = world.purchase(valley.coop, 1_000)
    world.say(bought)
    pool = world.pool(valley.coop, (own, 100_000), (bought["lot"], 1_000))
    eudr = valley.one(pool, "eudr")
    assert eudr.status == "not-carried"
    assert "origin-untraced" in {reason.code for reason in eudr.reasons}


def test_one_conventional_gram_is_not_washed_out_by_dividing(valley: CertifiedValley) -> None:
    world = valley.world
    good, bad = valley.family(), valley.family(organic=False, signatory=False, listed=False)
    lots = [(world.deliver(good, 9_999), 9_999), (world.deliver(bad, 1), 1)]
    pool = world.pool(valley.coop, *lots)
    parts = world.split(valley.coop, pool, 100, 4_900, 5_000)
    again = world.pool(valley.coop, (parts[0], 100), (world.deliver(good, 900), 900))
    for lot in (pool, *parts, again):
        assert {valley.status(lot, name) for name in (ORGANIC, RAINFOREST, FOREST)} == {"not-carried"}, lot
    # It counts, although by weight it has neither a gram nor a family in the smallest part.
    small = valley.one(parts[0], ORGANIC)
    assert (small.covered_grams, small.total_grams, small.families) == (100, 100, 1)
    assert "member-not-listed" in {reason.code for reason in small.reasons}


def test_what_a_family_left_in_deposit_carries_its_claims_by_who_took_it_in(valley: CertifiedValley) -> None:
    world, family = valley.world, valley.family()
    lot = world.deliver(family, 50_000, terms="deposit")
    assert [owner.party for owner in valley.one(lot, ORGANIC).owners] == [family.producer]
    assert valley.status(lot, ORGANIC) == "carried"
    suspended = {"certificate": valley.organic, "status": "suspended", "effective_from": "2026-08-01"}
    world.say(world.draft("certificate.status-set", suspended, valley.certifier))
    assert valley.status(lot, ORGANIC) == "held"


def test_a_held_lot_carries_nothing_until_it_is_released(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000))
    hold = valley.world.hold(valley.coop, lot)
    valley.world.say(hold)
    assert valley.status(lot, ORGANIC) == "held"
    valley.world.say(valley.world.release(valley.coop, hold))
    assert valley.status(lot, ORGANIC) == "carried"


def test_a_claim_given_up_by_the_holder_does_not_come_back(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000))
    valley.world.say(valley.world.draft("claim.relinquished", {"lot": lot, "scheme": ORGANIC}, valley.coop))
    bags = valley.world.packing(valley.coop, [(lot, 80_000)], [40_000, 40_000], form="green")
    valley.world.say(bags)
    for one in (lot, bags["packages"][0]["lot"]):
        assert valley.status(one, ORGANIC) == "not-carried"
        assert valley.status(one, RAINFOREST) == "carried"


def test_the_body_frees_a_lot_that_a_members_suspension_held(valley: CertifiedValley) -> None:
    family = valley.family()
    lot = valley.green((family, 100_000), (valley.family(), 50_000))
    valley.world.say(valley.member(valley.organic, family, "suspended", "2026-05-01"))
    assert valley.status(lot, ORGANIC) == "held"
    freed = {
        "release": valley.world.new_id("release"),
        "certificate": valley.organic,
        "lots": [lot],
        "grounds": "residue-analysis-clean",
    }
    valley.world.say(valley.world.draft("release.recorded", freed, valley.certifier))
    assert valley.status(lot, ORGANIC) == "carried"
    bags = valley.world.packing(valley.coop, [(lot, 120_000)], [60_000, 60_000], form="green")
    valley.world.say(bags)
    assert valley.status(bags["packages"][1]["lot"], ORGANIC) == "carried"


def test_claims_are_asked_by_a_moment_too(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000))
    fact = valley.world.ledger.fact(valley.world.ledger.lot(lot).statement)
    assert valley.claims(lot, known_at=fact.recorded_at).size == fact.index + 1


def test_a_reason_of_one_owner_concerns_the_grams_it_owns(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000))
    valley.world.say(valley.sale(lot, 30_000, valley.claim("certificate", ORGANIC)))
    suspended = {"certificate": valley.organic, "status": "suspended", "effective_from": "2026-08-10"}
    valley.world.say(valley.world.draft("certificate.status-set", suspended, valley.certifier))
    totals = valley.one(lot, ORGANIC, "2026-08-12").totals
    [total] = [each for each in totals if not each.code.startswith("register-")]
    assert (total.code, total.effect, total.grams) == ("certificate-suspended", "held", 50_000)


def test_no_owner_stands_better_than_the_goods(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000), (valley.family(organic=False), 50_000))
    organic = valley.one(lot, ORGANIC)
    assert organic.status != "carried"
    assert [owner.status for owner in organic.owners] == [organic.status]


def test_a_total_counts_every_gram_and_family_once_however_many_facts_say_the_same(valley: CertifiedValley) -> None:
    families = [valley.family() for _ in range(3)]
    twice = valley.world.deliver(families[0], 20_000)
    lots = [(valley.world.deliver(family, 30_000), 30_000) for family in families]
    pool = valley.world.pool(valley.coop, *lots, (twice, 20_000))
    for family in families:
        valley.world.say(valley.member(valley.organic, family, "removed", "2026-05-01"))
    organic = valley.one(pool, ORGANIC)
    lines = [reason for reason in organic.reasons if reason.code == "member-removed"]
    [total] = [each for each in organic.totals if each.code == "member-removed"]
    assert len(lines) == 3
    assert (total.grams, total.families) == (110_000, 3)


def test_a_second_certificate_typed_during_a_suspension_waits_for_the_bodys_word(valley: CertifiedValley) -> None:
    world, family = valley.world, valley.family()
    lot = valley.green((family, 100_000))
    suspended = {"certificate": valley.organic, "status": "suspended", "effective_from": "2026-08-01"}
    world.say(world.draft("certificate.status-set", suspended, valley.certifier))
    first = world.ledger.fact(next(o.digest for o in world.outcomes.values() if o.type == "certificate.recorded/1"))
    body = dict(first.envelope["body"])  # type: ignore[call-overload]
    again = world.draft("certificate.recorded", body, valley.coop).but(certificate=world.new_id(), number="HC-ORG-2")
    recorded = world.say(again)
    world.say(valley.member(again["certificate"], family, "listed", "2026-01-01"))
    organic = valley.one(lot, ORGANIC)
    assert organic.status == "held"
    world.say(world.endorsement(valley.certifier, recorded, "recording"))
    assert valley.status(lot, ORGANIC) == "carried"
