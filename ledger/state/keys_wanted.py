"""What has to be loaded before judging, as sets of keys."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Wants:
    """What has to be loaded before judging.

    `evidence` names lots whose claims are asked, `keeping` persons whose data somebody wants destroyed; both are read
    when their turn comes, not with the others.
    """

    subjects: set[str] = field(default_factory=set)
    balances: set[tuple[str, str]] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    seqs: set[tuple[str, int]] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)
    origin_sets: set[int] = field(default_factory=set)
    actors: set[str] = field(default_factory=set)
    downstream: set[str] = field(default_factory=set)
    evidence: set[str] = field(default_factory=set)
    keeping: set[str] = field(default_factory=set)

    def add(self, other: Wants) -> None:
        """Take over another's wants."""
        self.subjects |= other.subjects
        self.balances |= other.balances
        self.digests |= other.digests
        self.ids |= other.ids
        self.seqs |= other.seqs
        self.lots |= other.lots
        self.origin_sets |= other.origin_sets
        self.actors |= other.actors
        self.downstream |= other.downstream
        self.evidence |= other.evidence
        self.keeping |= other.keeping

    def __bool__(self) -> bool:
        """Whether anything is wanted at all."""
        return bool(
            self.subjects
            or self.balances
            or self.digests
            or self.ids
            or self.seqs
            or self.lots
            or self.origin_sets
            or self.actors
            or self.downstream
        )
