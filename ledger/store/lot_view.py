"""A lot as page and API show it, and its trace: back to producers to the gram, forward to receivers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.claims import Membership, Terms, Verdict, agreements_of, certificates_of, verdict
from ledger.errors import Problem
from ledger.lineage import Share, contributions, levels
from ledger.packs.pack import CommodityPack
from ledger.queries import Block, Contribution, Link, LotView, Onward, Step, Trace, Validity
from ledger.state import LotBooks, Origin, Standing
from ledger.store.attributes import attributes_of
from ledger.store.books import Books, EdgeRow
from ledger.store.schema import ACCOUNT_KINDS

FEWEST_FAMILIES = 5
"""Counts below this are not shown on public pages: people could be recognised."""


def lot_view(books: Books, lot: str, pack: CommodityPack | None) -> LotView:
    """Everything public about one lot; raises NotFoundError for one the log does not know."""
    birth = books.birth_of(lot)
    summary = books.lots([lot]).get(lot)
    tracing = _Tracing(books, lot, birth, summary)
    holders = books.balances(ACCOUNT_KINDS["stock"], [lot]).get(lot, {})
    value = birth.value
    families = tracing.families()
    first, last = tracing.harvest()
    form = str(value["form"])
    pack_form = pack.forms.get(form) if pack is not None else None
    fact = books.facts([birth.index])[birth.index]
    return LotView(
        lot=lot,
        size=books.size,
        commodity=str(value["commodity"]),
        commodity_names=_names(pack.names if pack is not None else None, str(value["commodity"])),
        form=form,
        form_names=_names(pack_form.names if pack_form is not None else None, form),
        unit=pack_form.unit if pack_form is not None else "g",
        season=str(value.get("season") or tracing.season()),
        grams=tracing.grams,
        how=str(value["how"]),
        kind=str(value.get("kind", "main")),
        born_on=birth.effective_from,
        statement=fact.digest,
        index=birth.index,
        harvested_from=first,
        harvested_to=last,
        holders=holders,
        holder_names=books.names_of(holders),
        in_transit=books.in_transit(lot),
        families=families,
        families_shown=str(families) if families >= FEWEST_FAMILIES or families == 0 else f"<{FEWEST_FAMILIES}",
        districts=tracing.districts(),
        untraced_grams=sum(share.grams for share in tracing.shares if not share.origin.producer),
        links=tracing.links(),
        steps=tracing.steps(),
        blocks=tuple(Block(b.kind, b.source, b.lot, b.kind) for b in (summary.blocks if summary else ())),  # type: ignore[arg-type]
        attributes=attributes_of(books, lot, pack),
        measures=_measures(books, lot),
        flags=flags_at(books, birth.index),
    )


def trace(books: Books, lot: str) -> Trace:
    """Back to every delivery with its grams, the steps between, and forward to whoever received what."""
    birth = books.birth_of(lot)
    tracing = _Tracing(books, lot, birth, books.lots([lot]).get(lot))
    return Trace(
        lot, books.size, tracing.grams, tracing.contributions(), tracing.steps(), _forward(books, lot, tracing.grams)
    )


def flags_at(books: Books, index: int) -> tuple[Problem, ...]:
    """The flags put on a fact when it was judged."""
    rows = books.db.all("SELECT code FROM flag WHERE log = ? AND ix = ? ORDER BY slot", books.log, index)
    return tuple(Problem(code, effect="flag") for (code,) in rows)


class _Tracing:
    """One lot's origins with everything about their producers, loaded in a fixed number of queries."""

    def __init__(self, books: Books, lot: str, birth: Standing, summary: LotBooks | None) -> None:
        self.books = books
        self.lot = lot
        self.birth = birth
        self.grams = _integer(birth.value["grams"])
        rows: tuple[Origin, ...] = ()
        if summary is not None and summary.origin_set is not None:
            rows = books.origins(summary.origin_set)
        self.shares: list[Share] = contributions(self.grams, rows)
        self._deliveries = books.births({row.delivery for row in rows})
        producers = {row.producer for row in rows if row.producer}
        self._marks = books.marks(producers)
        self._births = {thing: _born(marks) for thing, marks in self._marks.items()}
        households = {h for p in producers if (h := self.household(p))}
        communities = {str(c) for value in self._births.values() if (c := value.get("community"))}
        self._marks |= books.marks(households | communities)
        self._terms = self._load_terms()
        self._verdicts: dict[tuple[str, str, str, str, str], tuple[tuple[Membership, Verdict], ...]] = {}

    def household(self, producer: str) -> str:
        """The household of a producer, or "" where none is registered."""
        found = ""
        for mark in self._marks.get(producer, ()):
            if mark.kind == "household":
                found = str(mark.value["household"]) if mark.value["member"] else ""
        return found

    def families(self) -> int:
        """How many families the grams come from; a producer without household counts as one."""
        return len({self.family(s.origin.producer) for s in self.shares if s.origin.producer and s.grams})

    def family(self, producer: str) -> str:
        """What counts as the family of a producer."""
        return self.household(producer) or producer

    def districts(self) -> tuple[str, ...]:
        """The districts of the producers, the largest share first."""
        grams: dict[str, int] = {}
        for share in self.shares:
            district = str(self._births.get(share.origin.producer, {}).get("district", ""))
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

    def contributions(self) -> tuple[Contribution, ...]:
        """Every origin row with its grams of this lot, the largest first."""
        made = [self._contribution(share) for share in self.shares]
        return tuple(sorted(made, key=lambda c: (-c.grams, c.delivery, c.grown)))

    def _contribution(self, share: Share) -> Contribution:
        row = share.origin
        delivery = self._deliveries.get(row.delivery)
        value: Mapping[str, object] = delivery.value if delivery is not None else {}
        producer = self._births.get(row.producer, {})
        return Contribution(
            delivery=row.delivery,
            producer=row.producer,
            producer_code=str(producer.get("code", "")),
            grown=row.grown,
            district=str(producer.get("district", "")),
            grams=share.grams,
            at_most_grams=min(self.grams, _integer(value.get("grams", share.grams))),
            how=str(value.get("how", "")),
            harvested_from=str(value.get("harvested_from", "")),
            harvested_to=str(value.get("harvested_to", "")),
            delivered_on=delivery.effective_from if delivery is not None else "",
            measured="weighed" if len(self.shares) == 1 else "pro-rata",
            links=tuple(_validity(membership, found) for membership, found in self._judged(share)),
        )

    def _judged(self, share: Share) -> tuple[tuple[Membership, Verdict], ...]:
        """Each agreement and certificate behind a share, judged on its days; equal questions are asked once."""
        row = share.origin
        delivery = self._deliveries.get(row.delivery)
        if not row.producer or delivery is None:
            return ()
        value = delivery.value
        days = (str(value.get("harvested_from", "")), str(value.get("harvested_to", "")), delivery.effective_from)
        key = (row.producer, row.grown, *days)
        if key not in self._verdicts:
            self._verdicts[key] = tuple((m, verdict(m, row.grown, *days)) for m in self._memberships(row.producer))
        return self._verdicts[key]

    def _memberships(self, producer: str) -> list[Membership]:
        community = self._births.get(producer, {}).get("community")
        signatories = [s for s in (producer, self.household(producer), str(community or "")) if s]
        agreements = agreements_of(signatories, self._marks, self._terms)
        return agreements + certificates_of(producer, str(self.birth.value["commodity"]), self._marks, self._terms)

    def _load_terms(self) -> dict[str, Terms]:
        wanted: set[str] = set()
        for marks in self._marks.values():
            for mark in marks:
                if mark.kind == "agreement":
                    wanted.add(str(mark.value["agreement"]))
                elif mark.kind == "member":
                    wanted.add(str(mark.value["certificate"]))
        return {thing: Terms(thing, birth.value) for thing, birth in self.books.births(wanted).items()}

    def links(self) -> tuple[Link, ...]:
        """One line per agreement framework and certificate: grams and families covered, and why others are not."""
        everyone = {self.family(s.origin.producer) for s in self.shares if s.origin.producer and s.grams}
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
                if found.covers:
                    line.grams += share.grams
                    line.families.add(self.family(share.origin.producer))
                line.reasons.update(found.reasons)
        return tuple(line.link(key, self.grams, len(everyone)) for key, line in sorted(lines.items()))

    def steps(self) -> tuple[Step, ...]:
        """The facts between deliveries and this lot, and what happened to it since, in log order."""
        books = self.books
        into: dict[str, list[EdgeRow]] = {}

        def following(level: list[str]) -> dict[str, list[str]]:
            found: dict[str, list[str]] = {}
            for row in books.edges_into(level):
                into.setdefault(row.output, []).append(row)
                found.setdefault(row.output, []).append(row.input)
            return found

        lots = [lot for level in levels([self.lot], following) for lot in level]
        births = books.births(lot for lot in lots if lot in into or lot == self.lot)
        indexes = {birth.index for birth in births.values()}
        own = [m for m in books.marks([self.lot]).get(self.lot, []) if m.kind in _LATER]
        facts = books.facts(indexes | {mark.index for mark in own})
        parties = books.names_of({fact.actor for fact in facts.values()})
        places = books.births({str(birth.value.get("facility", "")) for birth in births.values()})
        steps: list[Step] = []
        for lot, birth in births.items():
            fact, value = facts[birth.index], birth.value
            place = places.get(str(value.get("facility", "")))
            steps.append(
                Step(
                    index=birth.index,
                    statement=fact.digest,
                    type=fact.type,
                    at=fact.at,
                    lot=lot,
                    how=str(value["how"]),
                    process=str(value.get("process", "")),
                    form=str(value["form"]),
                    facility=_label(place),
                    place=str(place.value.get("district", "")) if place is not None else "",
                    party=fact.actor,
                    party_name=parties.get(fact.actor, ""),
                    grams=_integer(value["grams"]),
                    inputs=tuple((row.input, row.grams) for row in into.get(lot, ())),
                )
            )
        for mark in own:
            fact = facts[mark.index]
            steps.append(
                Step(
                    index=mark.index,
                    statement=fact.digest,
                    type=fact.type,
                    at=fact.at,
                    lot=self.lot,
                    how=mark.kind,
                    process="",
                    form=str(self.birth.value["form"]),
                    facility="",
                    place="",
                    party=fact.actor,
                    party_name=parties.get(fact.actor, ""),
                    grams=_integer(mark.value.get("grams", 0)),
                )
            )
        return tuple(sorted(steps, key=lambda step: (step.index, step.lot)))


_LATER = frozenset({"dispatched", "received", "returned", "lost", "held", "released", "recalled", "inspected"})


class _Line:
    """What is gathered for one line of links."""

    def __init__(self) -> None:
        self.terms: dict[str, Terms] = {}
        self.grams = 0
        self.families: set[str] = set()
        self.reasons: set[str] = set()

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


def _forward(books: Books, lot: str, grams: int) -> tuple[Onward, ...]:
    """Every lot downstream with the grams of this lot expected in it (pro rata) and at most in it."""
    out_of: dict[str, list[EdgeRow]] = {}

    def following(level: list[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in books.edges_out_of(level):
            out_of.setdefault(row.input, []).append(row)
            found.setdefault(row.input, []).append(row.output)
        return found

    reached = levels([lot], following)
    lots = [found for level in reached[1:] for found in level]
    births = books.births([lot, *lots])
    inputs: dict[str, list[EdgeRow]] = {}
    for rows in out_of.values():
        for row in rows:
            inputs.setdefault(row.output, []).append(row)
    expected: dict[str, int] = {lot: grams}
    most: dict[str, int] = {lot: grams}
    order = sorted(lots, key=lambda found: (births[found].index if found in births else 0, found))
    for found in order:
        born = births.get(found)
        whole = _integer(born.value["grams"]) if born is not None else 0
        rows = inputs.get(found, [])
        share = sum(row.grams * expected.get(row.input, 0) // max(1, _grams_of(births, row.input)) for row in rows)
        expected[found] = share
        most[found] = min(whole, sum(most.get(row.input, 0) for row in rows))
    holders = books.balances(ACCOUNT_KINDS["stock"], lots)
    return tuple(
        Onward(
            lot=found,
            form=str(births[found].value["form"]),
            how=str(births[found].value["how"]),
            grams=_integer(births[found].value["grams"]),
            expected_grams=expected[found],
            at_most_grams=most[found],
            holders=holders.get(found, {}),
        )
        for found in order
        if found in births
    )


def _grams_of(births: Mapping[str, Standing], lot: str) -> int:
    born = births.get(lot)
    return _integer(born.value["grams"]) if born is not None else 0


def _measures(books: Books, lot: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for mark in books.marks([lot]).get(lot, []):
        measures = mark.value.get("measures")
        if mark.kind == "inspected" and isinstance(measures, list):
            for kind, value, scale, unit in measures:
                found[str(kind)] = {"value": value, "scale": scale, "unit": unit}
    return found


def _born(marks: Iterable[Standing]) -> Mapping[str, object]:
    return next((mark.value for mark in marks if mark.kind == "born"), {})


def _label(place: Standing | None) -> str:
    return "" if place is None else str(place.value.get("name") or place.value.get("code") or "")


def _names(names: object, otherwise: str) -> dict[str, str]:
    es, en = getattr(names, "es", otherwise), getattr(names, "en", otherwise)
    return {"es": str(es), "en": str(en)}


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0
