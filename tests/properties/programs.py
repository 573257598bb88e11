"""What the steps of a random season are given, and random stories of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.claims.certified_valley import FOREST, ORGANIC, RAINFOREST

Step = tuple[str, dict[str, Any]]
Arguments = Mapping[str, st.SearchStrategy[Any]]

FAMILY = st.integers(0, 4)
PICK = st.integers(0, 5)
QUARTERS = st.sampled_from([4, 4, 4, 1, 3])
GRAMS = st.one_of(st.just(1), st.integers(1, 5_000), st.integers(2_000, 5_000))
SMALL = st.integers(1, 12)
PERCENT = st.sampled_from([80, 80, 76, 86, 87])
DAYS = ("2026-01-01", "2026-04-25", "2026-05-25", "2026-06-10", "2026-06-12", "2026-07-01", "2026-08-05")
DAY = st.sampled_from(DAYS)
SALE_DAY = st.sampled_from(["2026-07-15", "2026-08-05"])

DELIVERIES: dict[str, Arguments] = {
    "deliver": {"family": FAMILY, "grams": GRAMS, "picked": st.integers(0, 2)},
}
WORK: dict[str, Arguments] = {
    "pool": {"picks": st.lists(PICK, min_size=1, max_size=3), "tenths": st.sampled_from([10, 10, 3])},
    "split": {"pick": PICK, "small": SMALL},
    "hull": {"pick": PICK, "percent": PERCENT},
    "pack": {"pick": PICK, "small": SMALL},
}
STOCK: dict[str, Arguments] = {
    "dispatch": {"pick": PICK, "quarters": QUARTERS, "buyer": st.integers(0, 1)},
    "receive": {"pick": PICK, "missing": st.sampled_from([0, 0, 3])},
    "hold": {"pick": PICK},
    "release": {"pick": PICK},
}
TRADE: dict[str, Arguments] = {
    "sell": {
        "pick": PICK,
        "quarters": QUARTERS,
        "buyer": st.integers(0, 1),
        "claims": st.frozensets(st.sampled_from([ORGANIC, RAINFOREST, FOREST])),
        "day": SALE_DAY,
    },
    "sell_carried": {"pick": PICK, "quarters": QUARTERS, "buyer": st.integers(0, 1)},
    "reverse": {"pick": PICK, "quarters": QUARTERS},
    "relinquish": {"pick": PICK, "scheme": st.sampled_from([ORGANIC, RAINFOREST])},
}
PAPERS: dict[str, Arguments] = {
    "certificate_status": {
        "which": st.integers(0, 1),
        "status": st.sampled_from(["suspended", "restored", "restored", "withdrawn", "surrendered"]),
        "day": DAY,
    },
    "member_status": {
        "which": st.integers(0, 1),
        "family": FAMILY,
        "status": st.sampled_from(["listed", "listed", "suspended", "removed"]),
        "day": DAY,
    },
    "plot_status": {
        "family": FAMILY,
        "status": st.sampled_from(["organic", "organic", "in-conversion", "conventional"]),
        "day": DAY,
    },
    "adjust_volume": {"grams": st.sampled_from([-9_000, -2_000, -1, 1, 2_000])},
    "agreement_status": {
        "status": st.sampled_from(["active", "active", "under-review", "suspended", "terminated"]),
        "day": DAY.filter(lambda day: day > "2026-01-01"),
        "family": st.one_of(st.none(), FAMILY),
    },
    "breach": {
        "family": FAMILY,
        "day": DAY.filter(lambda day: day > "2026-01-01"),
        "whose": st.sampled_from(["producer", "third-party", "unknown"]),
    },
    "close": {"pick": PICK, "outcome": st.sampled_from(["cured", "dismissed"]), "day": DAY},
}
CORRECTIONS: dict[str, Arguments] = {
    "retract": {
        "pick": PICK,
        "fact": st.sampled_from(
            ["", "sale.", "lot.sold", "lot.harvested", "lot.transformed", "volume.", "certificate."]
        ),
    },
    "weigh_again": {"pick": PICK, "grams": GRAMS},
    "hull_again": {"pick": PICK, "percent": PERCENT},
    "endorse": {"pick": PICK, "buyer": st.integers(0, 1)},
}
STEPS: dict[str, Arguments] = {**DELIVERIES, **WORK, **STOCK, **TRADE, **PAPERS, **CORRECTIONS}


def step(name: str) -> st.SearchStrategy[Step]:
    """One step with arguments."""
    return st.tuples(st.just(name), st.fixed_dictionaries(dict(STEPS[name])))


def programs(*, corrections: bool = True, most: int = 24) -> st.SearchStrategy[list[Step]]:
    """Random stories; a season begins with some stock, so that there is something to speak of."""
    left_out = set() if corrections else set(CORRECTIONS)
    anything = [step(name) for name in STEPS if name not in left_out]
    return st.lists(st.one_of(anything), min_size=4, max_size=most)
