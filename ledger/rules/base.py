"""How a rule is written: a function that yields Problems, with its effect, its facts and its span declared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from ledger.errors import Effect, Problem
from ledger.facts import Fact
from ledger.facts.corrections import FactRetracted
from ledger.packs.pack import CommodityPack
from ledger.postings import Postings
from ledger.postings.log import pack_subject
from ledger.state import State
from ledger.statement import Statement

RULES_VERSION = 1
"""The version of the rules this program brings; a log adopts it at genesis or by `rules.adopted`."""


@dataclass(frozen=True, slots=True)
class Packs:
    """The commodity packs a log has adopted, by digest of their bytes."""

    by_digest: Mapping[str, CommodityPack]

    def in_force(self, state: State, commodity: str) -> CommodityPack | None:
        """The pack of a commodity as adopted in the books, or None where none was or its bytes are not at hand."""
        adopted = state.latest(pack_subject("commodity", commodity), "pack")
        return None if adopted is None else self.by_digest.get(str(adopted["digest"]))


@dataclass(frozen=True, slots=True)
class Heard:
    """A statement as it reaches the log: at which index and when, what it would post, and where it came from.

    `vouched` marks one that another key of its party stands for: its own key is not asked again.
    """

    statement: Statement
    postings: Postings
    index: int
    recorded_at: str
    origin: str
    vouched: bool = False

    @property
    def fact(self) -> Fact:
        """The fact itself."""
        return self.statement.fact

    @property
    def is_correction(self) -> bool:
        """Whether it replaces or retracts another statement."""
        return self.statement.envelope.replaces is not None or isinstance(self.fact, FactRetracted)

    @property
    def actor(self) -> str:
        """The party whose act it is."""
        return self.statement.actor


Check = Callable[[Heard, State, Packs], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with its declared effect, the facts it looks at (None = all), and the rules versions it is in force."""

    name: str
    effect: Effect
    check: Check
    facts: tuple[type[Fact], ...] | None
    corrections: bool
    since: int
    until: int | None

    def problems(self, heard: Heard, state: State, packs: Packs) -> list[Problem]:
        """Everything this rule has against the statement, marked with the rule's own effect."""
        found = list(self.check(heard, state, packs))
        if not found or self.effect == "refuse":
            return found
        return [replace(problem, effect=self.effect) for problem in found]


_RULES: list[Rule] = []


def rule(
    *facts: type[Fact],
    effect: Effect = "refuse",
    corrections: bool = False,
    since: int = 1,
    until: int | None = None,
) -> Callable[[Check], Check]:
    """Register a check for these facts (none named = every fact). Its name is a sentence true when all is well.

    With `corrections` it looks only at statements that replace or retract another.
    """

    def register(check: Check) -> Check:
        _RULES.append(Rule(check.__name__, effect, check, facts or None, corrections, since, until))
        return check

    return register


def all_rules() -> tuple[Rule, ...]:
    """Every registered rule, in the order of its theme and file."""
    return tuple(_RULES)


@cache
def rules_for(fact_class: type[Fact], version: int, *, correcting: bool) -> tuple[Rule, ...]:
    """The rules in force at a rules version for one kind of fact."""
    return tuple(
        found
        for found in _RULES
        if (found.facts is None or fact_class in found.facts)
        and (correcting or not found.corrections)
        and found.since <= version
        and (found.until is None or version <= found.until)
    )
