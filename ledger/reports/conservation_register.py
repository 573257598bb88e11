"""The conservation register: agreements, who signed them and how they stand on a day, breaches, benefits, kilograms.

A signatory's word is the worst over all land of the families that stand behind it: a producer's own, a household's
members', a community's. Land is what they hold, keep, or delivered from. The words and reasons are decided in claims/.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from ledger.claims import Appraiser
from ledger.claims.agreement import Agreement, read_agreement
from ledger.claims.conservation import ConservationStatus, Keeper, merged
from ledger.postings.agreements import members_of
from ledger.reports.land import Landscape
from ledger.reports.report import Cell, Question, Table
from ledger.reports.source import Source, listed, word
from ledger.state import Standing
from ledger.store import roll
from ledger.store.schema import ACCOUNT_KINDS

AGREEMENTS: Final = (
    "framework code agreement level parent valid_from:day valid_to:day endorsed status signatories:count"
    " breaches_open:count monitored_on:day"
)
SIGNATORIES: Final = (
    "framework agreement_code signatory kind code household joined_on:day left_on:day status reasons monitored_on:day"
    " breaches_open:count"
)
BREACHES: Final = (
    "framework agreement_code breach commitment critical severity attributed_to window_from:day window_to:day"
    " household producer land area_m2:area-m2 state closed_on:day"
)
BENEFITS: Final = "framework agreement_code benefit delivered_on:day to kind code"
BOUGHT: Final = "signatory code household season commodity form bought:grams"
_KINDS: Final = ("born", "monitored", "breach", "breach-closed", "benefit", "agreement-status")


class Signed(NamedTuple):
    """A signatory of an agreement, as it joined and left it by the day; "" while it has not left."""

    signatory: str
    joined_on: str
    left_on: str


class Signatures(NamedTuple):
    """An agreement on the day with all marks on it and its signatories."""

    agreement: Agreement
    code: str
    parent: str
    marks: tuple[Standing, ...]
    signed: tuple[Signed, ...]


def conservation_register(source: Source, question: Question) -> tuple[Table, ...]:
    """All agreements of a framework (or of all), perhaps only those a party is an institution of."""
    register = _Register(source, question)
    return (
        Table.of("agreements", AGREEMENTS, register.agreement_lines()),
        Table.of("signatories", SIGNATORIES, register.signatory_lines()),
        Table.of("breaches", BREACHES, register.breach_lines()),
        Table.of("benefits", BENEFITS, register.benefit_lines()),
        Table.of("bought", BOUGHT, register.bought_lines()),
    )


class _Register:
    """Everything the tables are made of, loaded once."""

    def __init__(self, source: Source, question: Question) -> None:
        self._source = source
        self._day = question.at
        self._season = question.season
        births = {
            thing: born
            for thing, born in roll.born(source.books, "agreement").items()
            if question.framework in ("", born.value.get("framework"))
            and (not question.party or question.party in _institutions(born.value))
        }
        own = source.books.marks(births, _KINDS)
        lists = source.books.marks([members_of(thing) for thing in births], ("signatory",))
        signed = {thing: tuple(self._signed(lists.get(members_of(thing), ()))) for thing in births}
        self._families = self._behind({each.signatory for some in signed.values() for each in some})
        producers = {producer for each in self._families.values() for producer in each}
        self._landscape = Landscape(source, producers, self._day)
        self._worked: dict[str, list[str]] = {}
        lands = {land for producer in producers for land in self._lands(producer)}
        self._appraiser: Appraiser = source.around({*births, *producers, *self._families, *lands})
        self._agreements = [
            Signatures(read, _code(born), word(born.value, "parent"), tuple(own.get(thing, ())), signed[thing])
            for thing, born in births.items()
            if (read := read_agreement(thing, self._appraiser.marks)) is not None
        ]
        self._agreements.sort(key=lambda each: (each.agreement.framework, each.code, each.agreement.id))
        self._codes = {thing: _code(born) for thing, born in births.items()}

    def _signed(self, marks: Iterable[Standing]) -> Iterator[Signed]:
        """Joining again after leaving begins anew; what takes effect later than the day is not known yet."""
        found: dict[str, Signed] = {}
        for mark in sorted(marks, key=lambda each: (each.effective_from, each.index)):
            signatory, day = word(mark.value, "signatory"), mark.effective_from
            if day > self._day:
                continue
            if mark.value.get("joined"):
                was = found.get(signatory)
                found[signatory] = was if was is not None and not was.left_on else Signed(signatory, day, "")
            elif signatory in found:
                found[signatory] = found[signatory]._replace(left_on=day)
        yield from (found[signatory] for signatory in sorted(found))

    def _behind(self, signatories: set[str]) -> dict[str, frozenset[str]]:
        """The producers behind each signatory."""
        births = self._source.books.births(signatories)
        kinds = {one: word(births[one].value, "thing") for one in signatories if one in births}
        found = {one: frozenset({one} if kinds.get(one) == "producer" else ()) for one in signatories}
        if any(kind != "producer" for kind in kinds.values()):
            everybody = roll.born(self._source.books, "producer")
            appraiser = self._source.around(everybody)
            behind: dict[str, set[str]] = defaultdict(set)
            for producer, born in everybody.items():
                behind[appraiser.household(producer, self._day)].add(producer)
                behind[word(born.value, "community")].add(producer)
            found |= {one: frozenset(behind[one]) for one, kind in kinds.items() if kind != "producer"}
        return found

    def _lands(self, producer: str) -> list[str]:
        """What a certificate alone lists is not land we know the producer to work, unless nothing else is known."""
        if producer not in self._worked:
            found = self._landscape.lands(producer)
            worked = [land.land for land in found if land.how != "listed"]
            self._worked[producer] = worked or [land.land for land in found]
        return self._worked[producer]

    # ------------------------------------------------------------ lines

    def agreement_lines(self) -> Iterator[tuple[Cell, ...]]:
        for each in self._agreements:
            read = each.agreement
            terms = [term for term in read.terms if term.valid_from <= self._day] or list(read.terms[:1])
            statuses = [m for m in read.statuses.get("", ()) if m.effective_from <= self._day]
            yield (
                read.framework,
                each.code,
                read.id,
                read.level,
                self._codes.get(each.parent, each.parent),
                terms[-1].valid_from,
                terms[-1].valid_to,
                "yes" if terms[-1].endorsed else "no",
                word(statuses[-1].value, "status") if statuses else "",
                sum(not signed.left_on for signed, _ in self._told(each)),
                sum(breach.counts_on(self._day) for some in read.breaches.values() for breach in some),
                self._monitored(each, None),
            )

    def signatory_lines(self) -> Iterator[tuple[Cell, ...]]:
        for each in self._agreements:
            read = each.agreement
            for signed, producers in self._told(each):
                one = signed.signatory
                found = self._status(read, producers)
                keys = self._keys(one, producers)
                breaches = sum(b.counts_on(self._day) for key in keys for b in read.breaches.get(key, ()))
                yield (
                    read.framework,
                    each.code,
                    one,
                    word(self._appraiser.birth(one), "thing"),
                    self._code(one),
                    self._home(one),
                    signed.joined_on,
                    signed.left_on,
                    "" if found is None else found.word,
                    "" if found is None else listed(reason.code for reason in found.reasons),
                    self._monitored(each, keys),
                    breaches,
                )

    def _told(self, each: Signatures) -> Iterator[tuple[Signed, frozenset[str]]]:
        """A household that is bound because one of its producers signed is not told twice."""
        producers = {s.signatory for s in each.signed if self._families[s.signatory] == {s.signatory}}
        homes = {self._appraiser.household(producer, self._day) for producer in producers}
        for signed in each.signed:
            if signed.signatory in producers or signed.signatory not in homes:
                yield signed, self._families[signed.signatory]

    def _status(self, agreement: Agreement, producers: Iterable[str]) -> ConservationStatus | None:
        framework = self._source.frameworks.get(agreement.framework)
        if framework is None:
            return None
        judge = self._appraiser.conservation(framework)
        keepers = [
            Keeper(
                producer,
                self._appraiser.household(producer, self._day),
                word(self._appraiser.birth(producer), "community"),
                land,
            )
            for producer in sorted(producers)
            for land in self._lands(producer)
        ]
        found = [judge.status(keeper, self._day) for keeper in keepers]
        # Land the framework does not concern says nothing of how the rest is kept.
        concerned = [each for each in found if each.word != "not-applicable"] or found
        return merged(concerned) if concerned else None

    def _keys(self, signatory: str, producers: Iterable[str]) -> frozenset[str]:
        lands = {land for producer in producers for land in self._lands(producer)}
        homes = {self._appraiser.household(producer, self._day) for producer in producers}
        return frozenset({signatory, *producers, *lands, *homes}) - {""}

    def _monitored(self, each: Signatures, keys: frozenset[str] | None) -> str:
        """The last day somebody looked by: at the whole agreement, or (with keys) at this signatory as well."""
        days = [
            mark.effective_from
            for mark in each.marks
            if mark.kind == "monitored" and mark.effective_from <= self._day and (keys is None or _concerns(mark, keys))
        ]
        return max(days, default="")

    def breach_lines(self) -> Iterator[tuple[Cell, ...]]:
        for each in self._agreements:
            closed: dict[str, list[Standing]] = defaultdict(list)
            for mark in each.marks:
                if mark.kind == "breach-closed" and mark.effective_from <= self._day:
                    closed[word(mark.value, "breach")].append(mark)
            for mark in each.marks:
                if mark.kind != "breach" or mark.effective_from > self._day:
                    continue
                value, ends = mark.value, closed[word(mark.value, "breach")]
                over = [end for end in ends if end.value.get("outcome") != "re-attributed"]
                whose = [word(end.value, "attributed_to") for end in ends if end.value.get("attributed_to")]
                is_critical = each.agreement.critical.get(word(value, "commitment"), False)
                area = value.get("area_m2")
                yield (
                    each.agreement.framework,
                    each.code,
                    word(value, "breach"),
                    word(value, "commitment"),
                    "yes" if is_critical else "no",
                    word(value, "severity"),
                    whose[-1] if whose else word(value, "attributed_to"),
                    word(value, "window_from"),
                    word(value, "window_to"),
                    self._code(word(value, "household")),
                    self._code(word(value, "producer")),
                    word(value, "plot") or word(value, "herd"),
                    area if isinstance(area, int) else "",
                    word(over[-1].value, "outcome") if over else "open",
                    over[-1].effective_from if over else "",
                )

    def benefit_lines(self) -> Iterator[tuple[Cell, ...]]:
        for each in self._agreements:
            for mark in each.marks:
                if mark.kind == "benefit" and mark.effective_from <= self._day:
                    to = word(mark.value, "to")
                    kind = word(self._birth(to), "thing")
                    benefit = word(mark.value, "benefit")
                    yield each.agreement.framework, each.code, benefit, mark.effective_from, to, kind, self._code(to)

    def bought_lines(self) -> list[tuple[Cell, ...]]:
        """Grams each signatory's producers delivered, by season and form, whoever took them in."""
        told = {signed.signatory: producers for each in self._agreements for signed, producers in self._told(each)}
        everybody = {producer for producers in told.values() for producer in producers}
        sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for move in roll.moves(self._source.books, ACCOUNT_KINDS["field-title"], everybody):
            sums[move.a][move.c] -= move.amount
        lines: dict[tuple[str, str, str, str, str, str], int] = defaultdict(int)
        for signatory, producers in told.items():
            name = (signatory, self._code(signatory), self._home(signatory))
            for producer in producers:
                for key, grams in sums[producer].items():
                    commodity, form, season = key.split("/")
                    if grams and self._season in ("", season):
                        lines[(*name, season, commodity, form)] += grams
        return sorted((*key, grams) for key, grams in lines.items())

    # ------------------------------------------------------------ names

    def _birth(self, thing: str) -> Mapping[str, object]:
        found = self._appraiser.birth(thing)
        if found or not thing:
            return found
        born = self._source.books.births([thing]).get(thing)
        return {} if born is None else born.value

    def _code(self, thing: str) -> str:
        """Its own code, else its id; a party has no code."""
        return word(self._birth(thing), "code") or thing

    def _home(self, thing: str) -> str:
        household = self._appraiser.household(thing, self._day)
        return self._code(household) if household else ""


def _institutions(value: Mapping[str, object]) -> set[str]:
    found = value.get("institutions")
    return {str(each["party"]) for each in found} if isinstance(found, list) else set()


def _concerns(mark: Standing, keys: frozenset[str]) -> bool:
    named = {word(mark.value, name) for name in ("household", "producer", "plot", "herd")} - {""}
    return not named or not keys.isdisjoint(named)


def _code(born: Standing) -> str:
    return word(born.value, "code")
