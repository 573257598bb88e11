"""How a rule is written: a function that yields Problems, with its effect, its facts and its span declared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from ledger.claims import Evidence
from ledger.errors import Effect, Problem
from ledger.facts import Fact
from ledger.facts.corrections import FactRetracted
from ledger.packs.anypack import AnyPack
from ledger.packs.framework import FrameworkPack
from ledger.packs.in_force import InForce, in_force
from ledger.packs.pack import CommodityPack
from ledger.packs.scheme import SchemePack
from ledger.postings import Postings
from ledger.postings.log import pack_subject
from ledger.state import Keeping, State
from ledger.statement import Statement

RULES_VERSION = 1
"""The version of the rules this program brings; a log adopts it at genesis or by `rules.adopted`."""


@dataclass(frozen=True, slots=True)
class Packs:
    """The packs whose bytes a log keeps (commodities, schemes, frameworks), by digest of their bytes."""

    by_digest: Mapping[str, AnyPack]

    def in_force(self, state: State, commodity: str) -> CommodityPack | None:
        """The pack of a commodity as adopted in the books, or None where none was or its bytes are not at hand."""
        found = self._adopted(state, "commodity", commodity)
        return found if isinstance(found, CommodityPack) else None

    def scheme(self, state: State, code: str) -> SchemePack | None:
        """The pack of a certification scheme as adopted in the books, or None as above."""
        found = self._adopted(state, "scheme", code)
        return found if isinstance(found, SchemePack) else None

    def framework(self, state: State, code: str) -> FrameworkPack | None:
        """The pack of an agreement framework as adopted in the books, or None as above."""
        found = self._adopted(state, "framework", code)
        return found if isinstance(found, FrameworkPack) else None

    def among(self, digests: Iterable[str]) -> InForce:
        """Those of these packs whose bytes are at hand, by kind and code."""
        return in_force(self.by_digest[digest] for digest in digests if digest in self.by_digest)

    def _adopted(self, state: State, kind: str, code: str) -> AnyPack | None:
        adopted = state.latest(pack_subject(kind, code), "pack")
        return None if adopted is None else self.by_digest.get(str(adopted["digest"]))


@dataclass(frozen=True, slots=True)
class Heard:
    """A statement as it reaches the log: at which index and when, what it would post, and where it came from.

    `vouched` marks one that another key of its party stands for: its own key is not asked again. `evidence` is what
    the claims of the lots it sells rest on, `keeping` why the data of the persons it erases must still be kept.
    """

    statement: Statement
    postings: Postings
    index: int
    recorded_at: str
    origin: str
    vouched: bool = False
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    keeping: Mapping[str, Keeping] = field(default_factory=dict)
    fact: Fact = field(init=False, repr=False, compare=False)
    """The fact itself: every rule asks for it, two dozen to a delivery."""

    def __post_init__(self) -> None:
        """Take the fact out of the statement, once."""
        object.__setattr__(self, "fact", self.statement.envelope.body)

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

    def marked(self, found: list[Problem]) -> list[Problem]:
        """What the check found, with the rule's own effect."""
        return found if self.effect == "refuse" else [replace(problem, effect=self.effect) for problem in found]


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
def rules_for(fact_class: type[Fact], version: int, *, correcting: bool, without: str = "") -> tuple[Rule, ...]:
    """The rules in force at a rules version for one kind of fact.

    `without` names a rule to leave out: only tests do, to show that what a rule is there for is missed without it.
    """
    return tuple(
        found
        for found in _RULES
        if found.name != without
        and (found.facts is None or fact_class in found.facts)
        and (correcting or not found.corrections)
        and found.since <= version
        and (found.until is None or version <= found.until)
    )
