"""The approved-producer list of a programme and season, and how it differs from another one.

A producer is on it who was enrolled by the programme, has a status of its internal control system, or is listed by a
certificate it holds; approved are those whose status on the day is approved or conditional, and those whom a
certificate lists where the programme sets no statuses. The rest stands under `others`, with the reason to read off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ledger.claims.calendar import months_later
from ledger.claims.certified_member import Change, member_changes, membership_on
from ledger.claims.membership import Keeper, memberships
from ledger.postings.certificates import members_of
from ledger.reports.land import Land, Landscape
from ledger.reports.report import Cell, Question, Report, Stamp, Table
from ledger.reports.source import Marks, Source, code_of, listed, whole, word
from ledger.state import Standing
from ledger.store import roll

PRODUCERS: Final = (
    "producer code household district sector ics_status ics_since:day certificates agreements"
    " plots:count area_m2:area-m2 estimates"
)
LAND: Final = "producer code land land_code kind how district area_m2:area-m2 statuses"
ESTIMATES: Final = "producer code land commodity form plot_status grams:grams"
_APPROVED: Final = ("approved", "conditional")


class Estimate(NamedTuple):
    """The last word on what land gives in the season."""

    land: str
    commodity: str
    form: str
    plot_status: str
    grams: int


class Member(NamedTuple):
    """One line of the list with what stands behind it."""

    is_approved: bool
    line: tuple[Cell, ...]
    lands: tuple[Land, ...]
    estimates: tuple[Estimate, ...]

    @property
    def name(self) -> tuple[Cell, ...]:
        """The producer and its code."""
        return self.line[:2]


Roll = Mapping[str, Member]


def approved_producers(source: Source, question: Question) -> tuple[Table, ...]:
    """The list on the day, its land and estimates, and the difference to the season before or an earlier size."""
    now = roll_of(source, question)
    approved = [member for member in now.values() if member.is_approved]
    before, compared = _compared(source, question)
    changes = tuple(_changes(before, now))
    counted = [sum(row[0] == kind for row in changes) for kind in ("added", "removed")]
    changed = len({row[1] for row in changes if row[0] == "changed"})
    return (
        Table.of("producers", PRODUCERS, (member.line for member in approved)),
        Table.of("land", LAND, _land_lines(approved)),
        Table.of("estimates", ESTIMATES, ((*member.name, *each) for member in approved for each in member.estimates)),
        Table.of("others", PRODUCERS, (member.line for member in now.values() if not member.is_approved)),
        Table.of(
            "compared",
            "season day:day size:count version approved_before:count approved:count added:count removed:count"
            " changed:count",
            [(*compared, sum(m.is_approved for m in before.values()), len(approved), *counted, changed)],
        ),
        Table.of("changes", "change producer code field before after", changes),
    )


def roll_of(source: Source, question: Question) -> Roll:
    """Everybody of the programme on the day, by producer, in order of their codes."""
    books, party, day = source.books, question.party, question.at
    certificates = {
        word(mark.value, "certificate")
        for mark in books.marks([party], ("certificate-of",)).get(party, ())
        if mark.value.get("as") == "holder"
    }
    producers = set(roll.born(books, "producer", party=party))
    producers |= {subject for subject, _ in roll.standing(books, ["status"], f'"programme":"{party}"')}
    for rows in books.marks([members_of(one) for one in certificates], ("listed",)).values():
        producers |= {word(mark.value, "producer") for mark in rows}
    appraiser = source.around(producers)
    landscape = Landscape(source, producers, day)

    def code(thing: str) -> str:
        about = appraiser.birth(thing)
        return str(about.get("code") or about.get("number") or thing)

    estimates = _estimates(source, {land.land for one in producers for land in landscape.lands(one)}, question)
    found = {}
    for producer in producers:
        marks = appraiser.marks.get(producer, ())
        born = next((mark for mark in reversed(marks) if mark.kind == "born"), None)
        household = appraiser.household(producer, day)
        community = str(appraiser.birth(producer).get("community") or "")
        ics, since = _ics(marks, party, day)
        listings = _listings(member_changes(marks), code, question)
        lands = tuple(landscape.lands(producer))
        own = tuple(each for land in lands for each in estimates.get(land.land, ()))
        line = (
            producer,
            "" if born is None else code_of(born),
            code(household) if household else "",
            "" if born is None else word(born.value, "district"),
            "" if born is None else word(born.value, "sector"),
            ics,
            since,
            listed(text for _, text in listings),
            listed(code(one) for one in _joined(Keeper(producer, household, community, ""), appraiser.marks, day)),
            len(lands),
            sum(land.area_m2 for land in lands),
            listed(_summed(own)),
        )
        is_listed = any(status == "listed" for status, _ in listings)
        found[producer] = Member(ics in _APPROVED or (not ics and is_listed), line, lands, own)
    return dict(sorted(found.items(), key=lambda item: (str(item[1].line[1]), item[0])))


def _ics(marks: Sequence[Standing], programme: str, day: str) -> tuple[str, str]:
    """The programme's own status on the day and since when; "" where it never said one."""
    said = sorted(
        (mark.effective_from, mark.index, word(mark.value, "status"))
        for mark in marks
        if mark.kind == "status" and mark.value.get("programme") == programme and mark.effective_from <= day
    )
    return (said[-1][2], said[-1][0]) if said else ("", "")


def _listings(changes: Sequence[Change], code: Callable[[str], str], question: Question) -> list[tuple[str, str]]:
    """How each certificate has the producer for the season: (status, `number=status`)."""
    found = []
    for certificate in sorted({change.certificate for change in changes}):
        own = [change for change in changes if change.certificate == certificate]
        listing, sanction = membership_on(own, question.season, question.at)
        if listing is not None:
            status = (sanction or listing).status
            found.append((status, f"{code(certificate)}={status}"))
    return found


def _joined(keeper: Keeper, marks: Marks, day: str) -> Iterator[str]:
    for membership in memberships(keeper, marks):
        change = membership.last_change(day)
        if change is not None and change.joined:
            yield membership.agreement


def _estimates(source: Source, lands: set[str], question: Question) -> dict[str, list[Estimate]]:
    """The last estimate of each form and plot status that was made by the day."""
    last: dict[tuple[str, str, str, str], int] = {}
    for land, rows in source.books.marks(lands, ("estimate",)).items():
        for mark in rows:
            said = mark.value
            if said.get("season") == question.season and mark.effective_from <= question.at:
                key = (land, word(said, "commodity"), word(said, "form"), word(said, "status"))
                last[key] = whole(said.get("grams"))
    found: dict[str, list[Estimate]] = {}
    for key in sorted(last):
        found.setdefault(key[0], []).append(Estimate(*key, last[key]))
    return found


def _summed(estimates: Sequence[Estimate]) -> Iterator[str]:
    sums: dict[str, int] = {}
    for each in estimates:
        key = f"{each.commodity}/{each.form}"
        sums[key] = sums.get(key, 0) + each.grams
    yield from (f"{key}={grams}" for key, grams in sums.items())


def _land_lines(members: Sequence[Member]) -> Iterator[tuple[Cell, ...]]:
    for member in members:
        for land in member.lands:
            about = (land.land, land.code, land.kind, land.how, land.district, land.area_m2, land.statuses)
            yield (*member.name, *about)


# ---------------------------------------------------------------- what is different


def _compared(source: Source, question: Question) -> tuple[Roll, tuple[Cell, ...]]:
    """The list to compare with: as known at an earlier size, or last season's on the same day a year earlier."""
    if question.since is not None:
        other, asked = source.at_size(question.since), question
    else:
        other = source
        asked = Question(at=months_later(question.at, -12), party=question.party, season=season_before(question.season))
    before = roll_of(other, asked)
    lines = Table.of("producers", PRODUCERS, (member.line for member in before.values() if member.is_approved))
    size = other.books.size
    version = Report("approved-producers", Stamp("", size, ""), asked, (lines,)).version
    return before, (asked.season, asked.at, size, version)


def season_before(season: str) -> str:
    """`2026` comes after `2025`, `2025-2026` after `2024-2025`."""
    return "-".join(f"{int(year) - 1:04d}" for year in season.split("-"))


def _changes(before: Roll, now: Roll) -> Iterator[tuple[str, ...]]:
    """Who came, who went, and of who stayed what is different; estimates are of a season, so they are not compared."""
    was = {producer: member for producer, member in before.items() if member.is_approved}
    names = [column.partition(":")[0] for column in PRODUCERS.split()][2:-1]
    for producer, member in now.items():
        code = str(member.line[1])
        if member.is_approved and producer not in was:
            yield "added", producer, code, "ics_status", _status(before.get(producer)), _status(member)
        elif not member.is_approved and producer in was:
            yield "removed", producer, code, "ics_status", _status(was[producer]), _status(member)
        elif member.is_approved:
            old = was[producer]
            for name, one, other in zip(names, old.line[2:-1], member.line[2:-1], strict=True):
                if one != other:
                    yield "changed", producer, code, name, str(one), str(other)
            lands, now_lands = ({land.land: land for land in each.lands} for each in (old, member))
            for land in sorted(lands.keys() | now_lands.keys()):
                one, other = _said(lands.get(land)), _said(now_lands.get(land))
                if one != other:
                    yield "changed", producer, code, "land", one, other
    for producer, member in was.items():
        if producer not in now:
            yield "removed", producer, str(member.line[1]), "ics_status", _status(member), ""


def _status(member: Member | None) -> str:
    return "" if member is None else str(member.line[5])


def _said(land: Land | None) -> str:
    return "" if land is None else " ".join(part for part in (land.land, f"{land.area_m2} m2", land.statuses) if part)
