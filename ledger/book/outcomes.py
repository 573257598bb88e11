"""What is offered and what comes back: prepared facts, and outcomes in the order in which they were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ledger.errors import FormatError, Problem, ProofError
from ledger.queries import Outcome
from ledger.statement import Statement
from ledger.store.batch import Item

if TYPE_CHECKING:
    from ledger.book.plots import Sketch


@dataclass(frozen=True, slots=True)
class Prepared:
    """A fact that was parsed and whose signature was checked, ready to be offered.

    `sketches` are the outlines it brings, in the clear: they leave the node's memory nowhere but into the vault.
    """

    item: Item
    sketches: tuple[Sketch, ...] = ()

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


def fold(outcomes: Sequence[Outcome], counts: Sequence[int]) -> list[Outcome]:
    """One outcome per fact, where each came with what the node said beside it: `counts` facts in a row belong together.

    Flags of the node's own words are shown with the fact they are about. A fact and those words stand or fall
    together, so where they are refused, that is why the fact was.
    """
    rest = iter(outcomes)
    return [_folded([next(rest) for _ in range(count)]) for count in counts]


def _folded(together: Sequence[Outcome]) -> Outcome:
    fact, *beside = together
    if fact.status == "duplicate" or not beside:
        return fact
    flags = (*fact.flags, *(flag for each in beside for flag in each.flags))
    reasons = tuple(_own_problems(beside))
    if reasons and (fact.status != "refused" or not list(_own_problems([fact]))):
        return replace(
            fact, status="refused", index=None, recorded_at="", receipt_code="", problems=reasons, flags=flags
        )
    return replace(fact, flags=flags)


def _own_problems(outcomes: Sequence[Outcome]) -> Iterator[Problem]:
    """What was wrong with these themselves, not with what they came together with."""
    for outcome in outcomes:
        if outcome.status == "refused":
            yield from (problem for problem in outcome.problems if problem.code != "atomic-refused")


def folded(answer: Future[list[Outcome]], counts: Sequence[int]) -> Future[list[Outcome]]:
    """The same answer with one outcome per fact."""
    result: Future[list[Outcome]] = Future()

    def passed_on(done: Future[list[Outcome]]) -> None:
        error = done.exception()
        if error is not None:
            result.set_exception(error)
        else:
            result.set_result(fold(done.result(), counts))

    answer.add_done_callback(passed_on)
    return result
