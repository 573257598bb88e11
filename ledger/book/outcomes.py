"""What is offered and what comes back: prepared facts, and outcomes in the order in which they were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from ledger.errors import FormatError, Problem, ProofError
from ledger.queries import Outcome
from ledger.statement import Statement
from ledger.store.batch import Item


@dataclass(frozen=True, slots=True)
class Prepared:
    """A fact that was parsed and whose signature was checked, ready to be offered."""

    item: Item

    @property
    def statement(self) -> Statement:
        """The statement to be judged."""
        return self.item.statement


def answered(outcomes: list[Outcome]) -> Future[list[Outcome]]:
    """An answer that is there already."""
    answer: Future[list[Outcome]] = Future()
    answer.set_result(outcomes)
    return answer


def failed_outcome(error: FormatError | ProofError) -> Outcome:
    """The outcome of something that could not be read or whose signature is wrong."""
    return Outcome(status="refused", problems=error.problems)


def refused_outcome(item: Prepared | FormatError | ProofError, problem: Problem) -> Outcome:
    """The outcome of an item that is refused together with others."""
    if not isinstance(item, Prepared):
        return failed_outcome(item)
    statement = item.statement
    return Outcome("refused", statement.envelope.id, statement.type, statement.digest, problems=(problem,))


def merge(
    done: Future[list[Outcome]], failed: Mapping[int, Outcome], count: int, merged: Future[list[Outcome]]
) -> None:
    """Answer `merged` with what the writer said, the failed items put back in their places."""
    error = done.exception()
    if error is not None:
        merged.set_exception(error)
        return
    rest = iter(done.result())
    merged.set_result([failed[place] if place in failed else next(rest) for place in range(count)])
