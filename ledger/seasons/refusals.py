"""Tries the sales that must be refused, and says in the trade's words why they are. Nothing of them is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledger.book import Ledger
from ledger.errors import Problem
from ledger.seasons.narrate import kilograms
from ledger.seasons.signing import sign_all
from ledger.seasons.story import Story
from ledger.seasons.voice import Voice
from ledger.words import Language, say
from ledger.words.reasons import say_reason

_LICENCE = "volume-overdrawn"
_CLAIMS = ("claim-not-carried", "claim-held")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A sale that was offered (grams of a lot under a scheme), and every problem the rules found with it.

    `code` is the problem it must be refused for.
    """

    lot: str
    grams: int
    scheme: str
    code: str
    problems: tuple[Problem, ...]

    @property
    def as_expected(self) -> bool:
        """Whether it was refused for the reason it should be, and for no other."""
        return [problem.code for problem in self.problems] == [self.code]


def try_sales(ledger: Ledger, story: Story) -> Iterator[Refusal]:
    """Offer a story's sales that must be refused, as a dry run."""
    for attempt in story.attempts:
        (signed,) = sign_all(story.world, [attempt.draft])
        (outcome,) = ledger.check([ledger.prepare(signed.submission)])
        line = attempt.draft.body["lots"][0]
        yield Refusal(line["lot"], line["grams"], line["claims"][0]["name"], attempt.code, outcome.problems)


def tell_refusals(ledger: Ledger, refusals: Sequence[Refusal], voice: Voice, language: Language) -> None:
    """What was offered and what is wrong with it, and what is left of a licence that it would have overdrawn."""
    if refusals:
        voice.tell("Sales that are refused; nothing of them is written:")
    schemes = ledger.schemes()
    for refusal in refusals:
        voice.tell(
            "  {weight} of lot {lot} as {claim}:",
            weight=kilograms(refusal.grams),
            lot=refusal.lot,
            claim=getattr(schemes[refusal.scheme].names, language),
        )
        for problem in refusal.problems:
            for why in _words(problem, language):
                voice.line(f"    {why}")
            if problem.code == _LICENCE:
                voice.tell("    Of the licensed volume {left} are left.", left=kilograms(int(problem.expected or 0)))


def _words(problem: Problem, language: Language) -> list[str]:
    """What is wrong; where a claim is not carried, why not."""
    if problem.code in _CLAIMS and isinstance(problem.found, str):
        return [say_reason(code, language) for code in problem.found.split(", ")]
    return [say(problem, language).title]
