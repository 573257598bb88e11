"""Whether a scheme's certificates cover a delivery on the days it was picked and handed over."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ledger.claims.calendar import months_later
from ledger.claims.certificate import CertificateRead, effect_of
from ledger.claims.certified_member import (
    Asked,
    Change,
    PlotRegister,
    ics_reasons,
    member_changes,
    member_reasons,
    with_parents,
)
from ledger.claims.evidence import Delivery, Marks, Place
from ledger.claims.reasons import Reason
from ledger.claims.register import SchemeRegister, Served, best, lot_released, while_producing
from ledger.packs.scheme import SchemePack

_BEGINNING = "0001-01-01"


def delivery_certified(
    place: Place, commodity: str, marks: Marks, scheme: SchemePack, model: str, *, on: str = ""
) -> Served:
    """Whether one delivery's grams carry the scheme's claim; for many deliveries build one `CertifiedDeliveries`."""
    return CertifiedDeliveries(marks, scheme, commodity, model, on=on).of(place)


class CertifiedDeliveries:
    """The deliveries of one commodity under one scheme and custody model, equal questions judged once.

    Between two days on which anything changes the answer is the same, so each producer's land is judged once per such
    stretch of days, and a delivery only looks up its own.
    """

    def __init__(
        self,
        marks: Marks,
        scheme: SchemePack,
        commodity: str,
        model: str = "",
        *,
        on: str = "",
        register: SchemeRegister | None = None,
    ) -> None:
        """`on` is the asked day: later looks into public registers do not count; "" counts all."""
        self._marks = marks
        self._scheme = scheme
        self._commodity = commodity
        self._model = model
        self._on = on
        self._register = register or SchemeRegister(marks, scheme)
        self._plots = PlotRegister(marks, scheme)
        self._grounds: dict[tuple[str, str, str, str], _Ground] = {}
        self._changes: dict[str, tuple[Change, ...]] = {}
        self._days: dict[str, tuple[str, ...]] = {}
        self._papers: dict[tuple[str, str], tuple[Reason, ...]] = {}

    def of(self, place: Place) -> Served:
        """The reasons for one delivery, and the certificates asked."""
        delivery = place.delivery
        ground = self._ground_of(place)
        if ground is None:
            return Served((Reason("origin-untraced", "not-carried", delivery.lot, delivery.delivered_on),), ())
        first, handed, days = delivery.harvested_from, delivery.delivered_on, ground.days
        if first and handed >= (delivery.harvested_to or first):
            at = bisect_right(days, first) - 1
            if at + 1 == len(days) or handed < days[at + 1]:
                # The usual case: nothing changes from the first day picked to the day it was handed over.
                calm = ground.calm[at] if at in ground.calm else self._calm(ground, at)
                if calm is not None:
                    return calm
        asked = (first, delivery.harvested_to, handed)
        answer = ground.answers.get(asked)
        if answer is None:
            answer = ground.answers[asked] = self._judge(ground, delivery)
        return answer if not answer.reasons else self._released(answer, delivery.lot)

    def _calm(self, ground: _Ground, at: int) -> Served | None:
        """The answer for all that was picked and handed over within one stretch, where there is nothing to say."""
        picked, given = (self._on_stretch(ground, at, harvest=harvest) for harvest in (True, False))
        is_calm = not picked.reasons and not given.reasons and picked.certificates == given.certificates
        ground.calm[at] = picked if is_calm else None
        return ground.calm[at]

    def _ground_of(self, place: Place) -> _Ground | None:
        if not place.producer:
            return None
        key = (place.producer, place.grown, place.delivery.season, place.delivery.party)
        ground = self._grounds.get(key)
        if ground is None:
            ground = self._grounds[key] = self._ground(*key)
        return ground

    def _released(self, answer: Served, lot: str) -> Served:
        """What the body freed by naming the delivery's own lot is held no longer."""
        if lot_released(lot, answer.certificates, self._marks):
            freed = tuple(r._replace(effect="note") if r.effect == "held" else r for r in answer.reasons)
            return answer._replace(reasons=freed)
        return answer

    def _judge(self, ground: _Ground, delivery: Delivery) -> Served:
        days, handed = ground.days, delivery.delivered_on
        first = delivery.harvested_from or handed
        last = (delivery.harvested_to or first) if delivery.harvested_from else handed
        begins = bisect_right(days, first) - 1
        stretches = [
            *((at, first, True) for at in range(begins, bisect_right(days, last))),
            (bisect_right(days, handed) - 1, handed, False),
        ]
        reasons: dict[tuple[str, str, str, int | None], Reason] = {}
        if not delivery.harvested_from:
            effect = effect_of(self._scheme.unknown_harvest.value)
            unknown = Reason("harvest-days-unknown", effect, delivery.lot, handed, delivery.at_index)
            reasons[unknown.code, "", "", None] = unknown
        asked: dict[str, None] = {}
        for at, begin, harvest in stretches:
            found = self._on_stretch(ground, at, harvest=harvest)
            asked.update(dict.fromkeys(found.certificates))
            for reason in found.reasons:
                said = reason._replace(day=max(begin, days[at]))
                reasons.setdefault((reason.code, reason.effect, reason.subject, reason.at_index), said)
        return Served(tuple(reasons.values()), tuple(asked))

    # ------------------------------------------------------------ one producer's land

    def _ground(self, producer: str, grown: str, season: str, party: str) -> _Ground:
        changes = self._changes.get(producer)
        if changes is None:
            changes = self._changes[producer] = member_changes(self._marks.get(producer, ()))
        by_certificate: dict[str, list[Change]] = {}
        for change in changes:
            by_certificate.setdefault(change.certificate, []).append(change)
        certificates = [read for thing in by_certificate if (read := self._register.certificate(thing)) is not None]
        if self._scheme.members_listed.value == "no":
            known = {read.thing for read in certificates}
            of_party = self._register.named_by(party, "certificate-of")
            certificates += [read for read in of_party if read.thing not in known]
        land = self._land(grown)
        days = {_BEGINNING, *(change.effective_from for change in changes)}
        for read in certificates:
            days.update(self._days_of(read))
        parallel: tuple[str, ...] = ()
        if self._scheme.plot_status.value:
            listed = {plot for change in changes for plot in change.plots}
            parallel = tuple(sorted({*listed, *self._held_by(producer)} - {grown}))
            for plot in (*(land or ()), *parallel):
                for row in self._plots.statuses(plot):
                    days.add(row.effective_from)
                    if row.last_forbidden_input:
                        days.add(self._clean_from(row.last_forbidden_input) or row.effective_from)
        if self._scheme.ics_status_counts.value == "yes":
            days.update(mark.effective_from for mark in self._marks.get(producer, ()) if mark.kind == "status")
        return _Ground(
            producer,
            grown,
            land,
            season,
            tuple((read, tuple(by_certificate.get(read.thing, ()))) for read in certificates),
            parallel,
            sorted(days),
        )

    def _land(self, grown: str) -> frozenset[str] | None:
        born = next((mark for mark in self._marks.get(grown, ()) if mark.kind == "born"), None)
        if born is not None and born.value.get("thing") == "herd":
            return None
        return with_parents(grown, self._marks) if grown else frozenset()

    def _days_of(self, read: CertificateRead) -> tuple[str, ...]:
        if read.thing not in self._days:
            self._days[read.thing] = tuple(read.changes())
        return self._days[read.thing]

    def _held_by(self, producer: str) -> tuple[str, ...]:
        """Every plot the producer was ever said to hold."""
        return tuple(str(mark.value["plot"]) for mark in self._marks.get(producer, ()) if mark.kind == "holds")

    # ------------------------------------------------------------ one stretch of days

    def _on_stretch(self, ground: _Ground, at: int, *, harvest: bool) -> Served:
        found = ground.stretches.get((at, harvest))
        if found is None:
            found = ground.stretches[at, harvest] = self._on_day(ground, ground.days[at], harvest=harvest)
        return found

    def _on_day(self, ground: _Ground, day: str, *, harvest: bool) -> Served:
        scheme = self._scheme
        served = Served((), ())
        if ("harvest" if harvest else "delivery") in scheme.member_days:
            found = best(
                [
                    Served(tuple(self._of_certificate(ground, read, changes, day)), (read.thing,))
                    for read, changes in ground.certificates
                ]
            )
            served = found or Served((Reason("member-not-listed", "not-carried", ground.producer, day),), ())
        if harvest and scheme.plot_status.value:
            served = served._replace(reasons=(*served.reasons, *self._of_plot(ground, day)))
        return served

    def _of_certificate(
        self, ground: _Ground, read: CertificateRead, changes: Sequence[Change], day: str
    ) -> Iterator[Reason]:
        scheme, producer = self._scheme, ground.producer
        yield from self._of_paper(read, day)
        if changes or scheme.members_listed.value != "no":
            asked = Asked(producer, ground.land, ground.season, day, bool(read.releases) and read.frees(producer, day))
            yield from member_reasons(changes, asked, scheme)
        if scheme.ics_status_counts.value == "yes" and not read.frees(producer, day):
            yield from ics_reasons(self._marks.get(producer, ()), producer, read.parties, day, scheme)

    def _of_paper(self, read: CertificateRead, day: str) -> tuple[Reason, ...]:
        """What the certificate itself says on a day: the same for all its members."""
        found = self._papers.get((read.thing, day))
        if found is None:
            reasons = [while_producing(read, lapsed, day, self._scheme) for lapsed in read.lapses(day)]
            if not read.covers_commodity(self._commodity):
                reasons.append(Reason("product-not-in-scope", "not-carried", read.thing, day, read.at_index))
            if self._model and not read.allows(self._model):
                reasons.append(Reason("model-not-on-certificate", "not-carried", read.thing, day, read.at_index))
            contradiction = read.contradiction(self._on)
            if contradiction is not None:
                reasons.append(contradiction)
            found = self._papers[read.thing, day] = tuple(reasons)
        return found

    def _clean_from(self, last_forbidden_input: str) -> str:
        months = self._scheme.conversion_months
        return months_later(last_forbidden_input, months.ratio.floor_of(1)) if months is not None else ""

    def _of_plot(self, ground: _Ground, day: str) -> Iterator[Reason]:
        scheme = self._scheme
        wanted, plot = scheme.plot_status.value, ground.grown
        if not plot:
            yield Reason("plot-not-named", "held", ground.producer, day)
            return
        standing = self._plots.on(plot, day)
        if standing is None:
            yield Reason("plot-status-unknown", "held", plot, day)
        elif not _reaches(standing.status, wanted):
            code = "plot-in-conversion" if standing.status == "in-conversion" else "plot-conventional"
            yield Reason(code, "not-carried", plot, day, standing.at_index)
        elif standing.last_forbidden_input and day < self._clean_from(standing.last_forbidden_input):
            yield Reason("forbidden-input-recent", "held", plot, day, standing.at_index)
        for other in ground.parallel:
            beside = self._plots.on(other, day)
            if beside is not None and beside.status == "conventional":
                effect = effect_of(scheme.parallel_production.value)
                yield Reason("parallel-production", effect, other, day, beside.at_index)
                return


@dataclass(slots=True)
class _Ground:
    """One producer's land for one season: what may serve it, and the answers by stretch and by days."""

    producer: str
    grown: str
    land: frozenset[str] | None
    season: str
    certificates: tuple[tuple[CertificateRead, tuple[Change, ...]], ...]
    parallel: tuple[str, ...]
    days: list[str]
    stretches: dict[tuple[int, bool], Served] = field(default_factory=dict)
    calm: dict[int, Served | None] = field(default_factory=dict)
    answers: dict[tuple[str, str, str], Served] = field(default_factory=dict)


def _reaches(status: str, wanted: str) -> bool:
    return status == wanted or (wanted == "in-conversion" and status == "organic")
