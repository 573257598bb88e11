"""The five kinds of failure and the Problem each of them carries; nothing here knows a language or a status code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

Found = str | int | None

# A field's name or a place in a list; six digits in it may be somebody's document number.
_PART: Final = re.compile(r"(?!.*(?:\d.*){6})[a-z][A-Za-z0-9_.:@-]{0,63}|\d{1,5}")
HIDDEN: Final = "\N{HORIZONTAL ELLIPSIS}"
"""What stands where something was sent that may be a person's words; the same in every language."""

Effect = Literal["refuse", "flag"]
Retry = Literal["never", "after-sync", "after-change"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what was found against what was expected, and whether to try again.

    `code` is stable and the key of the words in every language (ledger/words).
    `where` is a JSON pointer into what was sent ("" = all of it).
    `details` are further values the words may mention; never personal data.
    """

    code: str
    where: str = ""
    found: Found = None
    expected: Found = None
    retry: Retry = "never"
    effect: Effect = "refuse"
    details: Mapping[str, str | int] = field(default_factory=dict)

    def discreet(self) -> Problem:
        """The same without what somebody wrote in the place of a field's name: it may be a name of another kind.

        For whatever leaves the machine of whoever sent it.
        """
        parts = self.where.split("/")
        if all(not part or _PART.fullmatch(part) for part in parts):
            return self
        return replace(self, where="/".join(part if not part or _PART.fullmatch(part) else HIDDEN for part in parts))

    def at(self, prefix: str) -> Problem:
        """The same problem seen from outside: its pointer put under `prefix`."""
        return replace(self, where=f"{prefix}{self.where}")


class LedgerError(Exception):
    """Base of every error that leaves a module of the ledger; `problems` is never empty."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        """Take one problem or several; the order is kept."""
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(_line(p) for p in self.problems))

    def __reduce__(self) -> tuple[type[LedgerError], tuple[tuple[Problem, ...]]]:
        """Travel whole between processes: by itself an exception would take its text for its problems."""
        return type(self), (self.problems,)


def _line(problem: Problem) -> str:
    parts = [problem.code]
    if problem.where:
        parts.append(f"at {problem.where}")
    if problem.found is not None:
        parts.append(f"found {problem.found!r}")
    if problem.expected is not None:
        parts.append(f"expected {problem.expected!r}")
    return " ".join(parts)


class FormatError(LedgerError):
    """The bytes are not what they claim to be."""


class RefusedError(LedgerError):
    """The rules say no; carries every problem, not only the first."""


class ConflictError(LedgerError):
    """Somebody was first, or the books are busy; trying again may help."""


class ProofError(LedgerError):
    """Tampered with, or not proven."""


class NotFoundError(LedgerError):
    """Nothing stands under that name."""
