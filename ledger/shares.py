"""Dividing whole grams, or cents, in proportion without losing or making one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` by `weights`: largest remainder, ties to the earlier place, summing to `total` exactly.

    Callers order the weights by lot id, so that ties go by lot id. All weights zero gives all zeros
    only where `total` is zero as well; else the whole goes to the first place.
    """
    whole = sum(weights)
    if not weights:
        return []
    if whole == 0:
        return [total, *([0] * (len(weights) - 1))]
    if len(weights) == 1:
        return [total]
    if whole == total:
        return list(weights)
    products = [total * weight for weight in weights]
    parts = [product // whole for product in products]
    missing = total - sum(parts)
    if missing:
        remainders = [product % whole for product in products]
        # The sort keeps the order of equals also when reversed: ties stay with the earlier place.
        by_remainder = sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)
        for place in by_remainder[:missing]:
            parts[place] += 1
    return parts


def divide(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide `total` among ids by their weights, ties to the earlier id; equal weights divide equally.

    Whoever weighs nothing gets nothing; among nobody who weighs anything nothing is divided, and the sum is 0.
    """
    if not any(weights.values()):
        return dict.fromkeys(sorted(weights), 0)
    order = sorted(weights)
    return dict(zip(order, apportion(total, [weights[thing] for thing in order]), strict=True))
