"""What auditors attested to, compared with the log: an `audit.attested` names a size and the root seen there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ledger.book.reading import Reading
from ledger.errors import Problem
from ledger.facts.audits import AuditAttested
from ledger.statement import Statement


@dataclass(frozen=True, slots=True)
class AttestedRoot:
    """One attestation: at which index, by which party with which key, over which size and root, and what it says.

    `found` is the log's root at that size (hex), "" where the log is not that long. An attestation of another root
    says that its auditor was shown another log: a fork, or a slip; either way somebody has to explain it.
    """

    index: int
    id: str
    by: str
    kid: str
    size: int
    root: str
    rules_version: int
    result: Literal["passed", "passed-with-findings", "failed"]
    found: str

    @property
    def agrees(self) -> bool:
        """Whether the auditor saw this log."""
        return self.root == self.found

    @property
    def problem(self) -> Problem:
        """What is to be said where it does not agree."""
        return Problem("root-named-differs", "/body/root", self.root, self.found, details={"size": self.size})


RootAt = Callable[[int], bytes | None]
"""The root of the log at a size, None where the log is not that long."""


def attested_root(index: int, statement: Statement, root_at: RootAt) -> AttestedRoot | None:
    """The attestation a statement makes, compared; None where it makes none."""
    fact = statement.fact
    if not isinstance(fact, AuditAttested):
        return None
    found = root_at(fact.size)
    return AttestedRoot(
        index,
        statement.envelope.id,
        statement.actor,
        statement.kid,
        fact.size,
        fact.root,
        fact.rules_version,
        fact.result,
        "" if found is None else found.hex(),
    )


def attested_roots(ledger: Reading) -> list[AttestedRoot]:
    """Every attestation in an open ledger, compared with its tree; corrected ones too: they were said."""
    size, _ = ledger.stands_at()

    def root_at(asked: int) -> bytes | None:
        return ledger.root_at(asked) if asked <= size else None

    found = (attested_root(index, statement, root_at) for index, statement in ledger.statements_of(AuditAttested.TYPE))
    return [each for each in found if each is not None]
