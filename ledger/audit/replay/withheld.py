"""Statements whose text is gone: what the log says stands in their place, and what can no longer be judged for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.errors import FormatError, Problem
from ledger.facts.corrections import FactEndorsed, FactRetracted, FlagJustified
from ledger.facts.deliveries import DeliveryConfirmed, DeliveryDisputed
from ledger.facts.privacy import StatementWithheld
from ledger.rules.privacy import NOT_WITHHELD
from ledger.statement import Statement, parse_restated

_ABOUT = (FactEndorsed, FactRetracted, FlagJustified, DeliveryConfirmed, DeliveryDisputed)
"""Facts about another statement, whose text their rules read."""

OF_THE_GAP: Final = frozenset({"delivery-differs", "flag-not-open"})
"""The problems that rules see only because a text is gone: what was confirmed, and which flags it had.

Of whatever else is wrong with a fact no withheld text is the reason: its key, its signature, its grams.
"""


class Withholdings:
    """What is gone, by the digest of its statement, and whether a later statement of the log has said so yet."""

    def __init__(self) -> None:
        """Nothing is gone yet."""
        self._gone: dict[str, tuple[int, Statement]] = {}
        self._unsaid: dict[str, tuple[int, Statement]] = {}

    @property
    def indexes(self) -> tuple[int, ...]:
        """Where texts are gone."""
        return tuple(index for index, _ in self._gone.values())

    def gone(self, index: int, statement: Statement) -> None:
        """A stand-in lies in the place of a text."""
        self._gone[statement.digest] = self._unsaid[statement.digest] = (index, statement)

    def unsaid(self) -> list[tuple[int, Statement]]:
        """Stand-ins of which no statement of the log says that they stand there: somebody took a text out in secret."""
        return list(self._unsaid.values())

    def leaned_on(self, statement: Statement) -> tuple[int, ...]:
        """The indexes of withheld statements whose text the rules would have read to judge this one."""
        digests = {statement.envelope.replaces}
        if isinstance(statement.fact, _ABOUT):
            digests.add(statement.fact.statement)
        return tuple(sorted(self._gone[digest][0] for digest in digests if digest in self._gone))

    def judged(
        self, statement: Statement, problems: Sequence[Problem]
    ) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
        """What is left of the problems of a statement, and how a withholding differs from what lies there.

        When it was judged the text was still there; now its stand-in is. So `already-withheld` says nothing of the
        first statement that withholds, and what the rules asked of the text is asked of the stand-in.
        """
        fact = statement.fact
        if not isinstance(fact, StatementWithheld) or fact.statement not in self._unsaid:
            return tuple(problems), ()
        _, stand_in = self._unsaid.pop(fact.statement)
        left = tuple(each for each in problems if each.code != "already-withheld")
        if stand_in.type.startswith(NOT_WITHHELD):
            left = (*left, Problem("not-withholdable", "/body/statement", stand_in.type))
        try:
            parse_restated(fact.restated.encode())
        except FormatError:
            return (*left, Problem("restated-malformed", "/body/restated")), ()
        if fact.restated.encode() != stand_in.payload:
            return left, (Problem("restated-differently", "/body/restated", fact.statement),)
        return left, ()
