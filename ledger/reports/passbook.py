"""The member's passbook: every delivery, price, payment and premium of a season, and what is owed after each.

`balance` is what the programme still owes the member in that currency (below zero: what the member was paid ahead);
it begins at nothing and its last line is the sum of the table. See member_account.py for how each line counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from ledger.reports.member_account import REPAID, UNPRICED, Accounts, Delivered, Paid, accounts, unassigned
from ledger.reports.report import Cell, Question, Table
from ledger.reports.source import Source

DELIVERIES: Final = (
    "party producer code delivered_on:day receipt lot commodity form season terms gross:grams tare:grams net:grams"
    " payable:grams price_basis price:count price_scale:count price_per:grams currency due:minor"
)
MOVEMENTS: Final = "party producer code currency day:day entry document reference owed:minor paid:minor balance:minor"
PAYMENTS: Final = (
    "party producer code paid_on:day kind number payment season currency amount:minor deductions kept:minor"
    " handed_over:minor confirmed"
)
PREMIUM: Final = (
    "party producer code premium season use rule share_grams:grams currency allocated:minor paid:minor"
    " confirmed:minor open:minor"
)
WEIGHTS: Final = (
    "party producer code commodity form season deliveries:count gross:grams tare:grams net:grams payable:grams"
    " unpriced:count"
)
KINDS: Final = ("advance", "input-credit", "first", "settlement", "reintegro", "premium")
TOTALS: Final = (
    "party producer code currency delivered:minor premium_allocated:minor repaid:minor "
    + " ".join(f"paid_{kind.replace('-', '_')}:minor" for kind in KINDS)
    + " paid:minor kept:minor handed_over:minor balance:minor"
)


_Name = Callable[[str, str], tuple[str, str, str]]
"""What names a member in a line: whose member, the id, the code."""


class Entry(NamedTuple):
    """One line of an account: what raises (`owed`) or lowers (`paid`) what the member is owed."""

    party: str
    producer: str
    currency: str
    day: str
    at_index: int
    place: int
    entry: str
    document: str
    reference: str
    owed: int
    paid: int


def passbook(source: Source, question: Question) -> tuple[Table, ...]:
    """The passbooks of all members asked for, in order of their codes."""
    found = accounts(source, question)
    loose = unassigned(source, question)
    everybody = {each.producer for some in (*found, loose) for each in some}
    codes = source.codes(everybody)

    def name(party: str, producer: str) -> tuple[str, str, str]:
        return party, producer, codes.get(producer, "")

    def order(line: Sequence[Cell]) -> tuple[str, str]:
        return str(line[2]), str(line[1])

    tables = (
        ("totals", TOTALS, _totals(found, name)),
        ("weights", WEIGHTS, _weights(found.deliveries, name)),
        ("movements", MOVEMENTS, _movements(found, name)),
        ("deliveries", DELIVERIES, (_delivery(each, name) for each in found.deliveries)),
        ("payments", PAYMENTS, (_payment(each, name) for each in found.payments)),
        ("premium", PREMIUM, _premium(found, name)),
        ("without-season", PAYMENTS, (_payment(each, name) for each in loose)),
    )
    # The sort is stable: inside a member the lines stay as they were made.
    return tuple(Table.of(code, columns, sorted(lines, key=order)) for code, columns, lines in tables)


def _delivery(each: Delivered, name: _Name) -> tuple[Cell, ...]:
    price = each.worth
    said: tuple[Cell, ...] = ("", "", "", "", "", "")
    if price != UNPRICED:
        said = (price.basis, price.minor, price.scale, price.per_grams, price.currency, price.due_minor)
    return (
        *name(each.party, each.producer),
        each.delivered_on,
        each.receipt,
        each.lot,
        each.commodity,
        each.form,
        each.season,
        each.terms,
        each.gross,
        each.tare,
        each.net,
        each.payable,
        *said,
    )


def _payment(each: Paid, name: _Name) -> tuple[Cell, ...]:
    return (
        *name(each.party, each.producer),
        each.paid_on,
        each.kind,
        each.number,
        each.payment,
        each.season,
        each.currency,
        each.minor,
        "; ".join(f"{kind}={minor}" for kind, minor in each.deductions),
        each.kept,
        each.minor - each.kept,
        "yes" if each.is_confirmed else "no",
    )


def entries(found: Accounts) -> list[Entry]:
    """Every line of every account, in the order of the days they are of."""
    lines = [
        Entry(
            d.party, d.producer, d.worth.currency, d.delivered_on, d.at_index, 0, "delivery", d.receipt, d.lot, due, 0
        )
        for d in found.deliveries
        if (due := d.worth.due_minor) or d.worth != UNPRICED
    ]
    lines += [
        Entry(
            s.party,
            s.producer,
            s.currency,
            s.allocated_on,
            s.at_index,
            0,
            "premium-share",
            s.use,
            s.premium,
            s.minor,
            0,
        )
        for s in found.shares
    ]
    for p in found.payments:
        head = (p.party, p.producer, p.currency, p.paid_on, p.at_index)
        lines.append(Entry(*head, 0, p.kind, p.number, p.payment, 0, p.minor))
        back = ((kind, minor) for kind, minor in p.deductions if kind in REPAID)
        lines += [
            Entry(*head, place, f"{kind}-repaid", p.number, p.payment, minor, 0)
            for place, (kind, minor) in enumerate(back, 1)
        ]
    return sorted(lines, key=lambda each: (each.party, each.producer, each.currency, *each[3:6]))


def _movements(found: Accounts, name: _Name) -> Iterator[tuple[Cell, ...]]:
    balances: dict[tuple[str, str, str], int] = defaultdict(int)
    for each in entries(found):
        account = each[:3]
        balances[account] += each.owed - each.paid
        about = (each.currency, each.day, each.entry, each.document, each.reference, each.owed, each.paid)
        yield (*name(each.party, each.producer), *about, balances[account])


def _totals(found: Accounts, name: _Name) -> Iterator[tuple[Cell, ...]]:
    sums: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for d in found.deliveries:
        if d.worth != UNPRICED:
            sums[d.party, d.producer, d.worth.currency]["delivered"] += d.worth.due_minor
    for s in found.shares:
        sums[s.party, s.producer, s.currency]["shared"] += s.minor
    for p in found.payments:
        of = sums[p.party, p.producer, p.currency]
        of[p.kind] += p.minor
        of["kept"] += p.kept
        of["repaid"] += sum(minor for kind, minor in p.deductions if kind in REPAID)
    for (party, producer, currency), of in sorted(sums.items()):
        paid = sum(of[kind] for kind in KINDS)
        yield (
            *name(party, producer),
            currency,
            of["delivered"],
            of["shared"],
            of["repaid"],
            *(of[kind] for kind in KINDS),
            paid,
            of["kept"],
            paid - of["kept"],
            of["delivered"] + of["shared"] + of["repaid"] - paid,
        )


def _weights(deliveries: tuple[Delivered, ...], name: _Name) -> Iterator[tuple[Cell, ...]]:
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0, 0])
    for d in deliveries:
        of = sums[d.party, d.producer, d.commodity, d.form, d.season]
        is_unpriced = d.terms == "purchase" and d.worth == UNPRICED
        for place, amount in enumerate((1, d.gross, d.tare, d.net, d.payable, int(is_unpriced))):
            of[place] += amount
    for (party, producer, *product), amounts in sorted(sums.items()):
        yield (*name(party, producer), *product, *amounts)


def _premium(found: Accounts, name: _Name) -> Iterator[tuple[Cell, ...]]:
    """Payments of a premium go against the shares of its use, in the order in which these were set aside."""
    paid: dict[tuple[str, str, str], int] = defaultdict(int)
    confirmed: dict[tuple[str, str, str], int] = defaultdict(int)
    for p in found.payments:
        if p.premium:
            paid[p.producer, p.premium, p.use] += p.minor
            confirmed[p.producer, p.premium, p.use] += p.minor if p.is_confirmed else 0
    for s in found.shares:
        key = (s.producer, s.premium, s.use)
        given, said = min(s.minor, paid[key]), min(s.minor, confirmed[key])
        paid[key] -= given
        confirmed[key] -= said
        about = (s.premium, s.season, s.use, s.rule, s.grams, s.currency)
        yield (*name(s.party, s.producer), *about, s.minor, given, said, s.minor - given)
