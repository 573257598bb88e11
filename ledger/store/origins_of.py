"""What lies behind a lot: every delivery with its grams, and the agreements and certificates they lean on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.claims import (
    NOTHING,
    Membership,
    Standings,
    Terms,
    Verdict,
    agreements_of,
    certificates_of,
    covers_commodity,
    standings,
    verdict,
)
from ledger.lineage import Share, contributions
from ledger.queries import Contribution, Link, Shortfall, Validity
from ledger.state import LotBooks, Origin, Standing
from ledger.store.books import Books

_MEMBERSHIPS = ("agreement", "born", "household", "member")

Judged = tuple[tuple[Membership, Verdict], ...]


class OriginsOf:
    """One lot's origins with everything about their producers, loaded in a fixed number of queries."""

    def __init__(self, books: Books, birth: Standing, summary: LotBooks | None) -> None:
        """Load deliveries, producers, households, communities and the terms of what they joined."""
        self.grams = integer(birth.value["grams"])
        self._commodity = str(birth.value["commodity"])
        rows: tuple[Origin, ...] = ()
        if summary is not None and summary.origin_set is not None:
            rows = books.origins(summary.origin_set)
        self.shares: list[Share] = contributions(self.grams, rows)
        self._deliveries = books.births({row.delivery for row in rows})
        self._found = self._standings(books, {row.producer for row in rows if row.producer})
        communities = {str(c) for s in self._found.values() if (c := s.birth.get("community"))}
        self._found |= self._standings(books, {s.household for s in self._found.values() if s.household} | communities)
        self._agreements, self._certificates = self._terms(books)
        self._memberships: dict[str, list[Membership]] = {}
        self._verdicts: dict[object, Verdict] = {}

    @staticmethod
    def _standings(books: Books, things: Iterable[str]) -> dict[str, Standings]:
        return {thing: standings(marks) for thing, marks in books.marks(things, _MEMBERSHIPS).items()}

    def _terms(self, books: Books) -> tuple[dict[str, Terms], dict[str, Terms]]:
        agreements = {thing for found in self._found.values() for thing in found.agreements}
        certificates = {thing for found in self._found.values() for thing in found.certificates}
        terms = {
            thing: Terms.of(thing, birth.value) for thing, birth in books.births(agreements | certificates).items()
        }
        return (
            {thing: terms[thing] for thing in agreements if thing in terms},
            {t: terms[t] for t in certificates if t in terms and covers_commodity(terms[t], self._commodity)},
        )

    def families(self) -> int:
        """How many families the grams come from; a producer without household counts as one."""
        return len(self._families())

    def _families(self) -> set[str]:
        return {self._family(share.origin.producer) for share in self.shares if share.origin.producer and share.grams}

    def _family(self, producer: str) -> str:
        return self._found.get(producer, NOTHING).household or producer

    def _birth(self, producer: str) -> Mapping[str, object]:
        return self._found.get(producer, NOTHING).birth

    def districts(self) -> tuple[str, ...]:
        """The districts of the producers, the largest share first."""
        grams: dict[str, int] = {}
        for share in self.shares:
            district = str(self._birth(share.origin.producer).get("district", ""))
            if district:
                grams[district] = grams.get(district, 0) + share.grams
        return tuple(sorted(grams, key=lambda name: (-grams[name], name)))

    def season(self) -> str:
        """The seasons of the deliveries, as one text."""
        return ", ".join(sorted({str(b.value["season"]) for b in self._deliveries.values() if b.value.get("season")}))

    def harvest(self) -> tuple[str, str]:
        """First and last known harvest day of all deliveries."""
        firsts = [str(b.value["harvested_from"]) for b in self._deliveries.values() if b.value.get("harvested_from")]
        lasts = [str(b.value["harvested_to"]) for b in self._deliveries.values() if b.value.get("harvested_to")]
        return min(firsts, default=""), max(lasts, default="")

    def delivered(self) -> tuple[int, dict[str, int]]:
        """How many harvest deliveries lie behind the lot, and their whole grams by form."""
        harvested = [birth.value for birth in self._deliveries.values() if birth.value.get("how") == "harvested"]
        grams: dict[str, int] = {}
        for value in harvested:
            form = str(value["form"])
            grams[form] = grams.get(form, 0) + integer(value["grams"])
        return len(harvested), grams

    def untraced_grams(self) -> int:
        """Grams nobody named a producer for."""
        return sum(share.grams for share in self.shares if not share.origin.producer)

    def contributions(self) -> tuple[Contribution, ...]:
        """Every origin row with its grams of this lot, the largest first."""
        made = [self._contribution(share) for share in self.shares]
        return tuple(sorted(made, key=lambda c: (-c.grams, c.delivery, c.grown)))

    def _contribution(self, share: Share) -> Contribution:
        row = share.origin
        delivery = self._deliveries.get(row.delivery)
        value: Mapping[str, object] = delivery.value if delivery is not None else {}
        producer = self._birth(row.producer)
        return Contribution(
            delivery=row.delivery,
            producer=row.producer,
            producer_code=str(producer.get("code", "")),
            grown=row.grown,
            district=str(producer.get("district", "")),
            grams=share.grams,
            at_most_grams=min(self.grams, integer(value.get("grams", share.grams))),
            how=str(value.get("how", "")),
            harvested_from=str(value.get("harvested_from", "")),
            harvested_to=str(value.get("harvested_to", "")),
            delivered_on=delivery.effective_from if delivery is not None else "",
            measured="weighed" if len(self.shares) == 1 else "pro-rata",
            links=tuple(_validity(membership, found) for membership, found in self._judged(share)),
        )

    def _judged(self, share: Share) -> Judged:
        """Each agreement and certificate behind a share, judged on its days; equal questions are asked once."""
        row = share.origin
        delivery = self._deliveries.get(row.delivery)
        if not row.producer or delivery is None:
            return ()
        value = delivery.value
        first, last = str(value.get("harvested_from", "")), str(value.get("harvested_to", ""))
        return tuple(
            (membership, self._verdict(membership, row.grown, first, last, delivery.effective_from))
            for membership in self._memberships_of(row.producer)
        )

    def _verdict(self, membership: Membership, grown: str, first: str, last: str, delivered_on: str) -> Verdict:
        listed = not membership.plots or not grown or grown in membership.plots
        key = (membership.terms.id, membership.changes, listed, first, last, delivered_on)
        found = self._verdicts.get(key)
        if found is None:
            found = self._verdicts[key] = verdict(membership, grown, first, last, delivered_on)
        return found

    def _memberships_of(self, producer: str) -> list[Membership]:
        found = self._memberships.get(producer)
        if found is None:
            standing = self._found.get(producer, NOTHING)
            signatories = [s for s in (producer, standing.household, str(standing.birth.get("community") or "")) if s]
            found = agreements_of(signatories, self._found, self._agreements)
            found += certificates_of(producer, self._found, self._certificates)
            self._memberships[producer] = found
        return found

    def links(self) -> tuple[Link, ...]:
        """One line per agreement framework and certificate: grams and families covered, and why others are not."""
        everyone = len(self._families())
        lines: dict[tuple[str, str], _Line] = {}
        for share in self.shares:
            judged = self._judged(share) if share.grams else ()
            seen: set[tuple[str, str]] = set()
            for membership, found in sorted(judged, key=lambda pair: not pair[1].covers):
                key = _line_key(membership)
                line = lines.setdefault(key, _Line())
                line.terms[membership.terms.id] = membership.terms
                if key in seen:
                    continue
                seen.add(key)
                line.touched += share.grams
                if found.covers:
                    line.grams += share.grams
                    line.families.add(self._family(share.origin.producer))
                for reason in found.reasons:
                    why = line.reasons.setdefault(reason, _Reason())
                    why.grams += share.grams
                    why.families.add(self._family(share.origin.producer))
        return tuple(line.link(key, self.grams, everyone) for key, line in sorted(lines.items()))


class _Reason:
    """The grams and families one reason concerns."""

    def __init__(self) -> None:
        self.grams = 0
        self.families: set[str] = set()


class _Line:
    """What is gathered for one line of links."""

    def __init__(self) -> None:
        self.terms: dict[str, Terms] = {}
        self.grams = 0
        self.touched = 0
        self.families: set[str] = set()
        self.reasons: dict[str, _Reason] = {}

    def link(self, key: tuple[str, str], total: int, families: int) -> Link:
        """The line as it is shown."""
        kind, name = key
        terms = sorted(self.terms.values())
        one = terms[0]
        whole = self.grams == total
        return Link(
            kind="agreement" if kind == "agreement" else "certificate",
            id=one.id if len(terms) == 1 else "",
            code=str(one.value.get("code") or one.value.get("number") or "") if len(terms) == 1 else str(len(terms)),
            name=str(one.value.get("framework") or one.value.get("scheme") or ""),
            scheme=str(one.value.get("scheme") or one.value.get("framework") or name),
            valid_from=min(t.valid_from for t in terms),
            valid_to=max((t.valid_to for t in terms), default="") if all(t.valid_to for t in terms) else "",
            covered_grams=self.grams,
            total_grams=total,
            covered_families=len(self.families),
            families=families,
            status="valid" if whole else "partly" if self.grams else "not-valid",
            reasons=() if whole else tuple(sorted(self.reasons)),
            shortfalls=()
            if whole
            else tuple(Shortfall(code, why.grams, len(why.families)) for code, why in sorted(self.reasons.items())),
            outside_grams=total - self.touched,
        )


def _line_key(membership: Membership) -> tuple[str, str]:
    value = membership.terms.value
    if "framework" in value:
        return "agreement", str(value["framework"])
    return "certificate", f"{value.get('scheme')}/{membership.terms.id}"


def _validity(membership: Membership, found: Verdict) -> Validity:
    terms = membership.terms
    is_agreement = "framework" in terms.value
    return Validity(
        kind="agreement" if is_agreement else "certificate",
        id=terms.id,
        code=str(terms.value.get("code") or terms.value.get("number") or ""),
        name=str(terms.value.get("framework") or terms.value.get("scheme") or ""),
        signatory=membership.signatory,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        harvest_days=found.harvest_days,
        delivery_day=found.delivery_day,
        reasons=found.reasons,
    )


def integer(value: object) -> int:
    """A whole number the books hold, or 0."""
    return value if isinstance(value, int) else 0
