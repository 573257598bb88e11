"""Premium accounts: received, set aside by a stated rule, paid, confirmed, and every difference that is still open.

The sums are those of the money accounts of the books; each premium's sum to nothing, and so does every kind and
currency together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from ledger.reports.report import Cell, Question, Table
from ledger.reports.source import Source, whole, word
from ledger.state import Standing
from ledger.store import roll
from ledger.store.schema import ACCOUNT_KINDS

PLACES: Final = ("received", "open", "member-payment", "project", "productivity", "reserve", "paid")
PREMIUMS: Final = (
    "premium kind holder contract sale received_on:day currency received:minor allocated:minor open:minor"
    " paid:minor confirmed:minor to_pay:minor sum:minor"
)
USES: Final = "premium kind season allocated_on:day use rule purpose currency allocated:minor"
SUMS: Final = "kind currency " + " ".join(f"{place.replace('-', '_')}:minor" for place in PLACES) + " sum:minor"
DIFFERENCES: Final = "premium kind what use whose code payment currency amount:minor"


def premium_account(source: Source, question: Question) -> tuple[Table, ...]:
    """Every premium a party received, or all; with a season, those of which something was set aside for it."""
    books = source.books
    about = {"holder": question.party} if question.party else {}
    births = roll.born(books, "premium", **about)
    marks = books.marks(births, ("allocated",))
    if question.season:
        births = {
            premium: born
            for premium, born in births.items()
            if any(mark.value.get("season") == question.season for mark in marks.get(premium, ()))
        }
    accounts: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for move in roll.moves(books, ACCOUNT_KINDS["money"], births):
        accounts[move.a][move.c.partition("/")[0], move.b] += move.amount
    payments = roll.born(books, "payment", kind="premium")
    said = books.marks(payments, ("confirmed",))
    paid: dict[str, list[tuple[str, Standing, bool]]] = defaultdict(list)
    for payment, born in payments.items():
        paid[word(born.value, "premium")].append((payment, born, payment in said))
    whose = {b for of in accounts.values() for _, b in of} | {word(born.value, "payee") for born in payments.values()}
    codes = source.codes(whose - {""})
    return (
        Table.of("premiums", PREMIUMS, (_line(one, births[one], accounts[one], paid[one]) for one in births)),
        Table.of("uses", USES, _uses(births, marks)),
        Table.of("sums", SUMS, _sums(births, accounts)),
        Table.of("differences", DIFFERENCES, _differences(births, accounts, paid, codes)),
    )


def _places(of: Mapping[tuple[str, str], int]) -> dict[str, int]:
    sums: dict[str, int] = dict.fromkeys(PLACES, 0)
    for (place, _), minor in of.items():
        sums[place] += minor
    return sums


def _line(
    premium: str, born: Standing, of: Mapping[tuple[str, str], int], paid: list[tuple[str, Standing, bool]]
) -> tuple[Cell, ...]:
    value, sums = born.value, _places(of)
    to_pay = sum(sums[place] for place in PLACES[2:-1])
    return (
        premium,
        word(value, "kind"),
        word(value, "holder"),
        word(value, "contract"),
        word(value, "sale"),
        word(value, "received_on"),
        word(value, "currency"),
        -sums["received"],
        to_pay + sums["paid"],
        sums["open"],
        sums["paid"],
        sum(whole(each.value.get("minor")) for _, each, is_confirmed in paid if is_confirmed),
        to_pay,
        sum(sums.values()),
    )


def _uses(births: Mapping[str, Standing], marks: Mapping[str, list[Standing]]) -> Iterator[tuple[Cell, ...]]:
    for premium, born in births.items():
        for mark in marks.get(premium, ()):
            lines = mark.value.get("lines")
            for line in lines if isinstance(lines, list) else ():
                yield (
                    premium,
                    word(born.value, "kind"),
                    word(mark.value, "season"),
                    mark.effective_from,
                    str(line["use"]),
                    str(line["rule"]),
                    str(line.get("purpose") or ""),
                    word(mark.value, "currency"),
                    whole(line["minor"]),
                )


def _sums(
    births: Mapping[str, Standing], accounts: Mapping[str, Mapping[tuple[str, str], int]]
) -> Iterator[tuple[Cell, ...]]:
    sums: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(PLACES, 0))
    for premium, born in births.items():
        of = sums[word(born.value, "kind"), word(born.value, "currency")]
        for place, minor in _places(accounts[premium]).items():
            of[place] += minor
    for key, of in sorted(sums.items()):
        yield (*key, *of.values(), sum(of.values()))


def _differences(
    births: Mapping[str, Standing],
    accounts: Mapping[str, Mapping[tuple[str, str], int]],
    paid: Mapping[str, list[tuple[str, Standing, bool]]],
    codes: Mapping[str, str],
) -> Iterator[tuple[Cell, ...]]:
    """What was not set aside, what was set aside and not paid, what was paid and nobody confirmed."""
    for premium, born in births.items():
        name, currency = (premium, word(born.value, "kind")), word(born.value, "currency")
        for (place, whose), minor in sorted(accounts[premium].items()):
            if minor and place not in ("received", "paid"):
                what, use = ("not-allocated", "") if place == "open" else ("not-paid", place)
                yield (*name, what, use, whose, codes.get(whose, ""), "", currency, minor)
        for payment, each, is_confirmed in paid[premium]:
            if not is_confirmed:
                payee, minor = word(each.value, "payee"), whole(each.value.get("minor"))
                yield (*name, "not-confirmed", "", payee, codes.get(payee, ""), payment, currency, minor)
