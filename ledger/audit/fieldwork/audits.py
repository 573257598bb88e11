"""An audit as its two sides see it: what was committed to, granted, drawn, found and attested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ledger.audit.fieldwork.grants import Grant, grants_on
from ledger.postings.audits import AUDITS, FINDINGS
from ledger.state import Standing
from ledger.store.books import Books

State = Literal["open", "over", "attested"]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An audit in a list; `over` is one whose last day has passed without a word."""

    audit: str
    by: str
    parties: tuple[str, ...]
    period_from: str
    period_to: str
    ends_on: str
    state: State
    index: int


@dataclass(frozen=True, slots=True)
class SampleLine:
    """A sample that was drawn in an audit."""

    sample: str
    party: str
    population: str
    purpose: str
    size_rule: str
    weighting: str
    population_size: int
    log_size: int
    drawn: tuple[str, ...]
    index: int


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding; `outcome` is "" while it is open."""

    finding: str
    by: str
    kind: str
    severity: str
    party: str
    about: tuple[str, ...]
    requirement: str
    due_on: str
    outcome: str
    index: int


@dataclass(frozen=True, slots=True)
class AttestedLine:
    """What somebody attested to the log."""

    by: str
    size: int
    root: str
    rules_version: int
    result: str
    index: int


@dataclass(frozen=True, slots=True)
class AuditView:
    """Everything about one audit."""

    line: AuditLine
    seed_digest: str
    population_on: str
    grants: tuple[Grant, ...]
    samples: tuple[SampleLine, ...]
    findings: tuple[FindingLine, ...]
    attested: tuple[AttestedLine, ...]


def audits(books: Books, today: str, party: str | None = None) -> list[AuditLine]:
    """Every audit, oldest first; of those a party opened or that are about it, where one is named."""
    listed = books.marks([AUDITS], ("audit",)).get(AUDITS, [])
    wanted = [
        str(mark.value["audit"])
        for mark in listed
        if party is None or mark.value["by"] == party or party in _listed(mark.value, "parties")
    ]
    births = books.births(wanted)
    attested = books.marks(wanted, ("attested",))
    lines = [_line(audit, mark, today, attested=audit in attested) for audit, mark in births.items()]
    return sorted(lines, key=lambda line: line.index)


def audit_view(books: Books, audit: str, today: str) -> AuditView | None:
    """One audit, or None where there is none of that id."""
    born = books.births([audit]).get(audit)
    if born is None or born.value.get("thing") != "audit":
        return None
    marks = books.marks([audit], ("sampled", "finding", "attested")).get(audit, [])
    of_kind: dict[str, list[Standing]] = {}
    for mark in marks:
        of_kind.setdefault(mark.kind, []).append(mark)
    attested = tuple(_attested(mark) for mark in of_kind.get("attested", ()))
    line = _line(audit, born, today, attested=bool(attested))
    return AuditView(
        line=line,
        seed_digest=str(born.value["seed_digest"]),
        population_on=str(born.value.get("population_on") or ""),
        grants=tuple(grant for grant in grants_on(books, line.parties) if grant.audit == audit),
        samples=_samples(books, (str(mark.value["sample"]) for mark in of_kind.get("sampled", ()))),
        findings=findings(books, (str(mark.value["finding"]) for mark in of_kind.get("finding", ()))),
        attested=attested,
    )


def findings(books: Books, names: Iterable[str]) -> tuple[FindingLine, ...]:
    """Findings by their ids, in the order in which they were recorded."""
    births = books.births(names)
    closed = books.marks(births, ("closed",))
    return tuple(
        FindingLine(
            finding=name,
            by=str(mark.value["by"]),
            kind=str(mark.value["finding_kind"]),
            severity=str(mark.value["severity"]),
            party=str(mark.value.get("party") or ""),
            about=_listed(mark.value, "about"),
            requirement=str(mark.value.get("requirement") or ""),
            due_on=str(mark.value.get("due_on") or ""),
            outcome=str(closed[name][-1].value["outcome"]) if name in closed else "",
            index=mark.index,
        )
        for name, mark in sorted(births.items(), key=lambda each: each[1].index)
    )


def all_findings(books: Books, party: str | None = None) -> tuple[FindingLine, ...]:
    """Every finding, in audits and outside them; those a party recorded or that concern it, where one is named."""
    listed = books.marks([FINDINGS], ("finding",)).get(FINDINGS, [])
    found = findings(books, (str(mark.value["finding"]) for mark in listed))
    return tuple(each for each in found if party is None or party in (each.by, each.party))


def _samples(books: Books, names: Iterable[str]) -> tuple[SampleLine, ...]:
    return tuple(
        SampleLine(
            sample=name,
            party=str(mark.value["party"]),
            population=str(mark.value["population"]),
            purpose=str(mark.value["purpose"]),
            size_rule=str(mark.value["size_rule"]),
            weighting=str(mark.value["weighting"]),
            population_size=_whole(mark.value["population_size"]),
            log_size=_whole(mark.value["log_size"]),
            drawn=_listed(mark.value, "drawn"),
            index=mark.index,
        )
        for name, mark in sorted(books.births(names).items(), key=lambda each: each[1].index)
    )


def _line(audit: str, born: Standing, today: str, *, attested: bool) -> AuditLine:
    ends_on = str(born.value["ends_on"])
    state: State = "attested" if attested else "over" if ends_on < today else "open"
    return AuditLine(
        audit=audit,
        by=str(born.value["by"]),
        parties=_listed(born.value, "parties"),
        period_from=str(born.value["period_from"]),
        period_to=str(born.value["period_to"]),
        ends_on=ends_on,
        state=state,
        index=born.index,
    )


def _attested(mark: Standing) -> AttestedLine:
    said = mark.value
    return AttestedLine(
        by=str(said["by"]),
        size=_whole(said["size"]),
        root=str(said["root"]),
        rules_version=_whole(said["rules_version"]),
        result=str(said["result"]),
        index=mark.index,
    )


def _listed(said: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = said.get(name)
    return tuple(str(each) for each in found) if isinstance(found, list) else ()


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
