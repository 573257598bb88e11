"""Access: an auditor sees what a grant opens and nothing else, and every look is in the log before it is answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from ledger.audit.fieldwork.access import Drawable, Viewer
from ledger.audit.fieldwork.answers import Answer
from ledger.audit.fieldwork.period import Period
from ledger.errors import RefusedError
from tests.rules.test_audits import closing, drawing, ending, finding, granted, opened, own_key
from tests.world import DAY, Farm, Party, World

SEASON = Period("2026-01-01", "2026-12-31")


@dataclass
class Scene:
    """A co-operative with a lot of its own, a competitor with another, and an auditor who was given nothing yet."""

    world: World
    coop: Party
    rival: Party
    auditor: Party
    farm: Farm
    delivery: str
    lot: str
    theirs: str

    def viewer(self, party: Party | None = None, grant: str | None = None) -> Viewer:
        """Somebody at the ledger: the auditor, unless said."""
        return Viewer(self.world.ledger, (party or self.auditor).id, grant)

    def uses(self) -> list[tuple[str, str]]:
        """Every look in the log: (way, about)."""
        facts = [fact.envelope["body"] for fact in self.world.ledger.facts() if fact.type == "access.used/1"]
        return [(body["look"], body.get("about") or body.get("statement")) for body in facts]  # type: ignore[index,attr-defined]


@pytest.fixture
def scene(world: World) -> Scene:
    coop, rival, auditor = world.coop(), world.coop("Competidora"), world.certifier()
    farm = world.farm(coop)
    delivery = world.deliver(farm, 50_000, coop)
    theirs = world.deliver(world.farm(rival), 40_000, rival)
    return Scene(world, coop, rival, auditor, farm, delivery, world.pool(coop, (delivery, 50_000)), theirs)


def give(scene: Scene, **changes: object) -> str:
    """The co-operative lets the auditor look in every way, unless said otherwise."""
    looks = ["fact", "trace-back", "trace-forward", "mass-balance", "population"]
    return granted(scene.world, scene.coop, scene.auditor, **{"looks": looks, **changes})


LOOKS: dict[str, Callable[[Scene, Viewer], Answer]] = {
    "fact": lambda scene, viewer: viewer.fact(_statement_of(scene, scene.lot)),
    "trace-back": lambda scene, viewer: viewer.trace_back(scene.lot),
    "trace-forward": lambda scene, viewer: viewer.trace_forward(scene.delivery),
    "mass-balance": lambda scene, viewer: viewer.mass_balance(scene.coop.id, SEASON),
    "population": lambda scene, viewer: viewer.population(Drawable(scene.coop.id, "producers", SEASON, "risk")),
}
every_look = pytest.mark.parametrize("look", LOOKS)


def _statement_of(scene: Scene, lot: str) -> str:
    return scene.world.lot(lot).statement


def refused(look: Callable[[], object]) -> None:
    """One refusal in one set of words, whatever the reason, and nothing in the log of it."""
    with pytest.raises(RefusedError) as error:
        look()
    (problem,) = error.value.problems
    assert (problem.code, problem.where, problem.found, problem.expected) == ("access-not-granted", "", None, None)


def test_a_stranger_learns_nothing_from_a_sample_that_cannot_be_drawn_again(world: World) -> None:
    """Whose audit it is is asked first: what drawing again stumbles over is for its two sides, and costs time."""
    auditor, coop = world.certifier(), world.coop()
    audit = opened(world, auditor, coop)
    draft = drawing(world, auditor, audit, coop, population="lots")
    world.say(draft)
    with pytest.raises(RefusedError, match="population-empty"):
        Viewer(world.ledger, auditor.id).sample(draft.id)

    for name in (draft.id, draft["sample"], world.new_id("nothing")):
        with pytest.raises(RefusedError, match="access-not-granted"):
            Viewer(world.ledger, world.mill().id).sample(name)


@every_look
def test_without_a_grant_nothing_is_seen_and_nothing_is_written(scene: Scene, look: str) -> None:
    size = scene.world.ledger.head().size
    refused(lambda: LOOKS[look](scene, scene.viewer()))
    assert scene.world.ledger.head().size == size


@every_look
def test_through_a_grant_it_is_seen_and_the_look_is_in_the_log(scene: Scene, look: str) -> None:
    grant = give(scene)
    answer = LOOKS[look](scene, scene.viewer())
    record = scene.world.ledger.fact(answer.used)
    body = record.envelope["body"]
    assert isinstance(body, dict)
    assert (record.type, body["grant"], body["look"]) == ("access.used/1", grant, look)
    assert body["answer"] == hashlib.sha256(answer.data).hexdigest() == answer.digest
    assert body["log_size"] == answer.size <= record.index
    assert record.kid == scene.world.ledger.node_kid
    (used,) = scene.viewer().uses(grant)
    assert (used.look, used.index, used.answer) == (look, record.index, answer.digest)


@every_look
def test_a_grant_that_does_not_open_this_way_opens_nothing(scene: Scene, look: str) -> None:
    give(scene, looks=[other for other in LOOKS if other != look])
    refused(lambda: LOOKS[look](scene, scene.viewer()))


@every_look
def test_a_grant_that_was_ended_or_ran_out_opens_nothing(scene: Scene, look: str) -> None:
    world = scene.world
    ended = give(scene)
    world.say(ending(world, scene.coop, ended))
    refused(lambda: LOOKS[look](scene, scene.viewer()))
    give(scene, until="2026-06-30")
    LOOKS[look](scene, scene.viewer())
    world.clock.set("2026-07-02T15:00:00+00:00")
    refused(lambda: LOOKS[look](scene, scene.viewer()))


@every_look
def test_the_last_day_ends_by_the_clock_of_the_log(scene: Scene, look: str) -> None:
    """In Lima it is still the 30th, in the log the 1st: the fact that records the look is refused, so is the answer."""
    give(scene, until="2026-06-30")
    scene.world.clock.set("2026-07-01T02:00:00+00:00")
    size = scene.world.ledger.head().size
    refused(lambda: LOOKS[look](scene, scene.viewer()))
    assert scene.world.ledger.head().size == size


@every_look
def test_who_is_no_auditor_any_more_sees_nothing(scene: Scene, look: str) -> None:
    give(scene)
    gone = {"party": scene.auditor.id, "role": "certifier", "effective_from": DAY}
    scene.world.say(scene.world.draft("role.ended", gone, scene.world.operator))
    refused(lambda: LOOKS[look](scene, scene.viewer()))


@every_look
def test_another_auditor_sees_nothing_through_a_grant_that_is_not_its_own(scene: Scene, look: str) -> None:
    grant = give(scene)
    other = scene.world.certifier("Otra Certificadora")
    refused(lambda: LOOKS[look](scene, scene.viewer(other)))
    refused(lambda: LOOKS[look](scene, scene.viewer(other, grant)))


def test_what_is_anothers_and_what_does_not_exist_are_refused_in_the_same_words(scene: Scene) -> None:
    """Nothing tells an auditor whether a competitor's lot exists."""
    give(scene)
    nothing, theirs = scene.world.new_id("nothing"), scene.theirs
    size = scene.world.ledger.head().size
    viewer = scene.viewer()
    for name in (nothing, theirs):
        refused(partial(viewer.trace_back, name))
        refused(partial(viewer.trace_forward, name))
    for name in (nothing, scene.rival.id, scene.rival.place):
        refused(partial(viewer.mass_balance, name, SEASON))
        refused(partial(viewer.population, Drawable(name, "lots", SEASON, "equal")))
    for name in (nothing, "ab" * 32, _statement_of(scene, theirs)):
        refused(partial(viewer.fact, name))
    refused(lambda: scene.viewer().audit(nothing))
    refused(lambda: scene.viewer().uses(nothing))
    assert scene.world.ledger.head().size == size


def test_themes_and_days_restrict_the_facts_that_are_read(scene: Scene) -> None:
    world = scene.world
    pooling = _statement_of(scene, scene.lot)
    enrolment = next(
        f.digest for f in world.ledger.facts() if f.type == "producer.enrolled/1" and f.by == scene.coop.id
    )
    give(scene, looks=["fact"], themes=["lot"], period_from=DAY, period_to=DAY)
    assert json.loads(scene.viewer().fact(pooling).data)["fact"] == "lot.transformed/1"
    refused(lambda: scene.viewer().fact(enrolment))
    late = world.say(world.delivery(scene.farm, 1_000, scene.coop).on("2026-06-13"))
    refused(lambda: scene.viewer().fact(late.digest))


def test_a_grant_on_one_lot_opens_that_lot_and_what_is_around_it(scene: Scene) -> None:
    world = scene.world
    other = world.deliver(scene.farm, 9_000, scene.coop)
    give(scene, lots=[scene.lot])
    scene.viewer().trace_back(scene.lot)
    scene.viewer().trace_forward(scene.delivery)
    scene.viewer().fact(_statement_of(scene, scene.delivery))
    refused(lambda: scene.viewer().trace_back(other))
    refused(lambda: scene.viewer().fact(_statement_of(scene, other)))
    # A balance or a population cannot be shown lot by lot.
    refused(lambda: scene.viewer().mass_balance(scene.coop.id, SEASON))
    refused(lambda: scene.viewer().trace_forward(scene.farm.producer))


def test_a_balance_beyond_the_days_of_the_grant_is_not_shown(scene: Scene) -> None:
    give(scene, period_from="2026-06-01", period_to="2026-06-30")
    scene.viewer().mass_balance(scene.coop.id, Period("2026-06-01", "2026-06-30"))
    refused(lambda: scene.viewer().mass_balance(scene.coop.id, Period("2026-05-31", "2026-06-30")))


def test_sealed_values_stay_sealed(scene: Scene) -> None:
    give(scene)
    enrolment = next(f for f in scene.world.ledger.facts() if f.type == "producer.enrolled/1" and f.by == scene.coop.id)
    answer = scene.viewer().fact(enrolment.digest)
    assert b"Persona" not in answer.data
    assert scene.world.ledger.disclosures(enrolment.digest, party=scene.auditor.id) == {}


def test_what_is_its_own_a_party_sees_without_a_grant_or_a_record(scene: Scene) -> None:
    size = scene.world.ledger.head().size
    for look in LOOKS.values():
        assert look(scene, scene.viewer(scene.coop)).used == ""
    refused(lambda: scene.viewer(scene.coop).trace_back(scene.theirs))
    for look in LOOKS.values():
        look(scene, scene.viewer(scene.world.operator))
    assert scene.world.ledger.head().size == size


def test_of_two_grants_the_one_that_opens_it_is_used(scene: Scene) -> None:
    world = scene.world
    narrow = give(scene, lots=[scene.delivery], looks=["trace-back"])
    wide = give(scene)
    other = world.deliver(scene.farm, 9_000, scene.coop)
    assert scene.viewer().trace_back(scene.lot).grant == narrow
    assert scene.viewer().trace_back(other).grant == wide
    assert scene.viewer(grant=wide).trace_back(scene.lot).grant == wide
    refused(lambda: scene.viewer(grant=narrow).trace_back(other))


def test_a_grant_never_opens_what_the_log_held_for_others_at_an_earlier_size(scene: Scene) -> None:
    size = scene.world.ledger.head().size
    ended = give(scene)
    assert scene.viewer().trace_back(scene.lot, size=size).size == size
    scene.world.say(ending(scene.world, scene.coop, ended))
    refused(lambda: scene.viewer().trace_back(scene.lot, size=size))


def test_both_sides_of_an_audit_see_it_and_no_stranger_does(scene: Scene) -> None:
    world = scene.world
    audit = opened(world, scene.auditor, scene.coop)
    grant = give(scene, audit=audit)
    scene.viewer().trace_back(scene.lot)
    for party in (scene.auditor, scene.coop, world.operator):
        view = scene.viewer(party).audit(audit)
        assert (view.line.audit, view.line.state) == (audit, "open")
        assert [each.grant for each in view.grants] == [grant]
        assert [each.audit for each in scene.viewer(party).audits()] == [audit]
        assert len(scene.viewer(party).uses(grant)) == 1
    assert scene.viewer(scene.rival).audits() == []
    assert scene.viewer(scene.rival).grants() == []
    refused(lambda: scene.viewer(scene.rival).audit(audit))
    refused(lambda: scene.viewer(scene.rival).uses(grant))
    assert [each.grant for each in scene.viewer().grants()] == [grant]
    assert scene.uses() == [("trace-back", scene.lot)]


def test_a_finding_is_seen_by_who_recorded_it_and_whom_it_concerns(scene: Scene) -> None:
    world = scene.world
    own = own_key(world, scene.auditor)
    draft = finding(world, scene.auditor, party=scene.coop.id)
    world.say(own.sign(draft))
    world.say(own.sign(finding(world, scene.auditor, kind="documents")))
    for party, count in ((scene.auditor, 2), (scene.coop, 1), (scene.rival, 0), (world.operator, 2)):
        assert len(scene.viewer(party).findings()) == count
    assert [each.outcome for each in scene.viewer(scene.coop).findings()] == [""]
    world.say(own.sign(closing(world, scene.auditor, draft["finding"])))
    assert [each.outcome for each in scene.viewer(scene.coop).findings()] == ["corrected"]
