"""Facts about audits: what an auditor opens, may look at and looked at, draws, finds, and attests to."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import (
    Anything,
    Audit,
    Drawable,
    Finding,
    Grant,
    Lot,
    NewAudit,
    NewFinding,
    NewGrant,
    NewSample,
    Party,
)
from ledger.values import Checkpoint, Code, Day, Digest, Positive, Sealed, Value

Look = Literal["fact", "trace-back", "trace-forward", "mass-balance", "population"]
"""The ways of looking that a grant may open: a fact, one of the three exercises, a population to draw from."""

Drawn = Literal["producers", "deliveries", "lots"]
"""What a sample is drawn from."""


class AuditOpened(Fact):
    """An auditor opened an audit of some parties and committed to the seed its samples will be drawn with."""

    TYPE: ClassVar[str] = "audit.opened/1"
    audit: NewAudit
    parties: Annotated[tuple[Party, ...], Field(min_length=1)]
    period_from: Day
    period_to: Day
    ends_on: Day
    seed_digest: Digest
    population_on: Day | None = None
    document: Digest | None = None


class AuditAttested(Fact):
    """Somebody checked the whole log up to a size: entries, signatures, books by replay, facts by the rules."""

    TYPE: ClassVar[str] = "audit.attested/1"
    audit: Audit | None = None
    size: Positive
    root: Digest
    rules_version: Positive
    result: Literal["passed", "passed-with-findings", "failed"]
    document: Digest | None = None


class AccessGranted(Fact):
    """A party let an auditor look at what is its own: in these ways, at these themes, lots and days, until a day."""

    TYPE: ClassVar[str] = "access.granted/1"
    grant: NewGrant
    auditor: Party
    audit: Audit | None = None
    parties: Annotated[tuple[Party, ...], Field(min_length=1)]
    looks: Annotated[tuple[Look, ...], Field(min_length=1)]
    themes: tuple[Code, ...] = ()
    lots: tuple[Lot, ...] = ()
    period_from: Day | None = None
    period_to: Day | None = None
    until: Day
    document: Digest | None = None


class AccessEnded(Fact):
    """A grant was taken back, or given back, before its last day."""

    TYPE: ClassVar[str] = "access.ended/1"
    grant: Grant
    reason: Literal["audit-finished", "withdrawn", "granted-by-mistake", "given-back"]


class AccessUsed(Fact):
    """The node answered one question through a grant: what was asked, at which log size, and what was answered."""

    TYPE: ClassVar[str] = "access.used/1"
    grant: Grant
    look: Look
    about: Anything | None = None
    statement: Digest | None = None
    period_from: Day | None = None
    period_to: Day | None = None
    log_size: Positive
    answer: Digest


class SampleDrawn(Fact):
    """An auditor showed the seed it had committed to, and what is drawn with it from a population at a log size."""

    TYPE: ClassVar[str] = "sample.drawn/1"
    sample: NewSample
    audit: Audit
    party: Party
    population: Drawn
    purpose: Code
    seed: Digest
    log_size: Positive
    root: Digest
    size_rule: Code
    weighting: Literal["equal", "risk"]
    population_size: Positive
    population_digest: Digest
    drawn: Annotated[tuple[Drawable, ...], Field(min_length=1)]


class Contradiction(Value):
    """Two checkpoints that one log signed and that cannot both be true.

    Of two sizes, `root` is the root that the tree of the larger has at the smaller's size, and `proof` the consistency
    proof from it to the larger (RFC 6962 section 2.1.2): it shows that the larger does not continue the smaller.
    """

    first: Checkpoint
    second: Checkpoint
    root: Digest | None = None
    proof: tuple[Digest, ...] = ()


class FindingRecorded(Fact):
    """An auditor found something, said with its own key: how grave, about whom and what, and what shows it."""

    TYPE: ClassVar[str] = "finding.recorded/1"
    finding: NewFinding
    audit: Audit | None = None
    kind: Literal[
        "grams", "claims", "people", "land", "documents", "system", "log-fork", "log-rollback", "withheld-access"
    ]
    severity: Literal["observation", "minor", "major", "critical"]
    party: Party | None = None
    about: tuple[Anything, ...] = ()
    statements: tuple[Digest, ...] = ()
    requirement: Code | None = None
    due_on: Day | None = None
    text: Sealed | None = None
    document: Digest | None = None
    contradiction: Contradiction | None = None


class FindingClosed(Fact):
    """Whoever recorded a finding says what came of it."""

    TYPE: ClassVar[str] = "finding.closed/1"
    finding: Finding
    outcome: Literal["corrected", "not-corrected", "not-confirmed", "withdrawn"]
    closed_on: Day
    statements: tuple[Digest, ...] = ()
    document: Digest | None = None


AuditFact = (
    AuditOpened
    | AuditAttested
    | AccessGranted
    | AccessEnded
    | AccessUsed
    | SampleDrawn
    | FindingRecorded
    | FindingClosed
)
