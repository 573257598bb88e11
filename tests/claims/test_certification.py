"""Certificates on the days that decide: validity, members, plots, sites, sellers, releases, and both times."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.claims.certification import (
    CertifiedDeliveries,
    Part,
    Product,
    certificate_lapse,
    combine,
    credited_grams,
    delivery_certified,
    relinquished,
    seller_certified,
    step_certified,
)
from ledger.claims.reasons import Reason, status_of
from ledger.packs.commodity import parse_commodity
from ledger.packs.scheme import SchemePack
from tests.claims.certified_world import (
    ANA,
    BUYER,
    CERTIFICATE,
    COOP,
    FIELD,
    MILL,
    PLOT,
    RENEWED,
    SHED,
    STORE,
    Said,
    after,
    delivery,
    effects,
    good,
    place,
    ruling,
    scheme,
    step,
)
from tests.claims.slow_certification import slow_delivery

ORGANIC = scheme()


def asked(
    said: Said, *of: object, pack: SchemePack = ORGANIC, known_at: int | None = None, on: str = ""
) -> dict[str, str]:
    """Codes and effects for one delivery."""
    where = place(*of)  # type: ignore[arg-type]
    return effects(delivery_certified(where, "coffee", said.at(known_at), pack, "segregated", on=on).reasons)


# ---------------------------------------------------------------- validity


@pytest.mark.parametrize(
    ("day", "lapse"),
    [
        ("2025-12-31", "not-yet-valid"),
        ("2026-01-01", None),
        ("2026-08-09", None),
        ("2026-08-10", "suspended"),
        ("2026-08-31", "suspended"),
        ("2026-09-01", None),
        ("2026-12-31", None),
        ("2027-01-01", "gap"),
        ("2027-03-31", "gap"),
        ("2027-04-01", None),
        ("2027-12-31", None),
        ("2028-01-01", "expired"),
    ],
)
def test_a_certificate_holds_by_day(day: str, lapse: str | None) -> None:
    said = good()
    said.status("suspended", "2026-08-10")
    said.status("restored", "2026-09-01")
    said.extended("2027-12-31", "2027-04-01")
    assert certificate_lapse(CERTIFICATE, day, said.at())[0] == lapse


def test_a_certificate_without_an_end_does_not_expire() -> None:
    said = Said()
    said.certificate(valid_to=None)
    assert certificate_lapse(CERTIFICATE, "2099-01-01", said.at()) == (None, None)


def test_an_extension_runs_on_without_a_gap() -> None:
    said = good()
    said.extended("2027-06-30")
    assert certificate_lapse(CERTIFICATE, "2027-01-01", said.at()) == (None, None)
    assert certificate_lapse(CERTIFICATE, "2027-07-01", said.at())[0] == "expired"


def test_a_certificate_nobody_recorded_is_not_valid() -> None:
    assert certificate_lapse(CERTIFICATE, "2026-06-01", {}) == ("not-yet-valid", None)


def test_the_lapse_says_which_fact_it_rests_on() -> None:
    said = good()
    index = said.status("withdrawn", "2026-08-10")
    assert certificate_lapse(CERTIFICATE, "2026-08-10", said.at()) == ("withdrawn", index)


@pytest.mark.parametrize("lapse", ["suspended", "withdrawn", "surrendered"])
def test_both_times_of_a_back_dated_status_are_answered(lapse: str) -> None:
    said = good()
    before = said.size()
    said.status(lapse, "2026-06-01")
    since = said.size()
    said.status("restored", "2026-06-11")
    picked = ("2026-05-20", "2026-05-30")
    known = {None: said.size(), "then": since, "before": before}
    late, early = delivery("2026-06-05", picked), delivery("2026-05-31", picked)
    assert asked(said, late, known_at=known["before"]) == {}
    assert f"certificate-{lapse}" in asked(said, late, known_at=known["then"])
    assert f"certificate-{lapse}" in asked(said, late)
    assert asked(said, early) == {}
    # What was handed over after it was restored is good; nobody could know that before.
    assert asked(said, delivery("2026-06-12", ("2026-06-11", "2026-06-12"))) == {}
    assert asked(said, delivery("2026-06-12", ("2026-06-11", "2026-06-12")), known_at=since) != {}


def test_a_release_of_the_period_lifts_the_lapse_and_only_for_its_days() -> None:
    said = good()
    said.status("suspended", "2026-06-01")
    assert asked(said, delivery("2026-06-05")) == {"certificate-suspended": "held"}
    said.release(**{"from": "2026-06-01", "to": "2026-06-10"})
    assert asked(said, delivery("2026-06-05")) == {}
    assert asked(said, delivery("2026-06-10")) == {}
    assert asked(said, delivery("2026-06-11")) == {"certificate-suspended": "held"}


def test_a_release_of_a_lot_frees_what_is_held_and_not_what_is_lost() -> None:
    said = good()
    said.status("suspended", "2026-06-01")
    said.release(lots=["LOT"])
    assert asked(said, delivery("2026-06-05")) == {"certificate-suspended": "note"}
    assert asked(said, delivery("2026-06-05", lot="OTHER")) == {"certificate-suspended": "held"}
    said.plot("conventional", "2026-05-01")
    assert asked(said, delivery("2026-06-05"))["plot-conventional"] == "not-carried"


# ---------------------------------------------------------------- deliveries


def test_everything_in_order_is_carried_and_says_by_which_certificate() -> None:
    served = delivery_certified(place(), "coffee", good().at(), ORGANIC, "segregated")
    assert served == ((), (CERTIFICATE,))


def test_a_producer_of_no_certificate_is_not_carried() -> None:
    said = Said()
    said.certificate()
    said.plot("organic", "2020-01-01")
    assert asked(said) == {"member-not-listed": "not-carried"}


def test_a_certificate_of_another_scheme_does_not_serve() -> None:
    said = Said()
    said.certificate(scheme="fair")
    said.member("listed", "2026-01-15")
    said.plot("organic", "2020-01-01")
    assert asked(said) == {"member-not-listed": "not-carried"}


def test_a_listing_in_the_middle_of_the_harvest_does_not_cover_what_was_picked_before() -> None:
    said = Said()
    said.certificate()
    said.plot("organic", "2020-01-01")
    said.member("listed", "2026-05-25")
    assert asked(said) == {"member-not-listed": "not-carried"}
    assert asked(said, delivery(picked=("2026-05-25", "2026-06-02"))) == {}


def test_a_back_dated_membership_heals_and_both_answers_stay() -> None:
    said = Said()
    said.certificate()
    said.plot("organic", "2020-01-01")
    size = said.size()
    said.member("listed", "2026-02-01")
    assert asked(said) == {}
    assert asked(said, known_at=size) == {"member-not-listed": "not-carried"}


def test_a_list_is_for_its_season() -> None:
    said = good()
    assert asked(said, delivery(season="2027")) == {"member-not-listed": "not-carried"}
    said.member("listed", "2026-02-01", season="2027")
    assert asked(said, delivery(season="2027")) == {}


def test_a_member_expelled_in_mid_season_loses_what_came_after_only() -> None:
    said = good()
    said.member("removed", "2026-06-10")
    assert asked(said, delivery("2026-06-09", ("2026-05-20", "2026-06-02"))) == {}
    assert asked(said, delivery("2026-06-12")) == {"member-removed": "not-carried"}


def test_a_suspended_member_is_held_until_listed_again() -> None:
    said = good()
    said.member("suspended", "2026-06-10")
    said.member("listed", "2026-06-20")
    assert asked(said, delivery("2026-06-12")) == {"member-suspended": "held"}
    assert asked(said, delivery("2026-06-25", ("2026-06-20", "2026-06-24"))) == {}
    # Picked while suspended, handed over afterwards.
    assert asked(said, delivery("2026-06-25", ("2026-06-15", "2026-06-24"))) == {"member-suspended": "held"}


def test_a_sanction_of_last_season_reaches_the_next_until_the_member_is_listed_again() -> None:
    said = good()
    said.certificate(RENEWED)
    said.member("listed", "2026-03-01", season="2027")
    said.member("removed", "2026-05-01", season="2026")
    assert asked(said, delivery(season="2027")) == {"member-removed": "not-carried"}
    said.member("listed", "2026-05-10", season="2027")
    assert asked(said, delivery(season="2027")) == {}


def test_a_sanction_of_the_season_stays_when_the_next_list_takes_the_member_in() -> None:
    said = good()
    said.member("removed", "2026-05-01", season="2026")
    said.member("listed", "2026-05-10", season="2027")
    assert asked(said) == {"member-removed": "not-carried"}


def test_the_body_frees_a_member_for_the_days_it_names() -> None:
    said = good()
    said.member("suspended", "2026-06-10")
    said.release(producers=[ANA], **{"from": "2026-06-01", "to": "2026-06-15"})
    assert asked(said, delivery("2026-06-12")) == {}
    assert asked(said, delivery("2026-06-16")) == {"member-suspended": "held"}
    # A release for one member says nothing of a lapse of the certificate.
    said.status("suspended", "2026-06-11")
    assert asked(said, delivery("2026-06-12")) == {"certificate-suspended": "held"}


def test_where_plots_are_listed_only_these_are_covered() -> None:
    said = good()
    said.member("listed", "2026-02-01", plots=[PLOT])
    said.plot("organic", "2020-01-01", FIELD)
    assert asked(said) == {}
    assert effects(delivery_certified(place(grown=FIELD), "coffee", said.at(), ORGANIC, "segregated").reasons) == {
        "plot-not-listed": "not-carried"
    }
    unnamed = delivery_certified(place(grown=""), "coffee", said.at(), ORGANIC, "segregated")
    assert effects(unnamed.reasons) == {"plot-not-named": "held"}


def test_a_piece_of_a_listed_organic_plot_is_what_the_plot_was() -> None:
    said = good()
    said.member("listed", "2026-02-01", plots=[PLOT])
    said.say(FIELD, "born", "2026-03-01", thing="plot", parents=[PLOT])
    served = delivery_certified(place(grown=FIELD), "coffee", said.at(), ORGANIC, "segregated")
    assert served.reasons == ()


def test_a_plot_put_together_of_two_is_the_worse_of_them() -> None:
    said = good()
    said.plot("conventional", "2020-01-01", "OLD")
    said.say(FIELD, "born", "2026-03-01", thing="plot", parents=[PLOT, "OLD"])
    served = delivery_certified(place(grown=FIELD), "coffee", said.at(), ORGANIC, "segregated")
    assert effects(served.reasons)["plot-conventional"] == "not-carried"


@pytest.mark.parametrize(
    ("status", "code"), [("conventional", "plot-conventional"), ("in-conversion", "plot-in-conversion")]
)
def test_a_plot_is_organic_on_every_harvest_day(status: str, code: str) -> None:
    said = good()
    said.plot(status, "2026-06-02")
    assert asked(said) == {code: "not-carried"}
    # The last day of harvest lies before the change.
    assert asked(said, delivery(picked=("2026-05-20", "2026-06-01"))) == {}
    assert asked(said, pack=scheme(plot_status=ruling(""))) == {}


def test_the_day_of_conversion_counts_by_the_day() -> None:
    said = Said()
    said.certificate()
    said.member("listed", "2026-01-15")
    said.plot("in-conversion", "2023-05-20")
    said.plot("organic", "2026-05-21")
    assert asked(said, delivery(picked=("2026-05-20", "2026-06-02"))) == {"plot-in-conversion": "not-carried"}
    assert asked(said, delivery(picked=("2026-05-21", "2026-06-02"))) == {}


def test_a_plot_nobody_spoke_of_is_held() -> None:
    said = Said()
    said.certificate()
    said.member("listed", "2026-01-15")
    said.plot("organic", "2020-01-01", of="other-scheme")
    assert asked(said) == {"plot-status-unknown": "held"}


def test_organic_land_with_a_forbidden_input_inside_the_conversion_time_is_held() -> None:
    said = Said()
    said.certificate()
    said.member("listed", "2026-01-15")
    said.plot("organic", "2026-01-01", last_forbidden_input="2023-06-01")
    assert asked(said, delivery(picked=("2026-05-30", "2026-06-02"))) == {"forbidden-input-recent": "held"}
    assert asked(said, delivery(picked=("2026-06-01", "2026-06-02"))) == {}


def test_parallel_production_is_what_the_scheme_says_it_is() -> None:
    said = good()
    said.say(ANA, "holds", "2020-01-01", plot=FIELD)
    said.plot("conventional", "2020-01-01", FIELD)
    assert asked(said) == {"parallel-production": "held"}
    assert asked(said, pack=scheme(parallel_production=ruling("not-carried"))) == {"parallel-production": "not-carried"}
    assert asked(said, pack=scheme(parallel_production=ruling("carried"))) == {"parallel-production": "note"}
    said.plot("organic", "2024-01-01", FIELD)
    assert asked(said) == {}


def test_the_programmes_own_status_counts_only_where_the_scheme_says_so() -> None:
    counting = scheme(ics_status_counts=ruling("yes"))
    said = good()
    assert asked(said) == {}
    assert asked(said, pack=counting) == {"ics-status-unknown": "held"}
    said.say(ANA, "status", "2026-01-01", programme=COOP, status="approved")
    assert asked(said, pack=counting) == {}
    said.say(ANA, "status", "2026-06-01", programme="ANOTHER", status="expelled")
    assert asked(said, pack=counting) == {}
    said.say(ANA, "status", "2026-06-01", programme=COOP, status="expelled")
    assert asked(said, pack=counting) == {"ics-removed": "not-carried"}
    assert asked(said) == {}


def test_unknown_harvest_days_are_the_day_of_delivery_and_say_so() -> None:
    said = good()
    said.plot("conventional", "2026-06-13")
    unknown = delivery(picked=("", ""))
    assert asked(said, unknown) == {"harvest-days-unknown": "note"}
    assert asked(said, unknown, pack=scheme(unknown_harvest=ruling("held"))) == {"harvest-days-unknown": "held"}
    late = delivery("2026-06-13", ("", ""))
    assert asked(said, late)["plot-conventional"] == "not-carried"


def test_another_commodity_is_not_in_scope_and_raw_material_is() -> None:
    said = good()
    assert asked(said) == {}
    served = delivery_certified(place(), "cocoa", said.at(), ORGANIC, "segregated")
    assert effects(served.reasons) == {"product-not-in-scope": "not-carried"}


def test_a_model_that_asks_more_than_the_certificate_gives_is_not_carried() -> None:
    said = good()
    of = place()
    strict = delivery_certified(of, "coffee", said.at(), ORGANIC, "identity-preserved")
    assert effects(strict.reasons) == {"model-not-on-certificate": "not-carried"}
    assert delivery_certified(of, "coffee", said.at(), ORGANIC, "mass-balance").reasons == ()


def test_a_contradiction_in_a_public_register_holds_until_a_later_look_agrees() -> None:
    said = good()
    said.registry("contradicts", "2026-07-01")
    assert asked(said) == {"registry-contradicts": "held"}
    assert asked(said, on="2026-06-30") == {}
    said.registry("agrees", "2026-07-05", "another")
    assert asked(said) == {"registry-contradicts": "held"}
    # Not to find it is not to agree, and the holder does not lift what the buyer found.
    said.registry("not-found", "2026-07-07")
    said.registry("agrees", "2026-07-08", by=COOP)
    assert asked(said) == {"registry-contradicts": "held"}
    said.registry("agrees", "2026-07-10")
    assert asked(said) == {}
    assert asked(said, on="2026-07-09") == {"registry-contradicts": "held"}


def test_the_best_of_two_certificates_serves() -> None:
    said = good()
    said.status("withdrawn", "2026-03-01")
    said.certificate(RENEWED, valid_from="2026-03-01", valid_to="2027-02-28")
    said.member("listed", "2026-03-01", thing=RENEWED)
    served = delivery_certified(place(), "coffee", said.at(), ORGANIC, "segregated")
    assert served == ((), (RENEWED,))


def test_a_harvest_over_the_turn_of_two_certificates_is_covered_by_both() -> None:
    said = good()
    said.certificate(RENEWED, valid_from="2027-01-01", valid_to="2027-12-31")
    said.member("listed", "2027-01-01", thing=RENEWED)
    over = delivery("2027-01-12", ("2026-12-20", "2027-01-05"))
    served = delivery_certified(place(over), "coffee", said.at(), ORGANIC, "segregated")
    assert served == ((), (CERTIFICATE, RENEWED))


def test_a_gap_between_two_certificates_stays_whatever_is_recorded_later() -> None:
    said = good()
    said.certificate(RENEWED, valid_from="2027-01-10", valid_to="2027-12-31")
    said.member("listed", "2027-01-01", thing=RENEWED)
    over = delivery("2027-01-12", ("2026-12-20", "2027-01-05"))
    served = delivery_certified(place(over), "coffee", said.at(), ORGANIC, "segregated")
    assert status_of(served.reasons) == "not-carried"


def test_a_reason_names_the_first_day_that_decided_and_the_fact() -> None:
    said = good()
    index = said.member("suspended", "2026-05-25")
    served = delivery_certified(place(), "coffee", said.at(), ORGANIC, "segregated")
    assert served.reasons == (Reason("member-suspended", "held", ANA, "2026-05-25", index),)


# ---------------------------------------------------------------- steps


def at_step(said: Said, of: object, known_at: int | None = None) -> dict[str, str]:
    return effects(step_certified(of, said.at(known_at), ORGANIC).reasons)  # type: ignore[arg-type]


def test_a_subcontractors_mill_inside_the_certificate_is_covered() -> None:
    served = step_certified(step(), good().at(), ORGANIC)
    assert served == ((), (CERTIFICATE,))


def test_a_place_outside_the_certificate_is_not() -> None:
    assert at_step(good(), step(facility=SHED, party="STRANGER")) == {"site-not-covered": "not-carried"}
    assert at_step(good(), step(facility=SHED, party=MILL)) == {"site-not-covered": "not-carried"}


def test_a_unit_without_a_site_covers_every_site_of_its_party() -> None:
    said = Said()
    said.certificate(units=[{"party": MILL, "facility": None, "activities": ["processing"]}])
    assert at_step(said, step(facility=SHED, party=MILL)) == {}


def test_a_site_may_do_only_what_it_is_certified_for() -> None:
    said = good()
    assert at_step(said, step(process="hulling", facility=STORE, party=COOP)) == {"activity-not-covered": "held"}
    for handling in ("pooling", "splitting"):
        assert at_step(said, step(process=handling, facility=STORE, party=COOP)) == {}
    assert at_step(said, step(process="hulling-natural")) == {}
    assert at_step(said, step(process="", facility=STORE, party=COOP, how="packed")) == {}


def test_a_word_nobody_knows_is_noted() -> None:
    said = Said()
    said.certificate(units=[{"party": MILL, "facility": "DRY-MILL", "activities": ["beneficio-seco"]}])
    assert at_step(said, step()) == {"activity-unclear": "note"}


def test_a_certificate_that_lists_no_sites_covers_its_holders_own() -> None:
    said = Said()
    said.certificate(units=[])
    assert at_step(said, step(facility=STORE, party=COOP)) == {"sites-not-listed": "note"}
    assert at_step(said, step()) == {"site-not-covered": "not-carried"}


def test_a_step_on_an_uncovered_day_stays_uncovered() -> None:
    said = good()
    late = step("2027-01-05")
    assert at_step(said, late) == {"certificate-expired": "not-carried"}
    said.certificate(RENEWED, valid_from="2027-01-10", valid_to="2027-12-31")
    assert status_of(step_certified(late, said.at(), ORGANIC).reasons) == "not-carried"
    assert at_step(said, step("2027-01-10")) == {}


def test_a_document_that_says_it_ran_on_heals_and_both_answers_stay() -> None:
    said = good()
    size = said.size()
    said.extended("2027-03-31")
    assert at_step(said, step("2027-01-05")) == {}
    assert at_step(said, step("2027-01-05"), known_at=size) == {"certificate-expired": "not-carried"}


# ---------------------------------------------------------------- sellers


def sold(said: Said, day: str, contracted: bool | None = None, pack: SchemePack = ORGANIC) -> dict[str, str]:
    return effects(seller_certified(COOP, day, said.at(), pack, contracted).reasons)


def test_the_holder_and_its_sellers_may_sell_and_a_mill_may_not() -> None:
    said = Said()
    said.certificate(sellers=[BUYER])
    for party in (COOP, BUYER):
        assert seller_certified(party, "2026-08-05", said.at(), ORGANIC) == ((), (CERTIFICATE,))
    assert effects(seller_certified(MILL, "2026-08-05", said.at(), ORGANIC).reasons) == {"seller-not-certified": "held"}


def test_what_a_lapse_does_to_sales_is_the_schemes_to_say() -> None:
    said = good()
    said.status("suspended", "2026-08-10")
    strict = scheme(lapses={"suspended": after("not-carried", "held", "carried")})
    assert sold(said, "2026-08-12", False, strict) == {"certificate-suspended": "not-carried"}
    assert sold(said, "2026-08-12", True, strict) == {"certificate-suspended": "held"}
    assert sold(said, "2026-08-12", None, strict) == {"certificate-suspended": "note"}
    assert sold(said, "2026-08-09", False, strict) == {}
    # What the pack does not speak of is held.
    assert sold(good(), "2027-01-01", False, strict) == {"certificate-expired": "held"}


def test_good_earlier_stock_is_held_while_its_seller_is_uncovered() -> None:
    assert sold(good(), "2027-01-05") == {"certificate-expired": "held"}
    assert effects(seller_certified("STRANGER", "2026-08-05", good().at(), ORGANIC).reasons) == {
        "seller-not-certified": "held"
    }


def test_the_worse_of_two_lapses_decides() -> None:
    said = good()
    said.status("suspended", "2026-08-10")
    assert sold(said, "2027-01-05", False) == {"certificate-suspended": "held", "certificate-expired": "not-carried"}


def test_between_two_certificates_is_a_gap_and_not_an_end() -> None:
    said = good()
    gap = scheme(lapses={"gap": after("held", "carried", "carried"), "expired": after("not-carried", "held", "held")})
    assert sold(said, "2027-01-05", False, gap) == {"certificate-expired": "not-carried"}
    said.certificate(RENEWED, valid_from="2027-01-10", valid_to="2027-12-31")
    assert sold(said, "2027-01-05", False, gap) == {"certificate-gap": "held"}
    assert sold(said, "2027-01-05", True, gap) == {"certificate-gap": "note"}
    assert sold(said, "2027-01-10", False, gap) == {}


def test_the_product_sold_is_in_scope_or_raw_material_of_what_is(coffee_bytes: bytes) -> None:
    said, pack = good(), parse_commodity(coffee_bytes)

    def of(form: str, model: str = "segregated") -> dict[str, str]:
        product = Product("coffee", form, model, pack)
        return effects(seller_certified(COOP, "2026-08-05", said.at(), ORGANIC, product=product).reasons)

    assert of("green") == {}
    assert of("dry-parchment") == {}
    assert of("roasted") == {"product-not-in-scope": "not-carried"}
    assert of("green", "identity-preserved") == {"model-not-on-certificate": "not-carried"}


def test_a_relinquished_claim_is_gone_for_good_and_only_that_one() -> None:
    said = good()
    index = said.say("LOT", "relinquished", "2026-08-01", scheme="organic")
    assert relinquished("LOT", "organic", said.at()) == Reason(
        "claim-relinquished", "not-carried", "LOT", "2026-08-01", index
    )
    assert relinquished("LOT", "fair", said.at()) is None


def test_credited_grams_are_summed_by_scheme() -> None:
    said = Said()
    for of, grams in (("organic", 40), ("organic", 2), ("fair", 100)):
        said.say("LOT", "credited", "2026-08-01", scheme=of, certificate=CERTIFICATE, facility=STORE, grams=grams)
    assert credited_grams("LOT", "organic", said.at()) == 42


# ---------------------------------------------------------------- custody models


def test_segregated_is_carried_only_when_every_input_is() -> None:
    good_part, held, bad = Part("A", 70, "carried"), Part("B", 30, "held"), Part("C", 1, "not-carried")
    assert combine("segregated", [good_part], ORGANIC, "coffee", "green").status == "carried"
    assert combine("segregated", [good_part, held], ORGANIC, "coffee", "green").status == "held"
    mixed = combine("segregated", [good_part, held, bad], ORGANIC, "coffee", "green")
    assert (mixed.status, mixed.certified_grams) == ("not-carried", 0)


def test_identity_preserved_has_one_origin() -> None:
    one = combine("identity-preserved", [Part("A", 70, "carried"), Part("A", 5, "carried")], ORGANIC, "coffee", "green")
    two = combine("identity-preserved", [Part("A", 70, "carried"), Part("B", 5, "carried")], ORGANIC, "coffee", "green")
    assert one.status == "carried"
    assert effects(two.reasons) == {"origins-mixed": "not-carried"}


def test_controlled_blending_is_the_certified_share_rounded_down() -> None:
    blend = combine(
        "controlled-blending", [Part("A", 2, "carried"), Part("B", 1, "held")], ORGANIC, "cocoa", "dry-beans"
    )
    assert (blend.status, blend.certified_grams, blend.permille) == ("carried", 2, 666)
    none = combine("controlled-blending", [Part("B", 1, "held")], ORGANIC, "cocoa", "dry-beans")
    assert none.status == "held"


def test_mass_balance_is_what_the_credits_cover_and_never_an_origin() -> None:
    parts = [Part("A", 100, "not-carried")]
    short = combine("mass-balance", parts, ORGANIC, "cocoa", "dry-beans", credits_grams=99)
    enough = combine("mass-balance", parts, ORGANIC, "cocoa", "dry-beans", credits_grams=100)
    assert (short.status, enough.status) == ("not-carried", "carried")
    assert not enough.traces_origin


def test_mass_balance_of_coffee_is_never_a_claim() -> None:
    coffee = combine("mass-balance", [Part("A", 100, "carried")], ORGANIC, "coffee", "green", credits_grams=1000)
    assert effects(coffee.reasons) == {"model-not-allowed": "not-carried"}


@given(
    st.lists(
        st.builds(
            Part, st.sampled_from("AB"), st.integers(1, 1000), st.sampled_from(("carried", "held", "not-carried"))
        ),
        min_size=1,
    ),
    st.sampled_from(("identity-preserved", "segregated", "controlled-blending")),
)
def test_no_model_makes_certified_mass(parts: list[Part], model: str) -> None:
    whole = combine(model, parts, ORGANIC, "cocoa", "dry-beans")  # type: ignore[arg-type]
    carried = sum(part.grams for part in parts if part.status == "carried")
    assert whole.certified_grams <= carried
    assert whole.permille * sum(part.grams for part in parts) <= 1000 * carried


# ---------------------------------------------------------------- the slow, obvious twin

_START = date(2026, 5, 1)


def day(number: int) -> str:
    return (_START + timedelta(days=number)).isoformat()


DAYS = st.integers(0, 24).map(day)
THINGS = st.sampled_from((CERTIFICATE, RENEWED))


@st.composite
def stories(draw: st.DrawFn) -> Said:
    """Two certificates, members, plots and everything that may happen to them, in any order."""
    said = Said()
    for thing in (CERTIFICATE, RENEWED):
        first, last = sorted((draw(DAYS), draw(DAYS)))
        said.certificate(thing, valid_from=first, valid_to=draw(st.sampled_from((last, None))))
    said.plot("organic", day(-400))
    said.member("listed", day(-10), thing=draw(THINGS))
    for _ in range(draw(st.integers(0, 9))):
        kind = draw(st.sampled_from(("status", "extended", "member", "plot", "release", "registry", "ics")))
        when = draw(DAYS)
        if kind == "status":
            said.status(draw(st.sampled_from(("suspended", "restored", "withdrawn"))), when, draw(THINGS))
        elif kind == "extended":
            begins = draw(st.none() | st.just(when))
            said.extended(max(when, draw(DAYS)), begins, draw(THINGS))
        elif kind == "member":
            said.member(
                draw(st.sampled_from(("listed", "listed", "removed", "suspended"))),
                when,
                season=draw(st.sampled_from(("2026", "2026", "2025"))),
                plots=draw(st.sampled_from(((), (PLOT,), (FIELD,)))),
                thing=draw(THINGS),
            )
        elif kind == "plot":
            on = draw(st.sampled_from((PLOT, FIELD)))
            more = draw(st.sampled_from(({}, {"last_forbidden_input": "2023-05-12"})))
            said.plot(draw(st.sampled_from(("organic", "in-conversion", "conventional"))), when, on, **more)
            said.say(ANA, "holds", when, plot=FIELD)
        elif kind == "release":
            value = draw(st.sampled_from(({}, {"producers": [ANA]}, {"lots": ["LOT"]})))
            said.release(draw(THINGS), **{"from": when, "to": max(when, draw(DAYS))}, **value)
        elif kind == "registry":
            result = draw(st.sampled_from(("agrees", "contradicts", "not-found")))
            said.registry(result, when, by=draw(st.sampled_from((BUYER, COOP))))
        else:
            said.say(ANA, "status", when, programme=COOP, status=draw(st.sampled_from(("approved", "expelled"))))
    return said


@given(said=stories(), data=st.data())
def test_the_fast_answer_is_that_of_looking_at_every_day(said: Said, data: st.DataObject) -> None:
    pack = scheme(
        ics_status_counts=ruling(data.draw(st.sampled_from(("yes", "no")))),
        member_days=data.draw(st.sampled_from((("harvest", "delivery"), ("delivery",), ("harvest",)))),
        members_listed=ruling(data.draw(st.sampled_from(("yes", "no")))),
    )
    marks = said.at(data.draw(st.integers(0, said.size())))
    on = data.draw(st.just("") | DAYS)
    fast = CertifiedDeliveries(marks, pack, "coffee", "segregated", on=on)
    for _ in range(4):
        picked = data.draw(st.just(("", "")) | st.tuples(DAYS, DAYS).map(lambda pair: (min(pair), max(pair))))
        of = place(delivery(data.draw(DAYS), picked), grown=data.draw(st.sampled_from((PLOT, FIELD, ""))))
        answer = fast.of(of)
        assert {(r.code, r.effect) for r in answer.reasons} == slow_delivery(
            of, "coffee", marks, pack, "segregated", on
        )
