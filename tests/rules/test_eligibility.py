"""The one place where eligibility refuses: a sale, or a credit, on a claim that is not carried."""

from __future__ import annotations

import pytest

from ledger.errors import Problem
from tests.claims.certified_valley import FOREST, ORGANIC, RAINFOREST, CertifiedValley
from tests.rules.test_certificates import COCOA, beans, cocoa_certificate, credit, status
from tests.world import Draft, World


@pytest.fixture
def valley(world: World) -> CertifiedValley:
    """A valley in which everything is in order, with 200 kg licensed."""
    return CertifiedValley(world, licensed=200_000)


def problems(valley: CertifiedValley, draft: Draft) -> dict[str, Problem]:
    outcome = valley.world.state(draft)
    assert outcome.status == "refused"
    return {problem.code: problem for problem in outcome.problems}


@pytest.mark.rule("sold_claims_are_carried", "accepts")
def test_a_lot_is_sold_with_every_claim_it_carries(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000), (valley.family(), 150_000))
    claims = [
        valley.claim("certificate", ORGANIC),
        valley.claim("certificate", RAINFOREST),
        valley.claim("conservation", FOREST),
        valley.claim("eudr", "eudr"),
    ]
    valley.world.say(valley.sale(lot, 200_000, *claims, debits=[valley.debit(200_000)]))


@pytest.mark.rule("sold_claims_are_carried", "refuses")
def test_conventional_coffee_is_not_sold_as_organic(valley: CertifiedValley) -> None:
    conventional = valley.family(organic=False)
    valley.plot_status(conventional, "conventional", "2024-01-01")
    lot = valley.green((valley.family(), 100_000), (conventional, 10_000))
    found = problems(valley, valley.sale(lot, 80_000, valley.claim("certificate", ORGANIC)))
    assert set(found) == {"claim-not-carried"}
    assert found["claim-not-carried"].found == "plot-conventional"


@pytest.mark.rule("sold_claims_are_carried", "refuses")
def test_a_held_claim_is_not_sold_either(valley: CertifiedValley) -> None:
    family = valley.family()
    lot = valley.green((family, 100_000))
    valley.world.say(valley.member(valley.organic, family, "suspended", "2026-05-01"))
    assert set(problems(valley, valley.sale(lot, 80_000, valley.claim("certificate", ORGANIC)))) == {"claim-held"}


@pytest.mark.rule("sold_claims_are_carried", "refuses")
def test_a_claim_the_lot_never_had_is_not_sold(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000))
    assert set(problems(valley, valley.sale(lot, 80_000, valley.claim("conservation", "pasture-agreement")))) == {
        "claim-not-carried"
    }


@pytest.mark.rule("sold_claims_are_carried", "refuses")
def test_a_sale_names_the_certificate_and_the_model_the_lot_carries(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000), (valley.family(), 100_000))
    mixed = valley.claim("certificate", ORGANIC) | {"model": "identity-preserved"}
    assert set(problems(valley, valley.sale(lot, 80_000, mixed))) == {"claim-model-not-carried"}
    alone = valley.green((valley.family(), 100_000))
    valley.world.say(valley.sale(alone, 80_000, mixed))
    expired = valley.world.new_id("certificate")
    born = valley.world.draft(
        "certificate.recorded",
        {
            "certificate": expired,
            "scheme": ORGANIC,
            "scheme_version": "2026",
            "number": "HC-ORG-0",
            "holder": valley.coop.id,
            "body": valley.certifier.id,
            "products": [{"commodity": "coffee"}],
            "models": ["segregated"],
            "valid_from": "2024-01-01",
            "valid_to": "2024-12-31",
        },
        valley.coop,
    )
    valley.world.say(born)
    other = valley.claim("certificate", ORGANIC) | {"certificate": expired}
    assert set(problems(valley, valley.sale(lot, 80_000, other))) == {"claim-certificate-differs"}


def test_a_sanction_stated_in_the_same_batch_is_seen(valley: CertifiedValley) -> None:
    family = valley.family()
    lot = valley.green((family, 100_000))
    removed = valley.member(valley.organic, family, "removed", "2026-05-01")
    first, second = valley.world.batch(removed, valley.sale(lot, 80_000, valley.claim("certificate", ORGANIC)))
    assert (first.status, second.status) == ("accepted", "refused")
    assert [problem.code for problem in second.problems] == ["claim-held"]


def test_a_dry_run_of_several_facts_sees_what_the_first_would_change(valley: CertifiedValley) -> None:
    family = valley.family()
    lot = valley.green((family, 100_000))
    removed = valley.member(valley.organic, family, "removed", "2026-05-01")
    sale = valley.sale(lot, 80_000, valley.claim("certificate", ORGANIC))
    size = valley.world.ledger.head().size
    assert [outcome.status for outcome in valley.world.check(removed, sale)] == ["checked", "refused"]
    assert [outcome.status for outcome in valley.world.check(sale)] == ["checked"]
    assert valley.world.ledger.head().size == size


@pytest.mark.rule("debits_follow_the_origins", "accepts")
def test_a_sale_draws_the_larger_of_book_and_invoiced_grams(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 200_000))
    line = {
        "lot": lot,
        "grams": 100_000,
        "invoiced_grams": 100_300,
        "claims": [valley.claim("certificate", RAINFOREST)],
    }
    sale = valley.world.sale(valley.coop, valley.buyer, line, form="green", debits=[valley.debit(100_300)])
    valley.world.say(sale.on("2026-08-05"))


@pytest.mark.rule("debits_follow_the_origins", "refuses")
def test_a_sale_draws_neither_less_nor_from_another_season(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 200_000))
    claim = valley.claim("certificate", RAINFOREST)
    for debits in ([], [valley.debit(79_999)], [valley.debit(80_000, "2025")]):
        found = problems(valley, valley.sale(lot, 80_000, claim, debits=debits))
        assert "debits-differ" in found
        assert found["debits-differ"].expected == "2026: 80000"


@pytest.mark.rule("debits_follow_the_origins", "refuses")
def test_a_scheme_without_licensed_volume_is_not_drawn_on(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 200_000))
    debit = valley.debit(80_000) | {"certificate": valley.organic}
    sale = valley.sale(lot, 80_000, valley.claim("certificate", ORGANIC), debits=[debit])
    assert "debits-differ" in problems(valley, sale)


def test_licensed_volume_is_sold_to_the_exact_gram_and_not_one_more(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 260_000))
    claim = valley.claim("certificate", RAINFOREST)
    found = problems(valley, valley.sale(lot, 200_001, claim, debits=[valley.debit(200_001)]))
    assert set(found) == {"volume-overdrawn"}
    valley.world.say(valley.sale(lot, 200_000, claim, debits=[valley.debit(200_000)]))
    assert set(problems(valley, valley.sale(lot, 1, claim, debits=[valley.debit(1)]))) == {"volume-overdrawn"}


@pytest.mark.rule("credits_cover_mass_balance", "refuses")
def test_coffee_is_not_sold_by_mass_balance(valley: CertifiedValley) -> None:
    lot = valley.green((valley.family(), 100_000))
    claim = valley.claim("certificate", RAINFOREST) | {"model": "mass-balance"}
    found = problems(valley, valley.sale(lot, 80_000, claim))
    assert {"model-not-allowed", "credits-differ"} <= set(found)


def mass_balance(world: World, certificate: str, lot: str, sold: int, **used: object) -> Draft:
    """Wet beans sold by mass balance, with exactly as many credits and as much licence, unless said otherwise."""
    coop, buyer = world.coop(), world.buyer()
    claim = {
        "kind": "certificate",
        "name": RAINFOREST,
        "model": "mass-balance",
        "certificate": certificate,
    }
    line = {"lot": lot, "grams": sold, "invoiced_grams": sold, "claims": [claim]}
    spent = {
        "certificate": certificate,
        "facility": coop.place,
        **COCOA,
        "period": "2026",
        "expires_on": "2026-12-31",
        "grams": sold,
    }
    debit = {"certificate": certificate, **COCOA, "season": "2026", "grams": sold}
    credits_used = [spent | used]
    return world.sale(coop, buyer, line, commodity="cocoa", form="wet-beans", credits=credits_used, debits=[debit])


@pytest.mark.rule("credits_cover_mass_balance", "accepts")
@pytest.mark.rule("credits_cover_mass_balance", "refuses")
def test_cocoa_is_sold_by_mass_balance_from_the_sites_own_credits_to_the_gram(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    units = [{"party": p.id, "facility": p.place, "activities": ["all"]} for p in (coop, mill)]
    certificate = cocoa_certificate(world, coop, units=units, volumes=[{**COCOA, "season": "2026", "grams": 10_000}])
    world.say(credit(world, certificate, (beans(world, certificate, 1_000), 1_000)))
    conventional = world.deliver(world.farm(), 2_000, **COCOA)
    for changed in ({"grams": 399}, {"grams": 401}):
        assert "credits-differ" in world.refused(mass_balance(world, certificate, conventional, 400, **changed))
    elsewhere = world.refused(mass_balance(world, certificate, conventional, 400, facility=mill.place))
    assert "credit-of-another-site" in elsewhere
    world.say(mass_balance(world, certificate, conventional, 400))
    assert "credits-overdrawn" in world.refused(mass_balance(world, certificate, conventional, 601))
    world.say(mass_balance(world, certificate, conventional, 600))
    # The beans that gave up their claim are ordinary beans, whatever their account still holds.
    assert world.ledger.claims(conventional, "2026-08-05").claims[0].status != "carried"


@pytest.mark.rule("sold_claims_are_carried", "refuses")
@pytest.mark.parametrize(("word", "code"), [("suspended", "claim-held"), ("withdrawn", "claim-not-carried")])
def test_credits_are_not_sold_while_the_certificate_lapses(world: World, word: str, code: str) -> None:
    coop = world.coop()
    certificate = cocoa_certificate(world, coop, volumes=[{**COCOA, "season": "2026", "grams": 10_000}])
    world.say(credit(world, certificate, (beans(world, certificate, 1_000), 1_000)))
    conventional = world.deliver(world.farm(), 2_000, **COCOA)
    world.say(status(world, world.certifier(), certificate, word))
    assert world.refused(mass_balance(world, certificate, conventional, 400)) == [code]


@pytest.mark.rule("sold_claims_are_carried", "refuses")
def test_credits_are_sold_by_the_certificates_own_sellers_alone(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    units = [{"party": p.id, "facility": p.place, "activities": ["all"]} for p in (coop, mill)]
    certificate = cocoa_certificate(world, coop, units=units, volumes=[{**COCOA, "season": "2026", "grams": 10_000}])
    world.say(credit(world, certificate, (beans(world, certificate, 1_000), 1_000)))
    own = world.deliver(world.farm(), 2_000, mill, **COCOA)
    assert "certificate-not-yours" in world.refused(mass_balance(world, certificate, own, 400).said_by(mill))
