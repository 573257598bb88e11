"""Corrections and open flags: what was taken back or replaced and by whom, what that left in question, what waits.

Late entries are facts that happened a week or more before they were recorded: allowed, and worth a look together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ledger.reports.report import Cell, Question, Table
from ledger.reports.source import Source, listed, word
from ledger.state import Blocking
from ledger.store import roll
from ledger.store.batch import moment
from ledger.store.books import Fact
from ledger.store.schema import ACCOUNT_KINDS
from ledger.values import instant

LATE_DAYS: Final = 7
CORRECTIONS: Final = (
    "recorded_at kind index:count fact type corrected_by reason was_index:count was_fact was_at was_stated_by lots"
)
IN_QUESTION: Final = "lot commodity form first_lot source holders"
LATE: Final = "days_late:count index:count fact type stated_by at recorded_at lots"
FLAGS: Final = "flag lots index:count fact type stated_by recorded_at found expected"
COUNTS: Final = "flag open:count justified:count"


def corrections(source: Source, question: Question) -> tuple[Table, ...]:
    """Everything of the log at its size, or what one party stated."""
    found, counts = _flags(source, question)
    return (
        Table.of("corrections", CORRECTIONS, _corrections(source, question)),
        Table.of("in-question", IN_QUESTION, _in_question(source)),
        Table.of("late-entries", LATE, _late(source, question)),
        Table.of("open-flags", FLAGS, found),
        Table.of("flag-counts", COUNTS, counts),
    )


def _corrections(source: Source, question: Question) -> Iterator[tuple[Cell, ...]]:
    books = source.books
    pairs = roll.ended(books)
    facts = books.facts({each.at_index for each in pairs} | {each.by for each in pairs})
    reasons = books.marks((facts[each.at_index].digest for each in pairs), ("retracted",))
    lots = roll.lots_of(books, (each.at_index for each in pairs))
    for each in pairs:
        old, new = facts[each.at_index], facts[each.by]
        if question.party not in ("", new.actor):
            continue
        is_retraction = new.type.startswith("fact.retracted/")
        said = [mark for mark in reasons.get(old.digest, ()) if mark.index == new.index]
        yield (
            moment(new.recorded),
            "retraction" if is_retraction else "replacement",
            new.index,
            new.id,
            old.type,
            new.actor,
            word(said[0].value, "reason") if said else "",
            old.index,
            old.id,
            old.at,
            old.actor,
            "; ".join(lots.get(old.index, ())),
        )


def _in_question(source: Source) -> Iterator[tuple[Cell, ...]]:
    """Lots that a correction left without enough grams behind them, and everything made of those."""
    books = source.books
    lots = roll.blocked_lots(books)
    blocks = {lot: [b for b in each.blocks if _is_question(b)] for lot, each in books.lots(lots).items()}
    asked = [lot for lot in lots if blocks.get(lot)]
    births = books.births(asked)
    holders = books.balances(ACCOUNT_KINDS["stock"], asked)
    for lot in asked:
        about = births[lot].value if lot in births else {}
        for block in blocks[lot]:
            yield (
                lot,
                word(about, "commodity"),
                word(about, "form"),
                block.lot,
                block.source,
                listed(holder for holder, grams in holders.get(lot, {}).items() if grams > 0),
            )


def _is_question(block: Blocking) -> bool:
    return block.kind == "in-question"


def _late(source: Source, question: Question) -> Iterator[tuple[Cell, ...]]:
    books = source.books
    days: dict[int, int] = {}
    for each in roll.timed(books):
        late = instant(moment(each.recorded)) - instant(each.at)
        if late >= timedelta(days=LATE_DAYS):
            days[each.at_index] = late.days
    facts = books.facts(days)
    lots = roll.lots_of(books, days)
    for index, late_days in sorted(days.items(), key=lambda item: (-item[1], item[0])):
        fact = facts[index]
        if question.party in ("", fact.actor):
            named = "; ".join(lots.get(index, ()))
            yield late_days, *_told(fact)[:4], fact.at, moment(fact.recorded), named


def _flags(source: Source, question: Question) -> tuple[list[tuple[Cell, ...]], list[tuple[Cell, ...]]]:
    """Flags on facts that stand, by code and then by lot, and how many of each code were justified."""
    books = source.books
    gone = {each.at_index for each in roll.ended(books)}
    raised = [each for each in roll.raised(books) if each.at_index not in gone]
    facts = books.facts({each.at_index for each in raised})
    said = books.marks({fact.digest for fact in facts.values()}, ("justified",))
    justified = {(digest, word(mark.value, "flag")) for digest, marks in said.items() for mark in marks}
    lots = roll.lots_of(books, facts)
    counts: Counter[tuple[str, bool]] = Counter()
    found: list[tuple[Cell, ...]] = []
    for each in raised:
        fact, problem = facts[each.at_index], each.problem
        if question.party not in ("", fact.actor):
            continue
        is_open = (fact.digest, problem.code) not in justified
        counts[problem.code, is_open] += 1
        if is_open:
            named = "; ".join(lots.get(each.at_index, ()))
            told = (_cell(problem.found), _cell(problem.expected))
            found.append((problem.code, named, *_told(fact), moment(fact.recorded), *told))
    found.sort(key=lambda line: (line[0], line[1], line[2]))
    codes = sorted({code for code, _ in counts})
    return found, [(code, counts[code, True], counts[code, False]) for code in codes]


def _told(fact: Fact) -> tuple[int, str, str, str]:
    return fact.index, fact.id, fact.type, fact.actor


def _cell(value: object) -> Cell:
    return value if isinstance(value, int | str) else ""
