"""Blast radius: how much of each lot downstream comes from what is asked about, and which claims rest on it.

Pure over edges and claims. Expected grams are pro rata, rounded down at every step; at most is a hard bound: no more
of it can be in the lot however it was mixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ledger.claims import Evidence, part_claims
from ledger.queries import Claim, Stake

_PAPERS = {"certificate": "certificate", "agreement": "conservation"}


class Reached(NamedTuple):
    """Grams of a lot that come from what is asked about: expected, and at most."""

    expected: int
    at_most: int


def spread(
    start: Mapping[int, int], edges: Iterable[tuple[int, int, int]], whole: Mapping[int, int]
) -> dict[int, Reached]:
    """How far the grams of `start` have spread along (output, input, grams) edges, inputs before outputs.

    `whole` holds the lots' own grams. What is asked about and came to be of other lots is whole itself.
    """
    into: dict[int, list[tuple[int, int]]] = {}
    for output, source, grams in edges:
        into.setdefault(output, []).append((source, grams))
    found = {lot: Reached(grams, grams) for lot, grams in start.items()}
    for lot in _in_order(into):
        if lot in start:
            continue
        expected = most = 0
        for source, grams in into[lot]:
            reached = found.get(source)
            if reached is not None:
                # Bags and pools: the share of the input that is meant, of the grams that came from it.
                expected += grams * reached.expected // max(whole.get(source, 0), 1)
                most += min(grams, reached.at_most)
        found[lot] = Reached(expected, min(most, whole.get(lot, most)))
    return found


def _in_order(into: Mapping[int, Sequence[tuple[int, int]]]) -> list[int]:
    """The outputs so ordered that each comes after its inputs (there is no cycle: the rules saw to it)."""
    waiting = {lot: sum(source in into for source, _ in sources) for lot, sources in into.items()}
    onward: dict[int, list[int]] = {}
    for lot, sources in into.items():
        for source, _ in sources:
            if source in into:
                onward.setdefault(source, []).append(lot)
    ready = sorted(lot for lot, count in waiting.items() if count == 0)
    done: list[int] = []
    while ready:
        lot = ready.pop()
        done.append(lot)
        for output in onward.get(lot, ()):
            waiting[output] -= 1
            if waiting[output] == 0:
                ready.append(output)
    return done


def stakes(
    claims: Iterable[Claim], evidence: Evidence, kind: str, subject: str, deliveries: frozenset[str], at: str
) -> tuple[Stake, ...]:
    """The claims a lot stands to lose with the subject; what it does not carry cannot be lost.

    A certificate or agreement is behind the claims that lean on it; a person or land behind all claims that concern
    the grams of its `deliveries`; a place, a key or a lot behind every claim.
    """
    concerned: set[tuple[str, str]] | None = None
    if deliveries and kind not in _PAPERS:
        concerned = {
            (part.kind, part.name)
            for (delivery, _, _), parts in part_claims(evidence, at).items()
            if delivery in deliveries
            for part in parts
        }
    found: list[Stake] = []
    for claim in claims:
        if claim.status == "not-carried":
            continue
        if kind in _PAPERS:
            rests = claim.kind == _PAPERS[kind] and any(paper.id == subject for paper in claim.papers)
        else:
            rests = concerned is None or (claim.kind, claim.name) in concerned
        if rests:
            found.append(Stake(claim.kind, claim.name, claim.status))
    return tuple(found)
