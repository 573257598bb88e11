"""Compares what was found with what was planted: every planted one found, and nobody else accused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.seasons.planted.case import HONEST, Case, Sign
from ledger.seasons.planted.findings import Finding, Found


@dataclass(frozen=True, slots=True)
class Row:
    """One planted case: what was expected, what was found of it, and whether that is all right.

    An honest case is in order where no finding names its subject and everything it must carry is carried.
    """

    case: Case
    expected: tuple[str, ...]
    found: tuple[str, ...]
    ok: bool


@dataclass(frozen=True, slots=True)
class Result:
    """Every case with its outcome, and the findings that no label explains: somebody was accused for nothing."""

    rows: tuple[Row, ...]
    accused: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Every planted one found and nobody else accused."""
        return not self.accused and all(row.ok for row in self.rows)


def compare(cases: Sequence[Case], found: Found) -> Result:
    """Put labels and findings beside each other."""
    by_subject: dict[str, list[Finding]] = {}
    for finding in found.findings:
        for subject in dict.fromkeys(finding.subjects):
            by_subject.setdefault(subject, []).append(finding)
    explained: set[Finding] = set()
    rows = []
    for case in cases:
        met = [(sign, _matching(sign, by_subject.get(sign.subject, ()))) for sign in case.signs]
        for _, findings in met:
            explained.update(findings)
        naming = by_subject.get(case.subject, ()) if case.kind == HONEST else ()
        rows.append(_row(case, met, naming, found))
    accused = tuple(finding for finding in found.findings if finding not in explained)
    return Result(tuple(rows), accused)


def _matching(sign: Sign, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    if sign.how == "refused":
        return tuple(f for f in findings if f.how == "refused" and set(f.codes) == set(sign.codes))
    return tuple(f for f in findings if f.how == sign.how and set(f.codes) <= set(sign.codes))


def _row(case: Case, met: Sequence[tuple[Sign, tuple[Finding, ...]]], naming: Sequence[Finding], found: Found) -> Row:
    expected = tuple(f"{sign.how}: {', '.join(sign.codes)}" for sign, _ in met)
    missing = {
        code for sign, findings in met for code in sign.codes if not any(code in finding.codes for finding in findings)
    }
    lost = [f"{claim} of {lot}" for lot, claim in case.carried if (lot, claim) not in found.carried]
    said = dict.fromkeys(f"{f.how}: {', '.join(f.codes)}" for _, findings in met for f in findings)
    if case.kind == HONEST:
        expected = tuple(f"carried: {claim}" for claim in dict.fromkeys(claim for _, claim in case.carried))
        said = dict.fromkeys(
            [f"not carried: {each}" for each in lost] + [f"accused: {f.how}: {', '.join(f.codes)}" for f in naming]
        )
    return Row(case, expected, tuple(said), not missing and not lost and not naming)
