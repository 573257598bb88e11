"""`chaski audit trace-back`, `trace-forward`, `mass-balance`: the exercises of an audit, one call each.

Whoever sits at the database sees all of it; over the network an auditor sees through grants (docs/auditing.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.amounts import amount
from ledger.cli.exits import Exit
from ledger.cli.opening import opened_to_read
from ledger.cli.options import Database, Size
from ledger.cli.talk import Talk, talking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ledger.audit.fieldwork.drills import Check, TraceBack, TraceForward
    from ledger.audit.fieldwork.mass_balance import MassBalance
    from ledger.book import Copy, Ledger

    Units = Mapping[tuple[str, str], str]
    Namer = Callable[[str], str]

MOVED: Final = {
    "harvested": "harvested",
    "bought": "bought",
    "opened": "opened",
    "made": "made",
    "used": "used",
    "received": "received",
    "dispatched": "dispatched",
    "returned": "returned",
    "lost": "lost",
    "sold": "sold",
}
"""How stock came or went, as phrases."""

SUMS: Final = {
    "contributions-sum": "The deliveries behind the lot do not add up to it.",
    "inputs-sum": "The inputs of a lot do not add up to it.",
    "more-than-whole": "More of it is expected in a lot than the lot weighs.",
    "opening-below-zero": "On the first day there is less than nothing.",
    "closing-below-zero": "On the last day there is less than nothing.",
}
"""What a sum that fails means, as phrases."""

Everything = Annotated[bool, typer.Option("--all", help="Every line, not only the first 40.")]
_SHOWN: Final = 40


def add(group: typer.Typer) -> None:
    """Register the commands."""
    group.command("trace-back")(back)
    group.command("trace-forward")(forward)
    group.command("mass-balance")(balance)


def back(
    lot: Annotated[str, typer.Argument(metavar="LOT", help="The lot's id.")],
    database: Database = None,
    size: Size = None,
    everything: Everything = False,
) -> int:
    """Trace every gram of a lot back to a delivery, and check that the grams add up."""
    from ledger.audit.fieldwork.drills import trace_back
    from ledger.cli.plain import plain

    talk = talking()
    with opened_to_read(database) as ledger:
        with ledger.books_and_packs(size) as (books, packs):
            found = trace_back(books, packs, lot, ledger.today())
        _show_back(talk, found, _units(ledger), None if everything else _SHOWN)
    return _end(talk, plain(found, talk.language), found.checks)


def forward(
    subject: Annotated[str, typer.Argument(metavar="ID", help="A delivery or lot, producer, household, plot or herd.")],
    database: Database = None,
    size: Size = None,
    everything: Everything = False,
) -> int:
    """Follow a delivery, producer or plot forward to everybody who has or got grams of it."""
    from ledger.audit.fieldwork.drills import trace_forward
    from ledger.cli.plain import plain

    talk = talking()
    with opened_to_read(database) as ledger:
        with ledger.books_and_packs(size) as (books, _):
            found = trace_forward(books, subject)
        _show_forward(talk, found, _units(ledger), ledger.name_of, None if everything else _SHOWN)
    return _end(talk, plain(found, talk.language), found.checks)


def balance(
    about: Annotated[str, typer.Argument(metavar="ID", help="A party, or a place of one.")],
    begins: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day.")],
    ends: Annotated[str, typer.Option("--to", metavar="DAY", help="The last day.")],
    database: Database = None,
    size: Size = None,
) -> int:
    """Balance what a party or place had, took in, used, made, lost and sent, to the gram."""
    from ledger.audit.fieldwork.mass_balance import mass_balance
    from ledger.audit.fieldwork.period import period_asked
    from ledger.book.asked import day_asked
    from ledger.cli.plain import plain

    talk = talking()
    period = period_asked(day_asked(begins, "/from"), day_asked(ends, "/to"))
    with opened_to_read(database) as ledger:
        with ledger.books_and_packs(size) as (books, packs):
            found = mass_balance(books, packs, about, period)
        _show_balance(talk, found, _units(ledger))
    return _end(talk, plain(found, talk.language), found.checks)


def _show_back(talk: Talk, found: TraceBack, units: Units, most: int | None) -> None:
    unit = units.get((found.commodity, found.form), "g")
    talk.tell(
        "Lot {lot}: {amount}. Traced to producers: {traced}. Nobody named: {untraced}. Producers: {producers}.",
        lot=found.lot,
        amount=amount(found.grams, unit),
        traced=amount(found.traced_grams, unit),
        untraced=amount(found.untraced_grams, unit),
        producers=found.producers,
    )
    talk.table(
        ["Delivery", "Producer", "District", "Delivered", "Amount", "At most"],
        [
            [
                line.delivery,
                line.producer_code or line.producer or talk.phrase("not declared"),
                line.district,
                line.delivered_on,
                amount(line.grams, unit),
                amount(line.at_most_grams, unit),
            ]
            for line in found.contributions[:most]
        ],
        right=(4, 5),
    )
    _rest(talk, found.contributions, most)


def _show_forward(talk: Talk, found: TraceForward, units: Units, name_of: Namer, most: int | None) -> None:
    talk.tell(
        "{subject}: {amount} went into {lots} lots.",
        subject=found.subject,
        amount=amount(found.started_grams, "g"),
        lots=len(found.lots),
    )
    talk.table(
        ["Lot", "Form", "Amount", "Expected", "At most", "Holder"],
        [
            [
                line.lot,
                line.form,
                amount(line.grams, units.get((line.commodity, line.form), "g")),
                amount(line.expected_grams, units.get((line.commodity, line.form), "g")),
                amount(line.at_most_grams, units.get((line.commodity, line.form), "g")),
                ", ".join(name_of(holder) for holder in line.holders),
            ]
            for line in found.lots[:most]
        ],
        right=(2, 3, 4),
    )
    _rest(talk, found.lots, most)
    unit_of = {line.lot: units.get((line.commodity, line.form), "g") for line in found.lots}
    if found.departures:
        talk.table(
            ["Day", "Lot", "By", "Amount", "To"],
            [
                [
                    line.on,
                    line.lot,
                    f"{name_of(line.by)}: {talk.phrase(MOVED[line.how])}",
                    amount(line.grams, unit_of[line.lot]),
                    name_of(line.to) if line.to else "",
                ]
                for line in found.departures[:most]
            ],
            right=(3,),
        )
        _rest(talk, found.departures, most)
    if found.documents:
        talk.tell("Documents were issued about them: {documents}.", documents=", ".join(found.documents))


def _show_balance(talk: Talk, found: MassBalance, units: Units) -> None:
    if not found.stock:
        # An empty table and "everything adds up" would read as if something had been looked at.
        talk.tell("Nothing was there and nothing moved in these days. Is it the right id, and the right days?")
    talk.table(
        ["Commodity", "Form", "Opening", "Moved", "Closing"],
        [
            [
                line.commodity,
                line.form,
                amount(line.opening, unit),
                "; ".join(
                    f"{talk.phrase(MOVED.get(how, how))} {amount(grams, unit)}" for how, grams in line.moved.items()
                ),
                amount(line.closing, unit),
            ]
            for line in found.stock
            for unit in (units.get((line.commodity, line.form), "g"),)
        ],
        right=(2, 4),
    )
    if found.processes:
        talk.table(
            ["Process", "Runs", "Used", "Made", "Lost", "Yield", "Usual"],
            [
                [
                    f"{line.commodity}/{line.process}",
                    str(line.runs),
                    _grams(line.used, line.commodity, units),
                    _grams(line.made, line.commodity, units),
                    _grams(line.lost, line.commodity, units),
                    f"{line.permille / 10:.1f} %",
                    "" if line.low is None or line.high is None else f"{line.low / 10:.1f} - {line.high / 10:.1f} %",
                ]
                for line in found.processes
            ],
            right=(1, 5, 6),
        )


def _grams(of: Mapping[str, int], commodity: str, units: Units) -> str:
    """Amounts by form, or by form and kind, or by kind of loss."""
    return ", ".join(f"{name} {amount(g, units.get((commodity, name.split('/')[0]), 'g'))}" for name, g in of.items())


def _rest(talk: Talk, lines: Sequence[object], most: int | None) -> None:
    if most is not None and len(lines) > most:
        talk.tell("... and {count} more; --all shows them.", count=len(lines) - most)


def _units(ledger: Ledger | Copy) -> Units:
    return {(code, form.code): form.unit for code, pack in ledger.packs().items() for form in pack.forms.values()}


def _end(talk: Talk, document: object, checks: Sequence[Check]) -> int:
    """Say what does not add up; an exercise whose sums fail has found problems."""
    for check in checks:
        talk.remark(SUMS[check.code])
        talk.remark(
            "{about}: {found} instead of {expected}.", about=check.about, found=check.found, expected=check.expected
        )
    if not checks:
        talk.tell("Everything adds up.")
    assert isinstance(document, dict)  # noqa: S101 - a record is one
    code = Exit.REFUSED if checks else Exit.OK
    talk.document({**document, "exit": int(code)})
    return code
