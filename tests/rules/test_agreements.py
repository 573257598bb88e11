"""Agreements: who speaks of them, what stands above them, who joins and leaves, what breaches and sanctions can be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.outlines import square
from tests.world import Draft, Farm, Party, World


class Valley:
    """A co-operative, the head of a forest, and a family with a plot in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.coop = world.coop()
        self.head = world.party("Jefatura", "authority")
        self.farm = world.farm(self.coop)
        self.household = self.home(self.farm)
        self.forest = self.area("Bosque")
        self.agreement = world.new_id("agreement")

    def home(self, *farms: Farm) -> str:
        """The household of producers."""
        household = self.world.new_id("household")
        body = {
            "household": household,
            "code": "H-1",
            "producers": [farm.producer for farm in farms],
            "district": "Rioja",
        }
        self.world.say(self.world.draft("household.registered", body, self.coop))
        return household

    def area(self, name: str, within: str | None = None) -> str:
        """An area, perhaps inside another."""
        area = self.world.new_id(f"area {name}")
        body = {
            "area": area,
            "kind": "conservation",
            "name": name,
            "area_m2": 900_000,
            "district": "Rioja",
            "within": within,
        }
        self.world.say(
            self.world.draft("area.mapped", body, self.head, sealed={"/geometry": square(9_000 + len(name))})
        )
        return area

    def plot_in(self, area: str) -> str:
        """A plot that lies in an area."""
        plot = self.world.plot(self.coop).but(within=area)
        self.world.say(plot)
        return str(plot["plot"])

    def agreed(self, **changes: Any) -> Draft:
        """The family agreement of the forest."""
        body = {
            "agreement": self.agreement,
            "framework": "forest-agreement",
            "level": "family",
            "code": "AC-1",
            "institutions": [
                {"party": self.head.id, "role": "authority"},
                {"party": self.coop.id, "role": "cooperative"},
            ],
            "areas": [self.forest],
            "commitments": [
                {"code": "no-felling", "kind": "prohibit", "critical": True},
                {"code": "shade", "kind": "do", "critical": False},
            ],
            "ladder": ["notice", "suspension"],
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
        }
        return self.world.draft("agreement.signed", body | changes, self.head)

    def signed(self, **changes: Any) -> str:
        """The same, accepted: the agreement."""
        draft = self.agreed(**{"agreement": self.world.new_id("agreement"), **changes})
        self.world.say(draft)
        return str(draft["agreement"])

    def about(self, fact: str, by: Party | None = None, **body: Any) -> Draft:
        """A fact about the agreement, by the head of the forest."""
        return self.world.draft(fact, {"agreement": self.agreement, **body}, by or self.head)

    def joining(self, on: str = "2026-02-01", **body: Any) -> Draft:
        """The household joins."""
        return self.about("agreement.joined", self.coop, **{"signatory": self.household, "joined_on": on, **body})

    def leaving(self, on: str, **body: Any) -> Draft:
        """The household leaves."""
        return self.about("agreement.left", self.coop, **{"signatory": self.household, "left_on": on, **body})

    def breach(self, **body: Any) -> Draft:
        """The family felled."""
        usual = {
            "breach": self.world.new_id("breach"),
            "commitment": "no-felling",
            "severity": "serious",
            "attributed_to": "producer",
            "window_from": "2026-04-10",
            "household": self.household,
        }
        return self.about("breach.recorded", **usual | body)

    def closing(self, breach: Draft, **body: Any) -> Draft:
        """The breach is cured."""
        usual = {
            "breach": breach["breach"],
            "outcome": "cured",
            "effective_from": "2026-05-10",
            "decided_by": self.head.id,
        }
        return self.about("breach.closed", **usual | body)

    def status(self, status: str = "suspended", by: Party | None = None, **body: Any) -> Draft:
        """The head decides."""
        usual = {"status": status, "effective_from": "2026-05-01", "decided_by": self.head.id}
        return self.about("agreement.status-set", by, **usual | body)

    def look(self, by: Party | None = None, **body: Any) -> Draft:
        """A patrol looks at both commitments."""
        usual = {
            "monitoring": self.world.new_id("monitoring"),
            "kind": "patrol",
            "monitored_on": "2026-05-01",
            "assessed": [{"commitment": "no-felling", "result": "met"}, {"commitment": "shade", "result": "partly"}],
        }
        return self.about("agreement.monitored", by, **usual | body)


@pytest.fixture
def valley(world: World) -> Valley:
    """A family that joined the agreement of the forest."""
    found = Valley(world)
    world.say(found.agreed())
    world.say(found.joining())
    return found


@pytest.mark.rule("agreement_is_spoken_of_by_its_parties", "accepts")
@pytest.mark.rule("agreement_is_spoken_of_by_its_parties", "refuses")
def test_only_parties_of_an_agreement_speak_of_it(world: World, valley: Valley) -> None:
    stranger = world.buyer()
    for draft in (
        valley.about("agreement.extended", valid_to="2027-06-30"),
        valley.about("agreement.renewed", signed_on="2027-01-05", valid_from="2027-01-01"),
        valley.leaving("2026-06-01"),
        valley.look(),
        valley.breach(),
        valley.about("benefit.delivered", benefit="stove", to=valley.household, delivered_on="2026-03-01"),
        valley.agreed(agreement=world.new_id()),
    ):
        assert world.refused(draft.said_by(stranger)) == ["agreement-not-yours"]
        world.say(draft)


@pytest.mark.rule("agreement_is_spoken_of_by_its_parties", "accepts")
def test_a_community_joins_by_its_own_word_and_a_certifier_tells_what_it_saw(world: World, valley: Valley) -> None:
    community, certifier = world.party("Comunidad", "community"), world.certifier()
    world.say(valley.joining(signatory=community.id).said_by(community))
    world.say(valley.look(certifier))
    world.say(valley.breach().said_by(certifier))


@pytest.mark.rule("decision_is_by_an_institution_entitled", "accepts")
@pytest.mark.rule("decision_is_by_an_institution_entitled", "refuses")
def test_the_authority_decides_and_the_cooperative_may_tell_it_from_the_document(world: World, valley: Valley) -> None:
    assert world.refused(valley.status(decided_by=valley.coop.id).said_by(valley.coop)) == ["decision-not-entitled"]
    assert world.refused(valley.status(by=valley.coop)) == ["decision-not-yours"]
    told = valley.status(by=valley.coop)
    world.say(world.draft(told.fact.removesuffix("/1"), told.body, valley.coop, around={"basis": "document"}))
    stranger = world.draft("agreement.status-set", told.body, world.buyer(), around={"basis": "document"})
    assert world.refused(stranger) == ["decision-not-yours"]
    world.say(valley.status("active", effective_from="2026-06-01"))


@pytest.mark.rule("decision_is_by_an_institution_entitled", "accepts")
@pytest.mark.rule("decision_is_by_an_institution_entitled", "refuses")
def test_nobody_closes_its_own_breach_where_an_authority_is_named(world: World, valley: Valley) -> None:
    breach = valley.breach()
    world.say(breach)
    own = valley.closing(breach, decided_by=valley.coop.id).said_by(valley.coop)
    assert world.refused(own) == ["decision-not-entitled"]
    world.say(valley.closing(breach))


@pytest.mark.rule("decision_is_by_an_institution_entitled", "accepts")
def test_the_cooperative_decides_where_no_authority_is_named(world: World, valley: Valley) -> None:
    only = [{"party": valley.coop.id, "role": "cooperative"}]
    valley.agreement = world.new_id("own agreement")
    world.say(valley.agreed(institutions=only).said_by(valley.coop))
    world.say(valley.status(decided_by=valley.coop.id).said_by(valley.coop))
    council = world.party("Comunidad", "community")
    valley.agreement = world.new_id("community's agreement")
    world.say(valley.agreed(institutions=[{"party": council.id, "role": "community"}]).said_by(council))
    world.say(valley.status(decided_by=council.id).said_by(council))


@pytest.mark.rule("parent_is_of_a_wider_level", "accepts")
@pytest.mark.rule("parent_is_of_a_wider_level", "refuses")
def test_a_family_agreement_stands_under_a_community_s_and_never_the_other_way(world: World, valley: Valley) -> None:
    community = valley.signed(level="community")
    world.say(valley.agreed(agreement=world.new_id(), parent=community))
    assert world.refused(valley.agreed(agreement=world.new_id(), parent=valley.agreement)) == ["parent-not-wider"]
    above = valley.agreed(agreement=world.new_id(), level="community", parent=valley.agreement)
    assert world.refused(above) == ["parent-not-wider"]


@pytest.mark.rule("no_agreement_is_above_itself", "accepts")
@pytest.mark.rule("no_agreement_is_above_itself", "refuses")
def test_no_agreement_stands_above_itself(world: World, valley: Valley) -> None:
    itself = world.new_id("agreement")
    assert world.refused(valley.agreed(agreement=itself, parent=itself)) == ["agreement-above-itself"]
    upper = valley.agreed(agreement=world.new_id("upper"), level="cooperative")
    outcome = world.say(upper)
    lower = valley.signed(level="community", parent=upper["agreement"])
    world.say(valley.agreed(agreement=world.new_id(), parent=lower))
    circle = upper.but(level="family", parent=lower).replacing(outcome)
    assert world.refused(world.draft("agreement.signed", circle.body, valley.head, around=circle.around)) == [
        "agreement-above-itself"
    ]


@pytest.mark.rule("no_agreement_is_above_itself", "refuses")
def test_a_circle_of_three_is_seen_too(world: World, valley: Valley) -> None:
    top = valley.agreed(agreement=world.new_id("top"), level="jurisdiction")
    outcome = world.say(top)
    middle = valley.signed(level="cooperative", parent=top["agreement"])
    lowest = valley.signed(level="community", parent=middle)
    circle = top.but(level="family", parent=lowest).replacing(outcome)
    assert world.refused(world.draft("agreement.signed", circle.body, valley.head, around=circle.around)) == [
        "agreement-above-itself"
    ]


@pytest.mark.rule("signatory_joins_once_and_leaves_what_it_joined", "accepts")
@pytest.mark.rule("signatory_joins_once_and_leaves_what_it_joined", "refuses")
def test_a_family_joins_once_and_leaves_only_what_it_joined(world: World, valley: Valley) -> None:
    assert world.refused(valley.joining("2026-03-01")) == ["agreement-already-joined"]
    assert world.refused(valley.joining("2026-01-15")) == ["agreement-already-joined"]
    assert world.refused(valley.leaving("2026-01-31")) == ["agreement-not-joined"]
    world.say(valley.leaving("2026-06-01"))
    assert world.refused(valley.leaving("2026-07-01")) == ["agreement-not-joined"]
    assert world.refused(valley.leaving("2026-05-01")) == ["agreement-not-joined"]
    world.say(valley.joining("2026-09-01"))
    neighbour = world.farm(valley.coop)
    assert world.refused(valley.leaving("2026-10-01", signatory=neighbour.producer)) == ["agreement-not-joined"]


@pytest.mark.rule("signatory_joins_once_and_leaves_what_it_joined", "accepts")
@pytest.mark.rule("signatory_joins_once_and_leaves_what_it_joined", "refuses")
def test_whoever_signed_for_a_household_leaves_for_it_too(world: World, valley: Valley) -> None:
    farm = world.farm(valley.coop)
    home = valley.home(farm)
    world.say(valley.joining(signatory=farm.producer, household=home))
    left = valley.leaving("2026-06-01", signatory=farm.producer)
    assert world.refused(left) == ["agreement-household-differs"]
    world.say(left.but(household=home))


@pytest.mark.rule("term_is_not_made_shorter", "accepts")
@pytest.mark.rule("term_is_not_made_shorter", "refuses")
def test_a_term_is_made_longer_never_shorter(world: World, valley: Valley) -> None:
    assert world.refused(valley.about("agreement.extended", valid_to="2026-11-30")) == ["agreement-shortened"]
    assert world.refused(valley.about("agreement.extended", valid_to="2026-12-31")) == ["agreement-shortened"]
    world.say(valley.about("agreement.extended", valid_to="2027-06-30"))
    assert world.refused(valley.about("agreement.extended", valid_to="2027-06-30")) == ["agreement-shortened"]
    renewal: dict[str, Any] = {"signed_on": "2027-08-20", "valid_from": "2027-07-01", "valid_to": "2028-06-30"}
    world.say(valley.about("agreement.renewed", **renewal))
    assert world.refused(valley.about("agreement.renewed", **renewal)) == ["agreement-shortened"]
    # A paper found late fills a gap behind the last term.
    world.say(valley.about("agreement.renewed", signed_on="2025-01-10", valid_from="2025-01-01", valid_to="2025-12-31"))


@pytest.mark.rule("term_is_not_made_shorter", "refuses")
def test_an_agreement_without_end_is_given_none_by_a_renewal(world: World, valley: Valley) -> None:
    valley.agreement = valley.signed(valid_to=None)
    renewal: dict[str, Any] = {"signed_on": "2027-01-20", "valid_from": "2027-01-01", "valid_to": "2027-12-31"}
    assert world.refused(valley.about("agreement.renewed", **renewal)) == ["agreement-shortened"]


@pytest.mark.rule("periods_run_forward", "refuses")
def test_terms_and_windows_run_forward(world: World, valley: Valley) -> None:
    renewal: dict[str, Any] = {"signed_on": "2027-01-20", "valid_from": "2027-12-31", "valid_to": "2027-01-01"}
    assert world.refused(valley.about("agreement.renewed", **renewal)) == ["period-reversed"]
    assert world.refused(valley.breach(window_to="2026-04-09")) == ["period-reversed"]


@pytest.mark.rule("successor_is_another_agreement", "accepts")
@pytest.mark.rule("successor_is_another_agreement", "refuses")
def test_no_agreement_takes_its_own_place(world: World, valley: Valley) -> None:
    successor = valley.signed()
    itself = valley.about("agreement.superseded", by=None)
    body = {"agreement": valley.agreement, "by": valley.agreement, "effective_from": "2026-07-01"}
    assert world.refused(world.draft(itself.fact.removesuffix("/1"), body, valley.head)) == [
        "agreement-succeeds-itself"
    ]
    world.say(world.draft("agreement.superseded", body | {"by": successor}, valley.head))
    back = {"agreement": successor, "by": valley.agreement, "effective_from": "2026-08-01"}
    assert world.refused(world.draft("agreement.superseded", back, valley.head)) == ["agreement-succeeds-itself"]


@pytest.mark.rule("commitment_is_in_the_agreement", "accepts")
@pytest.mark.rule("commitment_is_in_the_agreement", "refuses")
def test_only_what_was_promised_is_looked_at_or_broken(world: World, valley: Valley) -> None:
    assert world.refused(valley.breach(commitment="no-fishing")) == ["commitment-unknown"]
    assert world.refused(valley.look(assessed=[{"commitment": "no-fishing", "result": "met"}])) == [
        "commitment-unknown"
    ]
    world.say(valley.breach())
    world.say(valley.look())


@pytest.mark.rule("producers_breach_names_somebody", "accepts")
@pytest.mark.rule("producers_breach_names_somebody", "refuses")
def test_a_breach_laid_at_a_producer_s_door_says_whose(world: World, valley: Valley) -> None:
    nameless = valley.breach(household=None)
    assert world.refused(nameless) == ["breach-without-name"]
    world.say(nameless.but(attributed_to="unknown"))
    world.say(valley.breach(household=None, plot=valley.farm.plot))
    valley.agreement = valley.signed(level="community")
    world.say(valley.breach(household=None))


@pytest.mark.rule("land_and_household_can_be_under_the_agreement", "accepts")
@pytest.mark.rule("land_and_household_can_be_under_the_agreement", "refuses")
def test_a_breach_is_on_land_that_can_be_under_the_agreement(world: World, valley: Valley) -> None:
    sector = valley.area("Sector", within=valley.forest)
    town = valley.area("Pueblo")
    world.say(valley.breach(plot=valley.plot_in(valley.forest)))
    world.say(valley.breach(plot=valley.plot_in(sector)))
    world.say(valley.breach(plot=valley.farm.plot))
    assert world.refused(valley.breach(plot=valley.plot_in(town))) == ["land-elsewhere"]
    assert world.refused(valley.look(plot=valley.plot_in(town))) == ["land-elsewhere"]
    assert world.refused(valley.status(plot=valley.plot_in(town))) == ["land-elsewhere"]


@pytest.mark.rule("land_and_household_can_be_under_the_agreement", "accepts")
@pytest.mark.rule("land_and_household_can_be_under_the_agreement", "refuses")
def test_a_household_that_never_joined_anything_is_under_no_family_agreement(world: World, valley: Valley) -> None:
    farm = world.farm(valley.coop)
    stranger = valley.home(farm)
    assert world.refused(valley.breach(household=stranger)) == ["household-never-joined"]
    assert world.refused(valley.status(household=stranger)) == ["household-never-joined"]
    world.say(valley.joining(signatory=farm.producer))
    world.say(valley.breach(household=stranger, producer=farm.producer))
    world.say(valley.status(household=valley.household))


@pytest.mark.rule("breach_is_of_this_agreement", "accepts")
@pytest.mark.rule("breach_is_of_this_agreement", "refuses")
def test_a_sanction_answers_a_breach_of_its_own_agreement(world: World, valley: Valley) -> None:
    breach = valley.breach()
    world.say(breach)
    world.say(valley.status(breach=breach["breach"], sanction="suspension"))
    valley.agreement = valley.signed()
    assert world.refused(valley.status(breach=breach["breach"])) == ["breach-of-another"]
    assert world.refused(valley.closing(breach)) == ["breach-of-another"]


@pytest.mark.rule("closing_fits_its_breach", "accepts")
@pytest.mark.rule("closing_fits_its_breach", "refuses")
def test_a_cure_follows_its_breach_and_only_a_re_attribution_says_whose(world: World, valley: Valley) -> None:
    breach = valley.breach()
    world.say(breach)
    assert world.refused(valley.closing(breach, effective_from="2026-04-09")) == ["cure-before-breach"]
    assert world.refused(valley.closing(breach, attributed_to="natural")) == ["attribution-misplaced"]
    assert world.refused(valley.closing(breach, outcome="re-attributed")) == ["attribution-misplaced"]
    world.say(valley.closing(breach, outcome="re-attributed", attributed_to="third-party"))
    world.say(valley.closing(breach))


@pytest.mark.rule("agreement_had_begun", "accepts")
@pytest.mark.rule("agreement_had_begun", "refuses")
def test_nothing_is_decided_or_broken_before_the_first_day(world: World, valley: Valley) -> None:
    assert world.refused(valley.status(effective_from="2025-12-31")) == ["before-agreement"]
    old = valley.breach(window_from="2025-11-01", window_to="2025-11-30")
    assert world.refused(old) == ["before-agreement"]
    world.say(valley.status(effective_from="2026-01-01"))
    world.say(valley.breach(window_from="2025-11-01", window_to="2026-02-28"))
    world.say(valley.about("agreement.renewed", signed_on="2025-01-10", valid_from="2025-01-01", valid_to="2025-12-31"))
    world.say(old)


@pytest.mark.rule("sanction_is_a_step_of_the_ladder", "accepts")
@pytest.mark.rule("sanction_is_a_step_of_the_ladder", "refuses")
def test_a_sanction_is_a_step_that_was_signed(world: World, valley: Valley) -> None:
    assert world.refused(valley.status(sanction="fine")) == ["sanction-not-in-ladder"]
    world.say(valley.status(sanction="suspension"))
    valley.agreement = valley.signed(ladder=[])
    assert world.refused(valley.status(sanction="fine")) == ["sanction-not-in-ladder"]
    world.say(valley.status(sanction="benefits-withheld"))


@pytest.mark.rule("family_keeps_one_agreement_of_a_framework", "accepts")
@pytest.mark.rule("family_keeps_one_agreement_of_a_framework", "flags")
def test_a_family_in_two_family_agreements_is_looked_at(world: World, valley: Valley) -> None:
    first, second = valley.agreement, valley.signed()
    assert world.flagged(valley.joining(agreement=second)) == ["two-family-agreements"]
    other_framework = valley.signed(framework="best-practice")
    assert world.flagged(valley.joining(agreement=other_framework)) == []
    farm = world.farm(valley.coop)
    home = valley.home(farm)
    assert world.flagged(valley.joining(agreement=first, signatory=home)) == []
    world.say(valley.leaving("2026-06-01", agreement=first, signatory=home))
    assert world.flagged(valley.joining("2026-06-01", agreement=second, signatory=home)) == []
    # A year later the one that ran out is no second one.
    third = valley.signed(valid_from="2027-01-01", valid_to="2027-12-31")
    assert world.flagged(valley.joining("2027-01-01", agreement=third, signatory=home)) == []


def test_drafts_of_one_batch_may_lean_on_each_other(world: World) -> None:
    valley = Valley(world)
    upper = valley.agreed(agreement=world.new_id("upper"), level="community")
    breach = valley.breach()
    outcomes = world.batch(
        upper,
        valley.agreed(parent=upper["agreement"]),
        valley.joining(),
        breach,
        valley.status(breach=breach["breach"], household=valley.household),
        valley.closing(breach),
        atomic=True,
    )
    assert [outcome.status for outcome in outcomes] == ["accepted"] * 6
