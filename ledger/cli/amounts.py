"""Whole grams, millilitres and pieces as people read them."""

from __future__ import annotations


def amount(count: int, unit: str = "g") -> str:
    """18975500 g reads `18,975.5 kg`; millilitres become litres, pieces stay pieces."""
    if unit == "piece":
        return f"{count:,}"
    whole, rest = divmod(abs(count), 1000)
    decimals = f".{rest:03d}".rstrip("0") if rest else ""
    return f"{'-' if count < 0 else ''}{whole:,}{decimals} {'L' if unit == 'ml' else 'kg'}"
