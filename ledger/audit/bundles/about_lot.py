"""Which statements speak of a lot: its own, those of all that stands behind it, and of whoever made that.

Whole statements, chosen by the ids they name. Statements about other lots stay out, even of the same producers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from ledger.facts.corrections import FactEndorsed, FactRetracted, FlagJustified
from ledger.statement import Statement, meant

_MADE_BY: Final = ("producer", "plot", "herd")
_STAND_BEHIND: Final = ("household", "area", "agreement", "certificate")
_AFTER: Final = (FactEndorsed, FlagJustified, FactRetracted)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a statement names: every id, those it gives birth to with their kind, and the digest it corrects or ""."""

    index: int
    digest: str
    named: frozenset[str]
    born: tuple[tuple[str, str], ...]
    corrects: str

    @classmethod
    def of(cls, index: int, statement: Statement) -> Spoken:
        """Read the ids out of a statement; what another key vouches for speaks for itself."""
        said = meant(statement)
        corrects = said.fact.statement if isinstance(said.fact, _AFTER) else said.envelope.replaces
        return cls(
            index,
            statement.digest,
            frozenset(each.thing for each in said.references),
            tuple((each.thing, each.kinds[0]) for each in said.references if each.born),
            corrects or "",
        )


def about_lot(spoken: Iterable[Spoken], lot: str) -> set[int]:
    """The indexes of the statements about a lot, everything behind it, and those who made, certified and agreed.

    In order: lots behind; statements that name one of them; producers and land of the deliveries, and their
    statements that name no other lot; households, areas, agreements and certificates of those; births of whatever is
    named; and the corrections of all. Empty where nothing ever bore the lot.
    """
    return _Web(spoken).about(lot)


class _Web:
    """All statements, by what they name."""

    def __init__(self, spoken: Iterable[Spoken]) -> None:
        self.spoken = {each.index: each for each in spoken}
        self.births = {thing: each for each in self.spoken.values() for thing, _ in each.born}
        # A field may take ids of many kinds; what an id is was said where it was born.
        self.kinds = {thing: kind for each in self.spoken.values() for thing, kind in each.born}

    def about(self, lot: str) -> set[int]:
        if self.kinds.get(lot) != "lot":
            return set()
        lots = self._behind(lot)
        chosen = {each.index for each in self.spoken.values() if each.named & lots}
        made = {thing for each in lots for thing in self._named(self.births[each], _MADE_BY)}
        chosen |= {
            each.index for each in self.spoken.values() if each.named & made and self._only(each, ("lot",), lots)
        }
        behind = {thing for index in chosen for thing in self._named(self.spoken[index], _STAND_BEHIND)}
        chosen |= {
            each.index
            for each in self.spoken.values()
            # A certificate lists hundreds of producers, one statement each: only those of ours.
            if each.named & behind and self._only(each, ("lot",), lots) and self._only(each, _MADE_BY, made)
        }
        return self._with_corrections(chosen | self._births(chosen))

    def _named(self, spoken: Spoken, kinds: Collection[str]) -> set[str]:
        return {thing for thing in spoken.named if self.kinds.get(thing) in kinds}

    def _only(self, spoken: Spoken, kinds: Collection[str], ours: Collection[str]) -> bool:
        """Whether a statement that names things of these kinds names one of ours; one that names none may come too."""
        named = self._named(spoken, kinds)
        return not named or not named.isdisjoint(ours)

    def _behind(self, lot: str) -> set[str]:
        """The lot and all it was made of: whatever lots the statement that bears one names."""
        found, level = {lot}, {lot}
        while level:
            level = {thing for each in level for thing in self._named(self.births[each], ("lot",))} - found
            found |= level
        return found

    def _births(self, chosen: set[int]) -> set[int]:
        """Where every party, place, contract and sale that is named comes from."""
        found, level = set(chosen), set(chosen)
        while level:
            named = {thing for index in level for thing in self.spoken[index].named if thing in self.births}
            births = [self.births[thing] for thing in named]
            level = {each.index for each in births if not self._named(each, ("lot",))} - found
            found |= level
        return found

    def _with_corrections(self, chosen: set[int]) -> set[int]:
        """With what corrects, endorses or explains a chosen statement, and what a chosen one corrects."""
        at = {each.digest: each.index for each in self.spoken.values()}
        pairs = [{each.index, at[each.corrects]} for each in self.spoken.values() if each.corrects in at]
        while more := {index for pair in pairs if pair & chosen for index in pair} - chosen:
            chosen |= more
        return chosen
