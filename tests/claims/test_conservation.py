"""What a conservation agreement says of a family and its land on a day, sentence by sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.claims.conservation import conservation_status, delivery_conservation, frameworks_at
from ledger.claims.findings import EFFECTS
from ledger.claims.reasons import Reason, status_of
from tests.claims.agreement_story import FOREST, Story, family, framework, months, ruling
from tests.vectors.examples.example import thing

JUNE = "2026-06-15"


# ---------------------------------------------------------------- the nine words


def test_a_family_that_keeps_its_agreement_is_compliant() -> None:
    asked = family().asked(JUNE)
    assert asked == ("compliant", (), thing("pact"))


def test_without_an_agreement_there_is_none() -> None:
    story = family()
    asked = story.asked(JUNE, story.keeper("somebody else"))
    assert asked.word == "no-agreement"
    assert asked.reasons == (Reason("agreement-none", "not-carried", thing("somebody else"), JUNE),)
    assert asked.agreement == ""


def test_whoever_joined_later_had_none_before() -> None:
    story = family()
    story.join("late", on="2026-06-01")
    late = story.keeper("late")
    assert story.word("2026-05-31", late) == "no-agreement"
    assert story.codes("2026-05-31", late) == ["agreement-joined-later"]
    assert story.word("2026-06-01", late) == "compliant"


def test_whoever_left_has_none_from_that_day() -> None:
    story = family()
    story.leave(on="2026-06-01")
    assert story.word("2026-05-31") == "compliant"
    assert story.word("2026-06-01") == "no-agreement"
    assert story.codes("2026-06-01") == ["agreement-left"]
    story.join(on="2026-09-01")
    assert story.word("2026-09-01") == "compliant"


def test_an_agreement_does_not_bind_before_its_first_day() -> None:
    story = family()
    story.join("early", on="2025-11-01")
    assert story.codes("2025-12-31", story.keeper("early")) == ["agreement-not-yet-valid"]
    assert story.word("2026-01-01", story.keeper("early")) == "compliant"


def test_an_agreement_that_ran_out_is_lapsed_the_day_after_its_last() -> None:
    story = family()
    assert story.word("2026-12-31") == "compliant"
    assert story.word("2027-01-01") == "lapsed"
    assert story.codes("2027-01-01") == ["agreement-lapsed"]


def test_land_outside_every_area_of_the_framework_is_not_applicable() -> None:
    story = family()
    story.plot("far", within=None)
    story.area("town")
    story.plot("garden", within="town")
    for grown in ("far", "garden"):
        asked = story.asked(JUNE, story.keeper(grown=grown))
        assert asked.word == "not-applicable"
        assert status_of(asked.reasons) == "carried"


def test_without_plot_or_herd_nothing_is_known() -> None:
    story = family()
    assert story.codes(JUNE, story.keeper(grown="")) == ["land-unnamed"]
    assert story.word(JUNE, story.keeper(grown="")) == "unknown"
    assert story.codes(JUNE, story.keeper(grown="nobody mapped it")) == ["land-unknown"]


def test_land_the_framework_does_not_judge_is_not_applicable() -> None:
    story = family()
    story.herd()
    assert story.codes(JUNE, story.keeper(grown="herd")) == ["land-not-judged"]


def test_every_word_has_its_effect_on_a_lot() -> None:
    effects = {word: EFFECTS[word] for word in EFFECTS}
    carried = {"compliant", "compliant-with-observations", "not-applicable"}
    held = {"under-review", "lapsed", "unknown"}
    assert {word for word, effect in effects.items() if effect == "note"} == carried
    assert {word for word, effect in effects.items() if effect == "held"} == held
    assert len(effects) == 9


# ---------------------------------------------------------------- terms


def test_an_extension_leaves_no_gap() -> None:
    story = family()
    story.extend("2027-06-30")
    assert story.word("2027-06-30") == "compliant"
    assert story.word("2027-07-01") == "lapsed"


def test_a_renewal_after_a_gap_leaves_the_gap_lapsed() -> None:
    story = family()
    story.renew("2027-03-01", "2028-02-29")
    assert story.word("2027-02-28") == "lapsed"
    assert story.word("2027-03-01") == "compliant"


def test_a_renewal_signed_late_heals_and_both_answers_stay_askable() -> None:
    story = family()
    before = story.size
    story.renew("2027-01-01", "2027-12-31", signed_on="2027-02-20")
    assert story.word("2027-01-15") == "compliant"
    assert story.word("2027-01-15", size=before) == "lapsed"


def test_days_of_grace_are_the_frameworks_and_are_labelled() -> None:
    story = family()
    story.pack = framework(renewal_grace_days=months(30))
    assert story.word("2027-01-30") == "compliant-with-observations"
    assert story.codes("2027-01-30") == ["agreement-in-grace"]
    assert story.word("2027-01-31") == "lapsed"


def test_an_agreement_without_end_does_not_lapse() -> None:
    story = family()
    story.sign("for ever", valid_to=None)
    story.join("elder", "for ever")
    assert story.word("2090-01-01", story.keeper("elder")) == "compliant"


def test_a_superseded_agreement_leads_to_its_successor() -> None:
    story = family()
    story.sign("successor", valid_from="2026-07-01", valid_to="2027-06-30")
    story.supersede("successor", "2026-07-01")
    assert story.asked("2026-06-30").agreement == thing("pact")
    after = story.asked("2027-06-30")
    assert (after.word, after.agreement) == ("compliant", thing("successor"))
    assert [reason.code for reason in after.reasons] == ["agreement-superseded"]


def test_whoever_left_the_successor_does_not_come_back_through_the_old_agreement() -> None:
    story = family()
    story.sign("successor", valid_from="2026-07-01", valid_to="2027-06-30")
    story.supersede("successor", "2026-07-01")
    story.join(name="successor", on="2026-07-01")
    story.leave(name="successor", on="2026-09-01")
    assert story.word("2026-08-31") == "compliant"
    assert story.word("2026-09-01") == "no-agreement"


def test_a_sanction_is_not_shaken_off_by_a_new_paper() -> None:
    story = family()
    story.status("suspended", "2026-05-01", household="household")
    story.sign("successor", valid_from="2026-07-01", valid_to="2027-06-30")
    story.supersede("successor", "2026-07-01")
    assert story.word("2026-08-01") == "suspended"
    story.status("active", "2026-09-01", "successor", household="household")
    assert story.word("2026-09-01") == "compliant"


def test_agreements_that_supersede_each_other_end_nobody_in_a_circle() -> None:
    story = family()
    story.sign("other")
    story.supersede("other", "2026-02-01")
    story.supersede("pact", "2026-02-01", "other")
    assert story.word(JUNE) == "no-agreement"


# ---------------------------------------------------------------- who is bound


def test_who_signs_for_a_household_binds_all_who_live_in_it() -> None:
    story = family()
    story.join("mother", household="house")
    assert story.word(JUNE, story.keeper("house", producer="son")) == "compliant"
    story.leave("mother", household="house", on="2026-06-01")
    assert story.word(JUNE, story.keeper("house", producer="son")) == "no-agreement"


def test_a_member_of_a_community_that_joined_is_bound_through_it() -> None:
    story = family()
    story.sign("common", "community")
    story.join("village", "common")
    asked = story.asked(JUNE, story.keeper("new house", producer="new", community="village"))
    assert (asked.word, asked.agreement) == ("compliant", thing("common"))


def test_whoever_follows_a_producer_who_died_keeps_what_was_signed_from_that_day() -> None:
    story = family()
    story.join("father")
    story.succeed("father", "daughter", "2026-05-10")
    daughter = story.keeper("", producer="daughter")
    assert story.word("2026-05-09", daughter) == "no-agreement"
    assert story.word("2026-05-10", daughter) == "compliant"


def test_a_back_dated_joining_shows_only_to_who_knows_of_it() -> None:
    story = family()
    before = story.size
    story.join("back-dated", on="2026-02-01")
    keeper = story.keeper("back-dated")
    assert story.word(JUNE, keeper) == "compliant"
    assert story.word(JUNE, keeper, size=before) == "no-agreement"


# ---------------------------------------------------------------- which agreement decides


def test_the_narrower_area_wins() -> None:
    story = Story()
    story.area("forest", 9_000_000)
    story.area("valley", 100_000, within="forest")
    story.plot(within="valley")
    story.sign("wide", "family", ("forest",))
    story.sign("narrow", "community", ("valley",))
    story.join(name="wide")
    story.join(name="narrow")
    assert story.asked(JUNE).agreement == thing("narrow")


def test_where_no_area_is_narrower_the_family_wins_over_the_community() -> None:
    story = family()
    story.sign("common", "community")
    story.join(name="common")
    assert story.asked(JUNE).agreement == thing("pact")


def test_the_community_wins_where_the_framework_says_so() -> None:
    story = family()
    story.sign("common", "community")
    story.join(name="common")
    story.pack = framework(wins=ruling("community"))
    assert story.asked(JUNE).agreement == thing("common")


def test_what_ran_out_decides_only_where_nothing_else_covers_the_land() -> None:
    story = family()
    story.sign("common", "community", valid_to="2027-12-31")
    story.join(name="common")
    assert story.asked("2026-12-31").agreement == thing("pact")
    assert story.asked("2027-01-01") == ("compliant", (), thing("common"))


def test_an_agreement_on_other_land_does_not_cover_this() -> None:
    story = family()
    story.area("elsewhere")
    story.sign("other land", areas=("elsewhere",))
    story.join("neighbour", "other land")
    assert story.codes(JUNE, story.keeper("neighbour")) == ["agreement-elsewhere"]
    assert story.word(JUNE, story.keeper("neighbour")) == "no-agreement"


def test_an_agreement_without_areas_has_those_of_the_one_above_it() -> None:
    story = Story()
    story.area()
    story.plot()
    story.plot("far", within=None)
    story.sign("above", "community")
    story.sign(areas=(), parent=thing("above"))
    story.join()
    assert story.asked(JUNE).agreement == thing("pact")
    assert story.word(JUNE, story.keeper(grown="far")) == "not-applicable"


def test_a_framework_without_areas_judges_all_land() -> None:
    story = family()
    story.plot("far", within=None)
    story.pack = framework(needs_area=False)
    assert story.word(JUNE, story.keeper(grown="far")) == "compliant"
    assert story.word(JUNE, story.keeper("somebody else", grown="far")) == "no-agreement"


def test_a_plot_made_of_others_lies_where_they_lay() -> None:
    story = family()
    shapes = [{"plot": thing(name), "area_m2": 9_000, "geometry": "A" * 43} for name in ("upper", "lower")]
    story.say("plot.split", {"plot": thing("plot"), "into": shapes, "effective_from": "2026-03-01"})
    assert story.word(JUNE, story.keeper(grown="upper")) == "compliant"


def test_a_herd_is_judged_where_it_grazes_on_the_day() -> None:
    story = family()
    story.herd()
    story.pack = framework(land=frozenset({"plot", "herd"}))
    herd = story.keeper(grown="herd")
    story.grazes("forest", "2026-03-01", "2026-06-30")
    assert story.word("2026-02-28", herd) == "not-applicable"
    assert story.word("2026-03-01", herd) == "compliant"
    assert story.word("2026-07-01", herd) == "not-applicable"


# ---------------------------------------------------------------- suspension, review, termination


@pytest.mark.parametrize(("status", "word"), [("suspended", "suspended"), ("under-review", "under-review")])
def test_a_status_counts_from_its_day_until_the_next(status: str, word: str) -> None:
    story = family()
    story.status(status, "2026-05-01")
    story.status("active", "2026-07-01")
    assert [story.word(day) for day in ("2026-04-30", "2026-05-01", "2026-06-30", "2026-07-01")] == [
        "compliant",
        word,
        word,
        "compliant",
    ]


def test_of_two_statuses_of_one_day_the_last_stated_holds() -> None:
    story = family()
    story.status("suspended", "2026-05-01")
    story.status("active", "2026-05-01")
    assert story.word("2026-05-01") == "compliant"


def test_a_back_dated_status_sorts_in_before_a_later_one() -> None:
    story = family()
    story.status("active", "2026-07-01")
    before = story.size
    story.status("suspended", "2026-05-01")
    assert story.word("2026-06-01") == "suspended"
    assert story.word("2026-06-01", size=before) == "compliant"
    assert story.word("2026-07-01") == "compliant"


def test_a_suspension_of_one_household_leaves_the_others_alone() -> None:
    story = family()
    story.join("neighbour")
    story.status("suspended", "2026-05-01", household="household")
    assert story.word(JUNE) == "suspended"
    assert story.word(JUNE, story.keeper("neighbour")) == "compliant"


def test_a_suspension_of_one_plot_leaves_the_household_s_other_plot_alone() -> None:
    story = family()
    story.plot("second")
    story.status("suspended", "2026-05-01", plot="plot")
    assert story.word(JUNE) == "suspended"
    assert story.word(JUNE, story.keeper(grown="second")) == "compliant"


def test_the_whole_set_active_does_not_lift_what_was_decided_for_a_household() -> None:
    story = family()
    story.status("suspended", "2026-05-01", household="household")
    story.status("active", "2026-05-15")
    assert story.word(JUNE) == "suspended"


def test_a_community_suspension_reaches_only_those_who_joined() -> None:
    story = family()
    story.sign("common", "community", cascades=["suspension"])
    story.join("joined", "common")
    story.status("suspended", "2026-05-01", "common")
    assert story.word(JUNE, story.keeper("joined", community="village")) == "suspended"
    assert story.codes(JUNE, story.keeper("joined")) == ["agreement-suspension-cascades"]
    assert story.word(JUNE, story.keeper(community="village")) == "compliant"


def test_a_community_suspension_cascades_only_where_the_agreement_says_so() -> None:
    story = family()
    story.sign("common", "community")
    story.join("joined", "common")
    story.join("village", "common")
    story.status("suspended", "2026-05-01", "common")
    asked = story.asked(JUNE, story.keeper("joined", community="village"))
    assert asked.word == "compliant"
    assert [(r.code, r.effect) for r in asked.reasons] == [("agreement-decision-stays", "note")]
    # Whoever is bound only through the community stands where the community stands.
    assert story.word(JUNE, story.keeper("not joined", producer="x", community="village")) == "suspended"


def test_a_cascading_suspension_reaches_who_joined_even_beside_an_agreement_of_their_own() -> None:
    story = family()
    story.sign("common", "community", cascades=["suspension"])
    story.join(name="common")
    story.status("suspended", "2026-05-01", "common")
    asked = story.asked(JUNE)
    assert (asked.word, asked.agreement) == ("suspended", thing("pact"))


def test_a_termination_ends_the_agreement_for_who_stands_at_its_level() -> None:
    story = family()
    story.status("terminated", "2026-05-01")
    assert story.word("2026-04-30") == "compliant"
    assert story.word("2026-05-01") == "no-agreement"
    assert story.codes("2027-05-01") == ["agreement-terminated"]


def test_a_termination_for_one_household_ends_it_for_that_one() -> None:
    story = family()
    story.join("neighbour")
    story.status("terminated", "2026-05-01", household="household")
    assert story.word(JUNE) == "no-agreement"
    assert story.word(JUNE, story.keeper("neighbour")) == "compliant"


@pytest.mark.parametrize(("cascades", "word"), [(["termination"], "no-agreement"), (["suspension"], "compliant")])
def test_a_community_s_termination_cascades_only_where_it_says_so(cascades: list[str], word: str) -> None:
    story = family()
    story.sign("common", "community", cascades=cascades)
    story.join("joined", "common")
    story.status("terminated", "2026-05-01", "common")
    assert story.word(JUNE, story.keeper("joined")) == word


def test_a_suspended_agreement_that_runs_out_is_still_suspended() -> None:
    story = family()
    story.status("suspended", "2026-11-01")
    assert story.word("2027-02-01") == "suspended"


def test_a_suspension_restored_answers_for_every_day_and_every_knowledge() -> None:
    story = family()
    sizes = [story.size]
    story.status("suspended", "2026-05-01")
    sizes.append(story.size)
    story.status("active", "2026-06-01")
    sizes.append(story.size)
    days = ("2026-04-30", "2026-05-01", "2026-05-31", "2026-06-01")
    answers = [[story.word(day, size=size) for day in days] for size in sizes]
    good, bad = "compliant", "suspended"
    assert answers == [[good, good, good, good], [good, bad, bad, bad], [good, bad, bad, good]]


# ---------------------------------------------------------------- breaches


def test_a_critical_breach_of_the_producer_counts_from_the_first_day_of_its_window_until_cured() -> None:
    story = family()
    story.breach("2026-04-10", until="2026-04-30")
    story.close("cured", "2026-10-05")
    days = ("2026-04-09", "2026-04-10", "2026-10-04", "2026-10-05")
    assert [story.word(day) for day in days] == ["compliant", "non-compliant", "non-compliant", "compliant"]


def test_grams_picked_before_the_breach_stay() -> None:
    story = family()
    story.breach("2026-04-10")
    assert story.picked("2026-03-20", "2026-04-09").word == "compliant"
    assert story.picked("2026-03-20", "2026-04-10").word == "non-compliant"


def test_a_breach_that_is_not_critical_is_an_observation() -> None:
    story = family()
    story.breach("2026-04-10", "shade")
    asked = story.asked(JUNE)
    assert asked.word == "compliant-with-observations"
    assert status_of(asked.reasons) == "carried"


def test_a_breach_of_a_commitment_only_the_framework_knows_is_as_grave_as_it_says() -> None:
    story = family()
    story.breach("2026-04-10", "no-hunting")
    assert story.word(JUNE) == "non-compliant"
    mild = replace(story.pack.commitments["no-hunting"], critical=False)
    story.pack = framework(commitments={"no-hunting": mild})
    assert story.word(JUNE) == "compliant-with-observations"


def test_a_breach_counts_on_the_plot_it_names_and_not_on_the_other() -> None:
    story = family()
    story.plot("second")
    story.breach("2026-04-10", plot="plot", household="household")
    assert story.word(JUNE) == "non-compliant"
    assert story.word(JUNE, story.keeper(grown="second")) == "compliant"


def test_a_breach_that_names_no_land_counts_for_all_land_of_the_household() -> None:
    story = family()
    story.plot("second")
    story.breach("2026-04-10", household="household")
    assert story.word(JUNE) == "non-compliant"
    assert story.word(JUNE, story.keeper(grown="second")) == "non-compliant"


@pytest.mark.parametrize(("whose", "code"), [("third-party", "breach-by-third-party"), ("natural", "breach-natural")])
def test_a_third_party_invasion_does_not_punish(whose: str, code: str) -> None:
    story = family()
    story.breach("2026-04-10", whose=whose)
    asked = story.asked(JUNE)
    assert asked.word == "compliant"
    assert [(reason.code, reason.effect) for reason in asked.reasons] == [(code, "note")]


def test_a_breach_nobody_is_named_for_is_as_the_framework_says() -> None:
    story = family()
    story.breach("2026-04-10", whose="unknown")
    assert story.word(JUNE) == "under-review"
    story.pack = framework(unattributed_breach=ruling("compliant"))
    assert story.word(JUNE) == "compliant"


def test_a_breach_laid_at_another_s_door_never_punished_and_what_was_known_before_stays_askable() -> None:
    story = family()
    story.breach("2026-04-10")
    before = story.size
    story.close("re-attributed", "2026-08-20", whose="third-party")
    assert story.word(JUNE) == "compliant"
    assert story.word(JUNE, size=before) == "non-compliant"


def test_a_dismissed_breach_counts_on_no_day() -> None:
    story = family()
    story.breach("2026-04-10")
    story.close("dismissed", "2026-08-20")
    assert story.asked(JUNE) == ("compliant", (), thing("pact"))


def test_a_breach_laid_at_the_producer_s_door_later_counts_from_its_first_day() -> None:
    story = family()
    story.breach("2026-04-10", whose="unknown")
    story.close("re-attributed", "2026-08-20", whose="producer")
    assert story.word("2026-04-10") == "non-compliant"


def test_a_breach_is_not_left_behind_with_the_agreement() -> None:
    story = family()
    story.breach("2026-04-10")
    story.sign("fresh start")
    story.leave(on="2026-05-01")
    story.join(name="fresh start", on="2026-05-01")
    asked = story.asked(JUNE)
    assert (asked.word, asked.agreement) == ("non-compliant", thing("fresh start"))


def test_a_felled_plot_stays_felled_when_another_family_picks_there() -> None:
    story = family()
    story.breach("2026-04-10", plot="plot")
    story.sign("theirs")
    story.join("neighbour", "theirs")
    assert story.word(JUNE, story.keeper("neighbour", producer="other")) == "non-compliant"


def test_a_breach_that_names_nobody_does_not_make_every_family_guilty() -> None:
    story = family()
    story.breach("2026-04-10", plot="")
    asked = story.asked(JUNE)
    assert asked.word == "compliant"
    assert [reason.code for reason in asked.reasons] == ["breach-names-nobody"]


def test_a_breach_that_names_nobody_counts_for_the_community_that_promised() -> None:
    story = family()
    story.sign("common", "community")
    story.join("village", "common")
    story.join("joined", "common")
    story.breach("2026-04-10", name="common", plot="")
    assert story.word(JUNE, story.keeper("h", producer="p", community="village")) == "non-compliant"
    assert story.word(JUNE, story.keeper("joined")) == "compliant"


# ---------------------------------------------------------------- monitoring


def test_an_alert_is_not_a_breach() -> None:
    story = family()
    story.look("2026-04-10", "remote-alert", no_felling="breached", plot="plot")
    asked = story.asked(JUNE)
    assert asked.word == "compliant"
    assert [(reason.code, reason.effect) for reason in asked.reasons] == [("monitoring-alert", "note")]


def test_an_alert_is_closed_by_whoever_goes_and_looks() -> None:
    story = family()
    story.look("2026-04-10", "remote-alert", known_as="alert", no_felling="not-assessed", plot="plot")
    story.look("2026-04-20", "patrol", known_as="patrol", no_felling="met", plot="plot")
    assert story.asked("2026-04-19").reasons[0].code == "monitoring-alert"
    assert story.asked("2026-04-20").reasons == ()


def test_partly_met_is_an_observation_until_it_is_met() -> None:
    story = family()
    story.look("2026-04-10", shade="partly", household="household")
    story.look("2026-08-10", shade="met", known_as="later", household="household")
    assert story.word("2026-04-10") == "compliant-with-observations"
    assert story.word("2026-08-10") == "compliant"


def test_what_a_patrol_saw_is_not_mended_by_the_family_s_own_word() -> None:
    story = family()
    story.look("2026-04-10", shade="breached", plot="plot")
    story.look("2026-05-10", "self-report", known_as="own", shade="partly", plot="plot")
    assert story.codes(JUNE) == ["monitoring-breached"]
    story.look("2026-05-20", "inspection", known_as="inspection", shade="met", plot="plot")
    assert story.word(JUNE) == "compliant"


def test_a_patrol_that_saw_a_breach_nobody_has_recorded_yet_is_under_review() -> None:
    story = family()
    story.look("2026-04-10", no_felling="breached", plot="plot")
    assert story.word(JUNE) == "under-review"
    before = story.size
    story.breach("2026-04-01", whose="third-party", monitoring="look")
    assert story.word(JUNE) == "compliant"
    assert story.word(JUNE, size=before) == "under-review"


def test_what_was_not_assessed_says_nothing() -> None:
    story = family()
    story.look("2026-04-10", shade="partly", plot="plot")
    story.look("2026-05-10", known_as="later", shade="not-assessed", plot="plot")
    assert story.word(JUNE) == "compliant-with-observations"


def test_where_nobody_looked_in_time_it_is_as_the_framework_says() -> None:
    story = family()
    story.pack = framework(monitoring_months=months(6))
    assert story.word("2026-07-01") == "compliant"
    assert story.word("2026-07-02") == "under-review"
    story.look("2026-07-10", no_felling="met")
    assert story.word("2026-07-09") == "under-review"
    assert story.word("2026-07-10") == "compliant"
    assert story.codes("2027-01-11")[0] == "agreement-lapsed"


def test_a_later_look_that_speaks_for_the_days_before_it_heals_them() -> None:
    story = family()
    story.pack = framework(monitoring_months=months(6))
    assert story.word("2026-08-01") == "under-review"
    story.look("2026-09-10", "self-report", known_as="own", covers_from="2026-07-15", no_felling="met")
    assert story.word("2026-08-01") == "under-review"
    story.look("2026-09-20", covers_from="2026-07-15", no_felling="met")
    assert story.word("2026-07-14") == "under-review"
    assert story.word("2026-07-15") == "compliant"
    assert story.codes("2026-08-01") == ["monitored-afterwards"]


def test_an_alert_is_no_monitoring() -> None:
    story = family()
    story.pack = framework(monitoring_months=months(6))
    story.look("2026-06-20", "remote-alert", no_felling="not-assessed")
    assert story.word("2026-08-01") == "under-review"


# ---------------------------------------------------------------- the authority's word


def test_an_agreement_its_authority_has_not_endorsed_is_as_the_framework_says() -> None:
    story = Story()
    story.area()
    story.plot()
    digest = story.sign(by="coop")
    story.join()
    assert story.asked(JUNE).reasons[0][:2] == ("agreement-unendorsed", "note")
    story.pack = framework(unendorsed=ruling("under-review"))
    assert story.word(JUNE) == "under-review"
    story.endorse(digest, "somebody else")
    story.endorse(digest, "authority", role="delivery")
    assert story.word(JUNE) == "under-review"
    before = story.size
    story.endorse(digest, "authority")
    assert story.word(JUNE) == "compliant"
    assert story.word(JUNE, size=before) == "under-review"


def test_an_agreement_the_authority_itself_stated_needs_no_countersignature() -> None:
    story = family()
    story.pack = framework(unendorsed=ruling("under-review"))
    assert story.word(JUNE) == "compliant"


# ---------------------------------------------------------------- corrections


def test_a_corrected_agreement_speaks_in_its_new_words() -> None:
    story = Story()
    story.area()
    story.plot()
    wrong = story.sign(valid_to="2026-03-31")
    story.join()
    before = story.size
    story.sign(replaces=wrong)
    assert story.word(JUNE) == "compliant"
    assert story.word(JUNE, size=before) == "lapsed"


# ---------------------------------------------------------------- one delivery


def test_the_worst_day_of_a_harvest_decides_with_its_reasons() -> None:
    story = family()
    digest = story.status("suspended", "2026-05-10")
    story.status("active", "2026-05-12")
    asked = story.picked("2026-05-01", "2026-05-31")
    assert asked.word == "suspended"
    at_index = next(i for i, (_, said, _) in enumerate(story.said) if said == digest)
    reason = Reason("agreement-suspended", "not-carried", thing("pact"), "2026-05-10", at_index)
    assert asked.reasons == (reason,)
    assert story.picked("2026-05-12", "2026-05-31").word == "compliant"


def test_unknown_harvest_days_are_judged_on_the_delivery_day_and_say_so() -> None:
    story = family()
    asked = story.picked(delivered_on=JUNE)
    assert asked.word == "compliant"
    assert asked.reasons == (Reason("harvest-days-unknown", "note", thing("lot"), JUNE, 7),)
    assert story.picked(delivered_on="2027-01-05").word == "lapsed"


def test_a_harvest_of_one_day_needs_only_its_first() -> None:
    story = family()
    story.breach("2026-04-10")
    assert story.picked("2026-04-09").word == "compliant"
    assert story.picked("2026-04-10").word == "non-compliant"


def test_the_plain_functions_answer_as_the_remembering_one() -> None:
    story = family()
    story.breach("2026-04-10")
    place = story.place("2026-04-01", "2026-04-20")
    assert conservation_status(story.keeper(), JUNE, story.marks(), story.pack) == story.asked(JUNE)
    assert delivery_conservation(place, story.marks(), story.pack) == story.picked("2026-04-01", "2026-04-20")


def test_frameworks_at_a_place_are_those_on_its_land_and_those_joined() -> None:
    story = family()
    assert frameworks_at(story.place(), story.marks()) == {FOREST}
    stranger = story.keeper("stranger", producer="stranger")
    assert frameworks_at(story.place(keeper=stranger), story.marks()) == {FOREST}
    story.plot("far", within=None)
    nowhere = story.keeper("stranger", producer="stranger", grown="far")
    assert frameworks_at(story.place(keeper=nowhere), story.marks()) == frozenset()
    assert frameworks_at(story.place(keeper=story.keeper(grown="")), story.marks()) == {FOREST}
