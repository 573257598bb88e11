"""Facts about audits: one is opened, which keeps evidence from being erased, and somebody attests to the log."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import Audit, NewAudit, Party
from ledger.values import Day, Digest, Positive


class AuditOpened(Fact):
    """An auditor opened an audit of some parties and committed to the seed its samples will be drawn with."""

    TYPE: ClassVar[str] = "audit.opened/1"
    audit: NewAudit
    parties: Annotated[tuple[Party, ...], Field(min_length=1)]
    period_from: Day
    period_to: Day
    ends_on: Day
    seed_digest: Digest
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


AuditFact = AuditOpened | AuditAttested
