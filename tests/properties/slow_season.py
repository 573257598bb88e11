"""What a season's lots carry and hold, worked out slowly from nothing but the statements of the log.

Day by day and fact by fact, without timelines, stretches, origin sets or queries: a lot is as good as the worst day
of the worst delivery behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from ledger.facts.certificates import (
    CertificateRecorded,
    CertificateStatusSet,
    ClaimRelinquished,
    MemberStatusSet,
    VolumeAdjusted,
)
from ledger.facts.deliveries import LotHarvested
from ledger.facts.land import PlotStatusSet
from ledger.facts.lots import LotPacked, LotTransformed
from ledger.facts.trade import LotSold, SaleReversed
from ledger.postings import Account
from ledger.queries import ClaimStatus
from ledger.values import day_of
from tests.claims.certified_valley import ORGANIC
from tests.properties.reference import PlainBooks, Told

IN_STOCK = ("stock", "title", "transit", "return")
BEST_YIELD = (86, 100)
"""Green coffee of parchment: the most physics allows, by the coffee pack."""

_ORDER: dict[ClaimStatus, int] = {"not-carried": 0, "held": 1, "carried": 2}


def weaker(one: ClaimStatus, other: ClaimStatus) -> bool:
    """Whether one status says less than another."""
    return _ORDER[one] < _ORDER[other]


def worst(found: Iterable[ClaimStatus]) -> ClaimStatus:
    """The least of all; without any, all is well."""
    return min(found, key=_ORDER.__getitem__, default="carried")


class SlowSeason:
    """The season as known at a size."""

    def __init__(self, told: list[Told], size: int) -> None:
        self.told = told[:size]
        self.plain = PlainBooks(told, size)
        self.standing = self.plain.standing
        self.births: dict[str, Told] = {
            mark.subject: fact
            for fact in self.standing
            for mark in fact.postings.marks
            if mark.kind == "born" and mark.subject in self.plain.births
        }
        self.inputs: dict[str, set[str]] = defaultdict(set)
        for fact in self.standing:
            for edge in fact.postings.edges:
                self.inputs[edge.output].add(edge.input)
        # (effective_from, index, status), in the order in which they take effect
        self.certificates: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
        self.members: dict[tuple[str, str], list[tuple[str, int, str]]] = defaultdict(list)
        self.plots: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
        self.relinquished: set[tuple[str, str]] = set()
        for said in self.standing:
            self._read(said)

    def _read(self, told: Told) -> None:
        match told.statement.fact:
            case CertificateStatusSet() as fact:
                self.certificates[fact.certificate].append((fact.effective_from, told.index, fact.status))
            case MemberStatusSet() as fact:
                row = (fact.effective_from, told.index, fact.status)
                self.members[fact.certificate, fact.producer].append(row)
            case PlotStatusSet() as fact:
                self.plots[fact.plot].append((fact.effective_from, told.index, fact.status))
            case ClaimRelinquished() as fact:
                self.relinquished.add((fact.lot, fact.scheme))
            case _:
                pass

    # ------------------------------------------------------------ claims

    def ancestors(self, lot: str) -> set[str]:
        """A lot and everything it was made from."""
        return {lot}.union(*(self.ancestors(one) for one in self.inputs[lot]))

    def status(self, lot: str, scheme: str, certificate: str, at: str) -> ClaimStatus:
        """What the lot carries for its holder under a scheme with this one certificate, on a day."""
        found: list[ClaimStatus] = ["held"] if self.plain.blocks(lot) else []
        for one in self.ancestors(lot):
            if (one, scheme) in self.relinquished:
                found.append("not-carried")
            if not self.inputs[one]:
                found.append(self._delivery(one, scheme, certificate))
            if one in self.births:
                found.append(self._producing(certificate, day_of(self.births[one].statement.envelope.at)))
        if _on(self.certificates[certificate], at) not in (None, "restored"):
            found.append("held")
        return worst(found)

    def _delivery(self, lot: str, scheme: str, certificate: str) -> ClaimStatus:
        fact = self.births[lot].statement.fact if lot in self.births else None
        if not isinstance(fact, LotHarvested) or fact.harvested_from is None or fact.harvested_to is None:
            return "not-carried"
        picked = list(_days(fact.harvested_from, fact.harvested_to))
        delivered = day_of(self.births[lot].statement.envelope.at)
        found: list[ClaimStatus] = []
        for day in (*picked, delivered):
            found.append(self._producing(certificate, day))
            member = _on(self.members[certificate, fact.producer], day)
            if member == "suspended" or (member == "removed" and scheme == ORGANIC):
                found.append("held")
            elif member != "listed":
                found.append("not-carried")
        if scheme == ORGANIC:
            for day in picked:
                plot = _on(self.plots[fact.plot or ""], day)
                found.append("held" if plot is None else "carried" if plot == "organic" else "not-carried")
        return worst(found)

    def _producing(self, certificate: str, day: str) -> ClaimStatus:
        status = _on(self.certificates[certificate], day)
        return "carried" if status in (None, "restored") else "held" if status == "suspended" else "not-carried"

    # ------------------------------------------------------------ grams

    def balances(self) -> dict[Account, int]:
        """Every account, summed."""
        sums: dict[Account, int] = defaultdict(int)
        for fact in self.standing:
            for account, grams in fact.postings.moves:
                sums[account] += grams
        return sums

    def corrected(self) -> bool:
        """Whether anything was ever retracted or replaced."""
        return any(fact.ends is not None for fact in self.told)

    def is_in_question(self, lot: str) -> bool:
        """Whether a correction left the lot without ground."""
        return any(kind == "in-question" for kind, _, _ in self.plain.blocks(lot))

    def sold(self, name: str) -> int:
        """Grams sold with a claim and not taken back, of lots that no correction put in question."""
        sales: dict[str, int] = {}
        for told in self.standing:
            fact = told.statement.fact
            if isinstance(fact, LotSold):
                sales[fact.sale] = sum(
                    line.grams
                    for line in fact.lots
                    if any(claim.name == name for claim in line.claims) and not self.is_in_question(line.lot)
                )
            elif isinstance(fact, SaleReversed) and sales.get(fact.sale):
                sales[fact.sale] -= sum(line.grams for line in fact.lots)
        return sum(sales.values())

    def drawn(self, certificate: str) -> int:
        """Licensed volume that sales drew and no reversal gave back."""
        grams = 0
        for told in self.standing:
            fact = told.statement.fact
            if isinstance(fact, LotSold | SaleReversed):
                some = sum(debit.grams for debit in fact.debits if debit.certificate == certificate)
                grams += some if isinstance(fact, LotSold) else -some
        return grams

    def certified_at_best(self, certificate: str) -> int:
        """The most green coffee that the deliveries of families ever listed can have become."""
        listed = {
            fact.statement.fact.producer
            for fact in self.told
            if isinstance(fact.statement.fact, MemberStatusSet) and fact.statement.fact.certificate == certificate
        }
        grams = sum(
            fact.statement.fact.net
            for fact in self.standing
            if isinstance(fact.statement.fact, LotHarvested) and fact.statement.fact.producer in listed
        )
        return grams * BEST_YIELD[0] // BEST_YIELD[1]

    def most_licensed(self, certificate: str) -> int:
        """The most volume that was ever granted at once."""
        most = 0
        for size in range(len(self.told) + 1):
            gone = {fact.ends for fact in self.told[:size]}
            granted = 0
            for told in self.told[:size]:
                fact = told.statement.fact
                if told.index in gone:
                    continue
                if isinstance(fact, CertificateRecorded) and fact.certificate == certificate:
                    granted += sum(volume.grams for volume in fact.volumes)
                elif isinstance(fact, VolumeAdjusted) and fact.certificate == certificate:
                    granted += fact.delta_grams
            most = max(most, granted)
        return most

    def lot_of(self, account: Account) -> str:
        """The lot whose grams an account of stock holds."""
        return account.a if account.kind in ("stock", "title") else account.b

    def made(self) -> list[str]:
        """The lots that were made of others, as they stand."""
        return [lot for lot, fact in self.births.items() if isinstance(fact.statement.fact, LotTransformed | LotPacked)]


def _on(rows: list[tuple[str, int, str]], day: str) -> str | None:
    said = sorted(row for row in rows if row[0] <= day)
    return said[-1][2] if said else None


def _days(first: str, last: str) -> Iterable[str]:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        yield day.isoformat()
        day += timedelta(days=1)
