"""The slow, obvious twin of lineage: every path walked, every lot's origins worked out from its parents each time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ledger.postings import Edge
from ledger.shares import apportion


@dataclass
class Plain:
    """A history kept as plainly as it can be: births, and edges by output."""

    grams: dict[str, int] = field(default_factory=dict)
    parents: dict[str, dict[str, int]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    def deliver(self, lot: str, grams: int) -> None:
        """A delivery: a lot without parents."""
        self.grams[lot] = self.left[lot] = grams
        self.parents[lot] = {}

    def transform(self, inputs: Mapping[str, int], outputs: Mapping[str, int]) -> list[Edge]:
        """Inputs become outputs; every output comes from every input pro rata. The edges of the fact."""
        ordered = sorted(inputs)
        edges = []
        for lot, amount in inputs.items():
            self.left[lot] -= amount
        for output, amount in outputs.items():
            shares = apportion(amount, [inputs[lot] for lot in ordered])
            self.parents[output] = dict(zip(ordered, shares, strict=True))
            self.grams[output] = self.left[output] = amount
            edges += [Edge(output, lot, share) for lot, share in self.parents[output].items()]
        return edges

    def children(self, lots: Iterable[str]) -> dict[str, list[str]]:
        """The lots made of each lot."""
        return {lot: [child for child, parents in self.parents.items() if lot in parents] for lot in lots}

    def backward(self, lot: str) -> set[str]:
        """Every lot a lot came from, itself included, by recursion."""
        return {lot}.union(*(self.backward(parent) for parent in self.parents[lot]))

    def forward(self, lot: str) -> set[str]:
        """Every lot made of a lot, itself included, by recursion."""
        return {lot}.union(*(self.forward(child) for child in self.children([lot])[lot]))

    def deliveries(self, lot: str) -> set[str]:
        """The deliveries behind a lot."""
        return {found for found in self.backward(lot) if not self.parents[found]}

    def exact(self, lot: str) -> dict[str, float]:
        """The share of each delivery in a lot, as fractions of one, without any rounding on the way."""
        if not self.parents[lot]:
            return {lot: 1.0}
        whole = sum(self.parents[lot].values())
        shares: dict[str, float] = {}
        for parent, grams in self.parents[lot].items():
            for delivery, share in self.exact(parent).items():
                shares[delivery] = shares.get(delivery, 0.0) + share * grams / whole
        return shares
