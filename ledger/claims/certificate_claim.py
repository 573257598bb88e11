"""A lot's claim under one certification scheme: every delivery, every place on the way, and the owner's certificate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ledger.claims.behind import Weighed
from ledger.claims.calendar import days_later
from ledger.claims.certification import (
    CertificateRead,
    Part,
    Product,
    Served,
    combine,
    credited_grams,
    lot_released,
    relinquished,
    seller_certified,
)
from ledger.claims.evidence import StepTaken
from ledger.claims.gathered import Gathered
from ledger.claims.lot_evidence import Evidence
from ledger.claims.made_claim import Found, made_claim
from ledger.claims.owners import Asked, Holding, holdings
from ledger.claims.part_verdict import certified_parts
from ledger.claims.parts import Covered
from ledger.claims.reasons import Reason, status_of, worse_of
from ledger.claims.whole_lot import blocking_reasons, released_lots
from ledger.packs.scheme import Model, SchemePack
from ledger.queries import Claim, OwnerClaim, Paper

_PHYSICAL: tuple[Model, ...] = ("segregated", "controlled-blending")
"""The models a lot's own claim is asked under; identity preserved is the segregated claim of one origin unit."""


def schemes_of(evidence: Evidence) -> frozenset[str]:
    """The schemes whose certificates list any of the producers, or are of whoever took the lot's deliveries in."""
    found: set[str] = set()
    for certificate in evidence.behind.certificates:
        value = evidence.birth(certificate)
        products = value.get("products")
        if isinstance(products, list) and any(p.get("commodity") == evidence.commodity for p in products):
            found.add(str(value["scheme"]))
    return frozenset(found)


def certificate_claim(evidence: Evidence, code: str, asked: Asked) -> Claim:
    """The claim under a scheme, as its pack says which day decides and what a lapse does."""
    scheme = evidence.schemes.get(code)
    if scheme is None:
        gathered = Gathered(evidence.grams, evidence.families)
        gathered.of_whole((Reason("scheme-unknown", "held", code, asked.at),))
        return made_claim("certificate", code, None, Found(gathered, Covered()))
    return _SchemeClaim(evidence, scheme, asked).claim()


class _SchemeClaim:
    """One lot under one scheme."""

    def __init__(self, evidence: Evidence, scheme: SchemePack, asked: Asked) -> None:
        self._evidence = evidence
        self._scheme = scheme
        self._asked = asked
        self._register = evidence.appraiser.register(scheme)
        self._judged = certified_parts(evidence, scheme, asked.at)
        leant_on = {paper for verdict in self._judged.verdicts for paper in verdict.papers}
        self._is_freed = evidence.lot in released_lots(evidence, leant_on)
        self._certificates: dict[str, None] = {}

    def claim(self) -> Claim:
        evidence, scheme = self._evidence, self._scheme
        gathered, covered = Gathered(evidence.grams, evidence.families), Covered()
        parts = [self._of_part(part, gathered, covered) for part in self._judged.weighed(evidence.parts)]
        gathered.of_whole(self._freed(tuple(self._way())))
        gathered.of_whole(blocking_reasons(evidence))
        model = self._model(parts)
        combined = combine(model, parts, scheme, evidence.commodity, evidence.form)
        is_blend = model == "controlled-blending" and combined.status == "carried"
        if is_blend:
            gathered.parts_are_notes()
        gathered.of_whole(
            r for r in combined.reasons if r.code in ("model-not-allowed", "nothing-there", "blended-in-part")
        )
        product = Product(evidence.commodity, evidence.form, model, evidence.pack)
        # What the goods themselves leave, before anybody is asked for a certificate to sell them under.
        of_goods = gathered.status
        owners = []
        for holding in holdings(evidence, self._asked.party):
            owner, reasons = self._owner(holding, product)
            owners.append(replace(owner, status=worse_of(of_goods, owner.status)))
            gathered.of_whole(reasons, holding.grams)
        found = Found(
            gathered,
            covered,
            [_paper(read) for one in self._certificates if (read := self._register.certificate(one)) is not None],
            owners=tuple(owners),
            permille=combined.permille if is_blend else 1000,
            model=model,
        )
        return made_claim("certificate", scheme.code, scheme.names, found)

    def _of_part(self, part: Weighed, gathered: Gathered, covered: Covered) -> Part:
        verdict = part.verdict
        self._certificates.update(dict.fromkeys(verdict.papers))
        if self._is_freed and verdict.reasons:
            reasons = freed(verdict.reasons)
            part = part._replace(verdict=verdict._replace(status=status_of(reasons), reasons=reasons))
        gathered.of_part(part)
        if part.verdict.status == "carried":
            covered.add(part)
        return Part("", part.grams, part.verdict.status)

    def _way(self) -> Iterator[Reason]:
        """Reasons of the whole lot: places it was delivered and worked at, and claims given up on the way."""
        evidence, code = self._evidence, self._scheme.code
        for step in self._sites():
            if step.day:
                yield from evidence.appraiser.step(step, self._scheme, evidence.pack, self._asked.at).reasons
        for lot in sorted({step.lot for step in evidence.steps} | {evidence.lot}):
            given_up = relinquished(lot, code, evidence.way)
            if given_up is not None:
                yield given_up
        for lot in sorted(evidence.way):
            # A delivery that gave up its claim for credits leaves nothing of it to what was made of it.
            if credited_grams(lot, code, evidence.way):
                yield Reason("claim-moved-to-mass-balance", "not-carried", lot)

    def _sites(self) -> Iterable[StepTaken]:
        """A step of each kind at each place and day: what is asked of the others has the same answer."""
        found: dict[tuple[str, ...], StepTaken] = {}
        for step in self._evidence.steps:
            found.setdefault((step.facility, step.party, step.process or step.how, step.day), step)
        for step in self._evidence.behind.takings:
            found.setdefault((step.facility, step.party, step.how, step.day), step)
        return found.values()

    def _model(self, parts: Sequence[Part]) -> Model:
        """The strictest model that fits: blending only where something is not certified and the scheme allows it."""
        allowed = self._scheme.models_for(self._evidence.commodity, self._evidence.form)
        if any(part.status == "not-carried" for part in parts) and "controlled-blending" in allowed:
            return "controlled-blending"
        return next((model for model in _PHYSICAL if model in allowed), "segregated")

    def _owner(self, holding: Holding, product: Product) -> tuple[OwnerClaim, tuple[Reason, ...]]:
        """How the claim stands with an owner: whoever bought it with the claim leans on its seller's day of sale."""
        sale = holding.sales[0] if holding.sales else None
        if sale is not None and ("certificate", self._scheme.code) not in sale.sold:
            bare = Reason("bought-without-claim", "not-carried", holding.party, sale.day, sale.at_index)
            return OwnerClaim(holding.party, holding.grams, "not-carried", sale.day), (bare,)
        if sale is not None:
            served = self._seller(sale.seller, sale.day, sale.contract_day, product, selling=True)
        else:
            asked = self._asked
            seller = self._sells_for(holding.party)
            served = self._seller(seller, asked.at, asked.contract_day, product, selling=asked.selling)
        self._certificates.update(dict.fromkeys(served.certificates))
        reasons = self._freed(served.reasons)
        if lot_released(self._evidence.lot, served.certificates, self._evidence.way):
            reasons = freed(reasons)
        sold_on = sale.day if sale is not None else ""
        return OwnerClaim(holding.party, holding.grams, status_of(reasons), sold_on), reasons

    def _sells_for(self, owner: str) -> str:
        """Who sells for an owner: a family that left its goods in deposit needs no certificate of its own."""
        taken_in = (place.delivery.party for place in self._evidence.behind.places if place.producer == owner)
        return next(taken_in, owner)

    def _seller(self, party: str, day: str, contract_day: str, product: Product, *, selling: bool) -> Served:
        """Whether the seller may sell; on a contract from before a lapse its scheme may be milder than on a new one."""

        def ask(on: str, contracted: bool | None) -> Served:
            return seller_certified(
                party, on, self._evidence.marks, self._scheme, contracted, product=product, register=self._register
            )

        if not selling:
            return ask(day, None)
        served = self._looked_up(ask(day, contracted=False), day)
        if contract_day and status_of(served.reasons) != "carried":
            in_order_when_signed = status_of(ask(contract_day, contracted=False).reasons) == "carried"
            return self._looked_up(ask(day, contracted=True), day) if in_order_when_signed else served
        return served

    def _looked_up(self, served: Served, day: str) -> Served:
        """With a note on when the certificate was last looked up in a public register, where the scheme says how often.

        A sale leans on the paper that day; whoever reads the claim should know how old the look behind it is.
        """
        if self._scheme.registry_age_days is None:
            return served
        notes = []
        for one in served.certificates:
            read = self._register.certificate(one)
            look = None if read is None else read.last_look(day)
            if look is None:
                notes.append(Reason("register-never-looked-up", "note", one, day))
            elif days_later(look.day, self._scheme.registry_age_days.ratio.floor_of(1)) < day:
                notes.append(Reason("register-look-is-old", "note", one, look.day, look.at_index))
            else:
                notes.append(Reason("register-looked-up", "note", one, look.day, look.at_index))
        return Served((*served.reasons, *notes), served.certificates)

    def _freed(self, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
        return freed(reasons) if self._is_freed else reasons


def freed(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """What a body's release leaves of reasons: what was held is a note; what is not carried stays so."""
    return tuple(r._replace(effect="note") if r.effect == "held" else r for r in reasons)


def _paper(read: CertificateRead) -> Paper:
    last = read.periods[-1].last
    return Paper(read.thing, read.number, read.holder, read.periods[0].first, "" if last.startswith("9999") else last)
