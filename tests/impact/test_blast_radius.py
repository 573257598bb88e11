"""What falls with a certificate, a family, a plot, a place or a lot: grams, holders and the claims that rest on it.

The claims named are compared with the slow obvious way: ask every lot before, let the worst happen, ask again.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import NotFoundError
from ledger.impact import Reached, spread
from ledger.queries import BlastRadius
from tests.claims.certified_valley import FOREST, ORGANIC, RAINFOREST, SALE_DAY, CertifiedValley, Family
from tests.world import Draft, World

Statuses = dict[tuple[str, str], str]


class Season:
    """Five families, three lots of green coffee, bags and a sale."""

    def __init__(self, world: World) -> None:
        self.valley = valley = CertifiedValley(world)
        self.families = [valley.family() for _ in range(4)] + [valley.family(signatory=False, listed=False)]
        one, two, three, four, five = self.families
        self.first = valley.green((one, 60_000), (two, 40_000))
        self.second = valley.green((three, 50_000), (four, 50_000))
        self.mixed = valley.green((one, 10_000), (five, 90_000))
        bags = world.packing(valley.coop, [(self.first, 80_000)], [30_000, 50_000], form="green")
        world.say(bags)
        self.bags = [line["lot"] for line in bags["packages"]]
        self.sale = valley.sale(self.second, 30_000, valley.claim("certificate", ORGANIC))
        world.say(self.sale)

    def statuses(self) -> Statuses:
        """The status of every claim of every lot, asked one by one."""
        lots = [line.lot for line in self.valley.world.ledger.lots(limit=1000)]
        return {(lot, claim.name): claim.status for lot in lots for claim in self.valley.claims(lot).claims}

    def radius(self, subject: str) -> BlastRadius:
        """What falls with a subject, all of it."""
        return self.valley.world.ledger.blast_radius(subject, at=SALE_DAY, limit=10_000)


@pytest.fixture
def season(world: World) -> Season:
    """A small season."""
    return Season(world)


def at_stake(radius: BlastRadius) -> set[tuple[str, str]]:
    return {(lot.lot, stake.name) for lot in radius.affected for stake in lot.stakes}


def fell(before: Statuses, after: Statuses) -> set[tuple[str, str]]:
    return {claim for claim, status in before.items() if status != "not-carried" and after.get(claim) != status}


def withdrawn(season: Season, certificate: str) -> Draft:
    body = {"certificate": certificate, "status": "withdrawn", "effective_from": "2026-01-01"}
    return season.valley.world.draft("certificate.status-set", body, season.valley.certifier)


def removed(season: Season, family: Family) -> Draft:
    return season.valley.member(season.valley.organic, family, "removed", "2026-01-02")


def terminated(season: Season) -> Draft:
    body = {
        "agreement": season.valley.agreement,
        "status": "terminated",
        "effective_from": "2026-01-11",
        "decided_by": season.valley.authority.id,
    }
    return season.valley.world.draft("agreement.status-set", body, season.valley.authority)


def test_a_certificate_falls_with_every_claim_that_rests_on_it_and_no_other(season: Season) -> None:
    before, radius = season.statuses(), season.radius(season.valley.organic)
    season.valley.world.say(withdrawn(season, season.valley.organic))
    assert at_stake(radius) == fell(before, season.statuses())
    assert {name for _, name in at_stake(radius)} == {ORGANIC}


def test_an_agreement_falls_with_its_conservation_claims(season: Season) -> None:
    before, radius = season.statuses(), season.radius(season.valley.agreement)
    season.valley.world.say(terminated(season))
    assert at_stake(radius) == fell(before, season.statuses())
    assert {name for _, name in at_stake(radius)} == {FOREST}


def test_a_familys_reach_holds_every_claim_its_removal_takes(season: Season) -> None:
    family = season.families[0]
    before, radius = season.statuses(), season.radius(family.producer)
    season.valley.world.say(removed(season, family))
    gone = fell(before, season.statuses())
    assert gone
    assert gone == {claim for claim in at_stake(radius) if claim[1] == ORGANIC}


def test_grams_are_expected_pro_rata_and_bounded(season: Season) -> None:
    one = season.families[0]
    found = {lot.lot: lot for lot in season.radius(one.producer).affected}
    assert (found[season.first].expected_grams, found[season.first].at_most_grams) == (48_000, 60_000)
    assert (found[season.bags[0]].expected_grams, found[season.bags[0]].at_most_grams) == (18_000, 30_000)
    assert (found[season.mixed].expected_grams, found[season.mixed].at_most_grams) == (8_000, 10_000)
    assert season.second not in found


def test_it_says_who_holds_and_owns_what_is_left(season: Season) -> None:
    radius = season.radius(season.families[2].plot)
    assert radius.held_grams[season.valley.coop.id] >= 80_000
    assert radius.kind == "plot"
    affected = next(lot for lot in radius.affected if lot.lot == season.second)
    assert affected.owners == {season.valley.coop.id: 50_000, season.valley.buyer.id: 30_000}


@pytest.mark.parametrize("kind", ["household", "area", "facility", "lot", "key", "sale"])
def test_every_kind_of_subject_has_a_reach(season: Season, kind: str) -> None:
    valley = season.valley
    subject = {
        "household": season.families[0].household,
        "area": valley.area,
        "facility": valley.mill.place,
        "lot": season.first,
        "key": valley.world.ledger.node_kid,
        "sale": season.sale["sale"],
    }[kind]
    radius = season.radius(subject)
    assert radius.kind == kind
    assert len(radius.affected) == radius.lots >= 1


def test_a_place_reaches_what_was_made_there_and_everything_made_of_it(season: Season) -> None:
    found = {lot.lot for lot in season.radius(season.valley.mill.place).affected}
    assert {season.first, season.second, season.mixed, *season.bags} <= found


def test_a_document_reaches_what_it_is_about(season: Season) -> None:
    valley = season.valley
    paper = {
        "document": "ab" * 32,
        "kind": "analysis",
        "media_type": "application/pdf",
        "size": 10,
        "about": [season.second],
    }
    valley.world.say(valley.world.draft("document.attached", paper, valley.coop))
    assert season.second in {lot.lot for lot in season.radius("ab" * 32).affected}


def test_totals_count_all_lots_and_the_list_is_cut(season: Season) -> None:
    ledger = season.valley.world.ledger
    whole = season.radius(season.valley.rainforest)
    short = ledger.blast_radius(season.valley.rainforest, at=SALE_DAY, limit=3)
    assert (short.lots, short.expected_grams, len(short.affected)) == (whole.lots, whole.expected_grams, 3)
    assert tuple(ledger.affected(season.valley.rainforest, at=SALE_DAY)) == whole.affected
    assert {name for _, name in at_stake(whole)} == {RAINFOREST}


def test_what_was_not_known_yet_is_not_reached(season: Season) -> None:
    ledger = season.valley.world.ledger
    born = ledger.lot(season.first).index
    earlier = ledger.blast_radius(season.families[0].producer, at=SALE_DAY, size=born)
    assert season.first not in {lot.lot for lot in earlier.affected}


def test_a_subject_nobody_knows_is_not_found(season: Season) -> None:
    with pytest.raises(NotFoundError):
        season.radius("0000000000000000")


@st.composite
def _mixings(draw: st.DrawFn) -> tuple[dict[int, int], list[tuple[int, int, int]], dict[int, int]]:
    """Deliveries 1..n of some grams, and lots made by taking what is left of earlier ones."""
    count = draw(st.integers(1, 5))
    left = {lot: draw(st.integers(1, 1000)) for lot in range(1, count + 1)}
    whole = dict(left)
    start = {lot: whole[lot] for lot in draw(st.sets(st.sampled_from(sorted(whole)), min_size=1))}
    edges: list[tuple[int, int, int]] = []
    for lot in range(count + 1, count + 1 + draw(st.integers(0, 6))):
        taken = {source: draw(st.integers(0, grams)) for source, grams in left.items() if grams and draw(st.booleans())}
        taken = {source: grams for source, grams in taken.items() if grams}
        if not taken:
            continue
        for source, grams in taken.items():
            left[source] -= grams
            edges.append((lot, source, grams))
        left[lot] = whole[lot] = sum(taken.values())
    return start, edges, whole


@settings(max_examples=200)
@given(_mixings())
def test_no_more_is_reached_than_there_is(
    story: tuple[dict[int, int], list[tuple[int, int, int]], dict[int, int]],
) -> None:
    start, edges, whole = story
    for lot, found in spread(start, edges, whole).items():
        assert 0 <= found.expected <= found.at_most <= whole[lot]


def test_spread_knows_a_chain() -> None:
    assert spread({1: 100}, [(2, 1, 50), (2, 9, 50), (3, 2, 20)], {1: 100, 2: 100, 3: 20}) == {
        1: Reached(100, 100),
        2: Reached(50, 50),
        3: Reached(10, 20),
    }
