"""Facts about other facts: countersignature, justification of a flag, retraction."""

from __future__ import annotations

from typing import ClassVar, Literal

from ledger.facts.base import Fact
from ledger.values import Code, Digest, Sealed


class FactEndorsed(Fact):
    """Another party countersigned a statement, named by its digest."""

    TYPE: ClassVar[str] = "fact.endorsed/1"
    statement: Digest
    role: Literal["agreement", "delivery", "receipt", "sale", "retraction", "recording"]


class FlagJustified(Fact):
    """An open flag on a statement was explained."""

    TYPE: ClassVar[str] = "flag.justified/1"
    statement: Digest
    flag: Code
    grounds: Code
    note: Sealed | None = None
    document: Digest | None = None


class FactRetracted(Fact):
    """What a statement says never happened. (What was true and ended is returned, reversed or closed instead.)"""

    TYPE: ClassVar[str] = "fact.retracted/1"
    statement: Digest
    reason: Literal["never-happened", "duplicate", "wrong-party", "test-entry"]
    note: Sealed | None = None


CorrectionFact = FactEndorsed | FlagJustified | FactRetracted
