"""Certificates, volume and credits: who speaks, what fits the document, nothing drawn that is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.world import Draft, Farm, Party, World

DIGEST = "ab" * 32


def paper(world: World, holder: Party, **changes: Any) -> Draft:
    """A group certificate for green coffee, as its holder reads it from the document."""
    body = {
        "certificate": world.new_id("certificate"),
        "scheme": "rainforest-alliance",
        "scheme_version": "2020",
        "number": world.new_id("number"),
        "holder": holder.id,
        "units": [{"party": holder.id, "facility": holder.place, "activities": ["storing"]}],
        "body": world.certifier().id,
        "products": [{"commodity": "coffee", "form": "green"}],
        "models": ["segregated"],
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
        "volumes": [{"commodity": "coffee", "form": "green", "season": "2026", "grams": 1_000}],
    }
    return world.draft("certificate.recorded", body | changes, holder)


def recorded(world: World, holder: Party, **changes: Any) -> str:
    """The same, accepted: the certificate."""
    draft = paper(world, holder, **changes)
    world.say(draft)
    return str(draft["certificate"])


def status(world: World, by: Party, certificate: str, word: str, **changes: Any) -> Draft:
    """A certificate's status."""
    body = {"certificate": certificate, "status": word, "effective_from": "2026-06-01"}
    return world.draft("certificate.status-set", body | changes, by)


def listing(world: World, by: Party, certificate: str, farm: Farm, word: str = "listed", **changes: Any) -> Draft:
    """A member on a certificate's list."""
    body = {
        "certificate": certificate,
        "producer": farm.producer,
        "season": "2026",
        "status": word,
        "effective_from": "2026-01-15",
    }
    return world.draft("member.status-set", body | changes, by)


def allocation(world: World, by: Party, certificate: str, grams: int, **changes: Any) -> Draft:
    """Volume handed on."""
    body = {"certificate": certificate, "commodity": "coffee", "form": "green", "season": "2026", "grams": grams}
    return world.draft("volume.allocated", body | changes, by)


def adjustment(world: World, by: Party, certificate: str, delta: int, **changes: Any) -> Draft:
    """Volume granted or taken back."""
    body = {
        "certificate": certificate,
        "commodity": "coffee",
        "form": "green",
        "season": "2026",
        "delta_grams": delta,
        "reason": "re-inspection",
    }
    return world.draft("volume.adjusted", body | changes, by)


# ---------------------------------------------------------------- who speaks


@pytest.mark.rule("body_or_holder_speaks_of_certificate", "accepts")
@pytest.mark.rule("body_or_holder_speaks_of_certificate", "refuses")
def test_a_certifier_says_nothing_of_another_bodys_certificate(world: World) -> None:
    coop, body, other = world.coop(), world.certifier(), world.certifier("Otra")
    assert world.refused(paper(world, coop).said_by(other)) == ["not-the-body"]
    certificate = recorded(world, coop)
    assert world.refused(status(world, other, certificate, "suspended")) == ["not-the-body"]
    assert world.refused(listing(world, other, certificate, world.farm())) == ["not-the-body"]
    assert world.refused(adjustment(world, other, certificate, 1)) == ["not-the-body"]
    world.say(status(world, body, certificate, "suspended"))
    world.say(status(world, body, certificate, "restored"))


@pytest.mark.rule("body_or_holder_speaks_of_certificate", "accepts")
@pytest.mark.rule("body_or_holder_speaks_of_certificate", "refuses")
def test_the_holder_says_what_is_worse_for_it_and_the_rest_only_from_a_document(world: World) -> None:
    coop, stranger = world.coop(), world.mill()
    certificate = recorded(world, coop)
    world.say(status(world, coop, certificate, "suspended"))
    assert world.refused(status(world, coop, certificate, "restored")) == ["not-the-body"]
    world.say(status(world, coop, certificate, "restored", document=DIGEST))
    assert world.refused(adjustment(world, coop, certificate, 1)) == ["not-the-body"]
    world.say(adjustment(world, coop, certificate, 1, document=DIGEST))
    extension = world.draft("certificate.extended", {"certificate": certificate, "valid_to": "2027-03-31"}, coop)
    assert world.refused(extension) == ["not-the-body"]
    world.say(extension.but(document=DIGEST))
    assert world.refused(listing(world, stranger, certificate, world.farm())) == ["certificate-not-yours"]
    assert world.refused(paper(world, coop).said_by(stranger)) == ["certificate-not-yours"]
    world.say(listing(world, coop, certificate, world.farm()))


@pytest.mark.rule("body_or_holder_speaks_of_certificate", "accepts")
@pytest.mark.rule("body_or_holder_speaks_of_certificate", "refuses")
def test_a_holder_does_not_widen_its_certificate_by_correcting_it(world: World) -> None:
    coop = world.coop()
    draft = paper(world, coop)
    before = world.say(draft)
    volumes = [{"commodity": "coffee", "form": "green", "season": "2026", "grams": 2_000}]
    for wider in ({"volumes": volumes}, {"valid_to": "2027-12-31"}, {"products": [{"commodity": "coffee"}]}):
        again = draft.but(**wider)
        corrected = replace(again, id=world.new_id("correction")).replacing(before)
        assert world.refused(corrected) == ["certificate-widened-without-paper"]
    misspelt = replace(draft.but(number="HC-1"), id=world.new_id("correction")).replacing(before)
    mended = world.say(misspelt)
    from_paper = draft.but(volumes=volumes, document=DIGEST)
    world.say(replace(from_paper, id=world.new_id("correction")).replacing(mended))


@pytest.mark.rule("body_or_holder_speaks_of_certificate", "accepts")
@pytest.mark.rule("body_or_holder_speaks_of_certificate", "refuses")
def test_only_the_body_releases(world: World) -> None:
    coop = world.coop()
    certificate = recorded(world, coop)
    lot = world.deliver(world.farm(), 100)
    body = {
        "release": world.new_id("release"),
        "certificate": certificate,
        "lots": [lot],
        "grounds": "sampled",
        "document": DIGEST,
    }
    release = world.draft("release.recorded", body, coop)
    assert world.refused(release) == ["not-the-body"]
    world.say(release.said_by(world.certifier()))


@pytest.mark.rule("body_or_holder_speaks_of_certificate", "accepts")
@pytest.mark.rule("body_or_holder_speaks_of_certificate", "refuses")
def test_a_register_is_looked_up_by_who_has_a_reason_to(world: World) -> None:
    coop, buyer, stranger = world.coop(), world.buyer(), world.mill()
    certificate = recorded(world, coop)
    body = {"certificate": certificate, "register_code": "search", "result": "agrees", "checked_on": "2026-06-01"}
    for party in (coop, world.certifier()):
        world.say(world.draft("registry.checked", body, party))
    look = world.draft("registry.checked", body, buyer)
    assert world.refused(look) == ["certificate-not-yours"]
    world.say(world.role(buyer, "buyer"))
    world.say(look)
    assert world.refused(world.draft("registry.checked", body, stranger)) == ["certificate-not-yours"]


@pytest.mark.rule("holder_gives_up_its_own_claim", "accepts")
@pytest.mark.rule("holder_gives_up_its_own_claim", "refuses")
def test_only_the_holder_gives_up_a_claim(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    lot = world.deliver(world.farm(), 100)
    given_up = world.draft("claim.relinquished", {"lot": lot, "scheme": "rainforest-alliance"}, mill)
    assert world.refused(given_up) == ["not-the-custodian"]
    world.say(given_up.said_by(coop))


@pytest.mark.rule("body_is_not_the_holder", "accepts")
@pytest.mark.rule("body_is_not_the_holder", "flags")
def test_nobody_certifies_itself_unseen(world: World) -> None:
    coop = world.coop()
    assert world.flagged(paper(world, coop)) == []
    assert world.flagged(paper(world, coop, body=coop.id)) == ["certifies-itself"]


# ---------------------------------------------------------------- what a document may say


@pytest.mark.rule("scope_names_known_products", "accepts")
@pytest.mark.rule("scope_names_known_products", "refuses")
def test_a_scope_names_forms_the_log_knows(world: World) -> None:
    coop = world.coop()
    unknown = [{"commodity": "coffee", "form": "gren"}]
    assert world.refused(paper(world, coop, products=unknown)) == ["scope-form-unknown"]
    assert world.refused(paper(world, coop, products=[{"commodity": "saffron"}])) == ["commodity-unknown"]
    volume = [{"commodity": "coffee", "form": "gold", "season": "2026", "grams": 1}]
    assert world.refused(paper(world, coop, volumes=volume)) == ["scope-form-unknown"]
    certificate = recorded(world, coop, products=[{"commodity": "coffee"}])
    assert world.refused(adjustment(world, world.certifier(), certificate, 1, form="gold")) == ["scope-form-unknown"]


@pytest.mark.rule("models_are_allowed", "accepts")
@pytest.mark.rule("models_are_allowed", "flags")
def test_mass_balance_for_coffee_is_written_down_and_seen(world: World) -> None:
    coop = world.coop()
    both = ["segregated", "mass-balance"]
    assert world.flagged(paper(world, coop, models=both)) == ["model-not-allowed"]
    cocoa = [{"commodity": "cocoa", "form": "dry-beans"}]
    assert world.flagged(paper(world, coop, models=both, products=cocoa, volumes=[])) == []
    assert world.flagged(paper(world, coop, models=both, products=[{"commodity": "cocoa"}], volumes=[])) == []


@pytest.mark.rule("certificate_number_is_used_once", "accepts")
@pytest.mark.rule("certificate_number_is_used_once", "flags")
def test_a_certificate_recorded_twice_is_seen(world: World) -> None:
    coop = world.coop()
    assert world.flagged(paper(world, coop, number="RA-12")) == []
    assert world.flagged(paper(world, coop, number="RA-12")) == ["certificate-number-repeated"]
    # Another scheme numbers for itself.
    assert world.flagged(paper(world, coop, number="RA-12", scheme="fairtrade", volumes=[])) == []


@pytest.mark.rule("status_begins_with_the_certificate", "accepts")
@pytest.mark.rule("status_begins_with_the_certificate", "refuses")
def test_no_status_before_the_certificates_first_day(world: World) -> None:
    certificate = recorded(world, world.coop())
    early = status(world, world.certifier(), certificate, "suspended", effective_from="2025-12-31")
    assert world.refused(early) == ["status-before-certificate"]
    world.say(early.but(effective_from="2026-01-01"))


@pytest.mark.rule("periods_run_forward", "refuses")
@pytest.mark.rule("periods_run_forward", "accepts")
def test_a_certificate_ends_after_it_began(world: World) -> None:
    coop, body = world.coop(), world.certifier()
    assert world.refused(paper(world, coop, valid_to="2025-12-31")) == ["period-reversed"]
    certificate = recorded(world, coop, valid_to="2026-01-01")
    backwards = {"certificate": certificate, "valid_from": "2026-05-02", "valid_to": "2026-05-01"}
    assert world.refused(world.draft("certificate.extended", backwards, body)) == ["period-reversed"]
    period = {"released_from": "2026-05-02", "released_to": "2026-05-01"}
    freed = {"release": world.new_id("release"), "certificate": certificate, "grounds": "sampled"}
    assert world.refused(world.draft("release.recorded", freed | period, body)) == ["period-reversed"]


@pytest.mark.rule("extension_adds_days", "accepts")
@pytest.mark.rule("extension_adds_days", "refuses")
def test_an_extension_ends_later_than_what_stood(world: World) -> None:
    coop, body = world.coop(), world.certifier()
    certificate, endless = recorded(world, coop), recorded(world, coop, valid_to=None)
    extension = world.draft("certificate.extended", {"certificate": certificate, "valid_to": "2026-12-31"}, body)
    assert world.refused(extension) == ["extension-adds-nothing"]
    world.say(extension.but(valid_to="2027-03-31"))
    again = world.draft("certificate.extended", {"certificate": certificate, "valid_to": "2027-03-31"}, body)
    assert world.refused(again) == ["extension-adds-nothing"]
    assert world.refused(again.but(certificate=endless)) == ["extension-adds-nothing"]


@pytest.mark.rule("release_frees_something", "accepts")
@pytest.mark.rule("release_frees_something", "refuses")
def test_nothing_is_released_wholesale(world: World) -> None:
    certificate, farm = recorded(world, world.coop()), world.farm()
    body = {"release": world.new_id("release"), "certificate": certificate, "grounds": "sampled"}
    release = world.draft("release.recorded", body, world.certifier())
    assert world.refused(release) == ["release-unlimited"]
    assert world.refused(release.but(released_from="2026-06-01")) == ["release-unlimited"]
    world.say(release.but(released_from="2026-06-01", released_to="2026-06-30"))
    world.say(
        world.draft(
            "release.recorded", body | {"release": world.new_id("r"), "producers": [farm.producer]}, world.certifier()
        )
    )


@pytest.mark.rule("conversion_takes_its_time", "accepts")
@pytest.mark.rule("conversion_takes_its_time", "flags")
def test_land_is_not_organic_from_one_day_to_the_next(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    body = {"plot": farm.plot, "scheme": "eu-organic", "status": "organic", "effective_from": "2026-05-01"}
    ready = world.draft("plot.status-set", body | {"conversion_started": "2023-05-01"}, coop)
    assert world.flagged(ready) == []
    early = world.draft("plot.status-set", body | {"conversion_started": "2023-05-02"}, coop)
    assert world.flagged(early) == ["conversion-too-short"]
    sprayed = world.draft("plot.status-set", body | {"last_forbidden_input": "2024-01-01"}, coop)
    assert world.flagged(sprayed) == ["conversion-too-short"]
    begun = {"status": "in-conversion", "conversion_started": "2026-05-01"}
    assert world.flagged(world.draft("plot.status-set", body | begun, coop)) == []


# ---------------------------------------------------------------- members


@pytest.mark.rule("member_is_in_one_group", "accepts")
@pytest.mark.rule("member_is_in_one_group", "flags")
def test_a_member_of_two_groups_is_seen(world: World) -> None:
    one, other = world.coop(), world.coop("Otra cooperativa")
    farm = world.farm()
    first, renewed, second = recorded(world, one), recorded(world, one), recorded(world, other)
    organic = recorded(world, other, scheme="eu-organic", volumes=[])
    assert world.flagged(listing(world, one, first, farm)) == []
    assert world.flagged(listing(world, one, renewed, farm)) == []
    assert world.flagged(listing(world, other, organic, farm)) == []
    assert world.flagged(listing(world, other, second, farm, season="2027")) == []
    assert world.flagged(listing(world, other, second, farm)) == ["member-of-two-groups"] * 2
    for certificate in (first, renewed):
        world.say(listing(world, one, certificate, farm, "removed", effective_from="2026-02-01"))
    assert world.flagged(listing(world, other, second, farm, effective_from="2026-03-01")) == []


@pytest.mark.rule("listing_comes_before_the_delivery", "accepts")
@pytest.mark.rule("listing_comes_before_the_delivery", "flags")
def test_nobody_is_listed_as_of_january_after_the_harvest_came_in(world: World) -> None:
    coop, farm, other, held = world.coop(), world.farm(), world.farm(), world.farm()
    certificate = recorded(world, coop)
    assert world.flagged(listing(world, coop, certificate, farm, plots=[farm.plot])) == []
    for each in (farm, other, held):
        world.deliver(each, 50_000)
    late = listing(world, coop, certificate, other, plots=[other.plot])
    # A list may be entered a month late, and another season is another harvest.
    assert world.flagged(late.but(effective_from="2026-05-13")) == []
    assert world.flagged(listing(world, coop, certificate, held, season="2027", plots=[held.plot])) == []
    assert world.flagged(listing(world, coop, certificate, farm, plots=[farm.plot])) == []
    tenure = {"plot": held.plot, "holder": held.producer, "tenure": "owner", "held_from": "2020-01-01"}
    world.say(world.draft("plot.held", tenure, coop))
    assert world.flagged(listing(world, coop, certificate, held)) == ["listed-after-delivery"]


@pytest.mark.rule("listing_comes_before_the_delivery", "flags")
def test_a_listing_of_long_ago_told_after_the_delivery_stays_open(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    certificate = recorded(world, coop)
    world.deliver(farm, 50_000)
    draft = listing(world, coop, certificate, farm, plots=[farm.plot])
    assert world.flagged(draft.but(effective_from="2026-05-12")) == ["listed-after-delivery"]


@pytest.mark.rule("member_fits_the_group", "accepts")
@pytest.mark.rule("member_fits_the_group", "flags")
def test_a_member_with_more_land_than_a_group_may_have_is_seen(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    certificate = recorded(world, coop, scheme="eu-organic", volumes=[])
    plots = [farm.plot]
    for area in (30_000, 1):
        mapped = world.plot(coop).but(area_m2=area)
        world.say(mapped)
        plots.append(str(mapped["plot"]))
    assert world.flagged(listing(world, coop, certificate, farm, plots=plots[:2])) == []
    assert world.flagged(listing(world, coop, certificate, farm, plots=plots)) == ["member-above-hectares"]


# ---------------------------------------------------------------- volume


@pytest.mark.rule("volume_is_not_overdrawn", "accepts")
@pytest.mark.rule("volume_is_not_overdrawn", "refuses")
def test_volume_is_not_handed_on_twice_not_by_one_gram(world: World) -> None:
    coop, central = world.coop(), world.party("Central", "cooperative")
    certificate = recorded(world, coop, sellers=[central.id])
    assert world.refused(allocation(world, coop, certificate, 1_001, seller=central.id)) == ["volume-overdrawn"]
    world.say(allocation(world, coop, certificate, 999, seller=central.id))
    assert world.refused(allocation(world, coop, certificate, 2, seller=central.id)) == ["volume-overdrawn"]
    world.say(allocation(world, coop, certificate, 1, seller=central.id))
    other_season = allocation(world, coop, certificate, 1, seller=central.id, season="2027")
    assert world.refused(other_season) == ["volume-overdrawn"]


@pytest.mark.rule("volume_is_not_overdrawn", "accepts")
@pytest.mark.rule("volume_is_not_overdrawn", "refuses")
def test_a_limit_refuses_debits_and_never_the_fact_that_lowers_it(world: World) -> None:
    coop, body, central = world.coop(), world.certifier(), world.party("Central", "cooperative")
    certificate = recorded(world, coop)
    world.say(allocation(world, coop, certificate, 800, seller=central.id))
    world.say(adjustment(world, body, certificate, -500))
    assert world.refused(allocation(world, coop, certificate, 1, seller=central.id)) == ["volume-overdrawn"]
    world.say(adjustment(world, body, certificate, 301))
    world.say(allocation(world, coop, certificate, 1, seller=central.id))


@pytest.mark.rule("volume_is_not_overdrawn", "accepts")
@pytest.mark.rule("volume_is_not_overdrawn", "refuses")
def test_an_allocation_that_was_sold_from_is_not_taken_back(world: World) -> None:
    coop, central, buyer = world.coop(), world.party("Central", "cooperative"), world.buyer()
    products = [{"commodity": "coffee", "form": "dry-parchment"}]
    granted = [{"commodity": "coffee", "form": "dry-parchment", "season": "2026", "grams": 1_000}]
    units = [{"party": p.id, "facility": p.place, "activities": ["all"]} for p in (coop, central)]
    certificate = recorded(world, coop, sellers=[central.id], units=units, products=products, volumes=granted)

    def given(grams: int) -> Draft:
        return allocation(world, coop, certificate, grams, form="dry-parchment", seller=central.id)

    outcome = world.say(given(1_000))
    farm = world.farm(central)
    world.say(listing(world, coop, certificate, farm))
    lot = world.deliver(farm, 600, central)
    claim = {"kind": "certificate", "name": "rainforest-alliance", "model": "segregated", "certificate": certificate}
    line = {"lot": lot, "grams": 600, "invoiced_grams": 600, "claims": [claim]}
    drawn = {"certificate": certificate, "seller": central.id, "commodity": "coffee", "form": "dry-parchment"}
    world.say(world.sale(central, buyer, line, debits=[{**drawn, "season": "2026", "grams": 600}]))
    # Else the holder could sell under the licence what the seller has sold under it already.
    assert world.refused(world.retraction(coop, outcome)) == ["volume-overdrawn"]
    assert world.refused(given(599).replacing(outcome)) == ["volume-overdrawn"]
    world.say(given(600).replacing(outcome))


@pytest.mark.rule("allocation_has_one_receiver", "accepts")
@pytest.mark.rule("allocation_has_one_receiver", "refuses")
def test_volume_goes_to_one_receiver(world: World) -> None:
    coop, central = world.coop(), world.party("Central", "cooperative")
    certificate = recorded(world, coop)
    elsewhere = {"to_log": "ledger.example/log/puerto", "party_there": "Importadora"}
    for changes in ({}, {"seller": central.id, **elsewhere}, {"to_log": elsewhere["to_log"]}):
        assert world.refused(allocation(world, coop, certificate, 1, **changes)) == ["allocation-unclear"]
    world.say(allocation(world, coop, certificate, 1, **elsewhere))
    world.say(allocation(world, coop, certificate, 1, seller=central.id))


# ---------------------------------------------------------------- mass balance

COCOA: dict[str, Any] = {"commodity": "cocoa", "form": "wet-beans"}


def cocoa_certificate(world: World, holder: Party, **changes: Any) -> str:
    """A cocoa certificate under mass balance."""
    return recorded(
        world,
        holder,
        **({"products": [{"commodity": "cocoa"}], "models": ["segregated", "mass-balance"], "volumes": []} | changes),
    )


def beans(world: World, certificate: str, grams: int, **changes: Any) -> str:
    """Wet beans of a listed member."""
    farm = world.farm()
    world.say(listing(world, world.coop(), certificate, farm))
    days = {"harvested_from": "2026-06-12", "harvested_to": "2026-06-12"}
    return world.deliver(farm, grams, **(COCOA | days | changes))


def credit(world: World, certificate: str, *lots: tuple[str, int], **changes: Any) -> Draft:
    """Certified grams enter the co-operative's account."""
    coop = world.coop()
    body = {
        "certificate": certificate,
        "scheme": "rainforest-alliance",
        "facility": coop.place,
        **COCOA,
        "season": "2026",
        "lots": [{"lot": lot, "grams": grams} for lot, grams in lots],
        "grams": sum(grams for _, grams in lots),
        "expires_on": "2026-12-31",
    }
    return world.draft("mass-balance.credited", body | changes, coop)


@pytest.mark.rule("credit_fits_its_certificate", "accepts")
@pytest.mark.rule("credit_fits_its_certificate", "refuses")
def test_credits_are_kept_where_a_valid_certificate_says(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    certificate, segregated = cocoa_certificate(world, coop), cocoa_certificate(world, coop, models=["segregated"])
    lot = beans(world, certificate, 1_000)
    drafted = credit(world, certificate, (lot, 100))
    assert "scheme-differs" in world.refused(drafted.but(scheme="fairtrade"))
    assert "certificate-not-yours" in world.refused(drafted.said_by(mill))
    assert "site-not-on-certificate" in world.refused(drafted.but(facility=mill.place))
    assert "mass-balance-not-allowed" in world.refused(drafted.but(certificate=segregated))
    assert "credit-life-impossible" in world.refused(drafted.but(expires_on="2026-06-11"))
    assert "credit-life-impossible" in world.refused(drafted.but(expires_on="2036-06-11"))
    world.say(drafted)
    world.say(status(world, world.certifier(), certificate, "suspended"))
    assert "certificate-lapsed" in world.refused(credit(world, certificate, (lot, 100)))


@pytest.mark.rule("credit_fits_its_certificate", "refuses")
def test_mass_balance_of_coffee_never_becomes_a_credit(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    certificate = recorded(world, coop, products=[{"commodity": "coffee"}], models=["mass-balance"])
    world.say(listing(world, coop, certificate, farm))
    lot = world.deliver(farm, 1_000)
    coffee = credit(world, certificate, (lot, 100), commodity="coffee", form="dry-parchment")
    assert "mass-balance-not-allowed" in world.refused(coffee)


@pytest.mark.rule("credited_lots_are_held_and_unspent", "accepts")
@pytest.mark.rule("credited_lots_are_held_and_unspent", "refuses")
def test_no_gram_gives_up_its_claim_twice(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    certificate = cocoa_certificate(world, coop)
    lot, other = beans(world, certificate, 1_000), beans(world, certificate, 1_000)
    assert world.refused(credit(world, certificate, (lot, 1_001))) == ["credit-not-backed"]
    assert world.refused(credit(world, certificate, (lot, 1), (lot, 1))) == ["lot-named-twice"]
    assert world.refused(credit(world, certificate, (lot, 100), grams=101)) == ["credit-exceeds-lots"]
    assert "credit-product-differs" in world.refused(credit(world, certificate, (lot, 100), form="dry-beans"))
    world.say(credit(world, certificate, (lot, 1_000)))
    assert "credit-not-backed" in world.refused(credit(world, certificate, (lot, 1)))
    # What is sold belongs to somebody else, although it still lies in the store.
    world.say(world.sale(coop, buyer, (other, 400), commodity="cocoa", form="wet-beans"))
    assert world.refused(credit(world, certificate, (other, 601))) == ["credit-not-backed"]
    world.say(credit(world, certificate, (other, 600)))


@pytest.mark.rule("credited_lots_carry_the_claim", "accepts")
@pytest.mark.rule("credited_lots_carry_the_claim", "refuses")
def test_an_account_never_makes_certified_mass(world: World) -> None:
    certificate = cocoa_certificate(world, world.coop())
    own, strangers = beans(world, certificate, 1_000), world.deliver(world.farm(), 1_000, **COCOA)
    assert world.refused(credit(world, certificate, (own, 100), (strangers, 100))) == ["claim-not-carried"]
    world.say(credit(world, certificate, (own, 100)))
    # What was made of a lot that gave up its claim has none to give.
    made = world.transformation(world.coop(), [(own, 900)], [("wet-beans", 900)], commodity="cocoa", process="pooling")
    world.say(made)
    pooled = made["outputs"][0]["lot"]
    assert world.refused(credit(world, certificate, (pooled, 900))) == ["claim-not-carried"]


@pytest.mark.rule("credits_are_not_overdrawn", "accepts")
@pytest.mark.rule("credits_are_not_overdrawn", "refuses")
def test_credits_are_used_once_and_in_time(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    certificate = cocoa_certificate(world, coop)
    lot = beans(world, certificate, 1_000)
    world.say(credit(world, certificate, (lot, 500)))
    plain = world.deliver(world.farm(), 2_000, **COCOA)

    def used(grams: int) -> Draft:
        claims = [
            {
                "kind": "certificate",
                "name": "rainforest-alliance",
                "model": "mass-balance",
                "certificate": certificate,
            }
        ]
        line = {"lot": plain, "grams": grams, "invoiced_grams": grams, "claims": claims}
        spent = {
            "certificate": certificate,
            "facility": coop.place,
            **COCOA,
            "period": "2026",
            "expires_on": "2026-12-31",
            "grams": grams,
        }
        return world.sale(coop, buyer, line, commodity="cocoa", form="wet-beans", credits=[spent])

    def met(draft: Draft) -> set[str]:
        return {problem.code for problem in world.check(draft)[0].problems}

    assert "credits-overdrawn" in met(used(501))
    assert "credits-overdrawn" not in met(used(500))
    assert "credits-expired" in met(used(500).on("2027-01-01"))
    assert "credits-expired" not in met(used(500).on("2026-12-31"))


@pytest.mark.rule("credits_are_not_overdrawn", "accepts")
@pytest.mark.rule("credits_are_not_overdrawn", "refuses")
def test_credits_that_were_used_are_not_taken_back(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    drawn = [{**COCOA, "season": "2026", "grams": 10_000}]
    certificate = cocoa_certificate(world, coop, volumes=drawn)
    one, other = beans(world, certificate, 500), beans(world, certificate, 100)
    first, second = (world.say(credit(world, certificate, line)) for line in ((one, 500), (other, 100)))
    plain = world.deliver(world.farm(), 2_000, **COCOA)
    claim = {
        "kind": "certificate",
        "name": "rainforest-alliance",
        "model": "mass-balance",
        "certificate": certificate,
    }
    line = {"lot": plain, "grams": 500, "invoiced_grams": 500, "claims": [claim]}
    site = {"certificate": certificate, "facility": coop.place, "expires_on": "2026-12-31"}
    spent = {**site, **COCOA, "period": "2026", "grams": 500}
    debit = {"certificate": certificate, **COCOA, "season": "2026", "grams": 500}
    world.say(world.sale(coop, buyer, line, commodity="cocoa", form="wet-beans", credits=[spent], debits=[debit]))
    # Else the lot would carry physically again what was sold as mass balance.
    assert world.refused(world.retraction(coop, first)) == ["credits-overdrawn"]
    world.say(world.retraction(coop, second))


# ---------------------------------------------------------------- papers


def transaction(world: World, certificate: str, *lines: dict[str, Any], **changes: Any) -> Draft:
    """A transaction certificate of the body."""
    body = {
        "transaction_certificate": world.new_id("transaction certificate"),
        "kind": "tc",
        "number": world.new_id("number"),
        "body": world.certifier().id,
        "certificate": certificate,
        "issued_on": "2026-06-12",
        "lines": list(lines),
    }
    return world.draft("transaction-certificate.recorded", body | changes, world.certifier())


@pytest.mark.rule("paper_covers_what_was_sold", "accepts")
@pytest.mark.rule("paper_covers_what_was_sold", "refuses")
def test_a_transaction_certificate_covers_no_gram_twice(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    certificate, lot = recorded(world, coop), world.deliver(world.farm(), 1_000)
    sale = world.sale(coop, buyer, (lot, 700))
    world.say(sale)
    of_lot, of_sale = {"lot": lot, "grams": 600}, {"sale": sale["sale"], "grams": 700}
    assert world.refused(transaction(world, certificate, of_lot | {"sale": sale["sale"]})) == ["paper-line-unclear"]
    assert world.refused(transaction(world, certificate, {"grams": 1})) == ["paper-line-unclear"]
    assert world.refused(transaction(world, certificate, of_sale | {"grams": 701})) == ["paper-exceeds-goods"]
    assert world.refused(transaction(world, certificate, of_lot, of_lot)) == ["paper-exceeds-goods"]
    first = transaction(world, certificate, of_lot, of_sale)
    world.say(first)
    assert world.refused(transaction(world, certificate, of_lot)) == ["paper-exceeds-goods"]
    world.say(transaction(world, certificate, of_lot, kind="coi"))
    back = {
        "transaction_certificate": first["transaction_certificate"],
        "effective_from": "2026-06-12",
        "reason": "wrong-container",
    }
    world.say(world.draft("transaction-certificate.withdrawn", back, world.certifier()))
    world.say(transaction(world, certificate, of_lot))


@pytest.mark.rule("paper_number_is_used_once", "accepts")
@pytest.mark.rule("paper_number_is_used_once", "flags")
def test_a_documents_number_used_twice_is_seen(world: World) -> None:
    certificate, lot = recorded(world, world.coop()), world.deliver(world.farm(), 1_000)
    line = {"lot": lot, "grams": 10}
    assert world.flagged(transaction(world, certificate, line, number="TC-1")) == []
    assert world.flagged(transaction(world, certificate, line, number="TC-2")) == []
    assert world.flagged(transaction(world, certificate, line, number="TC-1")) == ["paper-number-repeated"]


@pytest.mark.rule("issuer_takes_its_paper_back", "accepts")
@pytest.mark.rule("issuer_takes_its_paper_back", "refuses")
def test_a_document_is_taken_back_by_who_issued_it(world: World) -> None:
    coop = world.coop()
    certificate, lot = recorded(world, coop), world.deliver(world.farm(), 1_000)
    issued = transaction(world, certificate, {"lot": lot, "grams": 10}).said_by(coop)
    world.say(issued)
    body = {
        "transaction_certificate": issued["transaction_certificate"],
        "effective_from": "2026-06-12",
        "reason": "wrong-container",
    }
    back = world.draft("transaction-certificate.withdrawn", body, coop)
    assert world.refused(back) == ["not-the-body"]
    assert world.refused(back.but(document=DIGEST).said_by(world.mill())) == ["not-the-body"]
    world.say(back.but(document=DIGEST))
    world.say(world.draft("transaction-certificate.withdrawn", body, world.certifier()))
