"""What the four seasons promise: accepted whole, honest about who is covered, and not a gram made or lost."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import timedelta
from itertools import chain

import pytest

from ledger.seasons.draft import Draft
from ledger.seasons.people import MARK
from ledger.seasons.stage import STORIES
from ledger.seasons.story import Story
from ledger.store.schema import ACCOUNT_KINDS
from tests.seasons.conftest import Stage

SCALE = {"coffee": 463, "cocoa": 201, "pitahaya": 228, "alpaca": 183}
PROGRAMMES = (
    "COOPBAM",
    "ASPROBAM",
    "AMEDBAM",
    "Allima",
    "ADESFA",
    "SERNANP",
    "Conservation International",
    "Conservación Internacional",
    "Alto Mayo",
    "Pasiri",
    "Callacami",
    "FLOCERT",
)
"""The programmes the seasons are modelled on, and a body that certifies: no such name stands beside invented events.

Schemes are named: they are the packs the claims are judged by. Who certified, what and under which number is invented.
"""

each_story = pytest.mark.parametrize("name", list(STORIES))


def test_every_fact_of_every_story_is_accepted(stage: Stage) -> None:
    assert stage.telling.facts == stage.telling.total
    assert 9_000 <= stage.telling.facts <= 12_500


def test_the_whole_log_verifies(stage: Stage) -> None:
    assert stage.ledger.verify().statements == stage.ledger.head().size


def test_the_stored_books_are_what_the_statements_mean(stage: Stage) -> None:
    assert stage.ledger.rebuild().differences == ()


@each_story
def test_a_story_has_the_scale_of_its_programme(stage: Stage, name: str) -> None:
    story = stage.stories[name]

    assert story.families == SCALE[name]
    assert _count(story, "producer.enrolled") == SCALE[name]


def test_every_gram_brought_in_is_in_stock_on_the_way_or_lost(stage: Stage) -> None:
    with sqlite3.connect(stage.database) as db:
        rows: dict[int, int] = dict(db.execute("SELECT kind, SUM(amount) FROM move WHERE gone IS NULL GROUP BY kind"))
    places = ("stock", "transit", "return", "loss")

    assert sum(rows[ACCOUNT_KINDS[place]] for place in places if ACCOUNT_KINDS[place] in rows) == sum(
        story.brought_in for story in stage.stories.values()
    )


def test_nobody_has_less_than_nothing(stage: Stage) -> None:
    kinds = [ACCOUNT_KINDS[kind] for kind in ("stock", "title", "transit", "return")]
    with sqlite3.connect(stage.database) as db:
        least = [db.execute("SELECT MIN(amount) FROM balance WHERE kind = ?", (kind,)).fetchone()[0] for kind in kinds]

    assert all(amount is None or amount >= 0 for amount in least)


@each_story
def test_contributions_sum_to_the_traced_lot(stage: Stage, name: str) -> None:
    story = stage.stories[name]
    trace = stage.ledger.trace(story.traced)

    assert sum(one.grams for one in trace.contributions) == trace.grams == stage.ledger.lot(story.traced).grams
    assert {one.delivery for one in trace.contributions} == set(story.sources)
    assert all(0 < one.grams <= one.at_most_grams for one in trace.contributions)


@each_story
def test_farmers_hold_receipts_of_goods_that_are_in_the_lot(stage: Stage, name: str) -> None:
    story = stage.stories[name]
    contributors = {one.producer_code for one in stage.ledger.trace(story.traced).contributions}

    receipts = story.receipts(3)

    assert len(receipts) == 3
    assert {receipt.producer_code for receipt in receipts} <= contributors
    assert all(stage.ledger.fact(receipt.statement).type == "lot.harvested/1" for receipt in receipts)


@each_story
def test_the_buyer_has_what_was_accepted_and_nobody_all_of_it(stage: Stage, name: str) -> None:
    story = stage.stories[name]
    view = stage.ledger.lot(story.traced)

    assert 0 < view.holders[story.buyer] < view.grams


@each_story
def test_agreements_cover_most_families_and_not_all(stage: Stage, name: str) -> None:
    """Some never signed and some let it lapse: a season in which everybody is covered would not be honest."""
    agreements = [link for link in stage.ledger.lot(stage.stories[name].traced).links if link.kind == "agreement"]

    assert agreements
    assert all(link.status == "partly" for link in agreements)
    assert all(0.5 < link.covered_grams / link.total_grams < 1 for link in agreements)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("alpaca", {"class": "superfina", "colour": "white"}),
        ("pitahaya", {"species": "yellow", "calibre": "large"}),
        ("coffee", {}),
        ("cocoa", {}),
    ],
)
def test_a_traced_lot_is_of_the_class_or_calibre_of_what_went_into_it(
    stage: Stage, name: str, said: dict[str, str]
) -> None:
    attributes = stage.ledger.lot(stage.stories[name].traced).attributes

    assert {each.code: each.value for each in attributes} == said


@each_story
def test_what_is_measured_is_what_the_pack_knows_and_within_the_class(stage: Stage, name: str) -> None:
    story = stage.stories[name]
    pack = stage.ledger.pack(story.commodity)
    outputs = [line for draft in story.drafts for line in draft.body.get("outputs", ())]
    measures = [
        measure
        for body in [*outputs, *(draft.body for draft in story.drafts if draft.fact == "lot.harvested/1")]
        for measure in body["measures"]
    ]
    fineness = {
        (said["value"], measure["value"])
        for line in outputs
        for said in line.get("attributes", ())
        for measure in line["measures"]
        if (said["code"], measure["kind"]) == ("class", "fineness")
    }

    assert {(m["kind"], m["unit"], m["scale"]) for m in measures} <= {
        (code, known.unit, known.scale) for code, known in pack.quality.items()
    }
    assert len(fineness) == (6 if name == "alpaca" else 0)
    for word, tenths in fineness:
        bounds = pack.attributes["class"].values[word]
        assert bounds.above is None or tenths > bounds.above.value * 10 // bounds.above.ratio.whole
        assert bounds.at_most is None or tenths <= bounds.at_most.value * 10 // bounds.at_most.ratio.whole


def test_nobody_is_flagged_by_accident(stage: Stage) -> None:
    """One harvest above its estimate and one short arrival per story are meant; each flag has been answered."""
    answered = sum(_count(story, "flag.justified") for story in stage.stories.values())

    assert stage.telling.flags == {"estimate-exceeded": 1, "shortage-unexplained": 4}
    assert answered == sum(stage.telling.flags.values())


def test_things_go_otherwise_than_planned(stage: Stage) -> None:
    drafts = list(chain.from_iterable(story.drafts for story in stage.stories.values()))
    deliveries = [draft for draft in drafts if draft.fact == "lot.harvested/1"]
    by = Counter(draft.body["delivered_by"] for draft in deliveries)
    late = [draft for draft in deliveries if draft.arrives - draft.at > timedelta(days=7)]

    assert by["neighbour"] > 10
    assert by["carrier"] > 5
    assert len(late) == 6
    assert sum(draft.replaces is not None for draft in deliveries) >= 4
    for fact in (
        "delivery.rejected",
        "delivery.confirmed",
        "lot.held",
        "lot.released",
        "lot.returned",
        "fact.endorsed",
    ):
        assert any(draft.fact == f"{fact}/1" for draft in drafts), fact


def test_a_held_lot_went_on_only_after_its_release(stage: Stage) -> None:
    drafts = stage.stories["coffee"].drafts
    held = next(draft for draft in drafts if draft.fact == "lot.held/1")
    lot = held.body["lots"][0]
    released = next(draft for draft in drafts if draft.fact == "lot.released/1")
    packed = next(draft for draft in drafts if draft.fact == "lot.packed/1" and lot in _inputs(draft))

    assert held.arrives < released.arrives < packed.arrives
    assert stage.ledger.lot(lot).blocks == ()


def test_no_programme_is_named_beside_invented_events(stage: Stage) -> None:
    with sqlite3.connect(stage.database) as db:
        said = "\n".join(payload.decode() for (payload,) in db.execute("SELECT payload FROM statement")).lower()

    assert [name for name in PROGRAMMES if name.lower() in said] == []


def test_every_organisation_is_marked_as_invented(stage: Stage) -> None:
    named = [
        draft.body["name"]
        for story in stage.stories.values()
        for draft in story.drafts
        if draft.fact in ("party.registered/1", "facility.registered/1") and "name" in draft.body
    ]

    assert len(named) > 40
    assert all(name.endswith(MARK) for name in named)


def test_people_are_invented_and_never_named_in_the_open(stage: Stage) -> None:
    people = [
        draft.sealed[pointer]
        for story in stage.stories.values()
        for draft in story.drafts
        for pointer in ("/person", "/inspector")
        if pointer in draft.sealed
    ]
    with sqlite3.connect(stage.database) as db:
        said = "\n".join(payload.decode() for (payload,) in db.execute("SELECT payload FROM statement"))

    assert len(people) > 1_075
    for value in people:
        assert isinstance(value, dict)
        assert value["invented"] is True
        assert str(value["name"]) not in said


def test_everything_happens_in_the_year_of_the_seasons(stage: Stage) -> None:
    drafts = chain.from_iterable(story.drafts for story in stage.stories.values())

    assert all(draft.at.year == draft.arrives.year == 2026 and draft.at <= draft.arrives for draft in drafts)


def _count(story: Story, fact: str) -> int:
    return sum(draft.fact == f"{fact}/1" for draft in story.drafts)


def _inputs(draft: Draft) -> list[str]:
    return [line["lot"] for line in draft.body["inputs"]]
