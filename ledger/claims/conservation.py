"""Conservation status of (keeper, land, day) under one framework, and of a delivery over all its harvest days.

Which agreement decides: of those the keeper had joined and that ran on the day, the one whose area around the land is
the narrowest; then the family's before the community's, or the other way where the framework says so. A breach counts
on its land and for its household whichever agreement decides, and so does a suspension that cascades.
An agreement that ran out, was left or was terminated decides only where none that runs covers the land.

What was known is settled by whoever loads the marks; everything here is pure over them.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from ledger.claims.agreement import Agreement, read_agreement, text
from ledger.claims.bonds import Ended, InForce, placed_on
from ledger.claims.evidence import Marks, Place
from ledger.claims.findings import (
    Finding,
    breach_findings,
    cascade_findings,
    change_days,
    finding,
    keys_of,
    monitoring_findings,
    nameless_findings,
    overdue_days,
    status_findings,
    term_findings,
    worse,
    worst,
)
from ledger.claims.frameworks import FrameworksNear, frameworks_at
from ledger.claims.ground import Ground, size_of
from ledger.claims.membership import Keeper, Membership, keeper_of
from ledger.claims.reasons import Reason
from ledger.packs.framework import FrameworkPack, StatusWord

_FAMILY_FIRST = ("family", "community", "cooperative", "jurisdiction")
_COMMUNITY_FIRST = ("community", "family", "cooperative", "jurisdiction")
_ENDLESS = 1 << 62


__all__ = [
    "Conservation",
    "ConservationStatus",
    "FrameworksNear",
    "Keeper",
    "conservation_status",
    "delivery_conservation",
    "frameworks_at",
    "keeper_of",
    "merged",
]


class ConservationStatus(NamedTuple):
    """The word, every reason (notes too), and the agreement that decided, "" where none did."""

    word: StatusWord
    reasons: tuple[Reason, ...]
    agreement: str


class _Dossier(NamedTuple):
    """What is read once per keeper: its ground, its memberships of this framework, the land's own breaches."""

    keeper: Keeper
    ground: Ground | None
    memberships: tuple[Membership, ...]
    agreements: tuple[Agreement, ...]
    on_land: tuple[Agreement, ...]
    changes: tuple[str, ...]


_Alike = tuple[Ground, tuple[tuple[str, str, str, tuple[tuple[str, bool], ...]], ...]]


class Conservation:
    """One framework over a set of marks. Answers are remembered, so keep it for all deliveries of a lot."""

    def __init__(self, marks: Marks, framework: FrameworkPack, near: FrameworksNear | None = None) -> None:
        """Nothing is read before it is asked for. `near` is over the same marks, and spares reading land twice."""
        self._marks = marks
        self._near = near or FrameworksNear(marks)
        self._framework = framework
        self._agreements: dict[str, Agreement | None] = {}
        self._sizes: dict[str, int] = {}
        self._dossiers: dict[Keeper, _Dossier] = {}
        self._statuses: dict[tuple[Keeper, str], ConservationStatus] = {}
        self._windows: dict[tuple[Keeper, str, str], ConservationStatus] = {}
        self._held: dict[Keeper, tuple[Membership, ...]] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._standings: dict[Keeper, int] = {}
        self._numbers: dict[_Alike, int] = {}
        self._alike: dict[tuple[int, str, str], ConservationStatus] = {}

    def status(self, keeper: Keeper, day: str) -> ConservationStatus:
        """The status on one day."""
        found = self._statuses.get((keeper, day))
        if found is None:
            found = self._statuses[keeper, day] = self._judge(self._dossier(keeper), day)
        return found

    def delivery(self, place: Place) -> ConservationStatus:
        """The worst word over every harvest day, with the reasons of all of them.

        Unknown harvest days: the day of delivery is judged, and the reason `harvest-days-unknown` says so.
        """
        delivery = place.delivery
        keeper = keeper_of(place)
        first = delivery.harvested_from or delivery.harvested_to
        if not first:
            found = self.status(keeper, delivery.delivered_on)
            label = Reason("harvest-days-unknown", "note", delivery.lot, delivery.delivered_on, delivery.at_index)
            return found._replace(reasons=(*found.reasons, label))
        last = max(first, delivery.harvested_to)
        window = (keeper, first, last)
        if window not in self._windows:
            self._windows[window] = self._harvest(keeper, first, last)
        return self._windows[window]

    def _harvest(self, keeper: Keeper, first: str, last: str) -> ConservationStatus:
        """The answer for one window. Most families of a lot stand alike, and are judged once for all of them."""
        standing = self._standings.get(keeper)
        if standing is None:
            alike_others = self._standing(keeper)
            standing = 0 if alike_others is None else self._numbers.setdefault(alike_others, len(self._numbers) + 1)
            self._standings[keeper] = standing
        alike = (standing, first, last)
        if standing and alike in self._alike:
            return self._alike[alike]
        found = merged(self.status(keeper, day) for day in self._days(keeper, first, last))
        if standing and not any(reason.subject in keeper for reason in found.reasons):
            self._alike[alike] = found
        return found

    def _standing(self, keeper: Keeper) -> _Alike | None:
        """All that the answer rests on where nothing is said of this keeper or its land in particular; else None."""
        ground = self._ground(keeper.grown)
        if ground is None or any(mark.kind == "breach-on" for mark in self._marks.get(keeper.grown, ())):
            return None
        held = self._memberships(keeper)
        if any(not self._named(each.agreement).isdisjoint(keeper) for each in held):
            return None
        stood = (
            (each.agreement, each.through, each.not_before, tuple((c.day, c.joined) for c in each.changes))
            for each in held
        )
        return ground, tuple(stood)

    def _days(self, keeper: Keeper, first: str, last: str) -> Iterator[str]:
        """The first day and those within the harvest on which something changes: in between nothing does."""
        yield first
        changes = self._dossier(keeper).changes
        yield from changes[bisect.bisect_right(changes, first) : bisect.bisect_right(changes, last)]

    # ------------------------------------------------------------ reading, once each

    def _agreement(self, agreement: str) -> Agreement | None:
        if agreement not in self._agreements:
            self._agreements[agreement] = read_agreement(agreement, self._marks)
        return self._agreements[agreement]

    def _ground(self, grown: str) -> Ground | None:
        return self._near.ground(grown)

    def _is_framework_area(self, area: str) -> bool:
        return self._framework.code in self._near.on(area)

    def _size(self, area: str) -> int:
        if area not in self._sizes:
            size = size_of(area, self._marks)
            self._sizes[area] = _ENDLESS if size is None else size
        return self._sizes[area]

    def _dossier(self, keeper: Keeper) -> _Dossier:
        if keeper not in self._dossiers:
            self._dossiers[keeper] = self._read(keeper)
        return self._dossiers[keeper]

    def _read(self, keeper: Keeper) -> _Dossier:
        held = self._memberships(keeper)
        named = dict.fromkeys(each.agreement for each in held)
        for one in tuple(named):
            named.update(dict.fromkeys(self._successors(one)))
        agreements = tuple(found for found in map(self._agreement, named) if found is not None)
        land = dict.fromkeys(
            text(mark.value, "agreement") for mark in self._marks.get(keeper.grown, ()) if mark.kind == "breach-on"
        )
        on_land = tuple(
            found
            for each in land
            if each not in named and self._concerns_us(each) and (found := self._agreement(each)) is not None
        )
        ground = self._ground(keeper.grown) if keeper.grown else None
        days: set[str] = set(ground.changes()) if ground is not None else set()
        for membership in held:
            for day in membership.days():
                days.update((day, *overdue_days(day, self._framework)))
        for agreement in (*agreements, *on_land):
            days.update(change_days(agreement, keys_of(keeper), self._framework))
            days.update(day for term in agreement.terms for day in overdue_days(term.valid_from, self._framework))
        return _Dossier(keeper, ground, held, agreements, on_land, tuple(sorted(days)))

    def _memberships(self, keeper: Keeper) -> tuple[Membership, ...]:
        if keeper not in self._held:
            found = self._near.memberships(keeper)
            self._held[keeper] = tuple(each for each in found if self._concerns_us(each.agreement))
        return self._held[keeper]

    def _named(self, agreement: str) -> frozenset[str]:
        """Every household, producer, plot and herd of which an agreement or its successors say something."""
        if agreement not in self._names:
            chain = (self._agreement(each) for each in (agreement, *self._successors(agreement)))
            self._names[agreement] = frozenset(
                key
                for each in chain
                if each is not None
                for said in (each.statuses, each.breaches, each.monitorings)
                for key in said
                if key
            )
        return self._names[agreement]

    def _concerns_us(self, agreement: str) -> bool:
        found = self._agreement(agreement)
        return found is not None and found.framework == self._framework.code

    def _successors(self, agreement: str) -> Iterator[str]:
        seen = {agreement}
        level = [agreement]
        while level:
            found = self._agreement(level.pop())
            for mark in found.successions if found is not None else ():
                by = text(mark.value, "by")
                if by not in seen:
                    seen.add(by)
                    level.append(by)
                    yield by

    def _areas(self, agreement: Agreement) -> tuple[str, ...]:
        """The areas of an agreement, else those of the nearest one above it that names any."""
        seen: set[str] = set()
        found: Agreement | None = agreement
        while found is not None and not found.areas and found.id not in seen:
            seen.add(found.id)
            found = self._agreement(found.parent)
        return found.areas if found is not None else ()

    # ------------------------------------------------------------ judging one day

    def _judge(self, dossier: _Dossier, day: str) -> ConservationStatus:
        keeper, ground = dossier.keeper, dossier.ground
        if not keeper.grown:
            return _plain(finding("unknown", "land-unnamed", keeper.producer, day))
        if ground is None:
            return _plain(finding("unknown", "land-unknown", keeper.grown, day))
        if ground.kind not in self._framework.land:
            return _plain(finding("not-applicable", "land-not-judged", keeper.grown, day))
        around = ground.on(day)
        if self._framework.needs_area and not any(map(self._is_framework_area, around)):
            return _plain(finding("not-applicable", "land-outside-framework", keeper.grown, day))
        in_force: list[InForce] = []
        ended: list[Ended] = []
        elsewhere: list[Ended] = []
        for membership in dossier.memberships:
            placed = placed_on(membership, keeper, day, self._agreement, self._framework)
            if isinstance(placed, Ended):
                ended.append(placed)
            elif _speaks_for_itself(placed, dossier.memberships, day):
                continue
            elif self._covers(placed.bond.agreement, around):
                in_force.append(placed)
            else:
                why = finding("no-agreement", "agreement-elsewhere", placed.bond.agreement.id, day)
                elsewhere.append(Ended("", "", why))
        if in_force:
            return self._decided(dossier, in_force, around, day)
        # What ended last says best why nothing covers the land: an expiry before a leaving of long ago.
        over = max(ended, key=lambda each: (each.since, not worse(each.why.word, "lapsed")), default=None)
        last = over or next(iter(elsewhere), None)
        if last is None:
            last = Ended("", "", finding("no-agreement", "agreement-none", keeper.household or keeper.producer, day))
        findings = [last.why, *self._breaches(dossier, day)]
        if last.bond is not None:
            # Nobody gets rid of a suspension by letting the agreement run out.
            findings += status_findings(last.bond, keeper, day)
        return ConservationStatus(worst(findings), _reasons(findings), last.agreement)

    def _decided(
        self, dossier: _Dossier, in_force: list[InForce], around: frozenset[str], day: str
    ) -> ConservationStatus:
        keeper = dossier.keeper
        deciding = min(in_force, key=lambda each: self._rank(each, around))
        bond = deciding.bond
        findings = [
            *deciding.notes,
            *term_findings(bond, day, self._framework),
            *status_findings(bond, keeper, day),
            *nameless_findings(bond, day, self._framework),
            *monitoring_findings(bond, keeper, day, self._framework),
            *self._breaches(dossier, day),
        ]
        for each in in_force:
            if each.bond.agreement.id != bond.agreement.id:
                findings += cascade_findings(each.bond, day)
        return ConservationStatus(worst(findings), _reasons(findings), bond.agreement.id)

    def _breaches(self, dossier: _Dossier, day: str) -> Iterator[Finding]:
        for agreement in dossier.agreements:
            yield from breach_findings(agreement, keys_of(dossier.keeper), day, self._framework)
        for agreement in dossier.on_land:
            yield from breach_findings(agreement, (dossier.keeper.grown,), day, self._framework)

    def _covers(self, agreement: Agreement, around: frozenset[str]) -> bool:
        areas = self._areas(agreement)
        return not self._framework.needs_area or not areas or not around.isdisjoint(areas)

    def _rank(self, each: InForce, around: frozenset[str]) -> tuple[int, int, int, str]:
        """The narrower area first, then the level that wins, then the newer agreement."""
        agreement = each.bond.agreement
        sizes = [self._size(area) for area in self._areas(agreement) if area in around]
        levels = _COMMUNITY_FIRST if self._framework.wins.value == "community" else _FAMILY_FIRST
        newer_first = -date.fromisoformat(each.bond.term.valid_from).toordinal()
        return (min(sizes, default=_ENDLESS), levels.index(agreement.level), newer_first, agreement.id)


def _speaks_for_itself(placed: InForce, held: Iterable[Membership], day: str) -> bool:
    """Whether whoever came to an agreement because it superseded another has joined or left it in its own right."""
    membership, agreement = placed.membership, placed.bond.agreement.id
    return membership.agreement != agreement and any(
        each.agreement == agreement and each.signatory == membership.signatory and each.last_change(day) is not None
        for each in held
    )


def conservation_status(question: Keeper, day: str, marks: Marks, framework: FrameworkPack) -> ConservationStatus:
    """The status of one keeper's land on one day. For many questions keep a `Conservation`."""
    return Conservation(marks, framework).status(question, day)


def delivery_conservation(place: Place, marks: Marks, framework: FrameworkPack) -> ConservationStatus:
    """The status of one delivery over all its harvest days. For many deliveries keep a `Conservation`."""
    return Conservation(marks, framework).delivery(place)


def merged(statuses: Iterable[ConservationStatus]) -> ConservationStatus:
    """Several days as one: the worst word with its agreement, and every reason once, on the first day it was met."""
    found: ConservationStatus | None = None
    reasons: dict[tuple[str, str, str, int | None], Reason] = {}
    for status in statuses:
        if found is None or worse(status.word, found.word):
            found = status
        for reason in status.reasons:
            reasons.setdefault((reason.code, reason.effect, reason.subject, reason.at_index), reason)
    if found is None:
        return ConservationStatus("unknown", (), "")
    return found._replace(reasons=tuple(reasons.values()))


def _plain(only: Finding) -> ConservationStatus:
    return ConservationStatus(only.word, (only.reason,), "")


def _reasons(findings: Iterable[Finding]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(each.reason for each in findings))
