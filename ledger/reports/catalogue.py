"""Every report by its name, with what it needs to be told; a new one is a file in this room and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from ledger.errors import FormatError, NotFoundError, Problem
from ledger.log import merkle
from ledger.reports.approved_producers import approved_producers
from ledger.reports.conservation_register import conservation_register
from ledger.reports.corrections import corrections
from ledger.reports.passbook import passbook
from ledger.reports.premium_account import premium_account
from ledger.reports.report import Question, Report, Stamp, Table
from ledger.reports.source import Source
from ledger.reports.volume_balance import volume_balance
from ledger.rules import Packs
from ledger.store.books import Books
from ledger.store.log_view import LogView

Make = Callable[[Source, Question], tuple[Table, ...]]


class Kind(NamedTuple):
    """How a report is made, and which parts of the question it cannot do without."""

    make: Make
    needs: tuple[str, ...] = ()


REPORTS: Final[Mapping[str, Kind]] = {
    "approved-producers": Kind(approved_producers, ("party", "season")),
    "volume-balance": Kind(volume_balance),
    "conservation-register": Kind(conservation_register),
    "corrections": Kind(corrections),
    "passbook": Kind(passbook),
    "premium-account": Kind(premium_account),
}


def make_report(name: str, books: Books, packs: Packs, origin: str, question: Question) -> Report:
    """Work a report out of the books at their size.

    Raises NotFoundError for a report or an earlier size that is not there, FormatError where the question lacks what
    the report needs.
    """
    kind = REPORTS.get(name)
    if kind is None:
        raise NotFoundError(Problem("report-unknown", "/name", name, ", ".join(REPORTS)))
    missing = [each for each in kind.needs if not getattr(question, each)]
    if missing:
        raise FormatError([Problem("report-question-incomplete", f"/{each}", name, each) for each in missing])
    if question.since is not None and not 0 < question.since <= books.size:
        raise NotFoundError(Problem("size-unknown", "/since", question.since, books.size))
    view = LogView(books.db, books.log, origin, books.names)
    stamp = Stamp(origin, books.size, merkle.root(books.size, view.node).hex())
    return Report(name, stamp, question, kind.make(Source(books, packs), question))
