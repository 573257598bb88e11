"""Samples over a ledger: drawn with the seed an audit committed to, and drawn again by anybody who doubts one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from ledger.audit.fieldwork.period import Period
from ledger.audit.fieldwork.population import Weighting, population
from ledger.audit.fieldwork.sampling import Member, Urn, draw, population_digest, seed_digest
from ledger.book.reading import Reading
from ledger.errors import FormatError, NotFoundError, Problem, RefusedError
from ledger.facts import Fact
from ledger.facts.audits import AuditOpened, Drawn, SampleDrawn
from ledger.packs.sampling import sampling
from ledger.queries import FactRecord
from ledger.statement import meant, parse_statement

_Said = TypeVar("_Said", bound=Fact)
_SEED: Final = re.compile(r"[0-9a-f]{64}")
DAYS_END: Final = "T23:59:59.999Z"
"""The last moment of a day in UTC: what the log had recorded by then is the population an audit fixed beforehand."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample worked out of the books: `drawn` in the order drawn, each with its weight and signs of risk.

    `fixed` says who chose the log size: the audit when it was opened (`audit`), or whoever draws (`auditor`).
    """

    audit: str
    party: str
    population: Drawn
    purpose: str
    seed: str
    log_size: int
    root: str
    size_rule: str
    weighting: Weighting
    population_size: int
    population_digest: str
    least: int
    fixed: str
    drawn: tuple[Member, ...]

    def body(self, sample: str) -> dict[str, Any]:
        """What `sample.drawn` says of it, under the id of a new sample."""
        return {
            "sample": sample,
            "audit": self.audit,
            "party": self.party,
            "population": self.population,
            "purpose": self.purpose,
            "seed": self.seed,
            "log_size": self.log_size,
            "root": self.root,
            "size_rule": self.size_rule,
            "weighting": self.weighting,
            "population_size": self.population_size,
            "population_digest": self.population_digest,
            "drawn": [member.thing for member in self.drawn],
        }


@dataclass(frozen=True, slots=True)
class SampleCheck:
    """A `sample.drawn` drawn again from the same log: `again` is what anybody gets, `problems` where it differs."""

    fact: str
    again: Sample
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether the auditor said what anybody draws."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is asked for: whose population, for what, with which seed, and how many.

    `count` draws another number than the least that the size rule asks for.
    """

    audit: str
    party: str
    population: Drawn
    purpose: str
    seed: str
    size_rule: str
    weighting: Weighting = "equal"
    count: int | None = None


def draw_sample(reading: Reading, asked: Drawing, *, size: int | None = None) -> Sample:
    """Draw from a party's population for an audit that stands.

    At the log size the audit fixed when it was opened; else at `size`, or as the log stood when the seed was first
    shown, or as it stands. Raises NotFoundError for
    an unknown audit, FormatError for a seed that is none, RefusedError where the audit did not commit to it, is of
    others, or there is nothing to draw from.
    """
    if _SEED.fullmatch(asked.seed) is None:
        raise FormatError(Problem("seed-malformed", "/seed", retry="after-change"))
    if asked.size_rule not in sampling().sizes:
        known = ", ".join(sampling().sizes)
        raise FormatError(Problem("size-rule-unknown", "/size_rule", asked.size_rule[:64], known, "after-change"))
    opened = audit_opened(reading, asked.audit)
    shown = seed_digest(bytes.fromhex(asked.seed))
    if shown != opened.seed_digest:
        raise RefusedError(Problem("seed-not-committed", "/seed", shown, opened.seed_digest))
    if asked.party not in opened.parties:
        raise RefusedError(Problem("party-not-audited", "/party", asked.party, ", ".join(opened.parties)))
    return _drawn(reading, opened, asked, size)


def check_sample(reading: Reading, sample: str) -> SampleCheck:
    """Draw again what a `sample.drawn` says it drew, and compare every word; by the fact's id, digest or the sample's.

    Raises NotFoundError where it is no sample.
    """
    record, said = _said(reading, sample, "sample", SampleDrawn)
    opened = audit_opened(reading, said.audit)
    asked = Drawing(
        said.audit,
        said.party,
        said.population,
        said.purpose,
        said.seed,
        said.size_rule,
        said.weighting,
        len(said.drawn),
    )
    again = _drawn(reading, opened, asked, said.log_size)
    told, found = said.model_dump(mode="json"), again.body(said.sample)
    problems = tuple(
        Problem("sample-differs", f"/body/{name}", _short(told[name]), _short(found[name]))
        for name in ("log_size", "root", "population_size", "population_digest", "drawn")
        if told[name] != found[name]
    )
    return SampleCheck(record.id, again, problems)


def audit_of_sample(reading: Reading, sample: str) -> str:
    """The audit a sample is of, by the fact's id, digest or the sample's; raises NotFoundError where it is no sample.

    Drawing again costs time and tells of the party's books: whoever asks is asked first whether the audit is its own.
    """
    return _said(reading, sample, "sample", SampleDrawn)[1].audit


def audit_opened(reading: Reading, audit: str) -> AuditOpened:
    """What was said when an audit was opened, by its id; raises NotFoundError where no such audit stands."""
    return _said(reading, audit, "audit", AuditOpened)[1]


def _said(reading: Reading, name: str, kind: str, fact_class: type[_Said]) -> tuple[FactRecord, _Said]:
    """The fact that bore a thing of a kind, or that carries the name itself."""
    with reading.books_and_packs() as (books, _):
        born = books.births([name]).get(name)
        if born is not None and born.value.get("thing") == kind:
            name = books.facts([born.index])[born.index].digest
    unknown = NotFoundError(Problem("reference-unknown", "", name[:64], kind))
    try:
        record = reading.fact(name)
    except NotFoundError:
        raise unknown from None
    fact = meant(parse_statement(record.jws.encode())).fact if not record.withheld else None
    if not isinstance(fact, fact_class):
        raise unknown
    return record, fact


def _size(reading: Reading, opened: AuditOpened, size: int | None) -> tuple[int, str]:
    """The log size a population is read at, and who chose it."""
    if opened.population_on is not None:
        return reading.size_by(opened.population_on + DAYS_END), "audit"
    if size is not None:
        return size, "auditor"
    with reading.books_and_packs() as (books, _):
        drawn = books.marks([opened.audit], ("sampled",)).get(opened.audit, ())
    # Once the seed has been shown, whoever states a fact could steer the root: what came since is not drawn from.
    return min([reading.stands_at()[0], *(mark.index for mark in drawn)]), "auditor"


def _short(value: object) -> str | int:
    """A value as a problem shows it; a list by how many it holds and how it begins."""
    if isinstance(value, list):
        return f"{len(value)}: {' '.join(map(str, value[:12]))}"
    return value if isinstance(value, int) else str(value)


def _drawn(reading: Reading, opened: AuditOpened, asked: Drawing, size: int | None) -> Sample:
    at, fixed = _size(reading, opened, size)
    period = Period(opened.period_from, opened.period_to)
    with reading.books_and_packs(at) as (books, _):
        members = population(books, asked.party, asked.population, period, asked.weighting)
    if not members:
        raise RefusedError(Problem("population-empty", "/population", asked.party, retry="after-change"))
    root = reading.root_at(at)
    least = sampling().sizes[asked.size_rule].of(len(members))
    urn = Urn(opened.audit, asked.party, asked.population, root)
    drawn = draw(bytes.fromhex(asked.seed), urn, members, asked.count or least)
    of_id = {member.thing: member for member in members}
    return Sample(
        audit=opened.audit,
        party=asked.party,
        population=asked.population,
        purpose=asked.purpose,
        seed=asked.seed,
        log_size=at,
        root=root.hex(),
        size_rule=asked.size_rule,
        weighting=asked.weighting,
        population_size=len(members),
        population_digest=population_digest(members),
        least=least,
        fixed=fixed,
        drawn=tuple(of_id[thing] for thing in drawn),
    )
