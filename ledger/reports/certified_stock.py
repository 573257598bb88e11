"""Certified stock per scheme, form and season: what came in carrying it, what was sold with it, what is left.

Where a scheme licenses no volume, this is its limit. `in` are deliveries that carry the scheme by themselves, in the
form they came in; processing changes the form and loses weight, so a form's `in` is no sum of the others. `left` is
stock whose claim is carried on the day, `held` stock whose claim waits; lots of several seasons are divided as their
origins are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from ledger.claims import Asked, Delivery, Evidence, Place, lot_claims
from ledger.claims.certification import relinquished
from ledger.claims.reasons import status_of
from ledger.queries import Claim
from ledger.reports.report import Cell, Question
from ledger.reports.source import Source, whole, word
from ledger.shares import divide
from ledger.state import Standing
from ledger.store import roll
from ledger.store.evidence_of import delivery_of
from ledger.store.schema import ACCOUNT_KINDS

STOCK: Final = "scheme commodity form season in:grams sold:grams left:grams held:grams"

_AT_ONCE: Final = 500
"""Lots whose evidence is gathered together: few queries, and no more in memory than a container needs."""

_Key = tuple[str, str, str, str]
_Sums = dict[_Key, dict[str, int]]


def stock_lines(source: Source, question: Question, schemes: set[str]) -> list[tuple[Cell, ...]]:
    """A line per scheme, form and season, of the party asked for or of everybody."""
    sums: _Sums = defaultdict(lambda: defaultdict(int))
    if schemes:
        births = roll.born(source.books, "lot")
        _come_in(source, question, births, schemes, sums)
        _sold(source, question, schemes, sums)
        _left(source, question, births, schemes, sums)
    return [
        (*key, of.get("in", 0), of.get("sold", 0), of.get("left", 0), of.get("held", 0))
        for key, of in sorted(sums.items())
        if question.season in ("", key[3]) and any(of.values())
    ]


def _come_in(
    source: Source, question: Question, births: Mapping[str, Standing], schemes: set[str], sums: _Sums
) -> None:
    """Deliveries are judged one by one, but all of them over marks that were loaded at once."""
    roots = {lot: born for lot, born in births.items() if isinstance(born.value.get("origins"), list)}
    actors = source.books.actors_at({born.index for born in roots.values()})
    taken = {
        lot: delivery_of(lot, born, actors[born.index])
        for lot, born in roots.items()
        if question.party in ("", actors[born.index])
    }
    things = {str(thing) for lot in taken for row in _origins(roots[lot]) for thing in row[:2] if thing}
    places = {thing for each in taken.values() for thing in (each.facility, each.party)}
    appraiser = source.around({*taken, *things, *places})
    for lot, delivery in taken.items():
        commodity = word(roots[lot].value, "commodity")
        for producer, grown, grams in _origins(roots[lot]):
            household = appraiser.household(producer, delivery.delivered_on)
            community = str(appraiser.birth(producer).get("community") or "")
            place = Place(producer, household, community, grown, delivery)
            for code in schemes & source.schemes.keys():
                served = appraiser.deliveries(source.schemes[code], commodity, question.at).of(place)
                given_up = relinquished(lot, code, appraiser.marks)
                if served.certificates and given_up is None and status_of(served.reasons) == "carried":
                    sums[code, commodity, delivery.form, delivery.season]["in"] += grams


def _origins(born: Standing) -> Iterator[tuple[str, str, int]]:
    rows = born.value.get("origins")
    for row in rows if isinstance(rows, list) else ():
        yield str(row[0] or ""), str(row[1] or ""), whole(row[2])


def _sold(source: Source, question: Question, schemes: set[str], sums: _Sums) -> None:
    """What sales that stand named with the claim, less what was reversed of them."""
    sales = roll.born(source.books, "sale", **({"seller": question.party} if question.party else {}))
    backs = source.books.marks(sales, ("reversed",)) if sales else {}
    grams: dict[tuple[str, str], int] = defaultdict(int)
    for sale, born in sales.items():
        claimed: dict[str, set[str]] = defaultdict(set)
        for line in _lines(born):
            for code in _schemes_of(line) & schemes:
                grams[word(line, "lot"), code] += whole(line.get("grams"))
                claimed[word(line, "lot")].add(code)
        for mark in backs.get(sale, ()):
            for line in _lines(mark):
                for code in claimed[word(line, "lot")]:
                    grams[word(line, "lot"), code] -= whole(line.get("grams"))
    lots = sorted({lot for lot, _ in grams})
    for first in range(0, len(lots), _AT_ONCE):
        for lot, evidence in source.evidence.lots(lots[first : first + _AT_ONCE]).items():
            for code in schemes:
                for season, part in _by_season(evidence, grams[lot, code]).items():
                    sums[code, evidence.commodity, evidence.form, season]["sold"] += part


def _schemes_of(line: Mapping[str, object]) -> set[str]:
    claims = line.get("claims")
    rows = claims if isinstance(claims, list) else ()
    return {str(claim.get("name")) for claim in rows if claim.get("kind") == "certificate"}


def _lines(mark: Standing) -> Iterator[Mapping[str, object]]:
    lots = mark.value.get("lots")
    yield from lots if isinstance(lots, list) else ()


def _left(source: Source, question: Question, births: Mapping[str, Standing], schemes: set[str], sums: _Sums) -> None:
    titles = source.books.balances(ACCOUNT_KINDS["title"], births)
    party = question.party or None
    owned = {lot: sum(g for owner, g in titles[lot].items() if g > 0 and party in (None, owner)) for lot in titles}
    # A delivery says its season at birth; what was made of several is divided below.
    wanted = sorted(
        lot
        for lot, grams in owned.items()
        if grams and question.season in ("", births[lot].value.get("season", question.season))
    )
    for first in range(0, len(wanted), _AT_ONCE):
        for lot, evidence in source.evidence.lots(wanted[first : first + _AT_ONCE]).items():
            for claim in lot_claims(evidence, Asked(question.at, party)):
                if claim.kind == "certificate" and claim.name in schemes and claim.status != "not-carried":
                    where = "left" if claim.status == "carried" else "held"
                    for season, part in _by_season(evidence, _claimable(claim, owned[lot])).items():
                        sums[claim.name, evidence.commodity, evidence.form, season][where] += part


def _claimable(claim: Claim, grams: int) -> int:
    """Of a blend only the certified share may be claimed, rounded down."""
    return grams * claim.share_permille // 1000 if claim.model == "controlled-blending" else grams


def _by_season(evidence: Evidence, grams: int) -> dict[str, int]:
    weights: dict[str, int] = defaultdict(int)
    unknown = Delivery("", "", "", "", "", "", "", "", "", 0, 0)
    for row, part in evidence.shares:
        weights[evidence.deliveries.get(row.delivery, unknown).season] += part
    return divide(grams, weights)
