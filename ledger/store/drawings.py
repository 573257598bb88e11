"""Which facts drew plots and areas, and which drawing of each still stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ledger.facts.land import DRAWING
from ledger.statement import Statement
from ledger.store.log_view import LogView

ERASING: Final = ("erasure.requested/1", "erasure.done/1")


def drawn_since(view: LogView, first: int) -> Iterator[tuple[int, Statement]]:
    """Index and statement of every fact from an index on that drew outlines, or that had sealed values erased."""
    rows = view.db.all(
        "SELECT ix FROM statement WHERE log = ? AND ix >= ? AND type IN @list ORDER BY ix",
        view.log,
        first,
        [*(each.TYPE for each in DRAWING), *ERASING],
    )
    for (index,) in rows:
        yield index, view.statement(index)


def standing_drawings(view: LogView, things: Iterable[str]) -> dict[str, int]:
    """The index of the fact that drew each plot or area as it stands now; what is gone or has ended is left out."""
    texts = sorted(set(things))
    if not texts:
        return {}
    view.names.find(view.db, texts)
    numbers = {view.names.number(text): text for text in texts}
    rows = view.db.all(
        "SELECT subject, ix, kind FROM mark WHERE log = ? AND subject IN @list AND gone IS NULL ORDER BY ix, slot",
        view.log,
        sorted(number for number in numbers if number is not None),
    )
    newest: dict[str, int] = {}
    ended: set[str] = set()
    for subject, index, kind in rows:
        if kind in ("born", "area"):
            newest[numbers[subject]] = index
        elif kind == "ended":
            ended.add(numbers[subject])
    return {thing: index for thing, index in newest.items() if thing not in ended}


def standing_statement(view: LogView, fact_id: str) -> Statement | None:
    """The statement that carries a fact id, or None while the log has none."""
    row = view.db.one("SELECT ix FROM statement WHERE log = ? AND fact_id = ?", view.log, fact_id)
    return None if row is None else view.statement(row[0])
