"""One small chain, fact by fact, with exactly its postings: parchment of two plots pooled, hulled, sent and received.

The sale of the story comes with the facts of the trade; everything else of it is here, to the gram.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.postings import Account, Edge, Move, Postings, post
from ledger.queries import Outcome
from ledger.statement import parse_statement
from tests.world import Draft, Farm, Party, World, lots_of

HARVEST = {"harvested_from": "2026-05-20", "harvested_to": "2026-06-02"}


@dataclass
class Story:
    """The chain as it was told, with the names of the story."""

    world: World
    c: Party
    b: Party
    p1: Farm
    p2: Farm
    delivery: Draft
    l1: str
    l2: str
    l3: str
    l4: str
    l5: str
    l6: str
    d1: str
    said: list[Outcome]

    def postings(self, number: int) -> Postings:
        """What fact `number` of the story (from 1) means."""
        return post(parse_statement(self.world.ledger.fact(self.said[number - 1].id).jws.encode()))

    def books(self, *, size: int | None = None) -> dict[str, dict[str, int]]:
        """Stock of every lot of the story that stands at a size, by lot and holder."""
        names = {name: getattr(self, name) for name in ("l1", "l2", "l3", "l4", "l5", "l6")}
        born = {n: lot for n, lot in names.items() if self.stands(lot, size)}
        return {n: dict(self.world.lot(lot, size=size).holders) for n, lot in born.items()}

    def stands(self, lot: str, size: int | None) -> bool:
        """Whether a lot has a birth at a size."""
        return lot in self.known(size)

    def known(self, size: int | None) -> set[str]:
        """Lots with a standing birth at a size."""
        with self.world.ledger._readers.books(size) as books:
            return set(books.births([self.l1, self.l2, self.l3, self.l4, self.l5, self.l6]))


def tell(world: World) -> Story:
    """Facts 1 to 7 of the story, without 5."""
    c, b = world.coop("C"), world.buyer("B")
    p1, p2 = world.farm(c), world.farm(c)
    one = world.delivery(p1, 100_000, c, deductions=[{"kind": "moisture", "grams": 4_500}], **HARVEST)
    two = world.delivery(p2, 200_000, c, **HARVEST)
    l1, l2 = one["lot"], two["lot"]
    said = [world.say(one), world.say(two)]
    pooled = world.transformation(
        c,
        [(l1, 100_000), (l2, 200_000)],
        [("dry-parchment", 285_000)],
        process="re-drying",
        losses={"moisture": 15_000},
    )
    said.append(world.say(pooled))
    (l3,) = lots_of(pooled)
    outputs = [("green", 225_150), ("seconds", "second", 14_250), ("husk", "by-product", 45_600)]
    hulled = world.transformation(c, [(l3, 285_000)], outputs, process="hulling")
    said.append(world.say(hulled))
    l4, l5, l6 = lots_of(hulled)
    sent = world.dispatch(c, b, (l4, 200_000))
    said.append(world.say(sent))
    arrived = {"lot": l4, "accepted": 185_900, "refused": 14_000, "missing": 100}
    said.append(world.say(world.receipt(b, sent, arrived)))
    return Story(world, c, b, p1, p2, one, l1, l2, l3, l4, l5, l6, sent["dispatch"], said)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """The chain told in a fresh valley."""
    told = tell(World.begin(tmp_path))
    try:
        yield told
    except BaseException:
        told.world.ledger.close()
        raise
    told.world.end()


def test_1_and_2_a_delivery_moves_grams_from_the_field_into_stock(story: Story) -> None:
    for number, (lot, farm, grams) in enumerate([(story.l1, story.p1, 100_000), (story.l2, story.p2, 200_000)], 1):
        postings = story.postings(number)
        season = "coffee/dry-parchment/2026"
        assert set(postings.moves) == {
            Move(Account("field", farm.plot, "", "dry-parchment"), -grams),
            Move(Account("stock", lot, story.c.id), grams),
            Move(Account("title", lot, story.c.id), grams),
            Move(Account("field-title", farm.producer, "", season), -grams),
            Move(Account("estimate", farm.plot, "", season), -grams),
        }
        born, paper = postings.marks
        assert (born.subject, born.kind, born.effective_from) == (lot, "born", "2026-06-12")
        assert (paper.kind, paper.value) == ("receipt", {"lot": lot})
        value = dict(born.value)
        assert {name: value[name] for name in ("commodity", "form", "season", *HARVEST)} == {
            "commodity": "coffee",
            "form": "dry-parchment",
            "season": "2026",
            **HARVEST,
        }
        assert postings.edges == ()


def test_3_pooling_and_drying_takes_both_and_loses_moisture(story: Story) -> None:
    c = story.c
    postings = story.postings(3)
    assert set(postings.moves) == {
        Move(Account("stock", story.l1, c.id), -100_000),
        Move(Account("title", story.l1, c.id), -100_000),
        Move(Account("stock", story.l2, c.id), -200_000),
        Move(Account("title", story.l2, c.id), -200_000),
        Move(Account("stock", story.l3, c.id), 285_000),
        Move(Account("title", story.l3, c.id), 285_000),
        Move(Account("loss", c.id, c.place, "moisture"), 15_000),
    }
    assert set(postings.edges) == {Edge(story.l3, story.l1, 95_000), Edge(story.l3, story.l2, 190_000)}
    assert story.said[2].flags == ()


def test_4_hulling_gives_green_second_and_husk(story: Story) -> None:
    c = story.c
    postings = story.postings(4)
    outputs = {story.l4: 225_150, story.l5: 14_250, story.l6: 45_600}
    assert set(postings.moves) == {
        Move(Account("stock", story.l3, c.id), -285_000),
        Move(Account("title", story.l3, c.id), -285_000),
        *(Move(Account(kind, lot, c.id), grams) for lot, grams in outputs.items() for kind in ("stock", "title")),
    }
    assert set(postings.edges) == {Edge(lot, story.l3, grams) for lot, grams in outputs.items()}
    # 0.84 of the input is the upper end of the band: inside it.
    assert (225_150 + 14_250) * 100 == 84 * 285_000
    assert story.said[3].flags == ()


def test_6_a_dispatch_puts_stock_in_transit(story: Story) -> None:
    assert set(story.postings(5).moves) == {
        Move(Account("stock", story.l4, story.c.id), -200_000),
        Move(Account("transit", story.d1, story.l4), 200_000),
    }


def test_7_a_receipt_says_what_was_accepted_refused_and_missing(story: Story) -> None:
    assert set(story.postings(6).moves) == {
        Move(Account("transit", story.d1, story.l4), -200_000),
        Move(Account("stock", story.l4, story.b.id), 185_900),
        Move(Account("return", story.d1, story.l4), 14_000),
        Move(Account("loss", story.b.id, story.d1, "unexplained"), 100),
    }
    assert [flag.code for flag in story.said[5].flags] == ["shortage-unexplained"]
    assert story.books() == {
        "l1": {},
        "l2": {},
        "l3": {},
        "l4": {story.c.id: 25_150, story.b.id: 185_900},
        "l5": {story.c.id: 14_250},
        "l6": {story.c.id: 45_600},
    }


def test_contributions_are_exact_to_the_gram(story: Story) -> None:
    world = story.world
    assert world.contributions(story.l4) == {story.l1: 75_050, story.l2: 150_100}
    assert world.contributions(story.l5) == {story.l1: 4_750, story.l2: 9_500}
    assert world.contributions(story.l6) == {story.l1: 15_200, story.l2: 30_400}
    lines = {line.delivery: line for line in world.ledger.trace(story.l4).contributions}
    assert (lines[story.l1].producer, lines[story.l1].grown) == (story.p1.producer, story.p1.plot)
    assert {line.measured for line in lines.values()} == {"pro-rata"}


def test_rebuilding_until_a_fact_gives_the_books_as_they_stood_after_it(story: Story) -> None:
    world = story.world
    world.say(world.retraction(story.c, story.said[0]))
    for outcome in story.said:
        assert outcome.index is not None
        assert world.ledger.rebuild(until=outcome.index + 1).differences == ()
    after_hulling = story.said[3].index
    assert after_hulling is not None
    assert story.books(size=after_hulling + 1) == {
        "l1": {},
        "l2": {},
        "l3": {},
        "l4": {story.c.id: 225_150},
        "l5": {story.c.id: 14_250},
        "l6": {story.c.id: 45_600},
    }


def test_a_delivery_that_never_happened_puts_everything_forward_of_it_in_question(story: Story) -> None:
    world = story.world
    before = world.ledger.head().size
    world.say(world.retraction(story.c, story.said[0]))
    assert story.known(None) == {story.l2, story.l3, story.l4, story.l5, story.l6}
    with world.ledger._readers.books(None) as books:
        # L1 ran to -100,000 at fact 3 and has no birth.
        assert books.balances(1, [story.l1]) == {story.l1: {story.c.id: -100_000}}
        blocked = {lot: {b.source for b in found.blocks} for lot, found in books.lots([story.l1, story.l3]).items()}
    assert blocked == {story.l1: {"no-birth", "overdrawn"}, story.l3: {"no-birth", "overdrawn"}}
    for lot in (story.l3, story.l4, story.l5, story.l6):
        assert {kind for kind, _ in world.blocks(lot)} == {"in-question"}
    assert world.blocks(story.l2) == set()
    # No dispatch, neither by C nor by B who holds most of it; what was known before stays askable.
    assert world.refused(world.dispatch(story.c, world.mill(), (story.l4, 10))) == ["lot-in-question"]
    assert world.refused(world.dispatch(story.b, world.mill(), (story.l4, 10))) == ["lot-in-question"]
    assert world.lot(story.l4, size=before).blocks == ()
    assert world.lot(story.l1, size=before).grams == 100_000


def test_a_delivery_the_farmer_confirmed_is_not_retracted_alone(story: Story) -> None:
    world = story.world
    person = world.party("Productora 1", "buyer")
    phone = world.own_key(person, "person")
    first = story.said[0]
    body = {"lot": story.l1, "statement": first.digest, "producer": story.p1.producer}
    world.say(phone.sign(world.draft("delivery.confirmed", body, person)))
    assert world.refused(world.retraction(story.c, first)) == ["counterparty-not-endorsed"]
    world.say(world.endorsement(person, first))
    world.say(world.retraction(story.c, first))


def test_98_kilograms_in_the_place_of_100_leave_the_pooling_2_kilograms_short(story: Story) -> None:
    world = story.world
    right = world.delivery(story.p1, 98_000, story.c, lot=story.l1, **HARVEST)
    world.say(right.replacing(story.said[0]))
    with world.ledger._readers.books(None) as books:
        assert books.balances(1, [story.l1]) == {story.l1: {story.c.id: -2_000}}
    for lot in (story.l1, story.l3, story.l4, story.l5, story.l6):
        assert world.blocks(lot) == {("in-question", "overdrawn")}
    assert world.blocks(story.l2) == set()
    # Until fact 3 is replaced too.
    pooled = world.transformation(
        story.c,
        [(story.l1, 98_000), (story.l2, 200_000)],
        [{"lot": story.l3, "form": "dry-parchment", "kind": "main", "grams": 285_000}],
        process="re-drying",
        losses={"moisture": 13_000},
    )
    world.say(pooled.replacing(story.said[2]))
    for lot in (story.l1, story.l3, story.l4, story.l5, story.l6):
        assert world.blocks(lot) == set()
    # 225,150 x 98/298 = 74,042.6 and x 200/298 = 151,107.4: the larger remainder gets the gram.
    assert world.contributions(story.l4) == {story.l1: 74_043, story.l2: 151_107}
