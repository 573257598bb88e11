"""What readers keep between questions never answers differently from reading everything anew.

Every answer of a ledger that remembers is compared with one of books that remember nothing, after each kind of fact
that may change a claim, whoever wrote it, and at earlier sizes as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Ledger
from ledger.claims import Asked, lot_claims, part_claims
from ledger.queries import Claim, LotClaims
from ledger.store.books import Books
from ledger.store.evidence_of import EvidenceOf
from ledger.store.kept import Common, Kept, StaleError
from tests.claims.certified_valley import FOREST, ORGANIC, SALE_DAY, CertifiedValley, Family
from tests.world import Draft, World


class Trade:
    """A valley with two lots of green coffee that share families, bags of one, and a delivery nobody pooled yet."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.valley = valley = CertifiedValley(world)
        self.families = [valley.family() for _ in range(3)]
        one, two, three = self.families
        self.green = valley.green((one, 60_000), (two, 40_000))
        self.other = valley.green((two, 30_000), (three, 50_000))
        packed = world.packing(valley.coop, [(self.green, 80_000)], [30_000, 50_000], form="green")
        world.say(packed)
        self.bags = [str(line["lot"]) for line in packed["packages"]]
        self.delivery = world.delivery(one, 20_000)
        world.say(self.delivery)
        self.lots = [self.green, self.other, *self.bags, str(self.delivery["lot"])]
        self.numbers = iter(range(1, 1000))

    def kept(self, ledger: Ledger | None = None) -> list[tuple[LotClaims, object]]:
        """What the ledger says of every lot, remembering."""
        ledger = ledger or self.world.ledger
        return [(ledger.claims(lot, SALE_DAY), ledger.trace(lot)) for lot in self.lots]

    def fresh(self, size: int | None = None) -> list[tuple[Claim, ...]]:
        """The same read anew, by books that remember nothing."""
        return [claims for claims, _ in self.anew(size)]

    def anew(self, size: int | None = None) -> list[tuple[tuple[Claim, ...], object]]:
        """Claims and what each part carries, by books that remember nothing."""
        ledger = self.world.ledger
        found: list[tuple[tuple[Claim, ...], object]] = []
        for lot in self.lots:
            with ledger._readers.books(size) as books:
                alone = Books(books.db, books.log, books.names, books.size)
                evidence = EvidenceOf(alone, ledger._packs).lot(lot)
                found.append((lot_claims(evidence, Asked(SALE_DAY)), part_claims(evidence, SALE_DAY)))
        return found

    def remembered(self, size: int | None = None) -> list[tuple[tuple[Claim, ...], object]]:
        """Claims and what each part carries, by books that remember."""
        ledger = self.world.ledger
        found: list[tuple[tuple[Claim, ...], object]] = []
        for lot in self.lots:
            with ledger._readers.books(size) as books:
                evidence = EvidenceOf(books, ledger._packs).lot(lot)
                found.append((lot_claims(evidence, Asked(SALE_DAY)), part_claims(evidence, SALE_DAY)))
        return found

    # ------------------------------------------------------------ facts that change claims

    def suspends_the_certificate(self) -> None:
        valley = self.valley
        body = {"certificate": valley.organic, "status": "suspended", "effective_from": "2026-02-01"}
        self.world.say(self.world.draft("certificate.status-set", body, valley.certifier))

    def restores_the_certificate(self) -> None:
        valley = self.valley
        body = {"certificate": valley.organic, "status": "restored", "effective_from": "2026-02-02"}
        self.world.state(self.world.draft("certificate.status-set", body, valley.certifier))

    def removes_a_member(self) -> None:
        valley = self.valley
        day = f"2026-03-{next(self.numbers) % 28 + 1:02}"
        self.world.say(valley.member(valley.organic, self.families[0], "removed", day))

    def lists_a_member_again(self) -> None:
        valley = self.valley
        day = f"2026-04-{next(self.numbers) % 28 + 1:02}"
        self.world.say(valley.member(valley.organic, self.families[0], "listed", day))

    def assesses_land(self) -> None:
        self.valley.assessed(self.families[1], "high")

    def sets_a_plots_status(self) -> None:
        self.valley.plot_status(self.families[2], "in-conversion", f"2026-05-{next(self.numbers) % 28 + 1:02}")

    def ends_the_agreement(self) -> None:
        valley = self.valley
        body = {
            "agreement": valley.agreement,
            "status": "suspended",
            "effective_from": "2026-01-20",
            "decided_by": valley.authority.id,
        }
        self.world.state(self.world.draft("agreement.status-set", body, valley.authority))

    def leaves_the_agreement(self) -> None:
        valley, family = self.valley, self.families[1]
        body = {"agreement": valley.agreement, "signatory": family.producer, "left_on": "2026-02-03"}
        self.world.state(self.world.draft("agreement.left", body, valley.coop))

    def corrects_a_delivery(self) -> None:
        outcome = self.world.outcomes[self.delivery.id]
        again = self.delivery.but(harvested_from="2026-05-01", plot=self.families[2].plot)
        changed = Draft(again.fact, again.body, again.by, self.world.new_id("again"), again.at)
        self.world.state(changed.replacing(outcome))

    def holds_a_lot(self) -> None:
        self.world.say(self.world.hold(self.valley.coop, self.bags[1]))

    def sells_a_bag(self) -> None:
        valley = self.valley
        self.world.state(valley.sale(self.bags[0], 1_000, valley.claim("certificate", ORGANIC)))

    def gives_up_the_claim_of_a_delivery(self) -> None:
        body = {"lot": self.delivery["lot"], "scheme": ORGANIC}
        self.world.state(self.world.draft("claim.relinquished", body, self.valley.coop))

    def retracts_a_membership(self) -> None:
        outcome = self.world.say(self.valley.member(self.valley.organic, self.families[2], "removed", "2026-03-30"))
        self.kept()
        self.world.say(self.world.retraction(self.valley.coop, outcome))

    def says_something_else(self) -> None:
        self.world.deliver(self.families[0], 10_000)


FACTS: dict[str, Callable[[Trade], None]] = {
    name: each for name, each in vars(Trade).items() if "_" in name and callable(each) and not name.startswith("_")
}


@pytest.fixture
def trade(world: World) -> Trade:
    return Trade(world)


def test_the_story_changes_claims(trade: Trade) -> None:
    before = trade.fresh()
    for name in ("suspends_the_certificate", "assesses_land", "gives_up_the_claim_of_a_delivery", "holds_a_lot"):
        FACTS[name](trade)
        after = trade.fresh()
        assert after != before, name
        before = after


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_heeded_by_who_asked_before_it(trade: Trade, name: str) -> None:
    trade.kept()
    FACTS[name](trade)
    assert trade.remembered() == trade.anew()
    assert trade.remembered() == trade.anew()


@settings(max_examples=8)
@given(st.lists(st.sampled_from(sorted(FACTS)), min_size=2, max_size=7), st.randoms(use_true_random=False))
def test_whatever_is_said_in_whatever_order(names: list[str], random: object) -> None:
    import tempfile
    from random import Random

    assert isinstance(random, Random)
    with tempfile.TemporaryDirectory() as folder:
        world = World.begin(Path(folder))
        try:
            trade = Trade(world)
            for name in names:
                FACTS[name](trade)
                if random.random() < 0.7:
                    assert trade.remembered() == trade.anew()
            size = random.randint(1 + world.ledger.head().size // 2, world.ledger.head().size)
            lots = trade.lots
            trade.lots = [lot for lot in lots if _known(world, lot, size)]
            assert trade.remembered(size) == trade.anew(size)
            trade.lots = lots
            assert trade.remembered() == trade.anew()
        finally:
            world.ledger.close()


def _known(world: World, lot: str, size: int) -> bool:
    with world.ledger._readers.books(size) as books:
        return books.knows(lot)


def test_a_delivery_of_which_nothing_was_said_is_heeded_too(trade: Trade) -> None:
    valley = trade.valley
    assert valley.status(trade.lots[-1], ORGANIC) == "carried"
    trade.gives_up_the_claim_of_a_delivery()
    assert valley.status(trade.lots[-1], ORGANIC) == "not-carried"


def test_what_another_process_writes_is_heeded(tmp_path: Path) -> None:
    world = World.begin(tmp_path, database=str(tmp_path / "chaski.db"))
    trade = Trade(world)
    other = Ledger.open(str(tmp_path / "chaski.db"), clock=world.clock)
    try:
        before = trade.kept(other)
        assert before == trade.kept()
        for fact in (trade.suspends_the_certificate, trade.assesses_land, trade.sells_a_bag, trade.corrects_a_delivery):
            fact()
            assert trade.kept(other) == trade.kept()
        assert trade.kept(other) != before
    finally:
        other.close()
        world.ledger.close()


def test_a_family_met_for_the_first_time_is_read_as_it_is_now(trade: Trade) -> None:
    trade.kept()
    late: Family = trade.valley.family(listed=False)
    lot = trade.valley.green((late, 10_000))
    trade.lots.append(lot)
    assert trade.remembered() == trade.anew()
    trade.world.say(trade.valley.member(trade.valley.organic, late, "listed", "2026-01-01"))
    assert trade.valley.status(lot, ORGANIC) == "carried"
    assert {claim.name for claim in trade.valley.claims(lot).claims} >= {ORGANIC, FOREST}


# ---------------------------------------------------------------- readers of a moment ago


@pytest.fixture
def trade_on_disk(tmp_path: Path) -> Iterator[Trade]:
    """In a file: there nobody waits for who reads."""
    world = World.begin(tmp_path, database=str(tmp_path / "chaski.db"))
    yield Trade(world)
    world.ledger.close()


@pytest.fixture
def overtaken(trade_on_disk: Trade) -> Iterator[tuple[Kept, Common, int]]:
    """What a reader holds that began before a fact about a family it had not met."""
    trade = trade_on_disk
    readers = trade.world.ledger._readers
    with readers.books(None) as books:
        kept, size = books.kept, books.size
        assert kept is not None
        common = kept.common(size)
        assert common is not None
        yield kept, common, size


def test_a_reader_overtaken_by_a_fact_keeps_what_it_read_to_itself(
    trade_on_disk: Trade, overtaken: tuple[Kept, Common, int]
) -> None:
    kept, common, size = overtaken
    kept.add_marks(common, size, {trade_on_disk.families[1].producer: ()})
    trade_on_disk.removes_a_member()
    with trade_on_disk.world.ledger._readers.books(None) as books:
        assert kept.common(books.size) is common
    with pytest.raises(StaleError):
        kept.add_marks(common, size, {trade_on_disk.families[0].producer: ()})
    kept.add_marks(common, size, {trade_on_disk.families[2].producer: ()})


def test_a_reader_whose_shared_answers_were_dropped_keeps_to_itself(
    trade_on_disk: Trade, overtaken: tuple[Kept, Common, int]
) -> None:
    kept, common, size = overtaken
    kept.add_marks(common, size, {trade_on_disk.families[0].producer: ()})
    trade_on_disk.removes_a_member()
    with trade_on_disk.world.ledger._readers.books(None) as books:
        assert kept.common(books.size) is not common
    with pytest.raises(StaleError):
        kept.add_marks(common, size, {trade_on_disk.families[2].producer: ()})


def test_an_overtaken_reader_answers_as_of_its_moment(trade_on_disk: Trade) -> None:
    ledger = trade_on_disk.world.ledger
    with ledger._readers.books(None) as books:
        gathering = EvidenceOf(books, ledger._packs)
        gathering.lot(trade_on_disk.other)
        trade_on_disk.suspends_the_certificate()
        trade_on_disk.valley.status(trade_on_disk.other, ORGANIC)
        found = lot_claims(gathering.lot(trade_on_disk.green), Asked(SALE_DAY))
        assert (found, books.size) == (trade_on_disk.fresh(books.size)[0], ledger.head().size - 1)
