"""The three exercises: every gram back, every gram forward, what a party must still have, and what a window hides."""

from __future__ import annotations

import pytest

from ledger.audit.fieldwork.drills import trace_back, trace_forward
from ledger.audit.fieldwork.mass_balance import mass_balance
from ledger.audit.fieldwork.period import ALWAYS, Period
from ledger.audit.fieldwork.window import EVERYTHING, Window, around
from ledger.errors import NotFoundError
from tests.world import DAY, Farm, World

YEAR = Period("2026-01-01", "2026-12-31")


@pytest.fixture
def pooled(world: World) -> tuple[list[Farm], list[str], str]:
    """Three families deliver, and the co-operative pools all but a little of it."""
    farms = [world.farm() for _ in range(3)]
    lots = [world.deliver(farm, grams) for farm, grams in zip(farms, (50_000, 30_000, 20_000), strict=True)]
    pool = world.pool(world.coop(), (lots[0], 45_000), (lots[1], 30_000), (lots[2], 20_000))
    return farms, lots, pool


def test_every_gram_of_a_lot_is_traced_back(world: World, pooled: tuple[list[Farm], list[str], str]) -> None:
    farms, lots, pool = pooled
    with world.ledger.books_and_packs() as (books, packs):
        found = trace_back(books, packs, pool, DAY)
    assert (found.grams, found.traced_grams, found.untraced_grams, found.outside_grams) == (95_000, 95_000, 0, 0)
    assert {each.delivery: each.grams for each in found.contributions} == dict(
        zip(lots, (45_000, 30_000, 20_000), strict=True)
    )
    assert {each.producer for each in found.contributions} == {farm.producer for farm in farms}
    assert found.complete
    assert found.checks == ()


def test_strangers_coffee_is_untraced_and_says_so(world: World) -> None:
    coop = world.coop()
    bought = world.purchase(coop, 10_000)
    world.say(bought)
    pool = world.pool(coop, (bought["lot"], 10_000), (world.deliver(world.farm(), 5_000), 5_000))
    with world.ledger.books_and_packs() as (books, packs):
        found = trace_back(books, packs, pool, DAY)
    assert (found.traced_grams, found.untraced_grams, found.complete) == (5_000, 10_000, False)


def test_what_a_window_hides_is_told_in_grams_alone(world: World) -> None:
    """A mill pools a co-operative's coffee with another's: through a window on one, the other is a number."""
    coop, other, mill = world.coop(), world.coop("Otra"), world.mill()
    mine, theirs = world.deliver(world.farm(coop), 60_000, coop), world.deliver(world.farm(other), 40_000, other)
    for sender, lot, grams in ((coop, mine, 60_000), (other, theirs, 40_000)):
        world.say(world.receipt(mill, world.send(sender, mill, (lot, grams))))
        world.say(world.sale(sender, mill, (lot, grams)))
    pool = world.pool(mill, (mine, 60_000), (theirs, 40_000))

    window = Window(frozenset({coop.id, mill.id}))
    with world.ledger.books_and_packs() as (books, packs):
        whole, seen = trace_back(books, packs, pool, DAY), trace_back(books, packs, pool, DAY, window)
        forward = trace_forward(books, mine, Window(frozenset({coop.id})))

    assert whole.outside_grams == 0
    assert (seen.traced_grams, seen.outside_grams, seen.complete) == (60_000, 40_000, False)
    assert {each.delivery for each in seen.contributions} == {mine}
    assert theirs not in {step.lot for step in seen.steps}
    # The co-operative alone sees that its coffee went to the mill, and not what the mill made of it.
    assert [each.lot for each in forward.lots] == [mine]
    assert (forward.outside_lots, forward.outside_grams) == (1, 60_000)
    gone = [(each.how, each.to, each.grams) for each in forward.departures]
    assert gone == [("dispatched", mill.id, 60_000), ("sold", mill.id, 60_000)]


def test_a_period_hides_what_lies_before_it(world: World, pooled: tuple[list[Farm], list[str], str]) -> None:
    _, _, pool = pooled
    with world.ledger.books_and_packs() as (books, packs):
        seen = trace_back(books, packs, pool, DAY, Window(period=Period("2026-06-13", "2026-12-31")))
    assert (seen.contributions, seen.steps, seen.outside_grams) == ((), (), 95_000)


def test_a_window_on_one_lot_shows_what_is_around_it_and_nothing_else(
    world: World, pooled: tuple[list[Farm], list[str], str]
) -> None:
    _, lots, pool = pooled
    apart = world.deliver(world.farm(), 7_000)
    with world.ledger.books_and_packs() as (books, packs):
        reached = around(books, [pool])
        window = Window(lots=around(books, [lots[0]]))
        seen = trace_back(books, packs, pool, DAY, window)
    assert reached == {pool, *lots}
    assert apart not in reached
    assert {each.delivery for each in seen.contributions} == {lots[0]}
    assert seen.outside_grams == 50_000


@pytest.mark.parametrize("kind", ["lot", "producer", "plot"])
def test_a_delivery_producer_or_plot_is_followed_to_whoever_has_it(
    world: World, pooled: tuple[list[Farm], list[str], str], kind: str
) -> None:
    farms, lots, pool = pooled
    coop, buyer = world.coop(), world.buyer()
    world.say(world.receipt(buyer, world.send(coop, buyer, (pool, 40_000))))
    subject = {"lot": lots[0], "producer": farms[0].producer, "plot": farms[0].plot}[kind]
    with world.ledger.books_and_packs() as (books, _):
        found = trace_forward(books, subject)
    assert (found.kind, found.started_grams) == (kind, 50_000)
    assert {each.lot: each.expected_grams for each in found.lots} == {lots[0]: 50_000, pool: 45_000}
    # Of the 95 kg in the pool 45 are its: 40 of them went to the buyer.
    assert found.held == {coop.id: 5_000 + 45_000 * 55_000 // 95_000, buyer.id: 45_000 * 40_000 // 95_000}
    assert {(each.lot, each.how) for each in found.departures} == {(pool, "dispatched"), (pool, "received")}
    assert (found.outside_lots, found.checks) == (0, ())


def test_documents_issued_about_a_lot_are_found(world: World, pooled: tuple[list[Farm], list[str], str]) -> None:
    _, lots, pool = pooled
    paper = {"document": "cd" * 32, "kind": "dossier", "size": 10, "log_size": 3, "about": [pool]}
    world.say(world.draft("document.issued", paper, world.coop()))
    with world.ledger.books_and_packs() as (books, _):
        assert trace_forward(books, lots[0]).documents == ("cd" * 32,)


def test_only_what_has_grams_is_followed(world: World) -> None:
    coop, nothing = world.coop(), world.new_id("nothing")
    with world.ledger.books_and_packs() as (books, packs):
        for name in (coop.id, nothing):
            with pytest.raises(NotFoundError):
                trace_forward(books, name)
        with pytest.raises(NotFoundError):
            trace_back(books, packs, nothing, DAY)
        with pytest.raises(NotFoundError):
            mass_balance(books, packs, nothing, YEAR)


def test_the_books_balance_to_the_gram(world: World, pooled: tuple[list[Farm], list[str], str]) -> None:
    _, _, pool = pooled
    coop, buyer = world.coop(), world.buyer()
    world.say(world.opening(coop, 8_000))
    outputs = [("green", 48_000), ("husk", "by-product", 11_600)]
    hulled = world.transformation(coop, [(pool, 60_000)], outputs, process="hulling", losses={"moisture": 400})
    world.say(hulled)
    world.say(world.receipt(buyer, world.send(coop, buyer, (hulled["outputs"][0]["lot"], 20_000))))
    world.say(world.loss(coop, pool, 1_000))

    with world.ledger.books_and_packs() as (books, packs):
        found = mass_balance(books, packs, coop.id, YEAR)
        place = mass_balance(books, packs, coop.place, YEAR)
        theirs = mass_balance(books, packs, buyer.id, YEAR)

    lines = {(line.commodity, line.form): line for line in found.stock}
    parchment = lines["coffee", "dry-parchment"]
    assert dict(parchment.moved) == {
        "harvested": 100_000,
        "made": 95_000,
        "opened": 8_000,
        "used": -155_000,
        "lost": -1_000,
    }
    assert parchment.closing == 47_000 == 5_000 + 8_000 + 34_000
    assert dict(lines["coffee", "green"].moved) == {"made": 48_000, "dispatched": -20_000}
    held = {(line.commodity, line.form): line.closing for line in theirs.stock}
    assert held == {("coffee", "green"): 20_000}
    # The process says what it used, made and lost; the pack says what is usual.
    hulling = next(line for line in found.processes if line.process == "hulling")
    assert (hulling.runs, dict(hulling.used), hulling.unaccounted) == (1, {"dry-parchment": 60_000}, 0)
    assert dict(hulling.made) == {"green/main": 48_000, "husk/by-product": 11_600}
    assert dict(hulling.lost) == {"moisture": 400}
    assert (hulling.permille, hulling.low, hulling.high) == (800, 720, 840)
    assert found.checks == ()
    assert place.stock == found.stock
    assert place.kind == "facility"


def test_a_balance_closes_on_what_every_lot_says_is_held(
    world: World, pooled: tuple[list[Farm], list[str], str]
) -> None:
    """The slow way: ask every lot of the log who holds it, and add."""
    _, lots, pool = pooled
    coop, buyer = world.coop(), world.buyer()
    sent = world.send(coop, buyer, (pool, 30_000))
    line = {"lot": pool, "accepted": 25_000, "refused": 4_000, "missing": 1_000}
    world.say(world.receipt(buyer, sent, line))
    world.say(world.returning(coop, pool, 4_000, dispatch=sent["dispatch"]))
    world.say(world.loss(coop, lots[0], 700))
    with world.ledger.books_and_packs() as (books, packs):
        for party in (coop, buyer):
            closing: dict[str, int] = {}
            for each in world.ledger.lots():
                closing[each.form] = closing.get(each.form, 0) + each.holders.get(party.id, 0)
            found = mass_balance(books, packs, party.id, ALWAYS)
            assert {each.form: each.closing for each in found.stock} == closing
            assert found.checks == ()


def test_days_decide_what_was_there_before(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    world.say(world.delivery(farm, 10_000).on("2026-06-10"))
    world.say(world.delivery(farm, 5_000).on("2026-06-12"))
    with world.ledger.books_and_packs() as (books, packs):
        june = mass_balance(books, packs, coop.id, Period("2026-06-11", "2026-06-30"))
        before = mass_balance(books, packs, coop.id, Period("2026-06-01", "2026-06-10"))
        always = mass_balance(books, packs, coop.id, ALWAYS)
    (line,) = june.stock
    assert (line.opening, dict(line.moved), line.closing) == (10_000, {"harvested": 5_000}, 15_000)
    assert [(each.opening, each.closing) for each in before.stock] == [(0, 10_000)]
    assert [each.closing for each in always.stock] == [15_000]


def test_an_earlier_size_is_answered_from(world: World, pooled: tuple[list[Farm], list[str], str]) -> None:
    _, lots, pool = pooled
    size = world.ledger.head().size - 1
    with world.ledger.books_and_packs(size) as (books, packs):
        assert [each.lot for each in trace_forward(books, lots[0]).lots] == [lots[0]]
        with pytest.raises(NotFoundError):
            trace_back(books, packs, pool, DAY)
        assert mass_balance(books, packs, world.coop().id, YEAR).processes == ()
    assert EVERYTHING.shows_lot(pool, world.coop().id, DAY)
