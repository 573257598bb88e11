"""Drawing: the same for everybody, fair by weight, longer without changing, and all of it from the seed."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.fieldwork.sampling import Member, Urn, draw, population_digest, seed_digest
from ledger.errors import FormatError
from ledger.packs.sampling import parse_sampling, sampling
from ledger.values import crockford

URN = Urn("AUD1T00000000001", "C00P000000000001", "producers", b"\xab" * 32)
SEED = bytes(range(32))


def members(count: int, weight: int = 1) -> tuple[Member, ...]:
    """So many, all of one weight."""
    return tuple(Member(crockford(hashlib.sha256(str(n).encode()).digest()[:10]), weight) for n in range(count))


def slow_draw(seed: bytes, urn: Urn, population: tuple[Member, ...], count: int) -> list[str]:
    """The obvious way: write a lot for every weight, sort all of them, walk down and take whoever is new."""
    head = f"chaski.sample/v1\n{urn.audit}\n{urn.party}\n{urn.population}\n{urn.root.hex()}\n"
    lots = [
        (hmac.new(seed, f"{head}{member.thing} {number}\n".encode(), hashlib.sha256).digest(), member.thing)
        for member in population
        for number in range(1, member.weight + 1)
    ]
    taken: list[str] = []
    for _, thing in sorted(lots):
        if thing not in taken:
            taken.append(thing)
    return taken[:count]


@given(
    weights=st.lists(st.integers(1, 12), min_size=1, max_size=40),
    seed=st.binary(min_size=32, max_size=32),
    count=st.integers(0, 50),
)
def test_drawing_is_what_the_slow_way_draws(weights: list[int], seed: bytes, count: int) -> None:
    population = tuple(Member(one.thing, weight) for one, weight in zip(members(len(weights)), weights, strict=True))
    drawn = draw(seed, URN, population, count)
    assert list(drawn) == slow_draw(seed, URN, population, count)
    assert len(set(drawn)) == len(drawn) == min(count, len(population))


@given(order=st.permutations(range(20)), fewer=st.integers(0, 20))
def test_order_does_not_matter_and_more_only_makes_it_longer(order: list[int], fewer: int) -> None:
    population = members(20)
    whole = draw(SEED, URN, population, 20)
    assert draw(SEED, URN, [population[place] for place in order], 20) == whole
    assert draw(SEED, URN, population, fewer) == whole[:fewer]
    assert population_digest(population[place] for place in order) == population_digest(population)


def test_another_seed_root_or_party_draws_another_sample() -> None:
    population = members(200)
    first = draw(SEED, URN, population, 20)
    others = [
        draw(bytes(32), URN, population, 20),
        draw(SEED, URN._replace(root=b"\xac" * 32), population, 20),
        draw(SEED, URN._replace(party="C00P000000000002"), population, 20),
    ]
    assert len({first, *others}) == 4


def test_weight_is_likelihood() -> None:
    """One of weight 4 among 12 of weight 1 comes first in a quarter of all drawings."""
    heavy, *light = members(13)
    population = (Member(heavy.thing, 4), *light)
    first = Counter(draw(bytes([n % 256, n // 256] * 16), URN, population, 1)[0] for n in range(4_000))
    assert 880 <= first[heavy.thing] <= 1_120
    assert all(180 <= first[one.thing] <= 320 for one in light)


def test_the_vector_of_the_documentation() -> None:
    """docs/auditing.md shows these bytes: whoever draws in another language compares with them."""
    population = (Member("0000000000000001"), Member("0000000000000002", 3), Member("0000000000000003"))
    assert (
        population_digest(population)
        == hashlib.sha256(
            b"chaski.population/v1\n0000000000000001 1\n0000000000000002 3\n0000000000000003 1\n"
        ).hexdigest()
    )
    assert seed_digest(SEED) == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
    assert draw(SEED, URN, population, 2) == DOCUMENTED


DOCUMENTED = ("0000000000000002", "0000000000000003")


@pytest.mark.parametrize(
    ("rule", "population", "least"),
    [
        ("square-root", 1, 1),
        ("square-root", 16, 4),
        ("square-root", 17, 5),
        ("square-root", 2_000, 45),
        ("eu-re-inspection", 4, 4),
        ("eu-re-inspection", 10, 10),
        ("eu-re-inspection", 199, 10),
        ("eu-re-inspection", 201, 11),
        ("eu-re-inspection", 2_000, 100),
        ("eu-sampling", 3, 1),
        ("eu-sampling", 101, 3),
        ("eu-sampling", 2_000, 40),
    ],
)
def test_the_least_number_is_rounded_up(rule: str, population: int, least: int) -> None:
    assert sampling().sizes[rule].of(population) == least


def test_every_figure_has_a_source() -> None:
    figures = sampling()
    assert set(figures.sizes) == {"square-root", "eu-re-inspection", "eu-sampling"}
    assert all(size.source.strip() for size in figures.sizes.values())
    assert all(weight.source.strip() for weight in figures.weights.values())
    assert [code for code, size in figures.sizes.items() if size.verified] == ["eu-re-inspection", "eu-sampling"]


GOOD = """
[[size]]
code = "half"
names = { es = "La mitad", en = "Half" }
permille = 500
least = 1
source = "Somebody"
dated = "2026-01-01"
verified = false

[[weight]]
code = "new"
names = { es = "Nuevo", en = "New" }
adds = 2
source = "Somebody"
verified = false
"""


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("permille = 500", "permille = 1001"),
        ("permille = 500", "root = false"),
        ("permille = 500", ""),
        ("least = 1", "least = 0"),
        ('source = "Somebody"', 'source = " "'),
        ('en = "Half"', 'fr = "Moitié"'),
        ("adds = 2", "adds = 0"),
        ("adds = 2", "adds = 2.5"),
        ("verified = false", 'verified = "no"'),
        ("[[weight]]", "[[more]]"),
        ("[[size]]", "[[size"),
    ],
)
def test_figures_without_number_or_source_are_refused(was: str, becomes: str) -> None:
    assert parse_sampling(GOOD.encode()).sizes["half"].of(9) == 5
    with pytest.raises(FormatError, match="sampling-malformed"):
        parse_sampling(GOOD.replace(was, becomes, 1).encode())
