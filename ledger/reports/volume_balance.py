"""Certified volume: what each certificate licensed, what was allocated and sold of it, and what is left.

Every figure is a sum of moves on the same account that judge looks at before a sale, so `left` is the account itself.
Schemes without a licence are limited by certified stock: see certified_stock.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from ledger.reports.certified_stock import STOCK, stock_lines
from ledger.reports.report import Cell, Question, Table
from ledger.reports.source import Marks, Source, birth, word
from ledger.store import roll
from ledger.store.roll import Moved
from ledger.store.schema import ACCOUNT_KINDS

VOLUME: Final = (
    "scheme number certificate holder seller commodity form season granted:grams adjusted:grams allocated_in:grams"
    " allocated_out:grams sold:grams reversed:grams left:grams"
)
CREDITS: Final = (
    "scheme number certificate facility commodity form period expires_on:day credited:grams used:grams"
    " returned:grams expired:grams left:grams"
)

_Sums = dict[tuple[str, str, str], dict[str, int]]


def volume_balance(source: Source, question: Question) -> tuple[Table, ...]:
    """Licensed volume, mass-balance credits, and certified stock where there is no licence."""
    books = source.books
    certificates = _certificates(source, question.party)
    births: Marks = {thing: [mark] for thing, mark in books.births(certificates).items()}
    volume = roll.moves(books, ACCOUNT_KINDS["volume"], certificates)
    credit = roll.moves(books, ACCOUNT_KINDS["credit"], certificates)
    types = roll.types(books, {move.at_index for move in (*volume, *credit)})
    licensed = {word(birth(births, move.a), "scheme") for move in volume}
    held = {word(birth(births, one), "scheme") for one in certificates}
    return (
        Table.of("volume", VOLUME, sorted(_volume_lines(_summed(volume, types), births, question))),
        Table.of("credits", CREDITS, sorted(_credit_lines(_summed(credit, types), births, question))),
        Table.of("stock", STOCK, stock_lines(source, question, held - licensed - {""})),
    )


def _certificates(source: Source, party: str) -> list[str]:
    """The certificates a party holds or sells under; all, where nobody is named."""
    if not party:
        return sorted(roll.born(source.books, "certificate"))
    marks = source.books.marks([party], ("certificate-of",)).get(party, ())
    return sorted({word(mark.value, "certificate") for mark in marks if mark.value.get("as") in ("holder", "seller")})


def _summed(moves: list[Moved], types: Mapping[int, str]) -> _Sums:
    """Grams per account and kind of fact; what comes in and what goes out of an account apart."""
    sums: _Sums = defaultdict(lambda: defaultdict(int))
    for move in moves:
        kind = types[move.at_index].partition("/")[0]
        sums[move.a, move.b, move.c][f"{kind} {'+' if move.amount > 0 else '-'}"] += move.amount
        sums[move.a, move.b, move.c]["left"] += move.amount
    return sums


def _both(of: Mapping[str, int], kind: str) -> int:
    return of.get(f"{kind} +", 0) + of.get(f"{kind} -", 0)


def _paper(births: Marks, certificate: str) -> tuple[str, str, str]:
    about = birth(births, certificate)
    return word(about, "scheme"), word(about, "number"), certificate


def _volume_lines(sums: _Sums, births: Marks, question: Question) -> Iterator[tuple[Cell, ...]]:
    for (certificate, seller, key), of in sums.items():
        commodity, form, season = key.split("/")
        if question.season in ("", season):
            yield (
                *_paper(births, certificate),
                word(birth(births, certificate), "holder"),
                seller,
                commodity,
                form,
                season,
                _both(of, "certificate.recorded"),
                _both(of, "volume.adjusted"),
                of.get("volume.allocated +", 0),
                -of.get("volume.allocated -", 0),
                -_both(of, "lot.sold"),
                _both(of, "sale.reversed"),
                of["left"],
            )


def _credit_lines(sums: _Sums, births: Marks, question: Question) -> Iterator[tuple[Cell, ...]]:
    for (certificate, facility, key), of in sums.items():
        commodity, form, period, expires_on = key.split("/")
        if question.season in ("", period):
            # The last day of a credit still counts; what is left of it the day after is lost.
            is_over = expires_on < question.at
            yield (
                *_paper(births, certificate),
                facility,
                commodity,
                form,
                period,
                expires_on,
                _both(of, "mass-balance.credited"),
                -_both(of, "lot.sold"),
                _both(of, "sale.reversed"),
                of["left"] if is_over else 0,
                0 if is_over else of["left"],
            )
